"""The space of all events that some conditions can tell apart, and conditions as boxes in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any as AnyValue

from rulekit.analysis.space.axes import Axis, FixedGrid
from rulekit.errors import TooManyBoxesError
from rulekit.ir.condition import AllOf, AnyOf, Condition, LiteralCondition, literals
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Fixed, Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature

MAX_BOXES = 4096
"""A condition that needs more boxes, by nested ``any``, is not analysed."""

Box = tuple[int, ...]
"""One set of atoms per axis: the events that are in all of them."""

Region = dict[int, int]
"""A box that names only the axes that it restricts."""


@dataclass(frozen=True)
class Space:
    """Axes for every feature that the conditions read or the schema requires, in schema order."""

    axes: tuple[Axis, ...]
    numerics: Numerics

    @classmethod
    def of(cls, rulesets: Iterable[Ruleset], numerics: Numerics | None = None) -> Space:
        """Return the space of some rulesets whose features agree."""
        numerics = numerics or Native()
        features: dict[str, Feature] = {}
        found: dict[str, list[LiteralCondition]] = {}
        for ruleset in rulesets:
            features |= {feature.name: feature for feature in ruleset.read}
            for condition in bound_conditions(ruleset, numerics):
                for literal in literals(condition):
                    found.setdefault(literal.feature, []).append(literal)
        grids: dict[str, FixedGrid] = {}
        if isinstance(numerics, Fixed):
            grids = {name: FixedGrid(form, numerics.rounding) for name, form in numerics.formats.items()}
        axes = (
            Axis(feature, dict.fromkeys(found.get(name, ())), grids.get(name))
            for name, feature in features.items()
        )
        return cls(tuple(axes), numerics)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each feature's axis."""
        return {axis.feature.name: place for place, axis in enumerate(self.axes)}

    @cached_property
    def everything(self) -> Box:
        """All events that are decided: none lacks a required feature."""
        return tuple(axis.everything for axis in self.axes)

    @cached_property
    def plausible(self) -> Box:
        """The decided events within the bounds of the schema and of known categories."""
        return tuple(axis.plausible for axis in self.axes)

    def box(self, region: Region, within: Box) -> Box:
        """Return the part of a box that is in a region."""
        return tuple(
            atoms & region[place] if place in region else atoms for place, atoms in enumerate(within)
        )

    def regions(self, condition: Condition) -> list[Region]:
        """Return regions whose union is where a bound condition holds; none where it never does.

        Raises
        ------
        TooManyBoxesError
            when it takes more than :data:`MAX_BOXES`.

        """
        return list(self._regions(condition, self.places))

    def _regions(self, condition: Condition, places: Mapping[str, int]) -> Iterator[Region]:
        if isinstance(condition, AnyOf):
            for term in condition.terms:
                yield from self._regions(term, places)
        elif isinstance(condition, AllOf):
            parts = (list(self._regions(term, places)) for term in condition.terms)
            whole: list[Region] = [{}]
            yield from reduce(self.intersect, parts, whole)
        else:
            place = places[condition.feature]
            axis = self.axes[place]
            atoms = axis.where(condition) & axis.everything
            if atoms:
                yield {} if atoms == axis.everything else {place: atoms}

    def intersect(self, left: Sequence[Region], right: Sequence[Region]) -> list[Region]:
        """Return the regions that lie in one of the left and in one of the right, without empty ones.

        Raises
        ------
        TooManyBoxesError
            when there may be more than :data:`MAX_BOXES`.

        """
        if len(left) * len(right) > MAX_BOXES:
            raise TooManyBoxesError(f"more than {MAX_BOXES:,} boxes")
        found = []
        for one in left:
            for other in right:
                both = dict(one)
                for place, atoms in other.items():
                    both[place] = both.get(place, self.axes[place].everything) & atoms
                if all(both.values()):
                    found.append(both)
        return found

    def subtract(self, left: Sequence[Region], right: Sequence[Region]) -> list[Region]:
        """Return disjoint regions that together lie in one of the left and in none of the right.

        Raises
        ------
        TooManyBoxesError
            when it takes more than :data:`MAX_BOXES`.

        """
        found: list[Box] = []
        for place, region in enumerate(left):
            rest = [self.box(region, self.everything)]
            for other in (*right, *left[:place]):
                rest = [
                    piece
                    for box in rest
                    for piece in (cut(box, other)[0] if _intersects(box, other) else [box])
                ]
                if len(rest) + len(found) > MAX_BOXES:
                    raise TooManyBoxesError(f"more than {MAX_BOXES:,} boxes")
            found += rest
        return [self.region(box) for box in found]

    def region(self, box: Box) -> Region:
        """Return a box by the axes that it restricts."""
        axes = enumerate(zip(box, self.axes, strict=True))
        return {place: atoms for place, (atoms, axis) in axes if atoms != axis.everything}

    def locate(self, event: Mapping[str, AnyValue]) -> tuple[int, ...]:
        """Return, for each axis, the position of the atom that holds the value of a raw event."""
        bound = bind_event((axis.feature for axis in self.axes), event)
        return tuple(axis.place(bound[axis.feature.name]) for axis in self.axes)


def cut(box: Box, region: Region) -> tuple[list[Box], Box]:
    """Return the part of a box outside a region that it intersects, in disjoint pieces, and the part inside."""
    # Axis by axis: what is outside on this axis is one piece; on the axes before, it keeps only the inside.
    outside, inner = [], list(box)
    for place, atoms in region.items():
        without = inner[place] & ~atoms
        if without:
            outside.append((*inner[:place], without, *inner[place + 1 :]))
            inner[place] &= atoms
    return outside, tuple(inner)


def _intersects(box: Box, region: Region) -> bool:
    return all(box[place] & atoms for place, atoms in region.items())


def bound_conditions(ruleset: Ruleset, numerics: Numerics) -> tuple[Condition, ...]:
    """Return the conditions of a ruleset, bound to its schema and numerics."""
    return tuple(numerics.bind_condition(condition, ruleset.schema) for condition in ruleset.bound)
