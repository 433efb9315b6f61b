"""What scikit-learn passes around, read as frames of events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator

from rulekit.errors import EventError
from rulekit.sklearn.tables import free_name, is_frame, read_schema, read_table

COLUMNS = {"mass": [1.5, 2.5], "kind": ["a", "b"]}


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (pl.DataFrame(COLUMNS), True),
        (pl.LazyFrame(COLUMNS), True),
        (pd.DataFrame(COLUMNS), True),
        (pa.table(COLUMNS), True),
        (np.zeros((2, 2)), False),
        ([[1.0, 2.0]], False),
    ],
)
def test_frames_are_told_from_arrays(data: Any, answer: object) -> None:
    assert is_frame(data) is answer


def test_an_array_becomes_numbered_columns() -> None:
    table = read_table(BaseEstimator(), np.array([[1, 2, 3], [4, 5, 6]]), reset=True)
    assert table.to_dict(as_series=False) == {"x0": [1.0, 4.0], "x1": [2.0, 5.0], "x2": [3.0, 6.0]}


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame])
def test_a_frame_keeps_words_and_remembers_names(make: Any) -> None:
    estimator = BaseEstimator()
    table = read_table(estimator, make(COLUMNS), reset=True)
    assert table.to_dict(as_series=False) == COLUMNS
    assert list(estimator.feature_names_in_) == ["mass", "kind"]
    assert estimator.n_features_in_ == 2


def test_other_features_than_in_fit_are_refused() -> None:
    estimator = BaseEstimator()
    read_table(estimator, np.zeros((3, 2)), reset=True)
    with pytest.raises(ValueError, match="3 features"):
        read_table(estimator, np.zeros((3, 3)), reset=False)


@pytest.mark.parametrize(
    "data", [np.array([[np.inf]]), np.array([["a"]]), np.array([1.0, 2.0]), np.zeros((0, 2))]
)
def test_arrays_that_hold_no_finite_numbers_are_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"infinity|could not convert|2D array|0 sample"):
        read_table(BaseEstimator(), data, reset=True)


def test_missing_values_are_allowed() -> None:
    table = read_table(BaseEstimator(), np.array([[np.nan], [2.0]]), reset=True)
    assert np.isnan(table["x0"][0])


def test_the_schema_leaves_out_what_is_no_feature() -> None:
    schema = read_schema(pl.DataFrame({**COLUMNS, "score": [0.1, 0.2]}), "rules", {"score"})
    assert [(feature.name, feature.dtype.value) for feature in schema.features] == [
        ("mass", "float64"),
        ("kind", "category"),
    ]


def test_a_table_without_features_is_refused() -> None:
    with pytest.raises(EventError, match="no column of the events can be a feature"):
        read_schema(pl.DataFrame({"when": [[1], [2]]}), "rules", set())


def test_a_name_that_is_taken_gets_underscores() -> None:
    assert free_name(pl.DataFrame({"score": [1], "_score": [2]}), "score") == "__score"
    assert free_name(pl.DataFrame({"mass": [1]}), "score") == "score"
