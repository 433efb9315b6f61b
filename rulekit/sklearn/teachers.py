"""The scores that a ruleset is distilled from: out-of-fold scores of an estimator, or a teacher that is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.utils.validation import has_fit_parameter

from rulekit.errors import TeacherError
from rulekit.induction.teachers.base import Teacher, feature_matrix
from rulekit.ir.schema import DType, Schema

FOLDS = 5
"""Into how many parts the events are split for out-of-fold scores."""

Labels = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float64]


class Lesson(NamedTuple):
    """What a teacher is fitted on.

    Attributes
    ----------
    data : ``X`` as the user gave it, which a user's own estimator reads.
    table : the same as a frame.
    schema : of the features.
    labels : whether each event is of the second class, shape (events,).
    weights : of the events, shape (events,); None when all weigh the same.
    seed : of the default teacher and of the split.

    """

    data: Any
    table: pl.DataFrame
    schema: Schema
    labels: Labels
    weights: Weights | None
    seed: int


def is_ready(teacher: Any) -> bool:
    """Say whether ``induce`` reads the teacher itself: an ONNX file, a score column, or a ``Teacher``."""
    return isinstance(teacher, (str, Path)) or (
        isinstance(teacher, Teacher) and not isinstance(teacher, type)
    )


def taught(teacher: Any, lesson: Lesson) -> tuple[Scores, Any]:
    """Return scores of the events, shape (events,), and the teacher fitted on all of them.

    Parameters
    ----------
    teacher : an estimator that is cloned and fitted; a ``FrozenEstimator``, which is used as it is; None for a
        ``HistGradientBoostingClassifier``.
    lesson : what it is fitted on.

    Raises
    ------
    TeacherError
        when the estimator gives neither probabilities nor decision values.

    """
    if teacher is None:
        words = [feature.dtype is DType.CATEGORY for feature in lesson.schema.features]
        teacher = HistGradientBoostingClassifier(categorical_features=words, random_state=lesson.seed)
        lesson = lesson._replace(data=feature_matrix(lesson.table, lesson.schema))
    if isinstance(teacher, FrozenEstimator):
        return _score(getattr(teacher, _method(teacher))(lesson.data)), teacher
    return _out_of_fold(teacher, lesson)


def _out_of_fold(teacher: Any, lesson: Lesson) -> tuple[Scores, Any]:
    takes_weights = lesson.weights is not None and has_fit_parameter(teacher, "sample_weight")
    params = {"sample_weight": lesson.weights} if takes_weights else {}
    fitted = clone(teacher).fit(lesson.data, lesson.labels, **params)
    rarest = int(min(lesson.labels.sum(), (~lesson.labels).sum()))
    if rarest < 2:
        return _score(getattr(fitted, _method(fitted))(lesson.data)), fitted
    split = StratifiedKFold(min(FOLDS, rarest), shuffle=True, random_state=lesson.seed)
    scores = cross_val_predict(
        clone(teacher), lesson.data, lesson.labels, cv=split, method=_method(fitted), params=params
    )
    return _score(scores), fitted


def _method(estimator: Any) -> str:
    for method in ("predict_proba", "decision_function"):
        if hasattr(estimator, method):
            return method
    raise TeacherError(
        f"teacher {type(estimator).__name__} gives labels and no scores",
        expected="predict_proba or decision_function",
    )


def _score(found: Any) -> Scores:
    scores: Scores = np.asarray(found, dtype=np.float64)
    return scores[:, 1] if scores.ndim == 2 else scores
