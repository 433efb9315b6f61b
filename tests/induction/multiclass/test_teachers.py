from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from planted import planted_particles
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


@pytest.fixture(scope="module")
def particles() -> pl.DataFrame:
    return planted_particles(6000, 1)


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


def test_columns_and_mappings_give_each_class_its_scores() -> None:
    events = pl.DataFrame({"p_muon": [0.1, 0.9], "p_tau": [0.7, 0.2], "other": [1.0, 2.0]})
    by_name = class_teachers("p_{class}", ["tau", "muon"], SCHEMA)
    assert list(by_name) == ["tau", "muon"]
    assert by_name["tau"].scores(events).tolist() == [0.7, 0.2]
    assert by_name["muon"].scores(events).tolist() == [0.1, 0.9]
    mapped = class_teachers({"muon": "other", "tau": "p_tau", "unused": "absent"}, ["muon", "tau"], SCHEMA)
    assert list(mapped) == ["muon", "tau"]
    assert mapped["muon"].scores(events).tolist() == [1.0, 2.0]


def test_a_classifier_gives_the_column_of_the_class() -> None:
    events = planted_particles(300, 3)
    matrix = feature_matrix(events, SCHEMA)
    model = LogisticRegression().fit(
        matrix, events["kind"].replace_strict({"jet": 4, "muon": 7, "electron": 1}).to_numpy()
    )
    read = class_teachers(model, ["7", "1"], SCHEMA)
    assert (read["7"].scores(events) == model.predict_proba(matrix)[:, 2]).all()
    assert (read["1"].scores(events) == model.predict_proba(matrix)[:, 0]).all()
    assert read["7"].name == "LogisticRegression, class 7"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (3.5, "this is no teacher of classes"),
        ("score", "this is no teacher of classes"),
        ({"muon": "p"}, "the mapping of teachers does not know the class 'tau'"),
        (LogisticRegression().fit([[0.0] * 3, [1.0] * 3], ["muon", "jet"]), "does not know the class 'tau'"),
    ],
)
def test_what_knows_no_classes_is_refused(source: object, words: str) -> None:
    with pytest.raises(TeacherError, match=words):
        class_teachers(source, ["muon", "tau"], SCHEMA)
