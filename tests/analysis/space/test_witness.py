"""Witnesses: values that lie where they should, and that a person would write."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rulekit.analysis.space.axes import Atom, Axis
from rulekit.analysis.space.space import Space
from rulekit.analysis.space.witness import round_between, value_of, witness
from rulekit.ir.condition import Compare
from rulekit.ir.floats import to_float32
from rulekit.ir.numerics import Native
from rulekit.ir.schema import DType, Feature


def zeros(number):
    return 99 if number == 0 else len(str(abs(number))) - len(str(abs(number)).rstrip("0"))


@settings(max_examples=40)
@given(st.integers(-3000, 3000), st.integers(0, 500))
def test_the_whole_number_ends_in_the_most_zeros(low, size):
    found = round_between(low, low + size)
    assert low <= found <= low + size
    if not low <= 0 <= low + size:
        assert zeros(found) == max(map(zeros, range(low, low + size + 1)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 10, 1),
        (0, 0, 0),
        (-4, 7, 0),
        (17, 17, 17),
        (95, 134, 100),
        (-199, -95, -100),
        (-(2**31), 2**31 - 1, 0),
    ],
)
def test_whole_numbers_by_hand(low, high, expected):
    assert round_between(low, high) == expected


def axis_of(dtype):
    return Axis(Feature(name="x", dtype=dtype), [])


@settings(max_examples=40)
@given(st.floats(width=64, allow_nan=False), st.floats(width=64, allow_nan=False))
def test_a_float_lies_between_its_ends(one, other):
    low, high = sorted((one + 0.0, other + 0.0))
    found = value_of(axis_of(DType.FLOAT64), Atom(low, high))
    assert low <= found <= high
    assert math.isfinite(found) or low == high


@settings(max_examples=40)
@given(st.floats(width=32, allow_nan=False), st.floats(width=32, allow_nan=False))
def test_a_float32_is_a_float32(one, other):
    low, high = sorted((one + 0.0, other + 0.0))
    found = value_of(axis_of(DType.FLOAT32), Atom(low, high))
    assert low <= found <= high
    assert found == to_float32(found)


@settings(max_examples=40)
@given(st.integers(-999, 999), st.integers(1, 999))
def test_a_wide_interval_has_a_number_of_few_digits(low, size):
    found = value_of(axis_of(DType.FLOAT64), Atom(float(low), float(low + size)))
    assert len(repr(abs(found)).replace(".", "").strip("0")) <= 3


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-math.inf, math.inf, 1.0), (50.0, math.inf, 75.0), (2.5, 2.5, 2.5), (math.inf, math.inf, math.inf)],
)
def test_floats_by_hand(low, high, expected):
    found = value_of(axis_of(DType.FLOAT64), Atom(low, high))
    if math.isinf(high) and math.isfinite(low):
        assert found >= low
        assert math.isfinite(found)
    else:
        assert found == expected


def test_a_witness_is_plausible_and_known_where_it_can_be():
    feature = Feature(name="x", dtype=DType.INT32, bounds=(0, 100))
    axis = Axis(feature, [Compare("x", ">", 50)])
    space = Space((axis,), Native())
    assert 0 <= witness(space, (axis.everything,))["x"] <= 100
    beyond = axis.present & ~axis.plausible
    assert not 0 <= witness(space, (beyond,))["x"] <= 100
    assert witness(space, (axis.missing,)) == {"x": None}
    assert witness(space, (axis.missing | beyond,))["x"] is not None


def test_words_and_bools_are_taken_as_they_are():
    words = Axis(Feature(name="c", dtype=DType.CATEGORY, categories=("a", "b")), [])
    assert [value_of(words, atom) for atom in words.atoms] == ["a", "b", "another", None]
    bools = Axis(Feature(name="b", dtype=DType.BOOL), [])
    assert [value_of(bools, atom) for atom in bools.atoms] == [False, True, None]


@settings(max_examples=40)
@given(st.data())
def test_every_atom_of_an_axis_gives_a_value_that_lies_in_it(data):
    edges = data.draw(st.lists(st.integers(-50, 50), max_size=5))
    dtype = data.draw(st.sampled_from((DType.INT32, DType.FLOAT32, DType.FLOAT64)))
    assume(edges)
    cuts = [Compare("x", ">=", edge if dtype is DType.INT32 else float(edge)) for edge in edges]
    axis = Axis(Feature(name="x", dtype=dtype), cuts)
    for place, atom in enumerate(axis.atoms):
        assert axis.place(value_of(axis, atom)) == place
