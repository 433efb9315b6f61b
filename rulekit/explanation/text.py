"""The explanation as text for a terminal: sections of plain sentences, folded to a width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import fill

from rulekit.explanation.alternatives import outcomes_in_words
from rulekit.explanation.model import Change, Counterfactual, Explanation, Hit, NearRule, Step

WIDTH = 80


def as_text(told: Explanation, width: int = WIDTH) -> str:
    """Return an explanation as text, no line of which is wider than can be helped."""
    sections = (
        _head(told),
        _why(told, width),
        _points(told),
        _others(told, width),
        _near(told.why_not, width),
        _change(told.counterfactual),
        _reasons(told),
        _unknown(told),
    )
    texts = ("\n".join(_folded(line, width) for line in section) for section in sections)
    return "\n\n".join(text for text in texts if text)


def _folded(line: str, width: int) -> str:
    """Return a line folded under its own indent."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _head(told: Explanation) -> Iterator[str]:
    yield f"{told.name} {told.version}: {told.outcome}"
    yield told.summary


def _why(told: Explanation, width: int) -> Iterator[str]:
    hits = {hit.rule: hit for hit in told.hits}
    rules = told.reasons if told.score is not None else told.reasons[:1]
    if rules:
        yield "why"
    for rule in rules:
        yield f"  {rule} ({_effect(hits[rule])})"
        yield from _title(hits[rule], width)
        words = [one.words for one in told.why if one.rule == rule] or ["it hits every event"]
        yield from (f"    - {one}" for one in words)
        if hits[rule].because:
            yield f"    because: {hits[rule].because}"


def _effect(rule: Hit | NearRule) -> str:
    return str(rule.then) if rule.points is None else f"{rule.points:+,}"


def _title(rule: Hit | NearRule, width: int) -> Iterator[str]:
    """Yield the title where it is one: those of induced rules are the rule once more, and long."""
    line = f"    {rule.title}"
    if rule.title != rule.rule and len(line) <= width:
        yield line


def _points(told: Explanation) -> Iterator[str]:
    if told.score is None:
        return
    yield "points"
    for hit in told.hits:
        yield f"  {hit.points or 0:>+7,}  {hit.rule}"
    yield f"  {told.score:>7,}  in all"
    yield from (_step(step) for step in told.ladder)


def _step(step: Step) -> str:
    spare = f" with {-step.short:,} to spare" if step.short else ""
    state = f"{step.short:,} short" if step.short > 0 else f"reached{spare}"
    return f"  {step.least:>7,}  for {step.outcome}: {state}"


def _others(told: Explanation, width: int) -> Iterator[str]:
    others = [hit for hit in told.hits if hit.rule != told.rule]
    if told.score is not None or not others:
        return
    yield "hit as well, behind it in the text" if told.hit_policy == "first" else "hit as well"
    for hit in others:
        yield f"  {hit.rule} ({_effect(hit)})"
        yield from _title(hit, width)


def _near(rules: Iterable[NearRule], width: int) -> Iterator[str]:
    for number, rule in enumerate(rules):
        if not number:
            yield "nearest rules that did not hit"
        yield f"  {rule.rule} ({_effect(rule)}): {_count(rule)}"
        yield from _title(rule, width)
        yield from (f"    - {one.words}" for one in rule.failing)


def _count(rule: NearRule) -> str:
    if rule.literals == 1:
        return "its one literal fails"
    return (
        f"{len(rule.failing)} of its {rule.literals} literals {'fails' if len(rule.failing) == 1 else 'fail'}"
    )


def _change(found: Counterfactual) -> Iterator[str]:
    yield "the least change that gives " + (outcomes_in_words(found.toward))
    yield from (f"  {one.words}" for one in found.changes)
    if not found.changes:
        yield f"  {found.words}"
        return
    yield f"  then: {found.words}"
    yield f"  cost {found.cost:.3g}: {'; '.join(_scales(found.changes))}"


_SCALES = {"given": "as given", "bounds": "the width of the bounds", "one": "for want of bounds"}


def _scales(changes: Iterable[Change]) -> Iterator[str]:
    """Yield what the changes count in, those of one kind together."""
    kinds: dict[str, list[str]] = {}
    for one in changes:
        if one.before is None or one.after is None:
            kind = "having been missing" if one.before is None else "becoming missing"
            kinds.setdefault(kind, []).append(f"{one.feature} 1")
        else:
            kinds.setdefault(_SCALES[one.scale_from], []).append(f"{one.feature} over {one.scale:,.10g}")
    yield from (f"{' and '.join(texts)}, {kind}" for kind, texts in kinds.items())


def _reasons(told: Explanation) -> Iterator[str]:
    if told.reasons:
        yield f"reasons, in order: {', '.join(told.reasons)}"


def _unknown(told: Explanation) -> Iterator[str]:
    if told.unknown:
        yield f"not in the schema, and left out: {', '.join(told.unknown)}"
