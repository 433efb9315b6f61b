"""The text that every module of the polars target begins with, beside plain Python."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import FixedFormat
from rulekit.targets.polars.prelude import (
    CODE,
    any_hit,
    code_type,
    first_hit,
    hit_list,
    hit_masks,
    ladder_step,
    look_up,
    number,
    to_grid,
    total,
)

TRUTHS = st.integers(0, 19).flatmap(
    lambda rules: st.lists(
        st.lists(st.sampled_from([True, False, None]), min_size=rules, max_size=rules), min_size=1, max_size=6
    )
)
"""Rows of what each rule says of an event; None is a comparison with a missing value."""


def table(rows: list[list[bool | None]], invalid: list[bool]) -> tuple[pl.DataFrame, list[pl.Expr]]:
    columns = [pl.Series(f"r{rule}", [row[rule] for row in rows], pl.Boolean) for rule in range(len(rows[0]))]
    frame = pl.DataFrame([pl.Series("invalid", invalid, pl.Boolean), *columns])
    return frame, [pl.col(column.name) for column in columns]


@given(TRUTHS, st.data())
def test_the_first_hit_decides(rows: list[list[bool | None]], data: st.DataObject) -> None:
    invalid = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    frame, rules = table(rows, invalid)
    found = frame.select(first_hit(pl.col("invalid"), rules)).to_series()
    expected = [
        len(rules) if lost else next((place for place, hit in enumerate(row) if hit), None)
        for row, lost in zip(rows, invalid, strict=True)
    ]
    assert found.to_list() == expected
    assert found.dtype == pl.UInt8


@given(TRUTHS)
def test_any_hit_is_never_null(rows: list[list[bool | None]]) -> None:
    frame, rules = table(rows, [False] * len(rows))
    found = frame.with_columns(any_hit(rules).alias("any"))["any"]
    assert found.to_list() == [any(row) for row in rows]


@given(TRUTHS, st.data())
def test_points_of_hits_are_summed(rows: list[list[bool | None]], data: st.DataObject) -> None:
    frame, rules = table(rows, [False] * len(rows))
    points = data.draw(st.lists(st.integers(-(2**55), 2**55), min_size=len(rules), max_size=len(rules)))
    found = frame.with_columns(total(rules, points).alias("sum"))["sum"]
    assert found.to_list() == [sum(p for hit, p in zip(row, points, strict=True) if hit) for row in rows]
    assert found.dtype == pl.Int64


@given(TRUTHS, st.data())
def test_all_hits_are_listed_in_text_order(rows: list[list[bool | None]], data: st.DataObject) -> None:
    invalid = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    frame, rules = table(rows, invalid)
    ids = tuple(f"rule {place}" for place in range(len(rules)))
    masks = frame.with_columns(hit_masks(pl.col("invalid"), rules))
    found = masks.with_columns(hit_list(ids).alias("hits"))["hits"]
    assert found.dtype == pl.List(pl.Enum(ids))
    assert found.to_list() == [
        [] if lost else [name for name, hit in zip(ids, row, strict=True) if hit]
        for row, lost in zip(rows, invalid, strict=True)
    ]


@pytest.mark.parametrize(
    ("count", "dtype"),
    [(1, pl.UInt8), (256, pl.UInt8), (257, pl.UInt16), (65536, pl.UInt16), (65537, pl.UInt32)],
)
def test_codes_below_a_count_fit_their_type(count: int, dtype: Any) -> None:
    assert code_type(count) == dtype
    assert pl.Series([count - 1], dtype=dtype, strict=True)[0] == count - 1


def test_many_rules_take_wider_codes() -> None:
    frame = pl.DataFrame({"x": [0, 254, 299, 300]})
    found = frame.select(first_hit(pl.lit(value=False), [pl.col("x") == place for place in range(300)]))
    assert found.to_series().to_list() == [0, 254, 299, None]
    assert found.dtypes == [pl.UInt16]


def test_only_nan_becomes_missing() -> None:
    frame = pl.DataFrame({"x": [1.0, math.nan, None, math.inf, -0.0]})
    assert frame.select(number(pl.col("x"))).to_series().to_list() == [1.0, None, None, math.inf, 0.0]


def test_looking_up_is_a_gather_and_keeps_null() -> None:
    frame = pl.DataFrame({CODE: [2, 0, None, 1]}, schema={CODE: pl.UInt8})
    found = frame.select(look_up(pl.col(CODE), [7, 7, 300])).to_series()
    assert (found.to_list(), found.dtype) == ([300, 7, None, 7], pl.UInt32())


@given(st.lists(st.integers(-9, 9), unique=True, max_size=5).map(sorted), st.integers(-11, 11) | st.none())
def test_steps_of_a_ladder(thresholds: list[int], score: int | None) -> None:
    ladder = [(f"o{place}", least) for place, least in enumerate(thresholds)]
    frame = pl.DataFrame({"score": [score]}, schema={"score": pl.Int64})
    found = frame.with_columns(ladder_step(pl.col("score"), ladder).alias("step"))["step"][0]
    if score is None:
        assert found is None or not ladder
    else:
        assert found == sum(score >= least for least in thresholds)


FORMS = [
    FixedFormat(width=w, fraction=f, signed=s)
    for w, f in ((1, 0), (8, 4), (10, -3), (48, 20))
    for s in (False, True)
]


@pytest.mark.parametrize("floor", [False, True])
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_grid_is_that_of_exact_fractions(form: FixedFormat, *, floor: bool) -> None:
    low, high = form.range
    halves = {Fraction(code) + half for code in (low, low + 1, 0, 1, high - 1, high, high + 5, low - 5)
              for half in (Fraction(-1, 2), Fraction(0), Fraction(1, 2))}  # fmt: skip
    values = [float(point / Fraction(2) ** form.fraction) for point in sorted(halves)]
    values += [math.nextafter(value, side) for value in values for side in (-math.inf, math.inf)]
    values += [math.inf, -math.inf, 5e-324, -5e-324, -0.0, 1e300, -1e300]
    frame = pl.DataFrame({"x": [*values, None]})
    found = frame.select(to_grid(pl.col("x"), 2.0**form.fraction, low, high, floor=floor)).to_series()
    assert found.dtype == pl.Int64
    assert found.to_list() == [*(_on_grid(value, form, floor=floor) for value in values), None]


def _on_grid(value: float, form: FixedFormat, *, floor: bool) -> int:
    low, high = form.range
    if math.isinf(value):
        return high if value > 0 else low
    exact = Fraction(value) * Fraction(2) ** form.fraction
    return min(max(math.floor(exact) if floor else round(exact), low), high)
