"""Drawn events aim at thresholds, and frames hold them exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import rulekit
from rulekit.errors import EventError
from rulekit.frames import POLARS
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.schema import DType
from rulekit.ir.semantics import decide
from rulekit.testing import events, frame_of, rulesets
from rulekit.testing.events import EXTRA_KEY, aimed


def law(dtype: str, when: str, **feature: Any) -> rulekit.Ruleset:
    words = ("SE", "NO") if dtype == "category" else None
    return rulekit.Ruleset(
        name="aimed", version="1.0.0", hit_policy="first", otherwise="no",
        schema=rulekit.Schema(
            name="aimed", version="1.0.0",
            features=(rulekit.Feature(name="x", dtype=dtype, categories=words, **feature),),
        ),
        rules=(rulekit.Rule(id="r", when=[when], then="yes"),),
    )  # fmt: skip


def values(ruleset: rulekit.Ruleset, numerics: Any = None) -> list[Any]:
    return list(aimed(ruleset, numerics or Native(), ruleset.schema.features[0]))


def test_a_float64_threshold_is_aimed_at_from_both_sides() -> None:
    found = values(law("float64", "x > 0.1"))
    assert {0.1, math.nextafter(0.1, 0), math.nextafter(0.1, 1), math.inf, -math.inf, -0.0} <= set(found)


def test_a_float32_threshold_is_aimed_at_where_rounding_turns() -> None:
    at = float(np.float32(0.1))
    above = float(np.nextafter(np.float32(0.1), np.float32(1)))
    found = set(values(law("float32", "x > 0.1")))
    middle = (at + above) / 2
    assert {at, above} <= found
    assert any(abs(value - middle) <= 2 * math.ulp(middle) for value in found)
    rounded = {float(np.float32(value)) for value in found if math.isfinite(value) and abs(value) < 3e38}
    assert rounded >= {at, above}


@pytest.mark.parametrize(("dtype", "most"), [("int32", 2**31 - 1), ("int64", 2**63 - 1)])
def test_integers_are_those_that_the_dtype_can_hold(dtype: str, most: int) -> None:
    found = values(law(dtype, "x >= 7", bounds=(0, 1000)))
    assert {6, 7, 8, 0, 1000} <= set(found)
    assert all(type(value) is int and -most - 1 <= value <= most for value in found)


def test_categories_known_and_not() -> None:
    assert {"SE", "NO", ""} <= set(values(law("category", "x == SE")))
    assert any(value not in {"SE", "NO"} for value in values(law("category", "x == SE")))
    assert values(law("bool", "x == true")) == [True, False]


def test_ticks_of_a_grid_and_what_saturates() -> None:
    numerics = Fixed(formats={"x": FixedFormat(width=4, fraction=1)})
    found = values(law("float64", "x >= 1"), numerics)
    assert {1.0, 0.75, 1.25, 0.5, -4.0, 3.5, 3.75} <= set(found)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(rulesets().flatmap(lambda ruleset: st.tuples(st.just(ruleset), events(ruleset))))
def test_every_drawn_event_fits_its_schema(drawn: tuple[rulekit.Ruleset, dict[str, Any]]) -> None:
    ruleset, event = drawn
    bound = bind_event(ruleset.schema.features, event)
    assert set(bound) == set(ruleset.schema.names)
    assert set(event) - set(bound) <= {EXTRA_KEY}


@pytest.mark.parametrize("outcome", ["yes", "no", "invalid"])
def test_every_outcome_is_drawn(outcome: str) -> None:
    ruleset = law("float32", "x == 0.1", required=True)
    found = find(events(ruleset), lambda event: decide(ruleset, event).outcome == outcome)
    assert decide(ruleset, found).outcome == outcome


def test_keys_are_absent_or_unknown_at_times() -> None:
    ruleset = law("float64", "x > 1")
    assert "x" not in find(events(ruleset), lambda event: "x" not in event)
    assert EXTRA_KEY in find(events(ruleset), lambda event: EXTRA_KEY in event)
    with pytest.raises(NoSuchExample):
        find(
            events(ruleset),
            lambda event: event.get("x") == "no number",
            settings=settings(max_examples=50, database=None),
        )


SCHEMA = rulekit.Schema(
    name="all",
    version="1.0.0",
    features=tuple(
        rulekit.Feature(name=dtype.value, dtype=dtype, categories=("a",) if dtype is DType.CATEGORY else None)
        for dtype in DType
    ),
)


def test_a_frame_has_the_dtypes_of_the_schema() -> None:
    frame = frame_of(SCHEMA, [])
    assert frame.schema == {feature.name: POLARS[feature.dtype] for feature in SCHEMA.features}
    wide = frame_of(SCHEMA, [], wide=True)
    assert (wide["float32"].dtype, wide["int32"].dtype) == (pl.Float64, pl.Int32)


def test_a_frame_keeps_nan_and_null_apart() -> None:
    frame = frame_of(SCHEMA, [{"float64": math.nan, "float32": None}, {"float64": None, "float32": math.nan}])
    assert frame["float64"].is_nan().to_list() == [True, None]
    assert frame["float32"].is_nan().to_list() == [None, True]
    assert frame["bool"].null_count() == 2


def test_a_wide_frame_is_rounded_by_deciding_alone() -> None:
    event = {"float32": 0.1}
    assert frame_of(SCHEMA, [event])["float32"][0] == float(np.float32(0.1))
    assert frame_of(SCHEMA, [event], wide=True)["float32"][0] == 0.1


def test_a_value_that_does_not_fit_makes_no_frame() -> None:
    with pytest.raises(EventError):
        frame_of(SCHEMA, [{"int32": 2**31}])
