"""Fit a scikit-learn estimator and write it as an ONNX file that can be read as a teacher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from rulekit.errors import MissingExtraError, TeacherError
from rulekit.induction.teachers.base import feature_matrix
from rulekit.ir.schema import Schema


def export_onnx(estimator: Any, events: pl.DataFrame, truth: str, schema: Schema, path: Path) -> None:
    """Fit a classifier on labelled events and write it to an ``.onnx`` file.

    The graph has one float32 input of shape (events, features), features in schema order as
    :func:`rulekit.induction.teachers.base.feature_matrix` lays them out, and gives probabilities as a tensor.

    Raises
    ------
    TeacherError
        when skl2onnx has no converter for the estimator.
    MissingExtraError
        when skl2onnx is not installed.

    """
    try:
        from skl2onnx import to_onnx
    except ImportError:
        raise MissingExtraError("skl2onnx", "onnx") from None
    matrix = feature_matrix(events, schema)
    estimator.fit(matrix, events[truth].to_numpy())
    try:
        model = to_onnx(estimator, matrix[:1], options={id(_last_step(estimator)): {"zipmap": False}})
    except (RuntimeError, NotImplementedError) as error:
        raise TeacherError(
            f"the estimator can't be exported: {error}", got=type(estimator).__name__
        ) from None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def _last_step(estimator: Any) -> Any:
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
