"""What can be searched for: a first hit of some kind, a sum of points, a difference between two laws.

All speak of boxes by their bits in an :class:`rulekit.analysis.index.Index`. Under SCORE, a rule of several boxes
hits when any of them does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


def lowest(bits: int) -> int:
    """Return the place of the lowest bit."""
    return (bits & -bits).bit_length() - 1


@dataclass(frozen=True, slots=True)
class FirstHit:
    """Events whose first hit, among the boxes asked about, is a wanted one.

    Attributes
    ----------
    wanted, unwanted : boxes.
    nothing : whether an event that none of them holds is wanted as well.

    """

    wanted: int
    unwanted: int
    nothing: bool

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.Judge`."""
        found = hits & (self.wanted | self.unwanted)
        return bool(found & -found & self.wanted) if found else self.nothing

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.Judge`."""
        first, final = _candidates(touched & (self.wanted | self.unwanted), inside)
        wanted, unwanted = bool(first & self.wanted), bool(first & self.unwanted)
        if final:
            wanted, unwanted = wanted or self.nothing, unwanted or not self.nothing
        return None if wanted and unwanted else wanted

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.Judge`."""
        wanted = touched & self.wanted
        first = wanted & -wanted
        before = touched & self.unwanted & ~inside & (first - 1 if first else -1)
        return (before, False) if before else (first, True)


def _candidates(touched: int, inside: int) -> tuple[int, bool]:
    """Return the boxes that can be the first hit somewhere in a piece, and whether nothing may hit."""
    sure = touched & inside
    if not sure:
        return touched, True
    bit = sure & -sure
    return touched & (bit | (bit - 1)), False


class Decider(Protocol):
    """What a law decides, as far as that is known from boxes."""

    def point(self, hits: int) -> object:
        """Return the outcome of an event that exactly these boxes hold."""

    def possible(self, touched: int, inside: int) -> frozenset[object]:
        """Return outcomes that include all those in a piece, and no other if there is only one."""

    def open(self, touched: int, inside: int) -> int:
        """Return boxes to cut along, where several outcomes are possible."""


@dataclass(frozen=True, slots=True)
class FirstDecider:
    """The first hit in text order names the outcome.

    Attributes
    ----------
    boxes : those of the law, of one rule after the other.
    labels : the outcome of each box's rule, by the place of its bit.
    otherwise : the outcome where nothing hits.

    """

    boxes: int
    labels: Sequence[object]
    otherwise: object

    def point(self, hits: int) -> object:
        """See :class:`Decider`."""
        found = hits & self.boxes
        return self.labels[lowest(found)] if found else self.otherwise

    def possible(self, touched: int, inside: int) -> frozenset[object]:
        """See :class:`Decider`."""
        first, final = _candidates(touched & self.boxes, inside)
        found = {self.otherwise} if final else set()
        while first:
            bit = first & -first
            found.add(self.labels[bit.bit_length() - 1])
            first ^= bit
        return frozenset(found)

    def open(self, touched: int, inside: int) -> int:
        """See :class:`Decider`."""
        return _candidates(touched & self.boxes, inside)[0] & ~inside


@dataclass(frozen=True, slots=True)
class SumDecider:
    """The points of all rules that hit are summed; the class of the sum is the outcome.

    Attributes
    ----------
    rules : the boxes and the points of each rule.
    ladder : outcomes and the least points for each, rising.
    otherwise : the outcome below.
    base : points that every event has.

    """

    rules: Sequence[tuple[int, int]]
    ladder: Sequence[tuple[str, int]]
    otherwise: str
    base: int = 0

    def named(self, score: int) -> str:
        """Return the outcome of a sum."""
        reached = [outcome for outcome, least in self.ladder if score >= least]
        return reached[-1] if reached else self.otherwise

    def point(self, hits: int) -> str:
        """See :class:`Decider`."""
        return self.named(self.base + sum(points for boxes, points in self.rules if boxes & hits))

    def possible(self, touched: int, inside: int) -> frozenset[object]:
        """See :class:`Decider`."""
        low, high = self.range(touched, inside)
        between = (outcome for outcome, least in self.ladder if low < least <= high)
        return frozenset([self.named(low), *between])

    def range(self, touched: int, inside: int) -> tuple[int, int]:
        """Return bounds of the sum in a piece."""
        low = high = self.base
        for boxes, points in self.rules:
            if boxes & inside:
                low, high = low + points, high + points
            elif boxes & touched:
                low, high = low + min(points, 0), high + max(points, 0)
        return low, high

    def open(self, touched: int, inside: int) -> int:
        """See :class:`Decider`."""
        unsure = (rule for rule in self.rules if rule[0] & touched and not rule[0] & inside)
        boxes, _ = max(unsure, key=lambda rule: abs(rule[1]))
        return boxes & touched


@dataclass(frozen=True, slots=True)
class Decides:
    """Events that a law gives an outcome for which ``wanted`` is true."""

    law: Decider
    wanted: Callable[[object], bool]

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.Judge`."""
        return self.wanted(self.law.point(hits))

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.Judge`."""
        found = {self.wanted(outcome) for outcome in self.law.possible(touched, inside)}
        return found.pop() if len(found) == 1 else None

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.Judge`."""
        return self.law.open(touched, inside), True


@dataclass(frozen=True, slots=True)
class Differs:
    """Events that two laws decide differently."""

    old: Decider
    new: Decider

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.Judge`."""
        return self.old.point(hits) != self.new.point(hits)

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.Judge`."""
        old, new = self.old.possible(touched, inside), self.new.possible(touched, inside)
        if not old & new:
            return True
        return False if len(old) == len(new) == 1 else None

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.Judge`."""
        unsure = self.old if len(self.old.possible(touched, inside)) > 1 else self.new
        return unsure.open(touched, inside), True
