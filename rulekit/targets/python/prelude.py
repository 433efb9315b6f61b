"""The text at the head of every module that the ``python`` target emits. It needs nothing but Python."""

import math
import struct
from collections.abc import Mapping  # noqa: F401 - the generated part uses it
from typing import Any, NamedTuple

NAN = math.nan
INF = math.inf
NO_RULE = -1
INVALID = -2


class EventError(ValueError):
    """A value of an event does not fit the schema."""


class Decision(NamedTuple):
    """Outcome, first deciding rule, sum of points (score rulesets), and what an invalid event lacks."""

    outcome: str
    rule: str | None = None
    score: int | None = None
    missing: tuple[str, ...] = ()


def _plain(value: Any) -> Any:
    """Unwrap a NumPy scalar; None stands for every missing value."""
    if getattr(value, "shape", None) == ():
        value = value.item()
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN


def _refuse(name: str, dtype: str, value: Any) -> Any:
    raise EventError(f"feature {name} of the event does not fit the schema: expected {dtype}, got {value!r}")


def to_float(name: str, dtype: str, value: Any) -> float:
    """Return a float64; missing is NaN, which fails every comparison."""
    value = _plain(value)
    if value is None:
        return NAN
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return float(_refuse(name, dtype, value))
    try:
        return float(value)
    except OverflowError:
        return float(_refuse(name, dtype, value))


def to_integer(name: str, dtype: str, value: Any, low: int, high: int) -> float:
    """Return an int, or NaN for missing."""
    value = _plain(value)
    if value is None:
        return NAN
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        _refuse(name, dtype, value)
    return int(value)


def to_bool(name: str, value: Any) -> bool | None:
    """Return a bool, or None for missing."""
    value = _plain(value)
    if value is not None and not isinstance(value, bool):
        _refuse(name, "bool", value)
    return None if value is None else bool(value)


def to_category(name: str, value: Any) -> str | None:
    """Return a category, known or not, or None for missing."""
    value = _plain(value)
    if value is not None and not isinstance(value, str):
        _refuse(name, "category", value)
    return None if value is None else str(value)


def to_grid(value: float, scale: float, low: int, high: int, *, single: bool, floor: bool) -> float:
    """Return the number of least significant bits of a fixed-point format, saturated; NaN stays.

    ``single`` rounds to float32 first, as binding to a float32 feature does.
    """
    if value != value:  # noqa: PLR0124 - NaN
        return value
    if single:
        try:
            value = struct.unpack("<f", struct.pack("<f", value))[0]
        except OverflowError:
            value = math.copysign(INF, value)
    if floor and scale < 1 and not math.isinf(value):
        value = math.floor(value)  # a tiny number below zero would become zero once scaled
    scaled = min(max(value * scale, low), high)
    return math.floor(scaled) if floor else round(scaled)
