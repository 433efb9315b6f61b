"""The properties of one ruleset, each proved, refuted or undecided.

*Undecided* means that the budget was spent first. What a piece of the space shows, it shows for every event in it;
:mod:`rulekit.analysis.space.witness` names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rulekit.analysis.search.predicates import Decides, Differs, FirstHit
from rulekit.analysis.search.search import BUDGET, Predicate, SearchBudget, find
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset, Variant, outcome_function
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.space import Box, Region
from rulekit.errors import UndecidedError
from rulekit.ir.ruleset import HitPolicy

Verdict = Literal["proved", "refuted", "undecided"]

Missed = Mapping[int, Box | None]
"""By rule, an event that is decided differently without it; None where no event is."""

SCORE_BUDGET = 2_000
"""Pieces that the search for one rule or literal may look at under SCORE."""


@dataclass(frozen=True, slots=True)
class PropertyResult:
    """One result.

    Attributes
    ----------
    verdict : whether the property holds.
    rule : position of the rule; None where the property is about the whole law.
    literal : position of the literal in the rule, in text order.
    others : positions of further rules that the result rests on.
    piece : events that show the result.
    outcome : the outcome that the property is about.
    reason : why it is undecided.

    """

    verdict: Verdict
    rule: int | None = None
    literal: int | None = None
    others: tuple[int, ...] = ()
    piece: Box | None = None
    outcome: str | None = None
    reason: str = ""


def never_true(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each rule whether its literals contradict each other."""
    for rule, bits in enumerate(law.bits):
        piece = _first_box(law, rule, law.index.space.everything) if bits else None
        yield PropertyResult("refuted" if bits else "proved", rule, piece=piece)


def never_plausible(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each rule that can be true whether it is never true within the bounds of the schema."""
    for rule, bits in enumerate(law.bits):
        if bits:
            piece = _first_box(law, rule, law.index.space.plausible)
            yield PropertyResult("proved" if piece is None else "refuted", rule, piece=piece)


def _first_box(law: BoxedRuleset, rule: int, within: Box) -> Box | None:
    boxes = (law.index.space.box(region, within) for region in law.regions(rule))
    return next((box for box in boxes if all(box)), None)


def never_decides(law: BoxedRuleset, missed: Missed | None = None) -> Iterator[PropertyResult]:
    """Test of each rule that can be true whether earlier rules take all its events.

    ``missed`` holds events that would be decided differently without a rule; such an event refutes the property.
    """
    missed = missed or {}
    for rule, bits in enumerate(law.bits):
        if missed.get(rule) is not None:
            yield PropertyResult("refuted", rule, piece=missed[rule])
        elif bits:
            predicate = FirstHit(wanted=0, unwanted=law.before(rule), nothing=True)
            yield _disproved(law, rule, law.regions(rule), predicate, law.before(rule))


def overlaps(law: BoxedRuleset, *, agreeing: bool) -> Iterator[PropertyResult]:
    """Find for each rule the later rules that hit together with it; unless ``agreeing``, only of other outcomes."""
    for rule, own in enumerate(law.bits):
        same = own if agreeing else law.outcome(rule)
        asked, met = law.all & ~same & ~law.before(rule), 0
        for region in law.regions(rule):
            met |= law.index.meeting(region) & asked
        if met:
            others = law.rules_of(met)
            yield PropertyResult("proved", rule, others=others, piece=_both(law, rule, others[0]))
        else:
            yield PropertyResult("refuted", rule)


def _both(law: BoxedRuleset, rule: int, other: int) -> Box:
    """Return events that two rules hit, which meet."""
    space = law.index.space
    boxes = (
        space.box(theirs, space.box(ours, space.everything))
        for ours in law.regions(rule)
        for theirs in law.regions(other)
    )
    return next(box for box in boxes if all(box))


def gap(law: BoxedRuleset) -> PropertyResult:
    """Test whether there is a plausible event that no rule hits."""
    return _possible(law, FirstHit(wanted=0, unwanted=law.all, nothing=True), law.index.space.plausible)


def never_reached(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each outcome of a SCORE law whether no event gets it."""
    for outcome in dict.fromkeys([*(name for name, _ in law.ruleset.ladder), law.ruleset.otherwise]):
        predicate = Decides(law.outcome_function, lambda found, wanted=outcome: found == wanted)  # type: ignore[misc]
        answer = _possible(law, predicate, law.index.space.everything)
        yield PropertyResult(
            _denied(answer.verdict), piece=answer.piece, outcome=str(outcome), reason=answer.reason
        )


def _denied(verdict: Verdict) -> Verdict:
    return {"proved": "refuted", "refuted": "proved", "undecided": "undecided"}[verdict]  # type: ignore[return-value]


def redundant_rules(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each rule that can be true whether every outcome stays the same without it."""
    for rule, bits in enumerate(law.bits):
        if bits:
            predicate, boxes = _without(law, rule)
            yield _disproved(law, rule, law.regions(rule), predicate, boxes)


def _without(law: BoxedRuleset, rule: int) -> tuple[Predicate, int]:
    """Return the predicate "changes without the rule", and the boxes of rules that could take its place."""
    if law.ruleset.hit_policy is HitPolicy.SCORE:
        return Differs(law.outcome_function, outcome_function(law, without=rule)), 0
    same, then = law.outcome(rule) & ~law.bits[rule], law.ruleset.rules[rule].then
    earlier = law.before(rule)
    later = law.all & ~earlier & ~law.bits[rule]
    predicate = FirstHit(
        wanted=later & ~same, unwanted=earlier | (later & same), nothing=law.ruleset.otherwise != then
    )
    return predicate, earlier | (later & same)


def subsumed_rules(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each rule that can be true whether one other rule of its outcome hits all its events."""
    for rule, bits in enumerate(law.bits):
        if not bits:
            continue
        inside = law.outcome(rule) & ~bits
        everything = law.index.space.everything
        for region in law.regions(rule):
            held = law.index.query(law.index.space.box(region, everything))[1]
            inside &= sum(law.bits[other] for other in law.rules_of(held))
        others = law.rules_of(inside)[:1]
        yield PropertyResult("proved" if others else "refuted", rule, others=others)


def implied_literals(law: BoxedRuleset) -> Iterator[PropertyResult]:
    """Test of each literal whether its rule hits the same events without it."""
    own = (FirstHit(wanted=0, unwanted=bits, nothing=True) for bits in law.bits)
    return _ask_literals(law, list(own), {})


def redundant_literals(law: BoxedRuleset, missed: Missed | None = None) -> Iterator[PropertyResult]:
    """Test of each literal whether every decision stays the same without it.

    Rules that are redundant as a whole are skipped. The search starts next to events that need the rule
    (``missed``).
    """
    return _ask_literals(law, [_widened(law, rule) for rule in range(len(law.bits))], missed or {})


def _ask_literals(
    law: BoxedRuleset, predicates: Sequence[Predicate], missed: Missed
) -> Iterator[PropertyResult]:
    for rule, variants in enumerate(law.variants):
        if law.bits[rule] and (rule not in missed or missed[rule] is not None):
            for variant in variants:
                yield _ask_literal(law, rule, variant, predicates[rule], missed.get(rule))


def _ask_literal(
    law: BoxedRuleset, rule: int, variant: Variant, predicate: Predicate, near: Box | None
) -> PropertyResult:
    if variant.reason:
        return PropertyResult("undecided", rule, variant.place, reason=variant.reason)
    if variant.rest is None:
        answer = _disproved(law, rule, variant.difference, predicate, 0, near=near)
    else:
        rest = Index(law.index.space, variant.rest)
        lost = FirstHit(wanted=0, unwanted=rest.all, nothing=True)
        answer = _disproved(law, rule, variant.difference, lost, 0, index=rest)
    return replace(answer, literal=variant.place)


def _widened(law: BoxedRuleset, rule: int) -> Predicate:
    """Return the predicate "is decided differently if the rule hits as well"."""
    own, then = law.bits[rule], law.ruleset.rules[rule].then
    policy = law.ruleset.hit_policy
    if policy is HitPolicy.SCORE:
        wider = outcome_function(law, without=rule, base=law.ruleset.rules[rule].points or 0)
        return Differs(law.outcome_function, wider)
    if policy is HitPolicy.COLLECT:
        return FirstHit(wanted=0, unwanted=own, nothing=True)
    others = law.all & ~own
    same = law.outcome(rule)
    if policy is HitPolicy.UNIQUE:  # two rules must not hit together
        return FirstHit(wanted=others, unwanted=own, nothing=law.ruleset.otherwise != then)
    unwanted = same if policy is HitPolicy.ANY else same | law.before(rule)
    return FirstHit(wanted=others & ~unwanted, unwanted=unwanted, nothing=law.ruleset.otherwise != then)


def _disproved(
    law: BoxedRuleset,
    rule: int,
    regions: Iterable[Region],
    predicate: Predicate,
    boxes: int,
    *,
    index: Index | None = None,
    near: Box | None = None,
) -> PropertyResult:
    """Test whether no event of some regions satisfies a predicate; ``boxes`` are those that can be the reason."""
    index = index or law.index
    score = law.ruleset.hit_policy is HitPolicy.SCORE
    budget = SearchBudget(SCORE_BUDGET if score else BUDGET)
    everything, met = law.index.space.everything, 0
    for region in regions:
        start = law.index.space.box(region, everything)
        try:
            piece = find(index, start, predicate, budget, near)
        except UndecidedError as error:
            return PropertyResult("undecided", rule, reason=error.what)
        if piece is not None:
            return PropertyResult("refuted", rule, piece=piece)
        met |= law.index.query(start)[0]
    return PropertyResult("proved", rule, others=law.rules_of(met & boxes))


def _possible(law: BoxedRuleset, predicate: Predicate, start: Box) -> PropertyResult:
    """Test whether some event satisfies a predicate."""
    try:
        piece = find(law.index, start, predicate)
    except UndecidedError as error:
        return PropertyResult("undecided", reason=error.what)
    return PropertyResult("refuted" if piece is None else "proved", piece=piece)
