from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from rulekit.errors import TeacherError
from rulekit.induction.teachers import onnx as onnx_teacher
from rulekit.induction.teachers.base import feature_matrix
from rulekit.induction.teachers.export import export_onnx
from rulekit.induction.teachers.load import teacher
from rulekit.ir.schema import Feature, Schema

TWO = Schema(
    name="two",
    version="1.0.0",
    features=(Feature(name="hits", dtype="int32"), Feature(name="Time of flight", dtype="float32")),
)


def _classifier() -> Any:
    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1.0), LogisticRegression(max_iter=5000, tol=0.1)
    )


@pytest.mark.parametrize("zipmap", [False, True])
def test_probabilities_are_those_of_the_estimator(
    zipmap: bool,  # noqa: FBT001
    tmp_path: Path,
    events: pl.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix = feature_matrix(events, TWO)
    fitted = _classifier().fit(matrix, events["truth"].to_numpy().astype(np.int64))
    exported = to_onnx(fitted, matrix[:1], options={id(fitted[-1]): {"zipmap": zipmap}})
    path = tmp_path / "model.onnx"
    path.write_bytes(exported.SerializeToString())
    read = teacher(str(path), TWO)
    whole = read.scores(events)
    assert read.name == "model.onnx"
    assert whole == pytest.approx(fitted.predict_proba(matrix)[:, 1], abs=1e-6)
    monkeypatch.setattr(onnx_teacher, "BATCH", 700)
    assert read.scores(events.lazy()) == pytest.approx(whole, abs=1e-7)
    assert len(read.scores(events.clear())) == 0


def test_export_writes_what_the_teacher_reads(tmp_path: Path, events: pl.DataFrame, schema: Schema) -> None:
    path = tmp_path / "deep" / "teacher.onnx"
    export_onnx(_classifier(), events.with_columns(id=pl.lit(0, pl.Int64)), "truth", schema, path)
    scores = teacher(path, schema).scores(events)
    assert scores[events["truth"].to_numpy()].mean() > scores.mean()


def _graph(
    path: Path,
    inputs: list[tuple[str, int, list[Any]]],
    nodes: list[Any],
    output: tuple[int, list[Any]] = (1, ["n", 1]),
) -> Path:
    graph = helper.make_graph(
        nodes,
        "teacher",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info("out", *output)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def _sum_of_casts(names: list[str]) -> list[Any]:
    casts = [helper.make_node("Cast", [name], [f"{name}_"], to=TensorProto.FLOAT) for name in names]
    return [*casts, helper.make_node("Sum", [f"{name}_" for name in names], ["out"])]


def test_named_inputs_get_each_feature_at_its_type(tmp_path: Path, schema: Schema) -> None:
    inputs = [
        ("id", TensorProto.INT64, ["n", 1]),
        ("mass", TensorProto.DOUBLE, ["n", 1]),
        ("flag", TensorProto.BOOL, [None, 1]),
        ("kind", TensorProto.INT64, ["n", 1]),
    ]
    read = teacher(_graph(tmp_path / "m.onnx", inputs, _sum_of_casts([name for name, *_ in inputs])), schema)
    frame = pl.DataFrame(
        {
            "mass": [0.5, 1.5],
            "flag": [True, False],
            "kind": ["g", "other"],
            "id": [10, 20],
            "hits": pl.Series([0, 0], dtype=pl.Int32),
            "Time of flight": pl.Series([0.0, 0.0], dtype=pl.Float32),
        }
    )
    assert read.scores(frame).tolist() == [10 + 0.5 + 1 + 1, 20 + 1.5 + 0 + 4]
    with pytest.raises(TeacherError, match="input flag of the teacher can't take missing values") as caught:
        read.scores(frame.with_columns(flag=pl.lit(None, pl.Boolean)))
    assert "2 events without flag" in str(caught.value)


def test_named_string_input_and_vector_shapes(tmp_path: Path) -> None:
    one = Schema(
        name="one", version="1.0.0", features=(Feature(name="kind", dtype="category", categories=("a", "b")),)
    )
    encoder = helper.make_node(
        "LabelEncoder",
        ["kind"],
        ["out"],
        domain="ai.onnx.ml",
        keys_strings=["a", "b", ""],
        values_floats=[1.0, 2.0, 9.0],
    )
    graph = helper.make_graph(
        [encoder],
        "teacher",
        [helper.make_tensor_value_info("kind", TensorProto.STRING, ["n"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n"])],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), tmp_path / "m.onnx")
    read = teacher(tmp_path / "m.onnx", one)
    assert read.scores(pl.DataFrame({"kind": ["b", "a", None]})).tolist() == [2.0, 1.0, 9.0]


FLOATS = TensorProto.FLOAT


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([("x", FLOATS, ["n", 3])], "x: tensor(float) ['n', 3]"),
        ([("x", TensorProto.INT64, ["n", 2])], "x: tensor(int64) ['n', 2]"),
        ([("x", FLOATS, ["n"])], "x: tensor(float) ['n']"),
        ([("hits", FLOATS, ["n", 1]), ("speed", FLOATS, ["n", 1])], "speed: tensor(float)"),
        ([("hits", FLOATS, ["n", 2]), ("Time of flight", FLOATS, ["n", 1])], "hits: tensor(float) ['n', 2]"),
    ],
)
def test_other_inputs_than_the_events_have(inputs: list[Any], words: str, tmp_path: Path) -> None:
    path = _graph(tmp_path / "m.onnx", inputs, _sum_of_casts([name for name, *_ in inputs]), (1, None))
    with pytest.raises(TeacherError) as caught:
        teacher(path, TWO)
    message = str(caught.value)
    assert "other inputs than the events have" in message
    assert words in message
    assert "one tensor(float) of shape [events, 2]" in message
    assert "hits, Time of flight" in message


def test_outputs_that_are_no_scores(tmp_path: Path, events: pl.DataFrame) -> None:
    inputs = [("x", FLOATS, ["n", 2])]
    labels = _graph(
        tmp_path / "a.onnx", inputs, [helper.make_node("Cast", ["x"], ["out"], to=7)], (7, ["n", 2])
    )
    with pytest.raises(TeacherError, match="gives labels and no scores"):
        teacher(labels, TWO)
    wide = _graph(
        tmp_path / "b.onnx", inputs, [helper.make_node("Concat", ["x", "x"], ["out"], axis=1)], (1, ["n", 4])
    )
    with pytest.raises(TeacherError, match="does not give one score per event"):
        teacher(wide, TWO).scores(events)
    nan = _graph(tmp_path / "c.onnx", inputs, [helper.make_node("Log", ["x"], ["out"])], (1, ["n", 2]))
    with pytest.raises(TeacherError, match=r"gives NaN for 6 of 6 events"):
        teacher(nan, TWO).scores(
            events.head(6).with_columns(pl.lit(-1.0, pl.Float32).alias("Time of flight"))
        )


def test_damaged_and_absent_files(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match="there is no such teacher"):
        teacher(tmp_path / "absent.onnx", TWO)
    path = _graph(
        tmp_path / "m.onnx",
        [("x", FLOATS, ["n", 2])],
        [helper.make_node("Abs", ["x"], ["out"])],
        (1, ["n", 2]),
    )
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TeacherError, match="the ONNX model can't be loaded") as caught:
        teacher(path, TWO)
    assert caught.value.where.file == str(path)
