"""A comparison as Markdown, for the description of a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rulekit.reports.common.comparison_models import Example, Swap
from rulekit.reports.common.intervals import Change, Share
from rulekit.reports.common.numbers import interval, percent, shift, shift_interval
from rulekit.reports.diff.model import ChangedRegion, Diff, Reference, RegionBox
from rulekit.reports.diff.phrases import (
    bump_in_words,
    deciders,
    event_in_words,
    more_boxes,
    others,
    unless,
    validity,
)
from rulekit.store.versions.amendments import Edit

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#&])")


def to_markdown(diff: Diff) -> str:
    """Return a comparison as GitHub's Markdown; text of the rules is escaped."""
    blocks = [*_head(diff), *_amendment(diff), *_regions(diff), *_others(diff)]
    if diff.reference is not None:
        blocks += _reference(diff.reference)
    digests = f"{_code(diff.old.digest[:19])} to {_code(diff.new.digest[:19])}"
    return "\n\n".join([*blocks, f"<sub>{digests}. Intervals are at 95 %.</sub>"]) + "\n"


def _plain(text: str) -> str:
    """Return a text with Markdown's special characters escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """Return a text as code; a text with backticks gets a longer fence."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if fence != "`" else ""
    return f"{fence}{space}{' '.join(text.split())}{space}{fence}"


def _cell(text: str) -> str:
    """Return code for a table cell, with bars escaped."""
    return _code(text).replace("|", "\\|")


def _head(diff: Diff) -> Iterator[str]:
    old, new = diff.old, diff.new
    name = old.name if old.name == new.name else f"{old.name} and {new.name}"
    yield f"## {_plain(name)}: {old.version} to {new.version}"
    mark = "✅" if diff.alike else "❔" if diff.verdict == "undecided" else "🔶"
    yield f"{mark} **{_plain(diff.sentence)}**"
    yield f"{'✅' if diff.bump.enough else '❌'} Version: {_plain(bump_in_words(diff.bump, new.version))}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """Return a table whose last ``numbers`` columns are aligned to the right."""
    ruler = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows))


def _amendment(diff: Diff) -> Iterator[str]:
    rows = [("ruleset", "", _plain(edit.words)) for edit in diff.fields]
    rows += [(f"feature {it.kind}", _cell(it.name), _edits(it.edits)) for it in diff.features]
    for rule in diff.rules:
        said = diff.added.get(rule.id) or diff.removed.get(rule.id)
        rows.append((f"rule {rule.kind}", _cell(rule.id), _plain(said) if said else _edits(rule.edits)))
    if rows:
        yield "### What is amended"
        yield _table(("", "", "what it says"), rows)


def _edits(edits: Iterable[Edit]) -> str:
    return "<br>".join(_plain(edit.words) for edit in edits)


def _regions(diff: Diff) -> Iterator[str]:
    if diff.regions:
        yield "### Decisions that change"
        lines = [
            line for place, region in enumerate(diff.regions, start=1) for line in _region(place, region)
        ]
        yield "\n".join(lines)
    if diff.more:
        yield f"And {_plain(others(diff.more))}."


def _region(number: int, region: ChangedRegion) -> Iterator[str]:
    indent = " " * (len(str(number)) + 2)
    yield f"{number}. **{_plain(region.old)} became {_plain(region.new)}**{_by(region)}"
    for place, where in enumerate(region.where):
        yield f"{indent}- {'or ' if place else ''}where {_box_in_words(where)}"
    if region.more_boxes:
        yield f"{indent}- or {more_boxes(region.more_boxes)}"
    if region.points:
        yield f"{indent}- and {_plain(region.points)}"
    if region.unless:
        yield f"{indent}- {_plain(unless(region))}"
    if not region.plausible:
        yield f"{indent}- no plausible event: beyond the bounds of the schema"
    if region.reference is not None:
        yield f"{indent}- {_share(region.reference)} of the reference events"
    yield f"{indent}- for example {_plain(event_in_words(region.event))}"


def _by(region: ChangedRegion) -> str:
    by = deciders(region)
    return f" ({_plain(by)})" if by else ""


def _box_in_words(where: RegionBox) -> str:
    return ", ".join(map(_code, where.when)) or "any event"


def _others(diff: Diff) -> Iterator[str]:
    lines = [
        f"- Events that lack {_code(change.feature)} {_plain(validity(change))}" for change in diff.invalid
    ]
    for hit in diff.hits if diff.each_hit_counts else ():
        for label, boxes in (("no longer hits", hit.lost), ("newly hits", hit.gained)):
            lines += [f"- {_code(hit.rule)} {label} where {_box_in_words(where)}" for where in boxes]
        if hit.reason:
            lines.append(f"- {_code(hit.rule)}: not decided, {_plain(hit.reason)}")
    if lines:
        yield "### Validity and hits"
        yield "\n".join(lines)


def _reference(reference: Reference) -> Iterator[str]:
    known, source = reference.truth is not None, f" of {_code(reference.source)}" if reference.source else ""
    yield "### Reference events"
    changed = f"{_share(reference.changed)} are decided differently"
    yield f"{reference.events:,} events{source}: {changed}."
    head = ("then", "now", "events", "of all", *(["signal among them"] if known else []))
    rows = [_swap(swap, known=known, strong=place < 2)
            for place, swap in enumerate((reference.gained, reference.lost, *reference.swaps))]  # fmt: skip
    yield _table(head, rows, 3 if known else 2)
    yield _measures(reference)
    if reference.pairs:
        yield _details("By rule", _pairs(reference))
    for label, examples in (
        ("Newly selected", reference.newly),
        ("No longer selected", reference.no_longer),
        ("Otherwise changed", reference.other),
    ):
        if examples:
            yield _details(f"{label}: {len(examples)} examples", _examples(examples))


def _share(share: Share | None) -> str:
    return percent(share) + (f" ({interval(share)})" if interval(share) else "")


def _change(change: Change | None) -> str:
    return shift(change) + (f" ({shift_interval(change)})" if shift_interval(change) else "")


def _swap(swap: Swap, *, known: bool, strong: bool) -> list[str]:
    names = [_plain(swap.before), _plain(swap.after)]
    cells = [f"**{name}**" for name in names] if strong else names
    signal = [_share(swap.purity)] if known else []
    return [*cells, f"{swap.count:,}", _share(swap.rate), *signal]


def _measures(reference: Reference) -> str:
    then, now, changes = reference.measures_old, reference.measures_new, reference.changes
    rows: list[tuple[str, Share | None, Share | None, Change | None]] = [
        ("rate", then.rate, now.rate, changes.rate)
    ]
    if reference.truth is not None:
        rows += [
            ("efficiency", then.efficiency, now.efficiency, changes.signal),
            ("false-positive rate", then.false_positive_rate, now.false_positive_rate, changes.background),
            ("purity", then.purity, now.purity, None),
        ]
    cells = (
        (name, _share(old), _share(new), _change(moved) if moved else "") for name, old, new, moved in rows
    )
    return _table(("measure", "then", "now", "change"), cells, 3)


def _pairs(reference: Reference) -> str:
    known = reference.truth is not None
    rows = (
        (
            f"{_plain(pair.old)}, {_cell(pair.old_rule) if pair.old_rule else 'no rule'}",
            f"{_plain(pair.new)}, {_cell(pair.new_rule) if pair.new_rule else 'no rule'}",
            f"{pair.count:,}",
            _share(pair.rate),
            *([_share(pair.purity)] if known else []),
        )
        for pair in reference.pairs
    )
    head = ("then", "now", "events", "of all", *(["signal among them"] if known else []))
    return _table(head, rows, 3 if known else 2)


def _examples(examples: Sequence[Example]) -> str:
    known = any(example.truth is not None for example in examples)
    names = list(examples[0].values)
    head = ("event", "then", "now", *(["truth"] if known else []), *map(_cell, names))
    rows = (
        (
            _cell(example.event),
            _plain(example.otherwise or ""),
            _plain(example.decided),
            *(["signal" if example.truth else "background"] if known else []),
            *(_plain(example.values[name] or "missing") for name in names),
        )
        for example in examples
    )
    return _table(head, rows)


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"
