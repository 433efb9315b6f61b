from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.induction.samples.encoding import encode
from rulekit.ir.schema import Feature, Schema


def _schema(*features: Feature) -> Schema:
    return Schema(name="s", version="1.0.0", features=features)


NUMBER = _schema(Feature(name="x", dtype="float64"))


@given(st.lists(st.none() | st.floats(allow_nan=False), min_size=2, max_size=40))
def test_a_rank_is_the_number_of_distinct_smaller_values(values: list[float | None]) -> None:
    encoding = encode(pl.DataFrame({"x": values}, schema={"x": pl.Float64}), NUMBER)
    distinct = sorted({value + 0 for value in values if value is not None})
    varies = len(distinct) + (None in values) > 1
    assert len(encoding.columns) == varies
    if varies:
        expected = [math.nan if value is None else float(distinct.index(value + 0)) for value in values]
        np.testing.assert_array_equal(encoding.matrix[:, 0], np.array(expected, dtype=np.float32))
        assert encoding.columns[0].values.tolist() == distinct
        assert encoding.columns[0].missing == (None in values)


def test_whole_numbers_that_floats_confuse_stay_apart() -> None:
    values = [2**60, 2**60 + 1, 2**60 + 2, 2**60 + 1]
    encoding = encode(pl.DataFrame({"x": values}), _schema(Feature(name="x", dtype="int64")))
    assert encoding.matrix[:, 0].tolist() == [0.0, 1.0, 2.0, 1.0]
    assert encoding.columns[0].values.tolist() == values[:3]


def test_infinities_are_ranks_and_both_zeros_are_one() -> None:
    frame = pl.DataFrame({"x": [math.inf, -0.0, 0.0, -math.inf]})
    assert encode(frame, NUMBER).matrix[:, 0].tolist() == [2.0, 1.0, 1.0, 0.0]


def test_a_category_is_a_column_a_value() -> None:
    schema = _schema(Feature(name="k", dtype="category", categories=("r", "g", "b", "never")))
    frame = pl.DataFrame({"k": ["r", "g", None, "odd", "r", "b"]})
    encoding = encode(frame, schema)
    assert [column.category for column in encoding.columns] == ["r", "g", "b"]
    assert encoding.matrix.T.tolist() == [[1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]
    assert all(column.missing for column in encoding.columns)


@pytest.mark.parametrize("forbidden", [(), ("x",), ("x", "y")])
def test_forbidden_and_constant_features_have_no_column(forbidden: tuple[str, ...]) -> None:
    schema = _schema(*(Feature(name=name, dtype="float64") for name in "xyz"))
    frame = pl.DataFrame({"x": [1.0, 2.0], "y": [2.0, 1.0], "z": [3.0, 3.0]})
    encoding = encode(frame, schema, forbidden)
    assert [column.feature.name for column in encoding.columns] == [n for n in "xy" if n not in forbidden]
    assert encoding.matrix.shape == (2, 2 - len(forbidden))
    assert encoding.matrix.dtype == np.float32


def test_what_is_missing_is_filled_below_every_rank() -> None:
    encoding = encode(pl.DataFrame({"x": [3.0, None, 1.0]}), NUMBER)
    assert encoding.filled[:, 0].tolist() == [1.0, -1.0, 0.0]
    assert np.isnan(encoding.matrix[1, 0])


def test_the_first_column_of_a_feature_is_found() -> None:
    schema = _schema(
        Feature(name="k", dtype="category", categories=("r", "g")), Feature(name="x", dtype="float64")
    )
    encoding = encode(pl.DataFrame({"k": ["r", "g"], "x": [1.0, 2.0]}), schema)
    assert (encoding.column_of("k"), encoding.column_of("x")) == (0, 2)
