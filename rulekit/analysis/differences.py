"""Which decisions change from one law to another: in which regions, or the proof that there is none.

Three answers. *Same*: no decision changes, which is proved. *Changed*: the regions, all of them or as many as the
budget allowed. *Undecided*: neither an event nor a proof was found, and why. Every event that is shown was
decided by ``semantics`` under both laws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rulekit.analysis.amended import amended
from rulekit.analysis.common import on_common_schema
from rulekit.analysis.joint import join
from rulekit.analysis.judges import Differs
from rulekit.analysis.law import BoxedLaw, box_laws
from rulekit.analysis.regions import Region, Told, in_order, merged
from rulekit.analysis.resummed import resummed
from rulekit.analysis.search import BUDGET, Budget, UndecidedError, find
from rulekit.analysis.space import Box, Space, TooManyBoxesError
from rulekit.analysis.witness import witness
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.semantics import Decision, decide

Verdict = Literal["same", "changed", "undecided"]


@dataclass(frozen=True, slots=True)
class Validity:
    """Events that lack a feature which only one of both laws requires; ``event`` is one of them."""

    feature: str
    event: Mapping[str, Any]
    old: Decision
    new: Decision


@dataclass(frozen=True, slots=True)
class HitChange:
    """A rule of both laws whose own hits change, whatever is decided.

    Attributes
    ----------
    rule : its id.
    lost, gained : where only the old law's rule hits, and only the new one's.
    reason : why that is not known.

    """

    rule: str
    lost: tuple[Box, ...] = ()
    gained: tuple[Box, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """What two laws decide differently.

    Attributes
    ----------
    space : of the events that both decide; None where there is none.
    regions : disjoint, plausible ones first, then the largest first.
    invalid : events that only one of both laws decides at all.
    hits : rules whose own hits change.
    reason : why the regions are not all; empty when they are.

    """

    space: Space | None
    regions: tuple[Region, ...] = ()
    invalid: tuple[Validity, ...] = ()
    hits: tuple[HitChange, ...] = ()
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """The answer; ``same`` is proved, ``changed`` is shown by an event."""
        if self.regions or self.invalid:
            return "changed"
        return "undecided" if self.reason else "same"


def differences(old: Ruleset, new: Ruleset, budget: int = BUDGET) -> Differences:
    """Compare two laws, for every event, in native numerics.

    Parameters
    ----------
    old, new : the laws.
    budget : pieces of the space that may be looked at for one kind of change.

    """
    try:
        laws = box_laws(list(on_common_schema(old, new)))
    except (UndecidedError, TooManyBoxesError) as error:
        return Differences(None, reason=error.what)
    space, summed = laws[0].index.space, _sums(old) + _sums(new)
    if summed == 1:
        regions, reason = _one_sum(laws, budget)
    else:
        kind = resummed if summed else amended
        found = list(kind(join(*laws), budget))
        regions = [region for region in found if region is not None]
        given_up = len(found) - len(regions)
        reason = f"the search was given up for {given_up:,} kinds of change" if given_up else ""
    return Differences(
        space,
        in_order(space, regions),
        tuple(_validities(old, new, space)),
        tuple(_hit_changes(*laws)),
        reason,
    )


def _sums(ruleset: Ruleset) -> bool:
    return ruleset.hit_policy is HitPolicy.SCORE


def _one_sum(laws: list[BoxedLaw], budget: int) -> tuple[list[Region], str]:
    """Return one event, or none, that a law which sums points and one which does not decide differently."""
    index, (old, new) = laws[0].index, (law.decider for law in laws)
    try:
        piece = find(index, index.space.everything, Differs(old, new), Budget(budget))
    except UndecidedError as error:
        return [], error.what
    if piece is None:
        return [], ""
    event = witness(index.space, piece)
    point = index.space.locate(event)
    before, after = (Told(str(law.point(index.hits(point)))) for law in (old, new))
    piece = tuple(1 << place for place in point)
    likely = all(map(int.__and__, piece, index.space.plausible))
    region = Region((piece,), event, before, after, likely)
    return [region], "one law sums points and the other does not: some region is shown"


def _validities(old: Ruleset, new: Ruleset, space: Space) -> Iterator[Validity]:
    """Yield what events become that lack what only one law requires, and nothing else."""
    usual = witness(space, space.everything)
    for feature in sorted({*old.schema.required} ^ {*new.schema.required}):
        event = {name: value for name, value in usual.items() if name != feature}
        yield Validity(feature, event, decide(old, event), decide(new, event))


def _hit_changes(old: BoxedLaw, new: BoxedLaw) -> Iterator[HitChange]:
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
                tuple(space.box(region, everything) for region in space.without(*pair))
                for pair in ((ours, theirs), (theirs, ours))
            )
        except TooManyBoxesError as error:
            yield HitChange(rule.id, reason=error.what)
            continue
        if lost or gained:
            yield HitChange(rule.id, tuple(merged(lost)), tuple(merged(gained)))
