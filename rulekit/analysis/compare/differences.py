"""Finds which decisions change from one ruleset to another, or proves that none does.

*Same*: no decision changes; this is proved. *Changed*: the regions, all of them or as many as the budget allows.
*Undecided*: neither an event nor a proof was found; the reason is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rulekit.analysis.compare.common_schema import on_common_schema
from rulekit.analysis.compare.first_hit import first_hit_changes
from rulekit.analysis.compare.merged_boxes import merge_boxes
from rulekit.analysis.compare.regions import DecidedAs, DifferingRegion, in_order, merge_adjacent
from rulekit.analysis.compare.score import score_changes
from rulekit.analysis.search.predicates import Differs
from rulekit.analysis.search.search import BUDGET, SearchBudget, find
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset, box_rulesets
from rulekit.analysis.space.space import Box, Space
from rulekit.analysis.space.witness import witness
from rulekit.errors import TooManyBoxesError, UndecidedError
from rulekit.ir.decision import Decision
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.semantics import decide

Verdict = Literal["same", "changed", "undecided"]


@dataclass(frozen=True, slots=True)
class ValidityChange:
    """Events without a feature that only one ruleset requires; ``event`` is one of them."""

    feature: str
    event: Mapping[str, Any]
    old: Decision
    new: Decision


@dataclass(frozen=True, slots=True)
class HitChange:
    """A rule of both rulesets that hits other events than before, whether or not a decision changes.

    Attributes
    ----------
    rule : its id.
    lost, gained : boxes where only the old rule hits, and only the new one.
    reason : why they are not known; empty when they are.

    """

    rule: str
    lost: tuple[Box, ...] = ()
    gained: tuple[Box, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """What two rulesets decide differently.

    Attributes
    ----------
    space : the space of the events that both decide; None where there is none.
    regions : disjoint regions, the plausible ones first, and of these the largest first.
    invalid : events that only one ruleset decides at all.
    hits : rules that hit other events than before.
    reason : why ``regions`` is incomplete; empty when it is complete.

    """

    space: Space | None
    regions: tuple[DifferingRegion, ...] = ()
    invalid: tuple[ValidityChange, ...] = ()
    hits: tuple[HitChange, ...] = ()
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The answer: ``same`` is proved, ``changed`` is shown by an event."""
        if self.regions or self.invalid:
            return "changed"
        return "undecided" if self.reason else "same"


def differences(old: Ruleset, new: Ruleset, budget: int = BUDGET) -> Differences:
    """Compare two rulesets for every event, in native numerics.

    Parameters
    ----------
    old, new : the rulesets.
    budget : pieces of the space that the search for one kind of change may look at; default: 20,000.

    """
    try:
        laws = box_rulesets(list(on_common_schema(old, new)))
    except (UndecidedError, TooManyBoxesError) as error:
        return Differences(None, reason=error.what)
    space = laws[0].index.space
    regions, reason = _regions(laws, budget)
    if reason and not regions:
        regions, reason = _some(laws, old, new, budget, reason)
    return Differences(
        space,
        in_order(space, regions),
        tuple(_validities(old, new, space)),
        tuple(_hit_changes(*laws)),
        reason,
    )


def _regions(laws: Sequence[BoxedRuleset], budget: int) -> tuple[list[DifferingRegion], str]:
    """Return the regions, and why they are not all."""
    summed = sum(law.ruleset.hit_policy is HitPolicy.SCORE for law in laws)
    if summed == 1:
        return [], "one law sums points and the other does not, which is compared by single events"
    kind = score_changes if summed else first_hit_changes
    found = list(kind(merge_boxes(*laws), budget))
    regions = [region for region in found if region is not None]
    given_up = len(found) - len(regions)
    return regions, f"the search was given up for {given_up:,} kinds of change" if given_up else ""


def _some(
    laws: Sequence[BoxedRuleset], old: Ruleset, new: Ruleset, budget: int, reason: str
) -> tuple[list[DifferingRegion], str]:
    """Return one event that is decided differently if there is one, and the reason where that is not known."""
    space, (before, after) = laws[0].index.space, (law.outcome_function for law in laws)
    try:
        piece = find(laws[0].index, space.everything, Differs(before, after), SearchBudget(budget))
    except UndecidedError:
        return [], reason
    if piece is None:
        return [], ""
    event = witness(space, piece)
    point = tuple(1 << place for place in space.locate(event))
    then, now = (DecidedAs(it.outcome, it.rule) for it in (decide(old, event), decide(new, event)))
    return [
        DifferingRegion((point,), event, then, now, all(map(int.__and__, point, space.plausible)))
    ], reason


def _validities(old: Ruleset, new: Ruleset, space: Space) -> Iterator[ValidityChange]:
    """Yield what becomes of events that lack only one feature, which only one ruleset requires."""
    usual = witness(space, space.everything)
    for feature in sorted({*old.schema.required} ^ {*new.schema.required}):
        event = {name: value for name, value in usual.items() if name != feature}
        yield ValidityChange(feature, event, decide(old, event), decide(new, event))


def _hit_changes(old: BoxedRuleset, new: BoxedRuleset) -> Iterator[HitChange]:
    space, everything = old.index.space, old.index.space.everything
    before = {rule.id: place for place, rule in enumerate(old.ruleset.rules)}
    for place, rule in enumerate(new.ruleset.rules):
        if rule.id not in before:
            continue
        ours, theirs = old.regions(before[rule.id]), new.regions(place)
        if ours == theirs:
            continue
        try:
            lost, gained = (
                tuple(space.box(region, everything) for region in space.subtract(*pair))
                for pair in ((ours, theirs), (theirs, ours))
            )
        except TooManyBoxesError as error:
            yield HitChange(rule.id, reason=error.what)
            continue
        if lost or gained:
            yield HitChange(rule.id, tuple(merge_adjacent(lost)), tuple(merge_adjacent(gained)))
