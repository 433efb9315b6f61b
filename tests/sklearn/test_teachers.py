"""Out-of-fold scores, and teachers that are ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from rulekit.errors import TeacherError
from rulekit.sklearn.tables import read_schema
from rulekit.sklearn.teachers import Lesson, is_ready, taught

DRAW = np.random.default_rng(5)
MATRIX = DRAW.normal(size=(120, 2))
NOISE = DRAW.uniform(size=120) < 0.5
TABLE = pl.DataFrame({"x0": MATRIX[:, 0], "x1": MATRIX[:, 1]})
SCHEMA = read_schema(TABLE, "rules", set())


def lesson(labels: Any = NOISE, weights: Any = None) -> Lesson:
    return Lesson(MATRIX, TABLE, SCHEMA, labels, weights, 0)


def test_scores_are_out_of_fold() -> None:
    nearest = KNeighborsClassifier(1)
    scores, fitted = taught(nearest, lesson())
    assert fitted.score(MATRIX, NOISE) == 1.0  # it knows every event by heart
    assert abs(((scores > 0.5) == NOISE).mean() - 0.5) < 0.2  # and yet learned nothing of these labels


def test_a_frozen_teacher_scores_as_it_is() -> None:
    ready = LogisticRegression().fit(MATRIX, MATRIX[:, 0] > 0)
    scores, teacher = taught(FrozenEstimator(ready), lesson())
    assert (scores == ready.predict_proba(MATRIX)[:, 1]).all()
    assert teacher.estimator is ready


def test_decision_values_are_scores() -> None:
    labels = MATRIX[:, 0] > 0
    scores, _ = taught(LinearSVC(), lesson(labels))
    assert scores.shape == (120,)
    assert ((scores > 0) == labels).mean() > 0.9


def test_an_estimator_that_gives_labels_alone_is_refused() -> None:
    class Labels(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        def fit(self, X: Any, y: Any) -> Any:  # noqa: N803, ARG002 - scikit-learn calls it so
            self.classes_ = np.unique(y)
            return self

    with pytest.raises(TeacherError, match="Labels gives labels and no scores"):
        taught(Labels(), lesson())


def test_weights_reach_an_estimator_that_takes_them() -> None:
    labels = MATRIX[:, 0] > 0
    flipped = np.where(MATRIX[:, 1] > 0, labels, ~labels)
    upper = np.where(MATRIX[:, 1] > 0, 1.0, 0.0)
    _, weighed = taught(LogisticRegression(), lesson(flipped, upper))
    _, plain = taught(LogisticRegression(), lesson(flipped))
    assert weighed.coef_[0, 0] > 2
    assert abs(plain.coef_[0, 0]) < 1
    scores, _ = taught(KNeighborsClassifier(3), lesson(labels, upper))  # takes no weights
    assert len(scores) == 120


def test_a_class_of_one_event_is_scored_by_the_fitted_teacher() -> None:
    labels = np.arange(120) == 7
    scores, fitted = taught(LogisticRegression(), lesson(labels))
    assert (scores == fitted.predict_proba(MATRIX)[:, 1]).all()


def test_the_default_teacher_reads_words() -> None:
    table = pl.DataFrame({"kind": ["a", "b", "c"] * 40, "x": MATRIX[:, 0]})
    labels = (table["kind"] == "b").to_numpy()
    scores, fitted = taught(None, Lesson(table, table, read_schema(table, "rules", set()), labels, None, 0))
    assert fitted.n_features_in_ == 2
    assert scores[labels].min() > scores[~labels].max()


@pytest.mark.parametrize(
    ("teacher", "answer"),
    [
        ("score", True),
        (Path("model.onnx"), True),
        (LogisticRegression(), False),
        (LogisticRegression, False),
        (None, False),
    ],
)
def test_what_induce_reads_itself(teacher: Any, answer: object) -> None:
    assert is_ready(teacher) is answer
