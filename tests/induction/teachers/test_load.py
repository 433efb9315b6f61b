from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rulekit.errors import TeacherError
from rulekit.induction.teachers.base import ColumnTeacher, EstimatorTeacher
from rulekit.induction.teachers.load import teacher
from rulekit.ir.schema import Schema


def test_any_object_with_name_and_scores_is_a_teacher(schema: Schema) -> None:
    class Constant:
        name = "constant"

        def scores(self, frame: Any) -> Any:
            return np.zeros(len(frame))

    own = Constant()
    assert teacher(own, schema) is own


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "a/b.pickle", Path("model.PKL")])
def test_nothing_is_unpickled(name: str | Path, schema: Schema) -> None:
    with pytest.raises(TeacherError, match="nothing is ever unpickled"):
        teacher(name, schema)


@pytest.mark.parametrize("method", ["predict_proba", "decision_function", "score_samples", "predict"])
def test_what_can_predict_is_read_as_an_estimator(method: str, schema: Schema) -> None:
    source = type("Model", (), {method: lambda _, matrix: matrix[:, 0], "n_features_in_": 6})()
    read = teacher(source, schema)
    assert isinstance(read, EstimatorTeacher)
    assert (read.name, read.estimator) == ("Model", source)


def test_any_other_name_is_a_column(schema: Schema) -> None:
    read = teacher("fraud score", schema)
    assert isinstance(read, ColumnTeacher)
    assert (read.name, read.columns) == ("fraud score", ("fraud score",))


@pytest.mark.parametrize("name", ["absent.onnx", Path("absent.ONNX")])
def test_an_absent_file_is_named(name: str | Path, schema: Schema) -> None:
    with pytest.raises(TeacherError, match="there is no such teacher"):
        teacher(name, schema)


@pytest.mark.parametrize("source", [None, 3.5, ["score"], object(), ColumnTeacher])
def test_what_is_no_teacher_is_refused_by_its_type(source: object, schema: Schema) -> None:
    with pytest.raises(TeacherError, match="this is no teacher") as caught:
        teacher(source, schema)
    assert caught.value.got == type(source).__name__


def test_a_path_is_no_column(schema: Schema) -> None:
    with pytest.raises(TeacherError, match="unknown kind of teacher"):
        teacher(Path("model.h5"), schema)
