"""C text that puts the numbers of events on their grids: exact in every step, and without a mathematics library."""

from __future__ import annotations

from fractions import Fraction

from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.c.header import has_grid
from rulekit.targets.c.names import Names, is_real, native, storage
from rulekit.targets.lower import LowFeature


def encoder(names: Names) -> str:
    """Return the functions that encode an event; nothing where no feature has a grid."""
    if not has_grid(names):
        return ""
    kinds = {_function(feature) for feature in names.low.features if feature.grid is not None}
    floor = isinstance(names.low.numerics, Fixed) and names.low.numerics.rounding == "floor"
    text = "".join(_helper(kind, floor=floor) for kind in sorted(kinds))
    return f"{text}\nvoid @p_encode(const @p_event *event, @p_encoded *encoded)\n{{\n{_statements(names)}}}\n"


def _statements(names: Names) -> str:
    lines = ""
    for feature in names.low.features:
        name = names.fields[feature.name]
        value = f"event->{name}"
        flag = f"event->has_{name}" if not is_real(feature, encoded=False) else f"({value} == {value})"
        if not is_real(feature, encoded=True):
            lines += f"    encoded->has_{name} = {flag};\n"
        lines += f"    encoded->{name} = {encoding(feature, value)};\n"
    return lines


def encoding(feature: LowFeature, value: str) -> str:
    """Return the expression that puts a value on the grid of its feature, if it has one."""
    grid = feature.grid
    if grid is None:
        return value
    low, high = grid.range
    kind, scale = _function(feature), _scale(grid)
    cast = "(int32_t)" if storage(feature) == "int32_t" else ""
    limits = f"INT64_C({low}), INT64_C({high})"
    if kind == "integer":
        # whatever lies beyond these saturates, and what does not can't overflow when it is scaled
        first, last = _floor(Fraction(low) / scale), _floor(Fraction(high) / scale)
        return f"{cast}multiple({value}, {_int64(first)}, {_int64(last)}, INT64_C({int(scale)}), {limits})"
    if kind == "divided":
        return f"{cast}quotient({value}, INT64_C({int(1 / scale)}), {limits})"
    suffix = "F" if native(feature) == "float" else ""
    number = f"0x1p{grid.fraction:+d}{suffix}"
    return f"{cast}grid_{native(feature)}({value}, {number}, {limits})"


def _floor(value: Fraction) -> int:
    return max(-(1 << 63) + 1, min((1 << 63) - 1, value.numerator // value.denominator))


def _int64(value: int) -> str:
    return f"INT64_C({value})"


def _scale(grid: FixedFormat) -> Fraction:
    return Fraction(2) ** grid.fraction


def _function(feature: LowFeature) -> str:
    grid = feature.grid
    assert grid is not None  # noqa: S101 - the caller asked
    if feature.feature.dtype.is_float:
        return native(feature)
    return "integer" if grid.fraction >= 0 else "divided"


def _helper(kind: str, *, floor: bool) -> str:
    if kind == "integer":
        return _MULTIPLE
    if kind == "divided":
        return _QUOTIENT.replace("@step@", _QUOTIENT_FLOOR if floor else _QUOTIENT_NEAREST)
    text = _REAL.replace("@step@", _REAL_FLOOR if floor else _REAL_NEAREST)
    text = text.replace("@says@", "rounded down" if floor else "rounded, ties to even")
    return text.replace("@real@", kind).replace("@half@", "0.5F" if kind == "float" else "0.5")


_MULTIPLE = """
/* Returns a multiple of an integer, saturated: first and last are the integers beyond which it is. */
static int64_t multiple(int64_t value, int64_t first, int64_t last, int64_t scale, int64_t low, int64_t high)
{
    if (value > last) {
        return high;
    }
    if (value < first) {
        return low;
    }
    return ((value * scale) < low) ? low : (value * scale);
}
"""

_QUOTIENT = """
/* Returns a part of an integer, rounded and saturated. */
static int64_t quotient(int64_t value, int64_t divisor, int64_t low, int64_t high)
{
    int64_t ticks = value / divisor; /* towards zero */
    const int64_t rest = value % divisor;
@step@    if (ticks > high) {
        return high;
    }
    return (ticks < low) ? low : ticks;
}
"""

_QUOTIENT_FLOOR = """    if (rest < 0) {
        ticks -= 1;
    }
"""

_QUOTIENT_NEAREST = """    const int64_t twice = ((rest < 0) ? -rest : rest) * 2;
    if ((twice > divisor) || ((twice == divisor) && ((ticks % 2) != 0))) {
        ticks += (value < 0) ? -1 : 1;
    }
"""

_REAL = """
/* Returns a number of least significant bits, @says@, then saturated; 0 for NaN. Every step is exact. */
static int64_t grid_@real@(@real@ value, @real@ scale, int64_t low, int64_t high)
{
    const @real@ scaled = value * scale;
    int64_t ticks;
    if (scaled != scaled) {
        return 0;
    }
    if (scaled > (@real@)high) {
        return high;
    }
    if (scaled < (@real@)low) {
        return low;
    }
    ticks = (int64_t)scaled; /* towards zero */
@step@    if (ticks > high) {
        return high;
    }
    return (ticks < low) ? low : ticks;
}
"""

_REAL_FLOOR = """    /* A tiny negative value may have become zero when it was scaled, and is still below zero. */
    if (((@real@)ticks > scaled) || ((ticks == 0) && (value < 0))) {
        ticks -= 1;
    }
"""

_REAL_NEAREST = """    {
        const @real@ rest = scaled - (@real@)ticks;
        const bool odd = (ticks % 2) != 0;
        if ((rest > @half@) || ((rest == @half@) && odd)) {
            ticks += 1;
        } else if ((rest < -@half@) || ((rest == -@half@) && odd)) {
            ticks -= 1;
        } else {
            /* it is the nearest already */
        }
    }
"""
