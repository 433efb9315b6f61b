"""Distances: what it costs to move an event into other atoms, and which changes are allowed.

The cost of a number is its change divided by the scale of its feature. A bool or a category costs one divided by
its scale. A value that becomes known, or missing, costs one. The event's nearest value in an atom is the end of
the atom that faces it, which is a value of the dtype, so nothing is nearer.

Costs are whole steps of 2**-128, and every change costs at least one step. So sums are exact in any order, and
equal sums compare equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from rulekit.analysis.space.axes import Axis, Number
from rulekit.analysis.space.space import Box, Space
from rulekit.analysis.space.witness import value_of
from rulekit.errors import RulekitError
from rulekit.ir.monotone import Direction, read_monotone
from rulekit.ir.numerics import Event, Scalar
from rulekit.ir.schema import Feature, Schema

ScaleSource = Literal["given", "bounds", "one"]

STEPS = 1 << 128
"""Steps of cost in a change by one scale."""

_FARTHEST = 1e260
"""A change costs at most this many scales; a change to or from an infinity costs exactly this."""

_NEVER = math.ceil(_FARTHEST) * STEPS * 2
"""More than any change costs."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be changed about an event, and what a change costs.

    Attributes
    ----------
    immutable : features that stay as they are.
    monotone : for a number, "up" if it may only rise, "down" if it may only fall.
    scales : the change of a feature that costs one; default: the width of its bounds, or 1 without bounds.
    losable : whether a known value may become missing.

    """

    immutable: frozenset[str] = frozenset()
    monotone: Mapping[str, Direction] = field(default_factory=dict)
    scales: Mapping[str, float] = field(default_factory=dict)
    losable: bool = False

    def check(self, schema: Schema) -> None:
        """Check the limits against a schema.

        Raises
        ------
        RulekitError
            for an unknown feature, a direction that is not "up" or "down" or not of a number, a scale that is not a
            finite number above 0.

        """
        for what, names in (("immutable", self.immutable), ("scales", self.scales)):
            for name in names:
                _known(name, schema, what)
        read_monotone(self.monotone, schema)
        for name, scale in self.scales.items():
            if not 0 < scale < math.inf:
                raise RulekitError(f"scales: {name}", expected="a finite number above 0", got=str(scale))

    def scale(self, feature: Feature) -> tuple[float, ScaleSource]:
        """Return the scale of a feature, and where it comes from."""
        if feature.name in self.scales:
            return float(self.scales[feature.name]), "given"
        if feature.bounds is not None and feature.bounds[0] < feature.bounds[1]:
            return float(feature.bounds[1] - feature.bounds[0]), "bounds"
        return 1.0, "one"

    def allowed(self, axis: Axis, own: int) -> int:
        """Return the atoms that an event in atom ``own`` of an axis may end up in: its own, and plausible ones."""
        name, here = axis.feature.name, 1 << own & axis.everything
        known = here and here != axis.missing
        if name in self.immutable:
            return here
        found = axis.plausible
        if known and not self.losable:
            found &= axis.present
        if known and name in self.monotone:
            below = (1 << own) - 1
            found &= axis.missing | (below if self.monotone[name] == "down" else axis.present & ~below)
        return found | here


def _known(name: str, schema: Schema, what: str) -> None:
    if name not in schema.by_name:
        near = schema.nearest_names(name)
        hint = f"did you mean {' or '.join(near)}?" if near else None
        raise RulekitError(
            f"{what}: unknown feature {name!r}", expected=f"a feature of schema {schema.name}", hint=hint
        )


class AxisDistance:
    """What a change along one axis costs.

    Parameters
    ----------
    axis : the axis of the feature that changes.
    scale : the change that costs one.

    """

    def __init__(self, axis: Axis, scale: float) -> None:
        self.axis = axis
        self.scale = scale
        self.number = axis.feature.dtype.is_number
        self._present = axis.atoms[:-1]
        self._lost = len(self._present)
        self._other = math.ceil(min(1 / scale, _FARTHEST) * STEPS) or 1

    def nearest(self, value: Scalar | None, own: int, atoms: int) -> tuple[int, int]:
        """Return the cost in steps and the position of the nearest of some atoms; ``own`` holds the value."""
        if atoms >> own & 1:
            return 0, own
        missing = atoms & self.axis.missing
        present = atoms ^ missing
        best = (STEPS, self._lost) if missing else (_NEVER, self._lost)
        if value is not None and self.number:
            below = present & ((1 << own) - 1)
            present ^= below
            if below:
                best = min(best, self._to(value, own, below.bit_length() - 1))
        if present:
            best = min(best, self._to(value, own, (present & -present).bit_length() - 1))
        return best

    def _to(self, value: Scalar | None, own: int, place: int) -> tuple[int, int]:
        return self.cost(value, own, place), place

    def cost(self, value: Scalar | None, own: int, place: int) -> int:
        """Return what it costs to move from a value into one atom, in steps."""
        if place == own:
            return 0
        if value is None or place == self._lost:
            return STEPS
        if not self.number:
            return self._other
        atom = self._present[place]
        change = abs(cast("Number", atom.low if place > own else atom.high) - cast("Number", value))
        return math.ceil(min(change / self.scale, _FARTHEST) * STEPS) or 1

    def value(self, value: Scalar | None, own: int, place: int) -> Scalar | None:
        """Return the value of an atom that is nearest to another value; a round one if all are equally near."""
        if place == own:
            return value
        atom = self.axis.atoms[place]
        if value is None:
            return cast("Scalar | None", value_of(self.axis, atom))
        return atom.low if place > own else atom.high


class Distances:
    """The distances from one event to the atoms of every axis.

    Parameters
    ----------
    axes : the distances along all axes of a space, in order.
    event : the event, bound to the schema.

    Attributes
    ----------
    values : the event's value on each axis.
    point : the positions of the atoms that hold these values.

    """

    def __init__(self, axes: Sequence[AxisDistance], event: Event) -> None:
        self.axes = axes
        self.values = [event[ruler.axis.feature.name] for ruler in axes]
        self.point = tuple(ruler.axis.place(value) for ruler, value in zip(axes, self.values, strict=True))
        self._near: list[dict[int, tuple[int, int]]] = [{} for _ in axes]

    def nearest(self, axis: int, atoms: int) -> tuple[int, int]:
        """Return the cost in steps and the position of the nearest of some atoms of an axis."""
        found = self._near[axis].get(atoms)
        if found is None:
            found = self.axes[axis].nearest(self.values[axis], self.point[axis], atoms)
            self._near[axis][atoms] = found
        return found

    def cost(self, axis: int, place: int) -> int:
        """Return what it costs to move into one atom of an axis, in steps."""
        return self.axes[axis].cost(self.values[axis], self.point[axis], place)

    def value(self, axis: int, place: int) -> Scalar | None:
        """Return the value of an atom that is nearest to the event; a round one if all are equally near."""
        return self.axes[axis].value(self.values[axis], self.point[axis], place)

    def to_box(self, region: Mapping[int, int]) -> int:
        """Return what it costs to move into a box, in steps."""
        return sum(self.nearest(axis, atoms)[0] for axis, atoms in region.items())


def in_scales(steps: int) -> float:
    """Return a cost as a number of scales."""
    return steps / STEPS


def axis_distances(space: Space, limits: Limits) -> tuple[AxisDistance, ...]:
    """Return the distances along all axes of a space."""
    return tuple(AxisDistance(axis, limits.scale(axis.feature)[0]) for axis in space.axes)


def start_box(limits: Limits, distances: Distances) -> Box:
    """Return the part of the space that an event may be moved in; on an axis it may be empty."""
    moved = zip(distances.axes, distances.point, strict=True)
    return tuple(limits.allowed(ruler.axis, own) for ruler, own in moved)
