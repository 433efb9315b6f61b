from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest

from rulekit.budget import Budget
from rulekit.errors import TeacherError
from rulekit.induction.induce import induce
from rulekit.induction.teachers.base import feature_matrix
from rulekit.induction.teachers.load import teacher
from rulekit.induction.teachers.novelty import Reconstruction, Reversed
from rulekit.ir.schema import Feature, Schema

skl2onnx = pytest.importorskip("skl2onnx", reason="pip install skl2onnx")

SCHEMA = Schema(
    name="plant",
    version="1.0.0",
    features=tuple(Feature(name=name, dtype="float32") for name in ("x", "y", "z")),
)
BUDGET = Budget(alert_rate=0.03, rules=4)


def _events(seed: int, odd: int = 60) -> pl.DataFrame:
    """2,940 events in which z is the sum of x and y, and 60 far away in x, where it is not."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(3000, 2))
    values[:odd, 0] += 7
    z = values.sum(axis=1) + rng.normal(0, 0.1, 3000)
    z[:odd] -= 7
    return pl.DataFrame({"x": values[:, 0], "y": values[:, 1], "z": z}).cast(pl.Float32)


EVENTS = _events(1)


def _exported(model: Any, path: Path) -> Path:
    opset = {"": 15, "ai.onnx.ml": 3}
    path.write_bytes(
        skl2onnx.to_onnx(model, feature_matrix(EVENTS[:1], SCHEMA), target_opset=opset).SerializeToString()
    )
    return path


@pytest.fixture(scope="module")
def forest() -> IsolationForest:
    return IsolationForest(n_estimators=50, random_state=0).fit(feature_matrix(EVENTS, SCHEMA))


def test_an_isolation_forest_scores_alike_as_estimator_and_as_onnx(
    forest: IsolationForest, tmp_path: Path
) -> None:
    own = teacher(forest, SCHEMA).scores(EVENTS)
    read = Reversed(teacher(_exported(forest, tmp_path / "forest.onnx"), SCHEMA))
    assert read.name == "forest.onnx"
    assert read.scores(EVENTS) == pytest.approx(own, abs=1e-5)
    assert own[:60].mean() > own[60:].mean() + 0.1


def test_what_is_novel_can_be_read_in_the_rules(forest: IsolationForest) -> None:
    found = induce(forest, EVENTS, schema=SCHEMA, budget=BUDGET, method="tree")
    assert found.measures.efficiency is None
    matched = rules_take(found.ruleset, _events(1))
    assert matched[:60].mean() > 0.6
    assert matched[60:].mean() < 0.03


def rules_take(ruleset: Any, events: pl.DataFrame) -> Any:
    import rulekit

    return events.select(rulekit.expr(ruleset, "accept")).to_series().to_numpy()


def _autoencoder(path: Path, components: int) -> Path:
    """Write a linear autoencoder as ONNX: what the first principal components keep of an event."""
    onnx = pytest.importorskip("onnx", reason="pip install onnx")
    axes = PCA(components).fit(feature_matrix(_events(3, odd=0), SCHEMA)).components_.astype(np.float32)
    kept = onnx.numpy_helper.from_array(axes.T @ axes, "kept")
    made = onnx.helper.make_node("MatMul", ["events", "kept"], ["output"])
    ends = [onnx.helper.make_tensor_value_info(name, 1, [None, 3]) for name in ("events", "output")]
    graph = onnx.helper.make_graph([made], "autoencoder", ends[:1], ends[1:], [kept])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 15)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_an_autoencoder_scores_by_what_it_fails_to_reconstruct(tmp_path: Path) -> None:
    source = Reconstruction(_autoencoder(tmp_path / "two.onnx", 2), SCHEMA, scale=[1, 1, 2])
    given = feature_matrix(EVENTS, SCHEMA).astype(np.float64)
    axes = PCA(2).fit(feature_matrix(_events(3, odd=0), SCHEMA)).components_
    own = (((given @ axes.T @ axes - given) / [1, 1, 2]) ** 2).mean(axis=1)
    assert source.scores(EVENTS) == pytest.approx(own, rel=1e-3, abs=1e-5)
    found = induce(source, EVENTS, schema=SCHEMA, budget=BUDGET, method="tree")
    assert rules_take(found.ruleset, EVENTS)[:60].mean() > 0.6
    assert rules_take(found.ruleset, EVENTS)[60:].mean() < 0.03


def test_what_is_no_autoencoder_is_an_error(forest: IsolationForest, tmp_path: Path) -> None:
    path = _exported(forest, tmp_path / "forest.onnx")
    with pytest.raises(TeacherError, match="the teacher is no autoencoder") as caught:
        Reconstruction(path, SCHEMA).scores(EVENTS)
    assert caught.value.expected == "an output of shape [events, 3], as the input"
    whole = _autoencoder(tmp_path / "two.onnx", 2)
    with pytest.raises(TeacherError, match="no autoencoder of these features"):
        Reconstruction(whole, SCHEMA, scale=[1, 0, 1])
    with pytest.raises(TeacherError, match="one score per event") as caught:
        teacher(whole, SCHEMA).scores(EVENTS)
    assert "Reconstruction" in str(caught.value.hint)
