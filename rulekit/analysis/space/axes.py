"""Axes: the values of one feature, cut into atoms that no literal tells apart.

An atom is a run of adjacent values of the feature's dtype, from ``low`` to ``high``, both included. Cuts lie
*between* values: ``x > 5`` on float64 starts an atom at the next float64 above 5. So an open interval between two
adjacent floats has no atom, and what holds for every atom holds for every value. A set of atoms is an integer with
one bit per atom; the last atom is the missing value.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, cast

from rulekit.ir.condition import Compare, LiteralCondition, Member, Missing
from rulekit.ir.floats import next_float32, to_float32
from rulekit.ir.numerics import FixedFormat, Rounding, Scalar
from rulekit.ir.schema import DType, Feature

Number = int | float


class Line(NamedTuple):
    """All values of a dtype in order: the first, the last, and the step from one to the next."""

    low: Number
    high: Number
    step: Callable[[Number, Number], Number]
    """The neighbour of a value in the direction of another."""

    def above(self, value: Number) -> Number | None:
        """Return the value after another; None after the last."""
        return self.step(value, self.high) if value < self.high else None

    def below(self, value: Number) -> Number:
        """Return the value before another one that is not the first."""
        return self.step(value, self.low)


def line_of(feature: Feature) -> Line:
    """Return the values of a numeric feature."""
    if feature.dtype.is_integer:
        return Line(*feature.dtype.integer_range, _whole)
    step = next_float32 if feature.dtype is DType.FLOAT32 else math.nextafter
    return Line(-math.inf, math.inf, lambda value, towards: step(value, towards) + 0.0)


def _whole(value: Number, towards: Number) -> Number:
    return value + (1 if towards > value else -1)


class FixedGrid(NamedTuple):
    """A fixed-point format, and how events are rounded to it."""

    form: FixedFormat
    rounding: Rounding

    def first(self, code: int, feature: Feature) -> Number | None:
        """Return the least value of a feature that rounds to this code or a larger one; None where none does."""
        line, (low, high) = line_of(feature), self.form.range
        if code <= low or code > high:
            return line.low if code <= low else None
        nearest = self.rounding == "nearest"
        edge = (code - Fraction(1, 2) * nearest) / Fraction(2) ** self.form.fraction
        open_end = nearest and code % 2 == 1  # a tie goes to the even code
        if feature.dtype.is_integer:
            found: Number | None = max(line.low, math.ceil(edge) + (open_end and edge.denominator == 1))
            return found if found is not None and found <= line.high else None
        return _float_from(edge, line, feature.dtype, open_end=open_end)


def _float_from(edge: Fraction, line: Line, dtype: DType, *, open_end: bool) -> float | None:
    """Return the least float of a dtype that is at an edge or above it (above it, with ``open_end``)."""
    try:
        value = float(edge)
    except OverflowError:
        value = math.copysign(math.inf, edge)
    found: Number | None = to_float32(value) if dtype is DType.FLOAT32 else value
    if found is not None and _reaches(found, edge, open_end=open_end):
        while _reaches(line.below(found), edge, open_end=open_end):
            found = line.below(found)
        return float(found)
    while found is not None and not _reaches(found, edge, open_end=open_end):
        found = line.above(found)
    return found


def _reaches(value: Number, edge: Fraction, *, open_end: bool) -> bool:
    if math.isinf(value):
        return value > 0
    return Fraction(value) > edge if open_end else Fraction(value) >= edge


@dataclass(frozen=True, slots=True)
class Atom:
    """A run of values that no literal tells apart; ``None`` to ``None`` is the missing value."""

    low: Scalar | None
    high: Scalar | None


class Axis:
    """The atoms of one feature, and the sets of atoms on which literals hold.

    Parameters
    ----------
    feature : the feature.
    literals : the bound literals on this feature, which tell values apart.
    grid : the fixed-point format in which the literals are bound; default: native numerics.

    Attributes
    ----------
    atoms : in rising order, the missing value last.
    everything : all atoms that a decided event can have; a required feature is never missing.
    present : all atoms but the missing value.
    missing : the missing value alone.

    """

    def __init__(
        self, feature: Feature, literals: Iterable[LiteralCondition], grid: FixedGrid | None = None
    ) -> None:
        self.feature = feature
        self.grid = grid
        present = self._numbers(literals) if feature.dtype.is_number else self._words()
        self.atoms = (*present, Atom(None, None))
        self.missing = 1 << len(present)
        self.present = self.missing - 1
        self.everything = self.present if feature.required else self.present | self.missing
        self._sets: dict[LiteralCondition, int] = {}

    def _numbers(self, literals: Iterable[LiteralCondition]) -> tuple[Atom, ...]:
        line = line_of(self.feature)
        found = {start for literal in literals for start in self._starts(literal)}
        found |= set(_bound_starts(self.feature, line))
        starts = [line.low, *sorted(start for start in found if start is not None and start > line.low)]
        ends = [*(line.below(start) for start in starts[1:]), line.high]
        return tuple(Atom(low, high) for low, high in zip(starts, ends, strict=True))

    def _starts(self, literal: LiteralCondition) -> Iterator[Number | None]:
        """Yield the values at which a literal begins to hold, or ceases to."""
        if isinstance(literal, Missing):
            return
        values = literal.values if isinstance(literal, Member) else (literal.value,)
        for value in cast("tuple[Number, ...]", values):
            if not isinstance(literal, Compare) or literal.sign not in {">", "<="}:
                yield self._first(value)
            if not isinstance(literal, Compare) or literal.sign not in {"<", ">="}:
                yield self._next(value)

    def _first(self, value: Number) -> Number | None:
        """Return the least value that is not below a threshold."""
        return value if self.grid is None else self.grid.first(int(value), self.feature)

    def _next(self, value: Number) -> Number | None:
        """Return the least value that is above a threshold."""
        line = line_of(self.feature)
        return line.above(value) if self.grid is None else self.grid.first(int(value) + 1, self.feature)

    def _words(self) -> tuple[Atom, ...]:
        if self.feature.dtype is DType.BOOL:
            return Atom(low=False, high=False), Atom(low=True, high=True)
        known = cast("tuple[str, ...]", self.feature.categories)
        other = next(name for name in _unknown_names() if name not in known)
        return tuple(Atom(name, name) for name in (*known, other))

    @cached_property
    def plausible(self) -> int:
        """The atoms within the bounds or of known categories, and the missing value unless it is required."""
        found = self.everything
        if self.feature.dtype is DType.CATEGORY:
            return found & ~(1 << (len(self.atoms) - 2))
        if self.feature.bounds is None:
            return found
        low, high = _bounds(self.feature)
        for place, atom in enumerate(self.atoms[:-1]):
            if not low <= cast("Number", atom.low) <= high:
                found &= ~(1 << place)
        return found

    @cached_property
    def _lows(self) -> list[Number]:
        return [cast("Number", atom.low) for atom in self.atoms[:-1]]

    def where(self, literal: LiteralCondition) -> int:
        """Return the atoms on which a bound literal holds."""
        found = self._sets.get(literal)
        if found is None:
            found = self._sets[literal] = self._where(literal)
        return found

    def _where(self, literal: LiteralCondition) -> int:
        if isinstance(literal, Missing):
            return self.present if literal.negated else self.missing
        if isinstance(literal, Member):
            found = 0
            for value in literal.values:
                found |= self._equal(cast("Scalar", value))
            return self.present & ~found if literal.negated else found
        if literal.sign in {"==", "!="}:
            found = self._equal(cast("Scalar", literal.value))
            return self.present & ~found if literal.sign == "!=" else found
        return self._compare(literal)

    def _compare(self, literal: Compare) -> int:
        value = cast("Number", literal.value)
        above = self._from(self._first(value) if literal.sign in {">=", "<"} else self._next(value))
        return above if literal.sign in {">", ">="} else self.present & ~above

    def _from(self, start: Number | None) -> int:
        """Return the atoms from the one that begins at a value on."""
        place = len(self._lows) if start is None else bisect_left(self._lows, start)
        return self.present >> place << place

    def _equal(self, value: Scalar) -> int:
        if self.feature.dtype.is_number:
            number = cast("Number", value)
            return self._from(self._first(number)) & ~self._from(self._next(number))
        return 1 << self.place(value)

    def place(self, value: Scalar | None) -> int:
        """Return the position of the atom that holds a bound value."""
        if value is None:
            return len(self.atoms) - 1
        if self.feature.dtype.is_number:
            return bisect_right(self._lows, cast("Number", value)) - 1
        unknown = len(self.atoms) - 2
        return next((place for place, atom in enumerate(self.atoms) if atom.low == value), unknown)


def _bounds(feature: Feature) -> tuple[Number, Number]:
    low, high = cast("tuple[Number, Number]", feature.bounds)
    if feature.dtype.is_integer:
        return math.ceil(low), math.floor(high)
    if feature.dtype is DType.FLOAT32:
        return to_float32(float(low)), to_float32(float(high))
    return float(low), float(high)


def _bound_starts(feature: Feature, line: Line) -> Iterator[Number | None]:
    if feature.bounds is not None:
        low, high = _bounds(feature)
        yield low
        yield line.above(high)


def _unknown_names() -> Iterator[str]:
    """Yield names for a category that the schema does not know."""
    yield "another"
    number = 2
    while True:
        yield f"another {number}"
        number += 1


def places(atoms: int) -> Iterator[int]:
    """Yield the positions of a set of atoms, rising."""
    while atoms:
        lowest = atoms & -atoms
        yield lowest.bit_length() - 1
        atoms ^= lowest


def runs(atoms: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of adjacent atoms in a set: the first position, and one past the last."""
    start = 0
    while atoms:
        # The lowest set bit ends the gap. After the shift, the lowest zero bit (`~x & (x + 1)`) ends the run.
        gap = (atoms & -atoms).bit_length() - 1
        atoms >>= gap
        length = (~atoms & (atoms + 1)).bit_length() - 1
        yield start + gap, start + gap + length
        atoms >>= length
        start += gap + length
