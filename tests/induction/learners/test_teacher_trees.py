from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import SCHEMA, planted
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from rulekit.induction.learners import teacher_trees
from rulekit.induction.learners.teacher_trees import teacher_regions, trees_of
from rulekit.induction.regions.region import Region, hits
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.induction.teachers.base import ColumnTeacher, Matrix, feature_matrix
from rulekit.induction.teachers.load import teacher

EVENTS = planted(1500, 9).with_columns(pl.col("kind").fill_null("never"))
FRAME = EVENTS.select(SCHEMA.names)
MATRIX = feature_matrix(FRAME, SCHEMA)
TRUTH = EVENTS["truth"].to_numpy().astype(np.int64)
ENCODING = encode(FRAME, SCHEMA)
FILLED = FRAME.with_columns(
    pl.col("mass").fill_null(0), pl.col("flag").fill_null(value=False), pl.col("kind").fill_null("never")
)


def _leaf_events(tree: teacher_trees.Tree, matrix: Matrix) -> dict[Any, set[int]]:
    """Send the events down a tree as it was read, one by one."""
    root, nodes = tree
    found: dict[Any, set[int]] = {}
    for event, row in enumerate(matrix):
        number = root
        while (split := nodes.get(number)) is not None:
            value = float(row[split.feature])
            below = value < split.threshold if split.strict else value <= split.threshold
            number = split.yes if (split.missing if np.isnan(value) else below) else split.no
        found.setdefault(number, set()).add(event)
    return found


def _agree(model: Any, matrix: Matrix, leaves: np.ndarray) -> None:
    """The trees as read part the events as the library's own leaves do."""
    trees = trees_of(teacher(model, SCHEMA))
    assert len(trees) == leaves.shape[1]
    for tree, at in zip(trees, leaves.T, strict=True):
        own = {frozenset(np.flatnonzero(at == leaf).tolist()) for leaf in np.unique(at)}
        assert {frozenset(part) for part in _leaf_events(tree, matrix).values()} == own


def _exact(model: Any, frame: pl.DataFrame, encoding: Encoding) -> list[Region]:
    """Every region holds just the events of its node: unions of the leaves below it."""
    source = teacher(model, SCHEMA)
    regions = teacher_regions(source, SCHEMA, encoding)
    matrix = feature_matrix(frame, SCHEMA)
    shallow = [tree for tree in trees_of(source) if tree[1]]
    leaves = {frozenset(part) for tree in shallow for part in _leaf_events(tree, matrix).values()}
    found = {frozenset(np.flatnonzero(hits(region, encoding)).tolist()) for region in regions}
    assert leaves <= found
    return regions


@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeClassifier(max_depth=4, random_state=0),
        RandomForestClassifier(5, max_depth=4, random_state=0),
        ExtraTreesClassifier(5, max_depth=4, random_state=0),
    ],
)
def test_trees_of_scikit_learn(model: Any) -> None:
    model.fit(MATRIX, TRUTH)
    _agree(model, MATRIX, model.apply(MATRIX).reshape(len(MATRIX), -1))
    _exact(model, FRAME, ENCODING)


def test_gradient_boosting_of_scikit_learn() -> None:
    matrix = feature_matrix(FILLED, SCHEMA)
    model = GradientBoostingClassifier(n_estimators=4, max_depth=3, random_state=0).fit(matrix, TRUTH)
    _agree(model, matrix, model.apply(matrix).reshape(len(matrix), -1))
    _exact(model, FILLED, encode(FILLED, SCHEMA))


def test_histogram_boosting_of_scikit_learn() -> None:
    model = HistGradientBoostingClassifier(max_iter=4, max_depth=3, random_state=0).fit(MATRIX, TRUTH)
    _exact(model, FRAME, ENCODING)
    scores = np.full(len(MATRIX), float(model._baseline_prediction[0, 0]))
    for (stage,), tree in zip(model._predictors, trees_of(teacher(model, SCHEMA)), strict=True):
        for leaf, events in _leaf_events(tree, MATRIX).items():
            scores[list(events)] += stage.nodes["value"][leaf]
    assert scores == pytest.approx(model.decision_function(MATRIX))


def test_lightgbm() -> None:
    lightgbm = pytest.importorskip("lightgbm", reason="pip install lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=5, max_depth=4, random_state=0, n_jobs=1, verbose=-1)
    model.fit(MATRIX, TRUTH)
    _agree(model, MATRIX, model.predict(MATRIX, pred_leaf=True))
    _exact(model, FRAME, ENCODING)


def test_xgboost() -> None:
    xgboost = pytest.importorskip("xgboost", reason="pip install xgboost")
    model = xgboost.XGBClassifier(n_estimators=5, max_depth=4, random_state=0, n_jobs=1).fit(MATRIX, TRUTH)
    _agree(model, MATRIX, model.apply(MATRIX))
    _exact(model, FRAME, ENCODING)


def test_a_file_of_onnx(tmp_path: Path) -> None:
    onnx = pytest.importorskip("skl2onnx", reason="pip install skl2onnx")
    model = RandomForestClassifier(4, max_depth=4, random_state=0).fit(feature_matrix(FILLED, SCHEMA), TRUTH)
    path = tmp_path / "forest.onnx"
    path.write_bytes(onnx.to_onnx(model, MATRIX[:1], options={"zipmap": False}).SerializeToString())
    read, own = trees_of(teacher(path, SCHEMA)), trees_of(teacher(model, SCHEMA))
    matrix = feature_matrix(FILLED, SCHEMA)
    for one, other in zip(read, own, strict=True):
        parts = [{frozenset(part) for part in _leaf_events(tree, matrix).values()} for tree in (one, other)]
        assert parts[0] == parts[1]


def test_what_has_no_readable_trees_gives_none() -> None:
    scaled = make_pipeline(StandardScaler(), RandomForestClassifier(3, random_state=0))
    filled = feature_matrix(FILLED, SCHEMA)
    for model in (scaled.fit(filled, TRUTH), LogisticRegression().fit(filled[:, :2], TRUTH)):
        assert trees_of(type("T", (), {"name": "t", "estimator": model})()) == []  # type: ignore[arg-type]
    assert teacher_regions(ColumnTeacher("score"), SCHEMA, ENCODING) == []
    plain = make_pipeline("passthrough", RandomForestClassifier(3, max_depth=3, random_state=0)).fit(
        MATRIX, TRUTH
    )
    assert len(teacher_regions(teacher(plain, SCHEMA), SCHEMA, ENCODING)) > 10
    assert len(teacher_regions(teacher(plain, SCHEMA), SCHEMA, ENCODING, most=7)) == 7


def test_forbidden_features_are_left_out() -> None:
    model = RandomForestClassifier(5, max_depth=3, random_state=0).fit(MATRIX, TRUTH)
    without = encode(FRAME, SCHEMA, ["mass"])
    regions = teacher_regions(teacher(model, SCHEMA), SCHEMA, without)
    assert regions
    assert not any("mass" in region for region in regions)
