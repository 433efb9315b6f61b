"""Exact work on IEEE 754 binary32 and binary64, in plain Python.

A threshold is bound to the value of the feature's dtype that is nearest to its *text*. Going through
float64 on the way to float32 would round twice, so the decimal text is compared with float32 neighbours
as an exact fraction.
"""

from __future__ import annotations

import math
import struct
from decimal import Decimal
from fractions import Fraction

Number = int | float | Decimal

_FLOAT32_EDGE = 2**128 - 2**103
"""Half way between the largest float32 and the next power of two: from here on numbers round to inf."""


def to_float32(value: float) -> float:
    """Round a float64 to the nearest float32 (ties to even); beyond the largest one gives an infinity."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def next_float32(value: float, towards: float) -> float:
    """Return the float32 next to the float32 ``value`` in the direction of ``towards``."""
    if value == towards:
        return value
    if value == 0.0:
        return math.copysign(2.0**-149, towards)
    bits = struct.unpack("<i", struct.pack("<f", value))[0]
    away_from_zero = (towards > value) == (value > 0)
    return float(struct.unpack("<f", struct.pack("<i", bits + (1 if away_from_zero else -1)))[0])


def nearest_float64(number: Number) -> float:
    """Return the float64 nearest to an exact number; 0.0 never carries a sign.

    Raises
    ------
    OverflowError
        when a finite number is beyond the largest float64.

    """
    value = float(number)
    if math.isinf(value) and not _is_infinite(number):
        raise OverflowError(str(number))
    return value + 0.0


def nearest_float32(number: Number) -> float:
    """Return the float32 nearest to an exact number (ties to even), rounding once.

    Raises
    ------
    OverflowError
        when a finite number is beyond the largest float32.

    """
    if _is_infinite(number):
        return float(number)
    double = nearest_float64(number)
    close = to_float32(double)
    if math.isinf(close) and abs(Fraction(number)) >= _FLOAT32_EDGE:
        raise OverflowError(str(number))
    if math.isinf(close):
        return next_float32(close, 0.0)  # the number is below the edge; its float64 was rounded up to it
    if double - close != next_float32(close, double) - double:
        return close + 0.0  # not half way between two float32, so the second rounding changed nothing
    other = next_float32(close, double)
    exact = Fraction(number)
    return min(close, other, key=lambda side: (abs(Fraction(side) - exact), _is_odd(side))) + 0.0


def shortest_float32(value: float) -> str:
    """Return a short decimal text that binds back to exactly this float32."""
    for digits in range(1, 9):
        text = f"{value:.{digits}g}"
        try:
            if nearest_float32(Decimal(text)) == value:
                return text
        except OverflowError:
            continue
    return f"{value:.9g}"


def float32_edge(value: float, towards: float) -> tuple[float, bool]:
    """Return where rounding to float32 starts to give ``value``, coming from the side of ``towards``.

    The result ``(edge, included)`` is a float64 and whether the edge itself rounds to ``value`` (a tie
    goes to the even neighbour). It lets a target compare an unrounded float64 as if it had been rounded:
    ``to_float32(x) >= v`` holds exactly when ``x > edge``, or ``x == edge`` and the edge is included, with
    ``towards`` minus infinity.
    """
    if math.isinf(value):
        if (towards > 0) == (value > 0):
            return value, True
        return math.copysign(_FLOAT32_EDGE, value), True
    neighbour = next_float32(value, towards)
    if math.isinf(neighbour):
        return math.copysign(_FLOAT32_EDGE, neighbour), False
    return (value + neighbour) / 2, not _is_odd(value)


def _is_odd(value: float) -> bool:
    return bool(struct.unpack("<I", struct.pack("<f", value))[0] & 1)


def _is_infinite(number: Number) -> bool:
    return number.is_infinite() if isinstance(number, Decimal) else math.isinf(number)
