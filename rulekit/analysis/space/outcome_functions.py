"""Outcome functions: what a ruleset decides on a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


def lowest(bits: int) -> int:
    """Return the position of the lowest bit."""
    return (bits & -bits).bit_length() - 1


def _candidates(intersecting: int, containing: int) -> tuple[int, bool]:
    """Return the boxes that can be the first hit in a piece, and whether an event of it may have no hit."""
    sure = intersecting & containing
    if not sure:
        return intersecting, True
    bit = sure & -sure
    return intersecting & (bit | (bit - 1)), False


class OutcomeFunction(Protocol):
    """What a ruleset decides, as far as boxes tell."""

    def point(self, hits: int) -> object:
        """Return the outcome of an event that exactly these boxes hold."""

    def possible(self, intersecting: int, containing: int) -> frozenset[object]:
        """Return a set of outcomes that includes all those in a piece; with one element it is exact."""

    def open(self, intersecting: int, containing: int) -> int:
        """Return boxes to cut along, where several outcomes are possible."""


@dataclass(frozen=True, slots=True)
class FirstHitOutcome:
    """The first hit in text order gives the outcome.

    Attributes
    ----------
    boxes : the boxes of the ruleset, rule after rule.
    labels : for each bit, the outcome of the rule that owns the box.
    otherwise : the outcome where nothing hits.

    """

    boxes: int
    labels: Sequence[object]
    otherwise: object

    def point(self, hits: int) -> object:
        """See :class:`OutcomeFunction`."""
        found = hits & self.boxes
        return self.labels[lowest(found)] if found else self.otherwise

    def possible(self, intersecting: int, containing: int) -> frozenset[object]:
        """See :class:`OutcomeFunction`."""
        first, final = _candidates(intersecting & self.boxes, containing)
        found = {self.otherwise} if final else set()
        while first:
            bit = first & -first
            found.add(self.labels[bit.bit_length() - 1])
            first ^= bit
        return frozenset(found)

    def open(self, intersecting: int, containing: int) -> int:
        """See :class:`OutcomeFunction`."""
        return _candidates(intersecting & self.boxes, containing)[0] & ~containing


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """The sum of the points of all rules that hit gives the outcome.

    Attributes
    ----------
    rules : the boxes and the points of each rule.
    ladder : outcomes with the least points for each, rising.
    otherwise : the outcome below the ladder.
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
        """See :class:`OutcomeFunction`."""
        return self.named(self.base + sum(points for boxes, points in self.rules if boxes & hits))

    def possible(self, intersecting: int, containing: int) -> frozenset[object]:
        """See :class:`OutcomeFunction`."""
        low, high = self.range(intersecting, containing)
        between = (outcome for outcome, least in self.ladder if low < least <= high)
        return frozenset([self.named(low), *between])

    def range(self, intersecting: int, containing: int) -> tuple[int, int]:
        """Return bounds of the sum in a piece."""
        low = high = self.base
        for boxes, points in self.rules:
            if boxes & containing:
                low, high = low + points, high + points
            elif boxes & intersecting:
                low, high = low + min(points, 0), high + max(points, 0)
        return low, high

    def open(self, intersecting: int, containing: int) -> int:
        """See :class:`OutcomeFunction`."""
        unsure = (rule for rule in self.rules if rule[0] & intersecting and not rule[0] & containing)
        boxes, _ = max(unsure, key=lambda rule: abs(rule[1]))
        return boxes & intersecting
