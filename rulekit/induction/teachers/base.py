"""Teachers: what gives each event a score, whatever it is made of.

A higher score means more signal-like, always. Nothing is ever unpickled: a pickle runs whatever its author
wished, so a model in a file is read as ONNX, or by the user in Python.
"""

from __future__ import annotations

import difflib
import warnings
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import TeacherError
from rulekit.frames import Frame, bind_columns, collect, missing_as_null, scan
from rulekit.ir.schema import DType, Feature, Schema

Scores = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


@runtime_checkable
class Teacher(Protocol):
    """A learned selector: any object with these two members.

    It may have a third one, ``columns``: the names of the columns that it reads.
    """

    name: str

    def scores(self, frame: Frame) -> Scores:
        """Return one finite float64 score per event, shape (events,); a higher score means more likely signal.

        Raises
        ------
        TeacherError
            when the events can't be scored, or a score is NaN.

        """
        ...


def columns_of(teacher: Teacher) -> tuple[str, ...] | None:
    """Return the columns of the events that a teacher reads; None when it does not say.

    A teacher says so by an attribute ``columns``. Other columns are then not read from a file for it.
    """
    found: tuple[str, ...] | None = getattr(teacher, "columns", None)
    return found


def feature_matrix(frame: Frame, schema: Schema) -> Matrix:
    """Return the features as a float32 matrix of shape (events, features), in schema order.

    Numbers and bools are cast; a missing value becomes NaN. A category becomes its place in the schema's list, an
    unknown one the length of that list.

    Raises
    ------
    EventError
        when a column is absent or its dtype can't be that of its feature.

    """
    events = scan(frame, schema)
    columns = bind_columns(events, schema, schema.features, cast=True)
    coded = [encode_feature(feature, columns[feature.name]).cast(pl.Float32).alias(f"{index}")
             for index, feature in enumerate(schema.features)]  # fmt: skip
    table = collect(events.select(coded))
    matrix = np.empty((table.height, table.width), dtype=np.float32, order="C")
    for index, name in enumerate(table.columns):
        matrix[:, index] = table[name].fill_null(np.nan).to_numpy()
    return matrix


def encode_feature(feature: Feature, column: pl.Expr) -> pl.Expr:
    """Return a bound column as a number: a category as its code, NaN as null, other values unchanged."""
    if feature.dtype is DType.CATEGORY:
        known = list(feature.categories or ())
        code = column.replace_strict(known, range(len(known)), default=len(known), return_dtype=pl.Int32)
        return pl.when(column.is_not_null()).then(code)
    return missing_as_null(feature, column)


def checked(scores: Any, name: str, events: int) -> Scores:
    """Return the scores as float64 of shape (events,).

    Raises
    ------
    TeacherError
        when there is not one score per event, or a score is NaN.

    """
    found: Scores = np.asarray(scores, dtype=np.float64)
    if found.shape != (events,):
        raise TeacherError(
            f"teacher {name} does not give one score per event",
            expected=f"shape ({events},)",
            got=f"shape {found.shape}",
        )
    bad = int(np.isnan(found).sum())
    if bad:
        raise TeacherError(
            f"teacher {name} gives NaN for {bad:,} of {events:,} events",
            hint="does the teacher accept missing values (NaN)? impute them in its pipeline",
        )
    return found


class ColumnTeacher:
    """Scores in a numeric or Boolean column of the events."""

    def __init__(self, column: str) -> None:
        self.name = column
        self.columns = (column,)

    def scores(self, frame: Frame) -> Scores:
        """Return the column; see :meth:`Teacher.scores`."""
        events = scan(frame)
        dtypes = events.collect_schema()
        if self.name not in dtypes:
            near = difflib.get_close_matches(self.name, dtypes.names(), n=1)
            hint = f"is it the column {near[0]!r}?" if near else "a teacher in a file ends in .onnx"
            raise TeacherError(f"the events have no score column {self.name!r}", hint=hint)
        if not (dtypes[self.name].is_numeric() or dtypes[self.name] == pl.Boolean):
            raise TeacherError(f"the score column {self.name!r} holds no numbers", got=str(dtypes[self.name]))
        column = collect(events.select(pl.col(self.name).cast(pl.Float64)))[self.name]
        return checked(column.fill_null(np.nan).to_numpy(), self.name, column.len())


class EstimatorTeacher:
    """A fitted scikit-learn estimator or pipeline that reads the matrix of :func:`feature_matrix`.

    The score is the first of these that the estimator has: the second column of ``predict_proba``;
    ``decision_function``, negated for outlier detectors, whose outliers score low and are the signal here;
    ``score_samples``, negated for the same reason; ``predict`` of a regressor.
    """

    def __init__(self, estimator: Any, schema: Schema) -> None:
        self.estimator = estimator
        self._schema = schema
        self.columns = tuple(schema.names)
        last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
        self.name = type(last).__name__
        self.order = self._column_order()

    def _column_order(self) -> list[int]:
        """Return which feature each column of the estimator is; by name, where it was fitted on a frame."""
        expected, names = self._schema.names, getattr(self.estimator, "feature_names_in_", None)
        wanted = len(expected) if names is None else len(names)
        wanted = int(getattr(self.estimator, "n_features_in_", wanted))
        if names is not None and set(names) <= set(expected):
            return [expected.index(name) for name in names]
        if wanted != len(expected):
            raise TeacherError(
                f"teacher {self.name} was fitted on other features than the schema has",
                expected=f"{len(expected)} features ({', '.join(expected)})",
                got=f"{wanted} features",
                hint="fit it on rulekit.induction.teachers.base.feature_matrix(events, schema)",
            )
        return list(range(wanted))

    def scores(self, frame: Frame) -> Scores:
        """Score events; see :meth:`Teacher.scores`."""
        matrix = feature_matrix(frame, self._schema)[:, self.order]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
            try:
                found = self._score(matrix)
            except (ValueError, AttributeError) as error:  # NotFittedError is both
                problem = str(error).splitlines()[0]
                raise TeacherError(f"teacher {self.name} can't score the events: {problem}") from None
        return checked(found, self.name, matrix.shape[0])

    def _score(self, matrix: Matrix) -> Any:
        estimator = self.estimator
        if hasattr(estimator, "predict_proba"):
            return _second(estimator.predict_proba(matrix), self.name)
        if hasattr(estimator, "decision_function"):
            found = np.asarray(estimator.decision_function(matrix))
            if found.ndim != 1:
                raise TeacherError(
                    f"teacher {self.name} knows {found.shape[1]} classes", expected="two classes"
                )
            return -found if hasattr(estimator, "score_samples") else found
        if hasattr(estimator, "score_samples"):
            return -np.asarray(estimator.score_samples(matrix))
        return self._regression(matrix)

    def _regression(self, matrix: Matrix) -> Any:
        from sklearn.base import is_regressor

        if not is_regressor(self.estimator):
            expected = "predict_proba, decision_function or score_samples"
            raise TeacherError(f"teacher {self.name} gives labels and no scores", expected=expected)
        return np.asarray(self.estimator.predict(matrix)).reshape(matrix.shape[0])


def _second(probabilities: Any, name: str) -> Any:
    found = np.asarray(probabilities)
    if found.ndim != 2 or found.shape[1] != 2:
        got = f"{found.shape[-1]} classes" if found.ndim == 2 else f"shape {found.shape}"
        raise TeacherError(
            f"teacher {name} is no classifier of two classes", expected="background and signal", got=got
        )
    return found[:, 1]
