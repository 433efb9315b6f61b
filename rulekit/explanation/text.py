"""The explanation as text for a terminal: sections of plain sentences, wrapped to a width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import fill

from rulekit.explanation.model import Change, Counterfactual, ExplanationFields, Hit, NearRule, Step
from rulekit.explanation.summary import outcomes_in_words

WIDTH = 80


def as_text(explanation: ExplanationFields, width: int = WIDTH) -> str:
    """Return an explanation as text with lines of at most ``width`` characters where words allow it."""
    sections = (
        _head(explanation),
        _why(explanation, width),
        _points(explanation),
        _others(explanation, width),
        _near(explanation.why_not, width),
        _change(explanation.counterfactual),
        _reasons(explanation),
        _unknown(explanation),
    )
    texts = ("\n".join(_folded(line, width) for line in section) for section in sections)
    return "\n\n".join(text for text in texts if text)


def _folded(line: str, width: int) -> str:
    """Return a line wrapped under its own indent."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _head(explanation: ExplanationFields) -> Iterator[str]:
    yield f"{explanation.name} {explanation.version}: {explanation.outcome}"
    yield explanation.summary


def _why(explanation: ExplanationFields, width: int) -> Iterator[str]:
    hits = {hit.rule: hit for hit in explanation.hits}
    rules = explanation.reasons if explanation.score is not None else explanation.reasons[:1]
    if rules:
        yield "why"
    for rule in rules:
        yield f"  {rule} ({effect(hits[rule])})"
        yield from _title(hits[rule], width)
        words = [one.words for one in explanation.why if one.rule == rule] or ["it hits every event"]
        yield from (f"    - {one}" for one in words)
        if hits[rule].because:
            yield f"    because: {hits[rule].because}"


def effect(rule: Hit | NearRule) -> str:
    """Return what a hit does: the outcome, or under SCORE the points with their sign."""
    return str(rule.then) if rule.points is None else f"{rule.points:+,}"


def _title(rule: Hit | NearRule, width: int) -> Iterator[str]:
    """Yield the title if it adds something: titles of induced rules repeat the rule and are long."""
    line = f"    {rule.title}"
    if rule.title != rule.rule and len(line) <= width:
        yield line


def _points(explanation: ExplanationFields) -> Iterator[str]:
    if explanation.score is None:
        return
    yield "points"
    for hit in explanation.hits:
        yield f"  {hit.points or 0:>+7,}  {hit.rule}"
    yield f"  {explanation.score:>7,}  total"
    for step in explanation.ladder:
        yield f"  {step.least:>7,}  for {step.outcome}: {step_in_words(step)}"


def step_in_words(step: Step) -> str:
    """Return what an event lacks for an outcome under SCORE: ``2 short``, or ``reached with 1 to spare``."""
    spare = f" with {-step.short:,} to spare" if step.short else ""
    return f"{step.short:,} short" if step.short > 0 else f"reached{spare}"


def _others(explanation: ExplanationFields, width: int) -> Iterator[str]:
    others = [hit for hit in explanation.hits if hit.rule != explanation.rule]
    if explanation.score is not None or not others:
        return
    yield "also hit, but later in the text" if explanation.hit_policy == "first" else "also hit"
    for hit in others:
        yield f"  {hit.rule} ({effect(hit)})"
        yield from _title(hit, width)


def _near(rules: Iterable[NearRule], width: int) -> Iterator[str]:
    for number, rule in enumerate(rules):
        if not number:
            yield "nearest rules that did not hit"
        yield f"  {rule.rule} ({effect(rule)}): {failures_in_words(rule)}"
        yield from _title(rule, width)
        yield from (f"    - {one.words}" for one in rule.failing)


def failures_in_words(rule: NearRule) -> str:
    """Return how many literals of a rule fail: ``2 of its 3 literals fail``."""
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
    yield f"  cost {found.cost:.3g}: {'; '.join(scales_in_words(found.changes))}"


_SCALES = {"given": "as given", "bounds": "the width of the bounds", "one": "as it has no bounds"}


def scales_in_words(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the scale of each change, those of one kind together: ``amount over 900, the width of the bounds``."""
    kinds: dict[str, list[str]] = {}
    for one in changes:
        if one.before is None or one.after is None:
            kind = "was missing" if one.before is None else "becomes missing"
            kinds.setdefault(kind, []).append(f"{one.feature} 1")
        else:
            kinds.setdefault(_SCALES[one.scale_from], []).append(f"{one.feature} over {one.scale:,.10g}")
    yield from (f"{' and '.join(texts)}, {kind}" for kind, texts in kinds.items())


def _reasons(explanation: ExplanationFields) -> Iterator[str]:
    if explanation.reasons:
        yield f"reasons, in order: {', '.join(explanation.reasons)}"


def _unknown(explanation: ExplanationFields) -> Iterator[str]:
    if explanation.unknown:
        yield f"not in the schema, ignored: {', '.join(explanation.unknown)}"
