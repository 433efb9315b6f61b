"""Two rulesets as one list of boxes, most of which belong to both.

A rule whose threshold moved becomes three groups of boxes: where both versions hit, where only the old one does,
and where only the new one does. Boxes of one ruleset alone are called *single*. An event in no single box is hit
by the same rules in both rulesets, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from rulekit.analysis.compare.alignment import align
from rulekit.analysis.compare.regions import DecidedAs
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.space import Region, Space
from rulekit.errors import TooManyBoxesError
from rulekit.ir.ruleset import HitPolicy, Ruleset


@dataclass(frozen=True)
class Side:
    """One of the two rulesets. Except under SCORE, ``otherwise`` is its last rule, which hits every event.

    Attributes
    ----------
    ruleset : the ruleset.
    bits : the boxes of each rule, in text order.

    """

    ruleset: Ruleset
    bits: tuple[int, ...]

    @cached_property
    def all(self) -> int:
        """All boxes of the ruleset."""
        return sum(self.bits)

    @cached_property
    def before(self) -> tuple[int, ...]:
        """The boxes of all rules before each."""
        return tuple(accumulate(self.bits, initial=0))

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The outcome of each rule."""
        return (*(str(rule.then) for rule in self.ruleset.rules), self.ruleset.otherwise)

    @cached_property
    def by_outcome(self) -> dict[str, int]:
        """The boxes of each outcome."""
        found: dict[str, int] = {}
        for outcome, bits in zip(self.outcomes, self.bits, strict=False):
            found[outcome] = found.get(outcome, 0) | bits
        return found

    @cached_property
    def owner(self) -> dict[int, int]:
        """The position of the rule that each box belongs to."""
        return {bit: place for place, bits in enumerate(self.bits) for bit in places(bits)}

    def decided_as(self, place: int) -> DecidedAs:
        """Return the decision where the rule at a position is the first hit."""
        rules = self.ruleset.rules
        return DecidedAs(self.outcomes[place], rules[place].id if place < len(rules) else None)

    def ids(self, bits: int) -> tuple[str, ...]:
        """Return the ids of the rules that own any of some boxes, in text order."""
        rules = self.ruleset.rules
        return tuple(rule.id for rule, own in zip(rules, self.bits, strict=False) if own & bits)


@dataclass(frozen=True)
class MergedBoxes:
    """Two rulesets in one index; the order of the boxes keeps the order of both."""

    index: Index
    old: Side
    new: Side

    @cached_property
    def single(self) -> int:
        """The boxes that belong to one ruleset only."""
        return self.old.all ^ self.new.all


class _Group(NamedTuple):
    """Boxes, and the position of the rule that owns them in each ruleset."""

    regions: Sequence[Region]
    old: int | None
    new: int | None


def merge_boxes(old: BoxedRuleset, new: BoxedRuleset) -> MergedBoxes:
    """Return two rulesets of one space as one list of boxes."""
    regions: list[Region] = []
    owned = [0] * (len(old.bits) + 1), [0] * (len(new.bits) + 1)
    for group in _groups(old, new):
        bits = ((1 << len(group.regions)) - 1) << len(regions)
        regions += group.regions
        for side, place in zip(owned, (group.old, group.new), strict=True):
            if place is not None:
                side[place] |= bits
    sides = (Side(law.ruleset, tuple(bits)) for law, bits in zip((old, new), owned, strict=True))
    return MergedBoxes(Index(old.index.space, regions), *sides)


def _groups(old: BoxedRuleset, new: BoxedRuleset) -> Iterator[_Group]:
    for mine, other in align(old, new):
        if mine is not None and other is not None:
            both, lost, gained = _split(old.index.space, old.regions(mine), new.regions(other))
            yield from (_Group(both, mine, other), _Group(lost, mine, None), _Group(gained, None, other))
        elif mine is not None:
            yield _Group(old.regions(mine), mine, None)
        elif other is not None:
            yield _Group(new.regions(other), None, other)
    if HitPolicy.SCORE not in {old.ruleset.hit_policy, new.ruleset.hit_policy}:
        yield from _last(old.ruleset, new.ruleset)


def _last(old: Ruleset, new: Ruleset) -> Iterator[_Group]:
    """Yield ``otherwise`` as a rule after all others."""
    ours, theirs = len(old.rules), len(new.rules)
    if old.otherwise == new.otherwise:
        yield _Group(({},), ours, theirs)
    else:
        yield from (_Group(({},), ours, None), _Group(({},), None, theirs))


def _split(
    space: Space, old: Sequence[Region], new: Sequence[Region]
) -> tuple[Sequence[Region], Sequence[Region], Sequence[Region]]:
    """Return where both conditions hold, where only the old one does, and where only the new one does.

    If that takes too many boxes, nothing is called common to both, which finds less and is never wrong.
    """
    if list(old) == list(new):
        return old, (), ()
    try:
        return space.intersect(old, new), space.subtract(old, new), space.subtract(new, old)
    except TooManyBoxesError:
        return (), old, new
