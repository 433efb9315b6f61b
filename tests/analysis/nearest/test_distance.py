"""Distances, by hand and against every value of a small dtype."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rulekit.analysis.nearest.distance import STEPS, AxisDistance, Limits, in_scales
from rulekit.analysis.space.axes import Axis, places
from rulekit.errors import RulekitError
from rulekit.ir.condition import Compare
from rulekit.ir.schema import DType, Feature, Schema

AGE = Feature(name="age", dtype=DType.INT32, bounds=(0, 100))
COUNTRY = Feature(name="country", dtype=DType.CATEGORY, categories=("SE", "NO"))
RATIO = Feature(name="ratio", dtype=DType.FLOAT64)
SCHEMA = Schema(name="s", version="1.0.0", features=(AGE, COUNTRY, RATIO))


def axis_of(feature, *thresholds):
    return Axis(feature, [Compare(feature.name, ">=", threshold) for threshold in thresholds])


def test_a_change_costs_its_share_of_the_scale():
    axis = axis_of(AGE, 10, 50)
    along = AxisDistance(axis, 100.0)
    own = axis.place(5)
    assert in_scales(along.cost(5, own, axis.place(10))) == pytest.approx(0.05)
    assert in_scales(along.cost(5, own, axis.place(50))) == pytest.approx(0.45)
    assert along.cost(5, own, own) == 0
    assert along.value(5, own, axis.place(10)) == 10
    assert along.value(60, axis.place(60), axis.place(10)) == 49


def test_to_lose_or_to_gain_a_value_costs_one():
    axis = axis_of(AGE, 10)
    along = AxisDistance(axis, 100.0)
    missing = len(axis.atoms) - 1
    assert along.cost(5, axis.place(5), missing) == STEPS
    assert along.cost(None, missing, axis.place(20)) == STEPS


@pytest.mark.parametrize(("scale", "expected"), [(1.0, 1.0), (0.5, 2.0), (4.0, 0.25)])
def test_another_category_costs_one_over_its_scale(scale, expected):
    axis = Axis(COUNTRY, [])
    assert in_scales(AxisDistance(axis, scale).cost("SE", 0, 1)) == expected


def test_no_change_is_free_and_none_is_without_end():
    axis = axis_of(RATIO, 1.0)
    along = AxisDistance(axis, 1e300)
    below = math.nextafter(1.0, 0.0)
    assert along.cost(below, axis.place(below), axis.place(1.0)) == 1
    assert math.isfinite(in_scales(AxisDistance(axis, 1e-300).cost(-math.inf, 0, 1)))
    assert math.isfinite(in_scales(AxisDistance(Axis(COUNTRY, []), 5e-324).cost("SE", 0, 1)))


@given(st.integers(-20, 120), st.integers(1, (1 << 5) - 1))
def test_the_nearest_atom_is_the_one_of_least_cost(value, atoms):
    axis = axis_of(AGE, 10, 50)
    atoms &= axis.everything
    along = AxisDistance(axis, 100.0)
    assume(atoms)
    own = axis.place(value)
    cost, place = along.nearest(value, own, atoms)
    assert atoms >> place & 1
    assert cost == min(along.cost(value, own, other) for other in places(atoms))


def test_scales_come_from_where_they_are_said():
    limits = Limits(scales={"country": 3})
    assert limits.scale(COUNTRY) == (3.0, "given")
    assert limits.scale(AGE) == (100.0, "bounds")
    assert limits.scale(RATIO) == (1.0, "one")
    flat = Feature(name="flat", dtype=DType.INT32, bounds=(4, 4))
    assert limits.scale(flat) == (1.0, "one")


@pytest.mark.parametrize(
    ("limits", "values"),
    [
        (Limits(), {0, 10, 50, 100}),
        (Limits(immutable=frozenset(["age"])), {20}),
        (Limits(monotone={"age": "up"}), {20, 50, 100}),
        (Limits(monotone={"age": "down"}), {0, 20}),
        (Limits(losable=True), {0, 10, 50, 100, None}),
    ],
)
def test_what_an_event_may_become(limits, values):
    axis = axis_of(AGE, 10, 50)
    allowed = limits.allowed(axis, axis.place(20))
    for value in (0, 20, 60, 100, None, -1, 101):
        expected = any(axis.place(one) == axis.place(value) for one in values | {20})
        assert bool(allowed >> axis.place(value) & 1) == expected, value


def test_an_unknown_value_may_become_known_in_any_direction():
    axis = axis_of(AGE, 10)
    allowed = Limits(monotone={"age": "up"}).allowed(axis, len(axis.atoms) - 1)
    assert allowed == axis.plausible


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(immutable=frozenset(["ages"])), "immutable: unknown feature 'ages'"),
        (Limits(monotone={"country": "up"}), "monotone: country"),
        (Limits(monotone={"age": "sideways"}), "monotone: age"),
        (Limits(scales={"age": 0.0}), "scales: age"),
        (Limits(scales={"age": math.inf}), "scales: age"),
        (Limits(scales={"agee": 1.0}), "scales: unknown feature 'agee'"),
    ],
)
def test_limits_that_do_not_fit_the_schema_are_refused(limits, message):
    with pytest.raises(RulekitError, match=message):
        limits.check(SCHEMA)


def test_a_near_miss_is_named():
    with pytest.raises(RulekitError) as raised:
        Limits(immutable=frozenset(["contry"])).check(SCHEMA)
    assert raised.value.hint == "did you mean country?"
