from __future__ import annotations

import decimal
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rulekit.ir.floats import (
    float32_edge,
    nearest_float32,
    nearest_float64,
    next_float32,
    shortest_float32,
    to_float32,
)

FLOAT32 = st.floats(width=32, allow_nan=False)
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
LARGEST = float(np.finfo(np.float32).max)
EDGE = 2**128 - 2**103
TINY = Decimal("1e-60")


def brute_nearest(exact: Fraction) -> float:
    """The nearest of the float32 around an exact number, ties to the even mantissa."""
    close = to_float32(float(exact))
    around = [next_float32(close, -math.inf), close, next_float32(close, math.inf)]
    finite = [side for side in around if math.isfinite(side)]
    return min(
        finite, key=lambda side: (abs(Fraction(side) - exact), int(np.float32(side).view(np.uint32)) & 1)
    )


@given(st.floats(allow_nan=False))
@example(0.1)
@example(float(EDGE))
@example(math.nextafter(EDGE, 0))
@example(2.0**-150)
@example(-0.0)
def test_to_float32_rounds_as_numpy_does(value: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        theirs = float(np.float32(value))
    assert (to_float32(value), math.copysign(1, to_float32(value))) == (theirs, math.copysign(1, theirs))


@given(FLOAT32, st.sampled_from([-math.inf, math.inf, 0.0]))
@example(0.0, -math.inf)
@example(LARGEST, math.inf)
@example(math.inf, 0.0)
def test_next_float32_steps_as_numpy_does(value: float, towards: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        theirs = float(np.nextafter(np.float32(value), np.float32(towards)))
    assert next_float32(value, towards) == theirs


@given(FINITE, st.sampled_from([-math.inf, math.inf]), st.sampled_from([TINY, -TINY, Decimal(0)]))
@example(1.0, math.inf, TINY)
@example(0.0, math.inf, Decimal(0))
def test_nearest_float32_rounds_once_around_midpoints(value: float, towards: float, nudge: Decimal) -> None:
    neighbour = next_float32(value, towards)
    if math.isinf(neighbour):
        return
    scale = Decimal(1) if abs(value) > 1e-10 else Decimal("1e-200")
    with_digits = sum_exactly(Decimal((value + neighbour) / 2), nudge * scale)
    assert nearest_float32(with_digits) == brute_nearest(Fraction(with_digits))


def sum_exactly(one: Decimal, other: Decimal) -> Decimal:
    with decimal.localcontext() as context:
        context.prec = 500
        return one + other


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("1.000000059604644775390625", 1.0),  # a tie goes to the even neighbour
        ("1.0000000596046447753906250000001", 1 + 2.0**-23),  # float64 can't tell it from the tie
        ("1.0000000596046447753906249999999", 1.0),
        ("1.000000178813934326171875", 1 + 2.0**-22),
        ("1.0000001788139343261718749999999", 1 + 2.0**-23),
        ("16777217", 16777216.0),
        ("16777219", 16777220.0),
        ("1e-46", 0.0),
        ("340282356779733661637539395458142568447.9", LARGEST),
        ("-340282356779733661637539395458142568447.9", -LARGEST),
        ("inf", math.inf),
        ("-inf", -math.inf),
    ],
)
def test_nearest_float32_of_text(text: str, nearest: float) -> None:
    assert nearest_float32(Decimal(text)) == nearest


@pytest.mark.parametrize("number", [EDGE, -EDGE, Decimal("1e39"), 1e300, 10**400, Decimal("1e400")])
def test_nearest_float32_refuses_what_would_become_infinite(number: float) -> None:
    with pytest.raises(OverflowError):
        nearest_float32(number)


@pytest.mark.parametrize("number", [10**400, Decimal("1e309"), Decimal("-1.8e308")])
def test_nearest_float64_refuses_what_would_become_infinite(number: float) -> None:
    with pytest.raises(OverflowError):
        nearest_float64(number)


@pytest.mark.parametrize("zero", [-0.0, Decimal("-0.0"), Decimal("-1e-400")])
def test_a_threshold_of_zero_has_no_sign(zero: float) -> None:
    assert math.copysign(1, nearest_float64(zero)) == 1
    assert math.copysign(1, nearest_float32(zero)) == 1


@given(FINITE)
@example(float(np.float32(0.1)))
@example(2.0**-149)
@example(LARGEST)
def test_shortest_float32_binds_back(value: float) -> None:
    assert nearest_float32(Decimal(shortest_float32(value))) == value


def test_shortest_float32_is_short() -> None:
    texts = ["0.1", "2.5", "0.1234567", "1.2345678", "16777216", "3e+01"]
    assert [shortest_float32(float(np.float32(text))) for text in texts] == texts


@given(FLOAT32, st.sampled_from([-math.inf, math.inf]), st.integers(-2, 2))
@example(LARGEST, math.inf, 0)
@example(math.inf, -math.inf, 0)
@example(0.0, -math.inf, 0)
def test_float32_edge_is_where_rounding_begins(value: float, towards: float, steps: int) -> None:
    edge, included = float32_edge(value, towards)
    probe = edge
    for _ in range(abs(steps)):
        probe = math.nextafter(probe, math.copysign(math.inf, steps))
    rounded = to_float32(probe)
    if towards < 0:
        assert (rounded >= value) == (probe > edge or (probe == edge and included))
    else:
        assert (rounded <= value) == (probe < edge or (probe == edge and included))
