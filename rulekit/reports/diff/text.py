"""A comparison as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from rulekit.reports.common.comparison_models import Example, Swap
from rulekit.reports.common.numbers import percent, percent_with_interval, shift, shift_interval
from rulekit.reports.diff.model import ChangedHits, ChangedRegion, Diff, Reference
from rulekit.reports.diff.phrases import (
    became,
    bump_in_words,
    deciders,
    event_in_words,
    more_boxes,
    others,
    unless,
    validity,
    where_in_words,
)
from rulekit.store.versions.amendments import Edit

_WIDTH = 80


def to_text(diff: Diff) -> str:
    """Return a comparison as plain text."""
    parts = [
        "\n".join(_head(diff)),
        "\n".join(_amendment(diff)),
        "\n".join(_regions(diff)),
        "\n".join(_invalid(diff)),
        "\n".join(_hits(diff)),
        "" if diff.reference is None else "\n".join(_reference(diff.reference)),
    ]
    return "\n\n".join(part for part in parts if part).replace("\N{NO-BREAK SPACE}", " ")


def wrapped(text: str, head: str = "", indent: int | None = None) -> str:
    """Return a text in lines of at most 80 characters, the first after ``head``, the others indented."""
    inner = " " * (len(head) if indent is None else indent)
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _head(diff: Diff) -> Iterator[str]:
    old, new = diff.old, diff.new
    name = old.name if old.name == new.name else f"{old.name} and {new.name}"
    yield f"{name}: {old.version} to {new.version}"
    yield wrapped(diff.sentence)
    yield wrapped(bump_in_words(diff.bump, new.version), "version  ")


def _amendment(diff: Diff) -> Iterator[str]:
    """Yield what the amendment changes in the text."""
    if diff.fields or diff.features or diff.rules:
        yield "what is amended"
    for edit in diff.fields:
        yield wrapped(edit.words, "  ruleset   ")
    for feature in diff.features:
        yield from _edited("feature", f"{feature.name} {feature.kind}", feature.edits)
    for rule in diff.rules:
        yield from _edited(rule.kind, rule.id, rule.edits)
        sentence = diff.added.get(rule.id) or diff.removed.get(rule.id)
        if sentence:
            yield wrapped(sentence, " " * 14)


def _edited(kind: str, name: str, edits: Iterable[Edit]) -> Iterator[str]:
    yield wrapped(name, f"  {kind:<10}")
    for edit in edits:
        yield wrapped(edit.words, " " * 14, 16)


def _regions(diff: Diff) -> Iterator[str]:
    if diff.regions:
        yield "decisions that change"
    for number, region in enumerate(diff.regions, start=1):
        yield from _region(number, region)
    if diff.more:
        yield wrapped(f"and {others(diff.more)}", "  ")


def _region(number: int, region: ChangedRegion) -> Iterator[str]:
    by = deciders(region)
    yield wrapped(f"{became(region)}{f' ({by})' if by else ''}", f"  {number:<3} ", 6)
    for place, where in enumerate(region.where):
        yield wrapped(where_in_words(where), f"      {'or' if place else 'where':<6}", 12)
    if region.more_boxes:
        yield wrapped(more_boxes(region.more_boxes), "      or    ", 12)
    if region.points:
        yield wrapped(region.points, "      and   ", 12)
    if region.unless:
        yield wrapped(unless(region).removeprefix("unless "), "      unless ", 13)
    if not region.plausible:
        yield wrapped("no plausible event is among them: they are beyond the bounds of the schema", " " * 6)
    if region.reference is not None:
        yield wrapped(f"{percent_with_interval(region.reference)} of the reference events", " " * 6)
    yield wrapped(event_in_words(region.event), "      as    ", 12)


def _invalid(diff: Diff) -> Iterator[str]:
    for change in diff.invalid:
        yield wrapped(f"events that lack {change.feature} {validity(change)}")


def _hits(diff: Diff) -> Iterator[str]:
    """Yield the rules whose own hits change, where each hit counts on its own."""
    if diff.each_hit_counts and diff.hits:
        yield "hits that change, each of which counts on its own"
        for change in diff.hits:
            yield from _hit(change)


def _hit(change: ChangedHits) -> Iterator[str]:
    yield f"  {change.rule}"
    if change.reason:
        yield wrapped(f"not decided: {change.reason}", "    ")
    for label, boxes in (("no longer", change.lost), ("newly", change.gained)):
        for where in boxes:
            yield wrapped(where_in_words(where), f"    {label:<10}", 14)


def _reference(reference: Reference) -> Iterator[str]:
    source = f" of {reference.source}" if reference.source else ""
    changed = percent_with_interval(reference.changed)
    yield wrapped(f"{reference.events:,} reference events{source}: {changed} are decided differently")
    for label, swap in (("newly selected", reference.gained), ("no longer", reference.lost)):
        yield wrapped(_swap(swap), f"  {label:<15} ")
    moved = reference.changes.rate
    yield wrapped(f"{shift(moved)} ({shift_interval(moved)})", "  rate changes by ")
    for swap in reference.swaps:
        yield wrapped(f"{swap.before} became {swap.after}: {_swap(swap)}", "  ", 4)
    for pair in reference.pairs[:10]:
        by = f"{pair.old_rule or 'no rule'} then, {pair.new_rule or 'no rule'} now"
        yield wrapped(f"{by}: {pair.count:,} ({percent(pair.rate)})", "    ", 6)
    for label, examples in (
        ("newly selected", reference.newly),
        ("no longer selected", reference.no_longer),
        ("otherwise changed", reference.other),
    ):
        if examples:
            yield f"  {label}, for example"
        for example in examples[:3]:
            yield wrapped(_example(example), "    ", 6)


def _swap(swap: Swap) -> str:
    signal = f", {percent_with_interval(swap.purity)} of them signal" if swap.purity and swap.count else ""
    return f"{swap.count:,}, {percent_with_interval(swap.rate)} of all{signal}"


def _example(example: Example) -> str:
    truth = "" if example.truth is None else f" ({'signal' if example.truth else 'background'})"
    values = ", ".join(
        f"{name} {'missing' if value is None else value}" for name, value in example.values.items()
    )
    return f"{example.event}{truth}: {example.otherwise}; now {example.decided}: {values}"
