from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from rulekit.errors import TeacherError
from rulekit.induction.multiclass.teachers import class_teachers
from rulekit.induction.teachers.base import feature_matrix
from rulekit.ir.schema import Feature, Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")


SCHEMA = Schema(
    name="particles", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "xyz")
)


def _particles(count: int, seed: int) -> pl.DataFrame:
    """Muons have high x, electrons high y; where both are high it is a muon. The rest is jets."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({name: rng.random(count) for name in "xyz"})
    kind = (
        pl.when(pl.col("x") > 0.9)
        .then(pl.lit("muon"))
        .when((pl.col("y") > 0.8) & (pl.col("z") < 0.5))
        .then(pl.lit("electron"))
        .otherwise(pl.lit("jet"))
    )
    return frame.with_columns(kind=kind)


@pytest.fixture(scope="module")
def particles() -> pl.DataFrame:
    return _particles(6000, 1)


@pytest.mark.parametrize("zipmap", [False, True])
@pytest.mark.parametrize("labels", ["words", "numbers"])
def test_an_onnx_file_knows_its_classes(
    zipmap: bool,  # noqa: FBT001
    labels: str,
    tmp_path: Path,
    particles: pl.DataFrame,
) -> None:
    matrix = feature_matrix(particles, SCHEMA)
    kind = (
        particles["kind"]
        if labels == "words"
        else particles["kind"].replace_strict({"jet": 4, "muon": 7, "electron": 1})
    )
    model = LogisticRegression(max_iter=2000).fit(matrix, kind.to_numpy())
    exported = to_onnx(model, matrix[:1], options={"zipmap": zipmap})
    path = tmp_path / "model.onnx"
    path.write_bytes(exported.SerializeToString())
    names = [str(name) for name in model.classes_]
    read = class_teachers(str(path), names, SCHEMA)
    expected = model.predict_proba(matrix)
    for column, name in enumerate(names):
        assert read[name].scores(particles) == pytest.approx(expected[:, column], abs=1e-6)
    with pytest.raises(TeacherError, match="does not know the class 'tau'"):
        class_teachers(str(path), ["tau"], SCHEMA)["tau"].scores(particles)


def test_decision_functions_have_a_column_a_class(particles: pl.DataFrame) -> None:
    matrix = feature_matrix(particles, SCHEMA)
    three = LinearSVC(random_state=0).fit(matrix, particles["kind"].to_numpy())
    read = class_teachers(three, ["muon"], SCHEMA)["muon"].scores(particles)
    assert (read == three.decision_function(matrix)[:, list(three.classes_).index("muon")]).all()
    two = LinearSVC(random_state=0).fit(matrix, (particles["kind"] == "muon").to_numpy())
    true, false = (class_teachers(two, [name], SCHEMA)[name].scores(particles) for name in ("True", "False"))
    assert (true == -false).all()
    assert true[(particles["kind"] == "muon").to_numpy()].mean() > true.mean()
