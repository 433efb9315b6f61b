"""Make a teacher from what a user names: an estimator, an ONNX file, or a score column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rulekit.errors import TeacherError, Where
from rulekit.induction.teachers.base import ColumnTeacher, EstimatorTeacher, Teacher
from rulekit.ir.schema import Schema

_PICKLES = {".pkl", ".pickle", ".joblib", ".sav", ".dill"}


def teacher(source: Any, schema: Schema) -> Teacher:
    """Return a teacher.

    Parameters
    ----------
    source : a fitted scikit-learn estimator or pipeline, the path of an ``.onnx`` file, the name of a column
        of scores, or a :class:`Teacher`.
    schema : the features that it reads.

    Raises
    ------
    TeacherError
        when the source is none of these, can't be read, or wants other features than the schema has.
    MissingExtraError
        when onnxruntime is needed and not installed.

    """
    if isinstance(source, Teacher) and not isinstance(source, type):
        return source
    if isinstance(source, (str, Path)):
        return _named(source, schema)
    if any(
        hasattr(source, method)
        for method in ("predict_proba", "decision_function", "score_samples", "predict")
    ):
        return EstimatorTeacher(source, schema)
    expected = "a fitted scikit-learn estimator, the path of an .onnx file, or the name of a score column"
    raise TeacherError("this is no teacher", expected=expected, got=type(source).__name__)


def _named(source: str | Path, schema: Schema) -> Teacher:
    suffix = Path(source).suffix.lower()
    if suffix == ".onnx":
        from rulekit.induction.teachers.onnx import OnnxTeacher

        return OnnxTeacher(Path(source), schema)
    if suffix in _PICKLES:
        raise TeacherError(
            "nothing is ever unpickled, because a pickle can run any code",
            where=Where(file=str(source)),
            hint="export the model to .onnx, or load it yourself in Python and pass the estimator",
        )
    if isinstance(source, Path):
        raise TeacherError("unknown kind of teacher", where=Where(file=str(source)), expected="an .onnx file")
    return ColumnTeacher(source)
