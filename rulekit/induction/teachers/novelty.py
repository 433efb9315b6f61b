"""Teachers that were trained without labels: events unlike the rest are the signal.

Use them with an alert rate and without truth. The rules that imitate them say in words what is unusual.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import TeacherError
from rulekit.frames import Frame
from rulekit.induction.teachers.base import Scores, Teacher, columns_of
from rulekit.induction.teachers.onnx import OnnxTeacher
from rulekit.ir.schema import Schema


class Reversed:
    """A teacher whose low scores are the signal, as those of an isolation forest in ONNX are.

    Estimators of scikit-learn need no reversal: that their outliers score low is taken into account.
    """

    def __init__(self, teacher: Teacher) -> None:
        self._teacher = teacher
        self.name = teacher.name
        self.columns = columns_of(teacher)

    def scores(self, frame: Frame) -> Scores:
        """Return the negated scores; see :meth:`rulekit.induction.teachers.base.Teacher.scores`."""
        return -self._teacher.scores(frame)


class Reconstruction(OnnxTeacher):
    """An autoencoder in ONNX: the worse an event is reconstructed, the more novel it is.

    The score is the mean over the features of the squared difference between input and output (M. Sakurada, T.
    Yairi, MLSDA 2014). The graph reads one tensor of shape (events, features), features in schema order, and gives
    the same shape.

    Parameters
    ----------
    path : the ``.onnx`` file.
    schema : the features that it reads.
    scale : divisor of the differences of each feature, shape (features,), such as standard deviations. Default: 1.

    Raises
    ------
    TeacherError
        when the file can't be read, its output does not have the shape of its input, or a scale is not positive.
    MissingExtraError
        when onnxruntime is not installed.

    """

    def __init__(self, path: Path, schema: Schema, scale: npt.ArrayLike | None = None) -> None:
        super().__init__(path, schema)
        count = len(schema.features)
        self._scale = np.ones(count) if scale is None else np.asarray(scale, dtype=np.float64)
        if not self._single or self._scale.shape != (count,) or not (self._scale > 0).all():
            raise TeacherError("this is no autoencoder of these features", where=self._where,
                               expected=f"one input of shape [events, {count}], and {count} positive scales",
                               got=f"{len(self._inputs)} inputs, scales {self._scale}")  # fmt: skip

    def _read(self, found: Any, tensors: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        (given,) = tensors.values()
        if np.shape(found) != given.shape:
            raise TeacherError("the teacher is no autoencoder", where=self._where,
                               expected=f"an output of shape [events, {given.shape[1]}], as the input",
                               got=f"shape {list(np.shape(found))}")  # fmt: skip
        differences = (np.asarray(found, dtype=np.float64) - given) / self._scale
        return np.asarray(np.mean(differences * differences, axis=1))
