"""Teachers of several classes: one score for each class with a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import TeacherError
from rulekit.induction.teachers.base import EstimatorTeacher, Matrix, Teacher
from rulekit.induction.teachers.load import teacher
from rulekit.induction.teachers.onnx import OnnxTeacher
from rulekit.ir.schema import Schema

PLACE = "{class}"
"""Stands for the class in the name of a score column."""


def class_teachers(source: Any, classes: Sequence[str], schema: Schema) -> dict[str, Teacher]:
    """Return a teacher of one score for each class.

    Parameters
    ----------
    source : a fitted scikit-learn classifier that knows the classes; the path of an ``.onnx`` classifier; a name of
        score columns with ``{class}`` in it; or a mapping from class to teacher, each as
        :func:`rulekit.induction.teachers.load.teacher` takes it.
    classes : names of the classes; numbers as they are written.
    schema : the features that the teacher reads.

    Raises
    ------
    TeacherError
        when the source is none of these, or does not know a class.

    """
    if isinstance(source, Mapping):
        _check_known(classes, [str(name) for name in source], "the mapping of teachers")
        return {name: teacher(source[name], schema) for name in classes}
    if isinstance(source, str) and PLACE in source:
        return {name: teacher(source.replace(PLACE, name), schema) for name in classes}
    if isinstance(source, (str, Path)) and Path(source).suffix.lower() == ".onnx":
        return {name: OnnxClass(Path(source), schema, name) for name in classes}
    if hasattr(source, "classes_"):
        return {name: EstimatorClass(source, schema, name) for name in classes}
    raise TeacherError(
        "this is no teacher of classes",
        expected=f"a classifier, an .onnx file, a column name with {PLACE}, or a mapping from class to teacher",
        got=repr(source) if isinstance(source, str) else type(source).__name__,
    )


def _check_known(classes: Sequence[str], known: Sequence[str], who: str) -> None:
    for name in classes:
        if name not in known:
            raise TeacherError(f"{who} does not know the class {name!r}", expected=", ".join(known))


class EstimatorClass(EstimatorTeacher):
    """One class of a classifier: its column of ``predict_proba`` or of ``decision_function``."""

    def __init__(self, estimator: Any, schema: Schema, name: str) -> None:
        super().__init__(estimator, schema)
        known = [str(value) for value in estimator.classes_]
        _check_known([name], known, f"teacher {self.name}")
        self._column = known.index(name)
        self.name = f"{self.name}, class {name}"

    def _score(self, matrix: Matrix) -> Any:
        if hasattr(self.estimator, "predict_proba"):
            return np.asarray(self.estimator.predict_proba(matrix))[:, self._column]
        found = np.asarray(self.estimator.decision_function(matrix))
        if found.ndim == 1:
            return found if self._column else -found
        return found[:, self._column]


class OnnxClass(OnnxTeacher):
    """One class of an ONNX classifier, found by the keys of its maps or by the labels in the graph."""

    def __init__(self, path: Path, schema: Schema, name: str) -> None:
        super().__init__(path, schema)
        self._class = name
        self._labels = None if self._output.type.startswith("seq(map(") else _labels(path)
        if self._labels is not None:
            _check_known([name], self._labels, f"teacher {self.name}")
        self.name = f"{self.name}, class {name}"

    def _read(self, found: Any, tensors: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        del tensors
        if isinstance(found, list):
            return self._from_maps(found)
        labels = self._labels or [str(column) for column in range(found.shape[-1])]
        if found.ndim != 2 or found.shape[1] != len(labels):
            raise TeacherError(
                "the teacher does not give one score per class",
                where=self._where,
                expected=f"shape [events, {len(labels)}] for {', '.join(labels)}",
                got=f"{self._output.name}: shape {list(found.shape)}",
            )
        _check_known([self._class], labels, f"teacher {self.path.name}")
        return np.asarray(found[:, labels.index(self._class)])

    def _from_maps(self, found: list[dict[Any, float]]) -> npt.NDArray[Any]:
        keys = {str(key): key for key in found[0]}
        _check_known([self._class], list(keys), f"teacher {self.path.name}")
        key = keys[self._class]
        return np.fromiter((item[key] for item in found), dtype=np.float64, count=len(found))


def _labels(path: Path) -> list[str] | None:
    """Return the labels of the last classifier of a graph in the order of its columns; None where it has none."""
    try:
        import onnx
    except ImportError:
        return None
    for node in reversed(onnx.load(str(path), load_external_data=False).graph.node):
        for attribute in node.attribute:
            if attribute.name in {"classlabels_strings", "classlabels_int64s", "classlabels_ints"}:
                values = list(attribute.strings) or list(attribute.ints)
                return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
    return None
