"""Outcome functions: what a ruleset decides on a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


def lowest(bits: int) -> int:
    """Return the place of the lowest bit."""
    return (bits & -bits).bit_length() - 1


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
