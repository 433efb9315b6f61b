"""Hypothesis strategies for events that aim at the thresholds of a ruleset, and frames of them.

A raw event drawn here is what a stream would hand over: floats for float32 features that float32 can't
hold, integers for floats, absent keys, None beside NaN, keys that the schema does not know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import strategies as st

from rulekit.frames import POLARS
from rulekit.ir.condition import Compare, Member
from rulekit.ir.event import bind_value
from rulekit.ir.floats import float32_edge, next_float32
from rulekit.ir.numerics import Fixed, FixedFormat, Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.testing.strategies import literals_of

EXTRA_KEY = "a key that no schema knows"
_ABSENT = object()
_MISSING: tuple[Any, ...] = (None, math.nan, _ABSENT)
_FLOATS = (
    0.0,
    -0.0,
    math.inf,
    -math.inf,
    5e-324,
    -5e-324,
    1e-45,
    -1e-46,
    3.4028234663852886e38,
    3.5e38,
    1e308,
    0.1,
)
_INTEGERS = (0, 1, -1, 2**24 + 1, 2**31, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))
_UNKNOWN_CATEGORIES = ("no such category", "No", "\0", "")


def events(ruleset: Ruleset, numerics: Numerics | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for raw events; most values lie at a threshold of the ruleset or right beside it.

    Parameters
    ----------
    ruleset : gives the features and thresholds.
    numerics : with fixed point, values also lie around the ticks of the grid. Default: native.

    """
    values = {
        feature.name: _values(ruleset, numerics or Native(), feature) for feature in ruleset.schema.features
    }
    extra = {} if EXTRA_KEY in values else {EXTRA_KEY: st.just(object())}
    return st.fixed_dictionaries(values, optional=extra).map(_without_absent)


def _without_absent(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value is not _ABSENT}


def _values(ruleset: Ruleset, numerics: Numerics, feature: Feature) -> st.SearchStrategy[Any]:
    present = list(aimed(ruleset, numerics, feature))
    repeated = present * max(1, 12 // len(present))  # so that a bool is not missing every other time
    pool = st.sampled_from([*repeated, *_MISSING])
    return st.one_of(pool, pool, pool, _anywhere(feature))


def _anywhere(feature: Feature) -> st.SearchStrategy[Any]:
    if feature.dtype.is_float:
        return st.floats()
    if feature.dtype.is_integer:
        return st.integers(*feature.dtype.integer_range)
    return st.booleans() if feature.dtype is DType.BOOL else st.text(max_size=3)


def aimed(ruleset: Ruleset, numerics: Numerics, feature: Feature) -> Iterator[Any]:
    """Yield values of one feature: at and beside its thresholds and bounds, and special ones of its dtype."""
    if feature.dtype is DType.BOOL:
        yield from (True, False)
    elif feature.dtype is DType.CATEGORY:
        yield from (*(feature.categories or ()), *_UNKNOWN_CATEGORIES)
    else:
        near = _near_float32 if feature.dtype is DType.FLOAT32 else _near
        values: list[Any] = [value for goal in _goals(ruleset, feature) for value in near(goal)]
        if isinstance(numerics, Fixed) and feature.name in numerics.formats:
            values += _near_ticks(ruleset, numerics, feature, numerics.formats[feature.name])
        yield from _fitting(feature, [*values, *_FLOATS, *_INTEGERS])


def _goals(ruleset: Ruleset, feature: Feature) -> Iterator[Any]:
    for literal in literals_of(ruleset, feature.name):
        if isinstance(literal, Compare):
            yield literal.value
        elif isinstance(literal, Member):
            yield from literal.values
    yield from feature.bounds or ()


def _near(value: float) -> Iterator[float]:
    if isinstance(value, int):
        yield from (value - 1, value, value + 1)
    else:
        yield from (value, math.nextafter(value, -math.inf), math.nextafter(value, math.inf))


def _near_float32(value: float) -> Iterator[float]:
    """Yield a float32 threshold, its neighbours, and the points where rounding to it begins and ends."""
    if abs(value) > 2.0**127 or value != bind_value(_FLOAT32, value):
        yield value
        return
    value = float(value)
    for side in (-math.inf, math.inf):
        edge, _ = float32_edge(value, side)
        yield from (value, next_float32(value, side))
        yield from (edge, math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf))


_FLOAT32 = Feature(name="x", dtype=DType.FLOAT32)


def _near_ticks(ruleset: Ruleset, numerics: Fixed, feature: Feature, form: FixedFormat) -> Iterator[float]:
    """Yield what rounds to the ticks around each threshold, and what saturates."""
    ticks = set(form.range)
    for literal in literals_of(ruleset, feature.name):
        bound = numerics.bind_condition(literal, ruleset.schema)
        if isinstance(bound, Compare):
            ticks.add(int(bound.value))
        elif isinstance(bound, Member):
            ticks.update(int(value) for value in bound.values)
    for tick in sorted(ticks):
        for halves in range(2 * tick - 2, 2 * tick + 3):
            exact = float(Fraction(halves, 2) / Fraction(2) ** form.fraction)
            yield from (exact, math.nextafter(exact, -math.inf), math.nextafter(exact, math.inf))


def _fitting(feature: Feature, values: Sequence[Any]) -> Iterator[Any]:
    """Yield the values as the dtype can take them: an integer feature gets the integers on both sides."""
    if feature.dtype.is_float:
        yield from values
        return
    low, high = feature.dtype.integer_range
    finite = [value for value in values if math.isfinite(value)]
    whole = dict.fromkeys(side(value) for value in finite for side in (math.floor, math.ceil))
    yield from (value for value in whole if low <= value <= high)


def frame_of(schema: Schema, drawn: Sequence[Mapping[str, Any]], *, wide: bool = False) -> pl.DataFrame:
    """Return a frame of drawn events, one column for each feature; None stays null and NaN stays NaN.

    Parameters
    ----------
    schema : gives the columns and their dtypes.
    drawn : the events; other keys are left out.
    wide : keep float32 features as unrounded float64, to be decided with ``cast=True``. Default: False.

    Raises
    ------
    EventError
        when a value does not fit its feature.

    """
    columns = []
    for feature in schema.features:
        read = (
            feature.model_copy(update={"dtype": DType.FLOAT64})
            if wide and feature.dtype.is_float
            else feature
        )
        values = [_cell(read, event.get(feature.name)) for event in drawn]
        columns.append(pl.Series(feature.name, values, dtype=POLARS[read.dtype], strict=True))
    return pl.DataFrame(columns)


def _cell(feature: Feature, value: Any) -> Any:
    if feature.dtype.is_float and isinstance(value, float) and math.isnan(value):
        return value
    return bind_value(feature, value)
