"""Witnesses: one event of a piece of the space, with values that a person would write."""

from __future__ import annotations

import math
from typing import Any, cast

from rulekit.analysis.space.axes import Atom, Axis, Number
from rulekit.analysis.space.space import Box, Space
from rulekit.ir.floats import to_float32
from rulekit.ir.schema import DType

_DIGITS = 18


def witness(space: Space, piece: Box) -> dict[str, Any]:
    """Return a raw event of a piece that is not empty; plausible and without missing values where possible."""
    return {
        axis.feature.name: value_of(axis, _atom(axis, atoms))
        for axis, atoms in zip(space.axes, piece, strict=True)
    }


def _atom(axis: Axis, atoms: int) -> Atom:
    for preferred in (axis.plausible & axis.present, axis.present, axis.plausible):
        if atoms & preferred:
            atoms &= preferred
            break
    places = [place for place in range(atoms.bit_length()) if atoms >> place & 1]
    return axis.atoms[places[len(places) // 2]]


def value_of(axis: Axis, atom: Atom) -> Any:
    """Return a value of an atom that a person would write."""
    if atom.low is None or not axis.feature.dtype.is_number:
        return atom.low
    low, high = cast("Number", atom.low), cast("Number", atom.high)
    if axis.feature.dtype.is_integer:
        return int(round_between(low, high))
    return _float_between(low, high, single=axis.feature.dtype is DType.FLOAT32)


def round_between(low: Number, high: Number) -> int:
    """Return the whole number from ``low`` to ``high``, both included, that ends in the most zeros."""
    low, high = int(low), int(high)
    if low <= 0 <= high:
        return 0 if low < 0 or high == 0 else min(high, 1)
    step = int(10 ** len(str(max(abs(low), abs(high)))))
    while True:
        found = -(-low // step) * step
        if found <= high:
            return found
        step //= 10


def _float_between(low: float, high: float, *, single: bool) -> float:
    """Return a number from ``low`` to ``high``, both included, with few digits."""
    if low == high or (math.isinf(low) and math.isinf(high)):
        return low if low == high else 1.0
    inner_low, inner_high = _finite(low, high), _finite(high, low)
    middle = inner_low / 2 + inner_high / 2
    # Round the middle to ever more digits until it falls into the interval; 18 digits tell any two floats apart.
    start = -math.floor(math.log10(max(abs(middle), 5e-324)))
    for digits in range(start, start + _DIGITS):
        found = _rounded(middle, digits)
        found = to_float32(found) if single else found
        if low <= found <= high and not math.isinf(found):
            return found + 0.0
    return low if math.isfinite(low) else high


def _rounded(value: float, digits: int) -> float:
    try:
        return round(value, digits)
    except OverflowError:  # up, beyond the largest number
        return math.copysign(math.inf, value)


def _finite(end: float, other: float) -> float:
    """Return an end, or a number well away from the other end where it is infinite."""
    if not math.isinf(end):
        return end
    away = max(1.0, abs(other))
    return other + math.copysign(away, end) if math.isfinite(other + away) else other
