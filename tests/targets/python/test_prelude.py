"""The text that every module of the python target begins with."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.floats import to_float32
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.python.prelude import (
    Decision,
    EventError,
    to_bool,
    to_category,
    to_float,
    to_grid,
    to_integer,
)

MISSING: list[Any] = [None, math.nan, np.float32("nan"), np.float64("nan"), np.array(math.nan)]


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_what_is_missing(value: Any) -> None:
    assert math.isnan(to_float("x", "float64", value))
    assert math.isnan(to_integer("x", "int32", value, -5, 5))
    assert to_bool("x", value) is None
    assert to_category("x", value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (2**53, 2.0**53),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3.0),
        (math.inf, math.inf),
        (-0.0, -0.0),
    ],
)
def test_numbers_become_float64(value: Any, expected: float) -> None:
    found = to_float("x", "float64", value)
    assert type(found) is float
    assert (found, math.copysign(1, found)) == (expected, math.copysign(1, expected))


@pytest.mark.parametrize(
    "value", [True, "1", b"1", [], 10**400, -(10**400), 1j, np.bool_(1), np.ones(2)], ids=repr
)
def test_what_no_float_is(value: Any) -> None:
    with pytest.raises(EventError, match="feature x of the event does not fit the schema: expected float32"):
        to_float("x", "float32", value)


@pytest.mark.parametrize("value", [-5, 5, 0, np.int64(5), np.uint8(2)], ids=repr)
def test_integers_in_range_are_plain_ints(value: Any) -> None:
    found = to_integer("x", "int32", value, -5, 5)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize("value", [-6, 6, 1.0, True, "1", np.float64(1), math.inf], ids=repr)
def test_what_no_integer_of_the_range_is(value: Any) -> None:
    with pytest.raises(EventError, match="expected int32, got"):
        to_integer("x", "int32", value, -5, 5)


@pytest.mark.parametrize("value", [True, False, np.bool_(1)], ids=repr)
def test_bools(value: Any) -> None:
    found = to_bool("x", value)
    assert type(found) is bool
    assert found == bool(value)


@pytest.mark.parametrize("value", [1, 0, "true", 0.0, []], ids=repr)
def test_what_no_bool_is(value: Any) -> None:
    with pytest.raises(EventError, match="expected bool"):
        to_bool("x", value)


@pytest.mark.parametrize("value", ["SE", "", "no such", np.str_("NO")], ids=repr)
def test_words_known_or_not(value: Any) -> None:
    found = to_category("x", value)
    assert type(found) is str
    assert found == value


@pytest.mark.parametrize("value", [5, True, b"SE", 1.5, ["SE"]], ids=repr)
def test_what_no_word_is(value: Any) -> None:
    with pytest.raises(EventError, match="expected category"):
        to_category("x", value)


FORMS = st.builds(
    lambda width, fraction, signed: FixedFormat(width=width, fraction=fraction, signed=signed),
    st.integers(1, 40), st.integers(-8, 40), st.booleans(),
)  # fmt: skip


@given(
    FORMS, st.floats(allow_nan=False) | st.floats(-300, 300), st.sampled_from(list(product((0, 1), (0, 1))))
)
def test_the_grid_is_that_of_exact_fractions(form: FixedFormat, value: float, ways: tuple[int, int]) -> None:
    single, floor = map(bool, ways)
    low, high = form.range
    found = to_grid(value, 2.0**form.fraction, low, high, single=single, floor=floor)
    held = to_float32(value) if single else value
    if math.isinf(held):
        assert found == (high if held > 0 else low)
        return
    exact = Fraction(held) * Fraction(2) ** form.fraction
    assert found == min(max(math.floor(exact) if floor else round(exact), low), high)


def test_nan_stays_off_the_grid() -> None:
    assert math.isnan(to_grid(math.nan, 1.0, 0, 1, single=False, floor=False))


def test_an_integer_beyond_float32_saturates() -> None:
    assert to_grid(3.5e38, 1.0, -8, 7, single=True, floor=True) == 7
    assert to_grid(-3.5e38, 1.0, -8, 7, single=True, floor=False) == -8


def test_a_decision_has_defaults() -> None:
    assert Decision("yes") == ("yes", None, None, ())
