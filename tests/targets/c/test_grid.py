"""The arithmetic of the grid in C, transcribed line by line, against exact fractions."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.targets.c.grid import encoder, encoding
from rulekit.targets.c.header import has_grid
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower

FEATURES = [
    {"name": "n", "dtype": "int64", "bounds": [-100, 100]},
    {"name": "x", "dtype": "float64"},
    {"name": "s", "dtype": "float32"},
]
WHEN = [("r", ["n > 1", "x > 1", "s > 1"])]


def names_of(width=8, fraction=0, rounding="nearest", *, signed=True):
    form = FixedFormat(width=width, fraction=fraction, signed=signed)
    numerics = Fixed(formats=dict.fromkeys(("n", "x", "s"), form), rounding=rounding)
    return Names(lower(law(FEATURES, WHEN), numerics))


def truncated(a, b):
    """Divide as C does: towards zero, with the rest."""
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return quotient, a - quotient * b


def c_quotient(value, divisor, low, high, *, floor):
    """The emitted function ``quotient``, statement by statement."""
    ticks, rest = truncated(value, divisor)
    if floor:
        ticks -= rest < 0
    else:
        twice = abs(rest) * 2
        if twice > divisor or (twice == divisor and ticks % 2 != 0):
            ticks += -1 if value < 0 else 1
    return min(max(ticks, low), high)


@given(st.integers(-(1 << 62), 1 << 62), st.integers(1, 12), st.booleans())
def test_a_part_of_an_integer_is_rounded_as_the_format_says(value, shift, floor):
    form = FixedFormat(width=16, fraction=-shift)
    expected = form.encode(value, "floor" if floor else "nearest")
    assert c_quotient(value, 1 << shift, *form.range, floor=floor) == expected


def arguments(text):
    return [int(number) for number in re.findall(r"INT64_C\((-?\d+)\)", text)]


@pytest.mark.parametrize("fraction", [0, 1, 5])
@pytest.mark.parametrize("signed", [True, False])
def test_a_multiple_saturates_before_it_can_overflow(fraction, signed):
    names = names_of(8, fraction, signed=signed)
    text = encoding(names.low.feature("n"), "value")
    first, last, scale, low, high = arguments(text)
    form = names.low.feature("n").grid
    assert (low, high) == form.range
    assert scale == 1 << fraction
    for value in range(-600, 601):
        if value > last:
            found = high
        elif value < first:
            found = low
        else:
            found = max(value * scale, low)
        assert found == form.encode(value, "nearest"), value
    assert abs(first * scale) < 1 << 63
    assert abs(last * scale) < 1 << 63


def test_each_kind_of_number_has_its_function():
    names = names_of(8, 2)
    calls = {
        name: encoding(names.low.feature(name), "v").removeprefix("(int32_t)") for name in ("n", "x", "s")
    }
    assert calls["n"].startswith("multiple(v, ")
    assert calls["x"] == "grid_double(v, 0x1p+2, INT64_C(-128), INT64_C(127))"
    assert calls["s"] == "grid_float(v, 0x1p+2F, INT64_C(-128), INT64_C(127))"
    assert (
        encoding(names_of(8, -2).low.feature("n"), "v")
        .removeprefix("(int32_t)")
        .startswith("quotient(v, INT64_C(4)")
    )


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
def test_only_the_functions_that_are_called_are_written(rounding):
    text = encoder(names_of(8, 2, rounding))
    assert text.count("static int64_t") == 3
    assert "quotient" not in text
    assert ("rounded down" in text) == (rounding == "floor")
    assert "@" not in text.replace("@p_", "")


def test_without_a_grid_nothing_is_encoded():
    names = Names(lower(law(FEATURES, WHEN), Native()))
    assert not has_grid(names)
    assert encoder(names) == ""
    assert encoding(names.low.feature("x"), "event->x") == "event->x"


def test_bounds_of_a_wide_multiple_stay_within_64_bits():
    first, last, *_ = arguments(encoding(names_of(32, 0).low.feature("n"), "v"))
    assert (first, last) == (-(1 << 31), (1 << 31) - 1)
    assert Fraction(last) == Fraction((1 << 31) - 1)
