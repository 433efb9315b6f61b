"""Regions: sets of events that two rulesets decide differently, each ruleset in one way, with one event to show.

A region is a few boxes minus the events that earlier rules take, as an amendment is written: *where the amount is
between 50 and 60 EUR, unless a rule above hits*. Disjoint boxes alone would be thousands for ten rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, cast

from rulekit.analysis.space.axes import Axis, Number, runs
from rulekit.analysis.space.space import Box, Space


class DecidedAs(NamedTuple):
    """The decision on each event of a region: the outcome, and the first rule that hits (None: none, or SCORE)."""

    outcome: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class DifferingRegion:
    """Events that two rulesets decide differently.

    Attributes
    ----------
    pieces : boxes that together hold the events.
    event : one of the events.
    old, new : how the rulesets decide all of them.
    plausible : whether some event of the region is within the bounds of the schema and of known categories.
    unless_old, unless_new : earlier rules of each ruleset whose events do not belong to the region.
    points : under SCORE, the least and the largest sum of points in the old ruleset; None for no limit.
    shift : under SCORE, how much larger the sum of points is in the new ruleset.
    through : under SCORE, the rules that give the events other points than before.

    """

    pieces: tuple[Box, ...]
    event: Mapping[str, Any]
    old: DecidedAs
    new: DecidedAs
    plausible: bool
    unless_old: tuple[str, ...] = ()
    unless_new: tuple[str, ...] = ()
    points: tuple[int | None, int | None] = (None, None)
    shift: int = 0
    through: tuple[str, ...] = ()

    @property
    def unless(self) -> tuple[str, ...]:
        """The rules of both rulesets whose events do not belong to the region."""
        return tuple(dict.fromkeys((*self.unless_old, *self.unless_new)))


def merge_adjacent(pieces: Iterable[Box]) -> list[Box]:
    """Merge disjoint pieces that differ in one axis only, until no two do."""
    found = list(pieces)
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        for place in range(len(found[0]) if found else 0):
            # Disjoint pieces that agree on all other axes are one piece with the union of their atoms here.
            together: dict[Box, int] = {}
            for piece in found:
                rest = (*piece[:place], *piece[place + 1 :])
                together[rest] = together.get(rest, 0) | piece[place]
            found = [(*rest[:place], atoms, *rest[place:]) for rest, atoms in together.items()]
    return found


def extent(space: Space, pieces: Iterable[Box]) -> float:
    """Return the share of the plausible space that some boxes take up, as if all values were equally frequent.

    A number without bounds counts by its atoms. Use it to order regions; it says nothing about real events.
    """
    return sum(
        prod(_part(axis, atoms & axis.plausible) for axis, atoms in zip(space.axes, piece, strict=True))
        for piece in pieces
    )


def _part(axis: Axis, atoms: int) -> float:
    if atoms == axis.plausible:
        return 1.0
    if axis.feature.bounds is None or not atoms & axis.present:
        return atoms.bit_count() / axis.plausible.bit_count()
    return _width(axis, atoms) / _width(axis, axis.plausible)


def _width(axis: Axis, atoms: int) -> float:
    ends = [(axis.atoms[start], axis.atoms[end - 1]) for start, end in runs(atoms & axis.present)]
    whole = axis.feature.dtype.is_integer
    width = sum(cast("Number", last.high) - cast("Number", first.low) + whole for first, last in ends)
    return float(width) or float(len(ends))


def in_order(space: Space, regions: Sequence[DifferingRegion]) -> tuple[DifferingRegion, ...]:
    """Return regions, the plausible ones first, and of these the largest first."""
    return tuple(sorted(regions, key=lambda it: (not it.plausible, -extent(space, it.pieces))))
