"""A teacher in an ``.onnx`` file, run by onnxruntime on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import MissingExtraError, TeacherError, Where
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.induction.teachers.base import Matrix, Scores, checked, encode_feature, feature_matrix
from rulekit.ir.schema import Feature, Schema

BATCH = 100_000

_NUMPY = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}
_NO_NAN = {"tensor(int64)", "tensor(int32)", "tensor(bool)"}


class OnnxTeacher:
    """A classifier or scorer in an ``.onnx`` file.

    Its input is one float tensor of shape (events, features), in schema order as
    :func:`rulekit.induction.teachers.base.feature_matrix` lays it out, or one tensor of shape (events, 1) or
    (events,) for each feature, under the name of the feature. Its score is the second column of a probability
    tensor of shape (events, 2), the probability of the second class in a sequence of maps, or a float tensor
    with one value for each event.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        """Load the model.

        Raises
        ------
        TeacherError
            when the file is absent or damaged, or its inputs or outputs are not those above.
        MissingExtraError
            when onnxruntime is not installed.

        """
        self.name = path.name
        self.path = path
        self._where = Where(file=str(path))
        self._schema = schema
        self.columns = tuple(schema.names)
        self._session = self._load(path)
        self._inputs = self._session.get_inputs()
        self._single = len(self._inputs) == 1 and self._inputs[0].name not in schema.by_name
        if len(self._inputs) == 1 and len(schema.features) > 1:
            self._single = True
        self._check_inputs()
        self._output = self._choose_output()

    def _load(self, path: Path) -> Any:
        try:
            import onnxruntime
        except ImportError:
            raise MissingExtraError("onnxruntime", "onnx") from None
        if not path.is_file():
            raise TeacherError("there is no such teacher", where=self._where)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - onnxruntime has a class of its own per kind of damage
            raise TeacherError(
                f"the ONNX model can't be loaded: {_first_line(error)}",
                where=self._where,
                hint="is the file complete, and of an opset that this onnxruntime knows?",
            ) from None

    def _check_inputs(self) -> None:
        names = {given.name for given in self._inputs}
        if self._single:
            (given,) = self._inputs
            width = given.shape[1] if len(given.shape) == 2 else None
            fits = len(given.shape) == 2 and (
                not isinstance(width, int) or width == len(self._schema.features)
            )
            fits = fits and given.type in {"tensor(float)", "tensor(double)"}
        else:
            fits = names <= set(self._schema.names) and all(self._is_column(given) for given in self._inputs)
        if not fits:
            features = self._schema.names
            raise TeacherError(
                "the teacher has other inputs than the events have",
                where=self._where,
                expected=f"one tensor(float) of shape [events, {len(features)}], or one input [events, 1] per "
                f"feature of {', '.join(features)}",
                got=", ".join(f"{given.name}: {given.type} {given.shape}" for given in self._inputs),
                hint="give the schema the features that the teacher was trained on, in the same order",
            )

    @staticmethod
    def _is_column(given: Any) -> bool:
        width = given.shape[1] if len(given.shape) == 2 else 1
        return given.type in _NUMPY and len(given.shape) in {1, 2} and width in {1, None}

    def _choose_output(self) -> Any:
        outputs = self._session.get_outputs()
        maps = [given for given in outputs if given.type.startswith("seq(map(")]
        floats = [given for given in outputs if given.type in {"tensor(float)", "tensor(double)"}]
        if not maps and not floats:
            raise TeacherError(
                "the teacher gives labels and no scores",
                where=self._where,
                expected="probabilities or a float score",
                got=", ".join(f"{given.name}: {given.type}" for given in outputs),
            )
        return (maps or floats)[-1]

    def scores(self, frame: Frame) -> Scores:
        """Score events in batches; see :meth:`rulekit.induction.teachers.base.Teacher.scores`."""
        columns = self._tensors(frame)
        count = len(next(iter(columns.values())))
        parts = [self._run({name: values[start : start + BATCH] for name, values in columns.items()})
                 for start in range(0, count, BATCH)]  # fmt: skip
        return checked(np.concatenate(parts) if parts else np.empty(0), self.name, count)

    def _tensors(self, frame: Frame) -> dict[str, npt.NDArray[Any]]:
        if self._single:
            (given,) = self._inputs
            matrix: Matrix = feature_matrix(frame, self._schema)
            return {given.name: matrix.astype(_NUMPY[given.type], copy=False)}
        read = tuple(self._schema.by_name[given.name] for given in self._inputs)
        events = scan(frame, self._schema)
        bound = bind_columns(events, self._schema, read, cast=True)
        table = collect(events.select(expression.alias(name) for name, expression in bound.items()))
        return {
            given.name: self._column(given, self._schema.by_name[given.name], table) for given in self._inputs
        }

    def _column(self, given: Any, feature: Feature, table: pl.DataFrame) -> npt.NDArray[Any]:
        """Return one feature as the tensor that its input wants."""
        values = table[feature.name]
        if given.type == "tensor(string)":
            column = values.cast(pl.String).fill_null("").to_numpy().astype(np.object_)
        else:
            coded = table.select(encode_feature(feature, pl.col(feature.name)))[:, 0]
            if given.type in _NO_NAN and coded.null_count():
                raise TeacherError(
                    f"input {given.name} of the teacher can't take missing values",
                    where=self._where,
                    expected="a tensor(float) input",
                    got=f"{given.type}, and {coded.null_count():,} events without {feature.name}",
                )
            column = (
                coded.cast(pl.Float64).fill_null(np.nan).to_numpy()
                if coded.null_count()
                else coded.to_numpy()
            )
            column = column.astype(_NUMPY[given.type])
        return column.reshape(-1, 1) if len(given.shape) == 2 else column

    def _run(self, tensors: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        try:
            (found,) = self._session.run([self._output.name], tensors)
        except Exception as error:  # noqa: BLE001 - as in _load
            raise TeacherError(
                f"the teacher can't score the events: {_first_line(error)}", where=self._where
            ) from None
        return self._read(found, tensors)

    def _read(self, found: Any, tensors: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return the scores in an output."""
        del tensors
        if isinstance(found, list):
            return self._from_maps(found)
        if found.ndim == 2 and found.shape[1] == 2:
            return np.asarray(found[:, 1])
        if found.ndim == 1 or (found.ndim == 2 and found.shape[1] == 1):
            return np.asarray(found).reshape(-1)
        raise TeacherError(
            "the teacher does not give one score per event",
            where=self._where,
            expected="shape [events, 2], [events, 1] or [events]",
            got=f"{self._output.name}: shape {list(found.shape)}",
            hint="an autoencoder? see rulekit.induction.teachers.novelty.Reconstruction",
        )

    def _from_maps(self, found: list[dict[Any, float]]) -> npt.NDArray[Any]:
        keys = list(found[0])
        if len(keys) != 2:
            raise TeacherError(
                "the teacher is no classifier of two classes", where=self._where, got=f"classes {keys}"
            )
        signal = max(keys)
        return np.fromiter((item[signal] for item in found), dtype=np.float64, count=len(found))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
