from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from rulekit.errors import EventError, TeacherError
from rulekit.induction.teachers.base import Teacher, feature_matrix
from rulekit.induction.teachers.load import teacher
from rulekit.ir.schema import Feature, Schema


def test_feature_matrix_is_float32_in_schema_order(schema: Schema) -> None:
    frame = pl.DataFrame(
        {
            "id": [7, 8, 9],
            "flag": [True, None, False],
            "kind": ["b", "unknown", None],
            "hits": pl.Series([1, None, 3], dtype=pl.Int32),
            "mass": [0.1, float("nan"), None],
            "Time of flight": pl.Series([1.5, 2.5, float("inf")], dtype=pl.Float32),
        }
    )
    matrix = feature_matrix(frame, schema)
    nan = np.nan
    expected = [[0.1, 1, 2, 1, 1.5, 7], [nan, nan, 4, nan, 2.5, 8], [nan, 3, nan, 0, np.inf, 9]]
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix, np.array(expected, dtype=np.float32), equal_nan=True)
    assert np.array_equal(feature_matrix(frame.lazy(), schema), matrix, equal_nan=True)
    with pytest.raises(EventError, match="no column for feature mass"):
        feature_matrix(frame.drop("mass"), schema)


def _fit(estimator: Any, events: pl.DataFrame, schema: Schema) -> Any:
    return estimator.fit(feature_matrix(events, schema), events["truth"].to_numpy())


@pytest.mark.parametrize(
    ("estimator", "score"),
    [
        (HistGradientBoostingClassifier(max_iter=5), lambda e, x: e.predict_proba(x)[:, 1]),
        (make_pipeline(SimpleImputer(), LinearSVC()), lambda e, x: e.decision_function(x)),
        (
            make_pipeline(SimpleImputer(), IsolationForest(n_estimators=5)),
            lambda e, x: -e.decision_function(x),
        ),
        (HistGradientBoostingRegressor(max_iter=5), lambda e, x: e.predict(x)),
    ],
    ids=["probabilities", "decision", "outliers", "regression"],
)
def test_estimators_score_higher_for_signal(
    estimator: Any, score: Any, events: pl.DataFrame, schema: Schema
) -> None:
    fitted = _fit(estimator, events, schema)
    read = teacher(fitted, schema)
    assert isinstance(read, Teacher)
    found = read.scores(events)
    assert found.dtype == np.float64
    assert np.array_equal(found, score(fitted, feature_matrix(events, schema)).astype(np.float64))


def test_an_estimator_fitted_on_named_columns_gets_them_by_name(events: pl.DataFrame, schema: Schema) -> None:
    frame = pl.DataFrame(feature_matrix(events, schema), schema=list(schema.names)).to_pandas()[
        ["hits", "mass"]
    ]
    fitted = DecisionTreeClassifier(max_depth=3).fit(frame, events["truth"].to_numpy())
    expected = fitted.predict_proba(frame)[:, 1]
    assert np.array_equal(teacher(fitted, schema).scores(events), expected)


def test_a_column_is_a_teacher(events: pl.DataFrame, schema: Schema) -> None:
    assert np.array_equal(teacher("score", schema).scores(events), events["score"].to_numpy())
    assert teacher("truth", schema).scores(events.lazy()).sum() == events["truth"].sum()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("scores", "no score column 'scores'\n  hint: is it the column 'score'?"),
        ("kind", "the score column 'kind' holds no numbers"),
        ("mass", "teacher mass gives NaN for 611 of 6,000 events"),
        (Path("model.h5"), "unknown kind of teacher"),
        (3.5, "this is no teacher"),
        (
            DecisionTreeClassifier(),
            "can't score the events: This DecisionTreeClassifier instance is not fitted yet",
        ),
    ],
)
def test_what_is_no_teacher_is_refused(source: Any, words: str, events: pl.DataFrame, schema: Schema) -> None:
    with pytest.raises(TeacherError) as caught:
        teacher(source, schema).scores(events)
    assert words in str(caught.value)


def test_estimators_that_can_not_be_used_say_why(events: pl.DataFrame, schema: Schema) -> None:
    three = DecisionTreeClassifier(max_depth=2).fit(
        feature_matrix(events, schema), events["hits"].to_numpy() % 3
    )
    with pytest.raises(TeacherError, match="no classifier of two classes") as caught:
        teacher(three, schema).scores(events)
    assert caught.value.got == "3 classes"
    linear = LinearRegression().fit(np.zeros((10, 6)), np.zeros(10))
    with pytest.raises(TeacherError, match="can't score the events: Input X contains NaN"):
        teacher(linear, schema).scores(events)
    with pytest.raises(TeacherError, match="fitted on other features") as caught:
        teacher(LinearRegression().fit(np.zeros((10, 3)), np.zeros(10)), schema)
    assert caught.value.got == "3 features"


def test_scores_of_the_wrong_number_are_refused(events: pl.DataFrame) -> None:
    one = Schema(name="one", version="1.0.0", features=(Feature(name="hits", dtype="int32"),))
    wide = HistGradientBoostingRegressor(max_iter=2).fit(np.zeros((40, 1)), np.zeros(40))
    wide.predict = lambda x: np.zeros(len(x) + 1)
    with pytest.raises(TeacherError):
        teacher(wide, one).scores(events)
