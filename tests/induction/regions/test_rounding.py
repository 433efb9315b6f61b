"""The condition of a region selects its events, with the shortest thresholds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.induction.regions.region import PathStep, Span, intersect
from rulekit.induction.regions.rounding import cheapest_code, edge_within, value_of, write
from rulekit.induction.samples.encoding import Column, Encoding, encode
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import holds


@pytest.fixture(scope="module")
def fit(events: pl.DataFrame) -> pl.DataFrame:
    return events.head(1500)


@pytest.fixture(scope="module")
def encoding(fit: pl.DataFrame, schema: Schema) -> Encoding:
    return encode(fit, schema)


def _sample(frame: pl.DataFrame, schema: Schema) -> Sample:
    bound = frame.select(schema.names)
    return Sample(bound, np.zeros(len(frame)), np.ones(len(frame)), None)


VALUES = [0.1, 9.8713, 9.88, 12.34, 12.35]


@pytest.mark.parametrize(
    ("dtype", "values", "cut", "texts"),
    [
        ("float64", VALUES, 1, ["x <= 5", "x > 5"]),
        ("float64", VALUES, 2, ["x <= 9.876", "x > 9.876"]),
        ("float64", VALUES, 3, ["x <= 10", "x > 10"]),
        ("float64", VALUES, 4, ["x <= 12.34", "x > 12.34"]),
        ("float64", [-0.3, 1.7], 1, ["x <= 0", "x > 0"]),
        ("float64", [0.1, 0.1 + 2**-54], 1, ["x <= 0.1", "x > 0.1"]),
        ("float64", [1.0, np.nextafter(1.0, 2)], 1, ["x <= 1", "x > 1"]),
        ("float64", [-np.inf, 3.0], 1, ["x <= -inf", "x > -inf"]),
        ("float64", [1e6, np.inf], 1, ["x <= 1000000", "x > 1000000"]),
        ("float32", [np.float32(0.1), np.float32(0.2)], 1, ["x <= 0.1", "x > 0.1"]),
        ("int32", [3, 7, 8], 1, ["x <= 5", "x >= 6"]),
        ("int32", [-4, 9], 1, ["x <= 0", "x >= 0"]),
        ("int64", [2**60, 2**60 + 1], 1, [f"x <= {2**60}", f"x >= {2**60 + 1}"]),
        ("bool", [False, True], 1, ["x == false", "x == true"]),
    ],
)
def test_thresholds_are_the_shortest_that_split_alike(
    dtype: str, values: list[Any], cut: int, texts: list[str]
) -> None:
    one = Schema(name="one", version="1.0.0", features=(Feature(name="x", dtype=dtype),))
    kind = {
        "float64": pl.Float64,
        "float32": pl.Float32,
        "int32": pl.Int32,
        "int64": pl.Int64,
        "bool": pl.Boolean,
    }[dtype]
    frame = pl.DataFrame({"x": pl.Series(values, dtype=kind)})
    encoding = encode(frame, one)
    found = []
    for left in (True, False):
        region = intersect([PathStep(0, cut, left, missing=False)], encoding)
        assert region is not None
        condition = write(region, encoding, np.ones(len(values)))
        row = hit_matrix([condition], _sample(frame, one), one)[0]
        assert row.tolist() == [(index < cut) == left for index in range(len(values))]
        found += condition_to_when(condition)
    assert found == texts


def test_a_tolerance_moves_little_weight(encoding: Encoding, fit: pl.DataFrame, schema: Schema) -> None:
    weights = np.random.default_rng(3).exponential(1, len(fit))
    first, second = encoding.column_of("mass"), encoding.column_of("Time of flight")
    region = intersect([PathStep.at(first, 333, left=False), PathStep.at(second, 777, left=True)], encoding)
    assert region is not None
    exact, rounded = write(region, encoding, weights), write(region, encoding, weights, 0.02)
    rows = hit_matrix([exact, rounded], _sample(fit, schema), schema)
    moved = weights[rows[0] != rows[1]].sum() / weights[rows[0]].sum()
    assert 0 < moved <= 2 * 0.02
    assert sum(map(len, map(str, condition_to_when(rounded)))) < sum(
        map(len, map(str, condition_to_when(exact)))
    )


def test_conditions_mean_the_same_to_the_reference(
    encoding: Encoding, fit: pl.DataFrame, schema: Schema
) -> None:
    from rulekit.ir.canonical import bind
    from rulekit.ir.event import bind_event

    kind = next(i for i, column in enumerate(encoding.columns) if column.category == "r")
    steps = [PathStep.at(kind, 0.5, left=True), PathStep.at(encoding.column_of("mass"), 700, left=True)]
    region = intersect(steps, encoding)
    assert region is not None
    condition = write(region, encoding, np.ones(len(fit)))
    row = hit_matrix([condition], _sample(fit, schema), schema)[0]
    bound = bind(condition, schema)
    expected = [holds(bound, bind_event(schema.features, event)) for event in fit.head(300).to_dicts()]
    assert row[:300].tolist() == expected
    assert condition_to_when(condition)[0] == {"any": ["kind not in {r}", "kind is missing"]}
    assert isinstance(region["mass"], Span)
    assert not isinstance(condition.terms[0], Decimal)


def _column(dtype: str, values: list[Any]) -> Column:
    return Column(Feature(name="x", dtype=dtype), None, np.array(values), missing=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-3000, 3000), min_size=3, max_size=12, unique=True).map(sorted),
    st.data(),
)
def test_an_edge_of_whole_numbers_is_the_roundest_that_splits_there(
    values: list[int], data: st.DataObject
) -> None:
    least = data.draw(st.integers(1, len(values) - 1))
    most = data.draw(st.integers(least, len(values) - 1))
    found = edge_within(_column("int32", values), (least, most))
    assert least <= sum(value <= found for value in values) <= most

    def zeros(number: int) -> int:
        return 99 if number == 0 else len(str(number)) - len(str(number).rstrip("0"))

    assert zeros(found) == max(zeros(number) for number in range(values[least - 1], values[most]))


@pytest.mark.parametrize(
    ("values", "cuts", "edge"),
    [
        ([0.11, 0.52, 0.98], (1, 1), "0.3"),
        ([0.11, 0.52, 0.98], (1, 2), "0.5"),
        ([9.8713, 9.98, 10.2], (1, 1), "9.9"),
        ([9.8713, 9.98, 10.2], (1, 2), "10"),
        ([-0.5, 0.25], (1, 1), "0"),
        ([1234.5, 1777.7], (1, 1), "1500"),
    ],
)
def test_an_edge_is_the_shortest_decimal_that_splits_there(
    values: list[float], cuts: tuple[int, int], edge: str
) -> None:
    assert str(edge_within(_column("float64", values), cuts)) == edge


def _trailing(code: int) -> int:
    return 99 if code == 0 else (code & -code).bit_length()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-12, 12), min_size=2, max_size=6, unique=True).map(sorted),
    st.sampled_from([(8, 3, True), (6, 1, False), (5, 4, True)]),
)
def test_the_cheapest_code_has_most_trailing_zeros(values: list[float], form: tuple[int, int, bool]) -> None:
    width, fraction, signed = form
    fixed = FixedFormat(width=width, fraction=fraction, signed=signed)
    least, most = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)
    found = cheapest_code(_column("float64", values), (1, 1), fixed)
    # x < c on codes, a code being the floor of the scaled value
    low, high = (int(np.floor(value * 2**fraction)) for value in values[:2])
    splits = [code for code in range(least + 1, most + 1) if low < code <= high]
    if found is None:
        assert not splits
    else:
        assert found in splits
        assert _trailing(found) == max(map(_trailing, splits))


def test_a_code_stands_for_its_multiple_of_the_last_bit() -> None:
    form = FixedFormat(width=8, fraction=3, signed=True)
    assert value_of(20, form) == Decimal("2.5")
    assert value_of(-1, form) == Decimal("-0.125")
    whole = value_of(16, form)
    assert (whole, type(whole)) == (2, int)
