from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from rulekit.induction.learners import imodels
from rulekit.induction.learners.base import Task
from rulekit.induction.regions.region import PathStep, intersect
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.ir.schema import Schema
from rulekit.labels import Mask

from .conftest import check, sample_of, task_of


def _learner(name: str, encoding: Encoding, labels: Mask, **options: Any) -> Any:
    model = imodels.learner(name)(**options)
    with imodels.quiet(0):
        return model.fit(encoding.filled, labels.astype(int))


def test_figs(encoding: Encoding, labels: Mask, fit: pl.DataFrame, schema: Schema) -> None:
    model = _learner("FIGSClassifier", encoding, labels, max_rules=10)
    paths, total = [], np.zeros(len(fit))
    for root in model.trees_:
        for steps, value in imodels.figs_leaves(root):
            member = np.array([_figs_leaf(root, row) is _figs_end(root, steps) for row in encoding.filled])
            paths.append((steps, member))
            total += value * member
    assert check(paths, encoding, fit, schema) > 5
    own = sum(model._predict_tree(root, encoding.filled)[:, 1] for root in model.trees_)
    assert total == pytest.approx(own, abs=1e-12)
    for root in model.trees_:
        expected = model._predict_tree(root, encoding.filled)
        assert np.array_equal(imodels.figs_predict(root, encoding.filled), expected)


def _figs_leaf(node: Any, row: Any) -> Any:
    while node.left is not None:
        node = node.left if row[node.feature] <= node.threshold else node.right
    return node


def _figs_end(node: Any, steps: list[PathStep]) -> Any:
    for step in steps:
        node = node.left if step.left else node.right
    return node


def test_boosted_rules_sum_to_the_decision_function(
    encoding: Encoding, labels: Mask, fit: pl.DataFrame, schema: Schema
) -> None:
    from sklearn.tree import DecisionTreeClassifier

    base = DecisionTreeClassifier(max_depth=2)
    model = _learner(
        "BoostedRulesClassifier", encoding, labels, estimator=base, n_estimators=8, random_state=0
    )
    votes = list(imodels.boosted_votes(model))
    conditions = [write(intersect(steps, encoding) or {}, encoding, np.ones(len(fit))) for steps, _ in votes]
    found = np.array([value for _, value in votes]) @ hit_matrix(conditions, sample_of(fit, schema), schema)
    weights = model.estimator_weights_[: len(model.estimators_)]
    own = model.decision_function(encoding.filled) * weights.sum() / 2  # each vote moves both classes
    assert found - weights.sum() == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        (
            "SkopeRulesClassifier",
            {"n_estimators": 6, "max_depth": [3], "precision_min": 0.1, "random_state": 0},
        ),
        ("RuleFitClassifier", {"n_estimators": 20, "include_linear": False, "cv": False, "random_state": 0}),
    ],
)
def test_rules_with_terms(
    name: str, options: Any, encoding: Encoding, labels: Mask, fit: pl.DataFrame, schema: Schema
) -> None:
    model = _learner(name, encoding, labels, **options)
    frame = pl.DataFrame(
        encoding.filled, schema=[f"X_{index}" for index in range(encoding.filled.shape[1])]
    ).to_pandas()
    paths = []
    for rule in model.rules_without_feature_names_:
        member = np.zeros(len(fit), dtype=bool)
        member[frame.query(str(rule)).index] = True
        paths.append((imodels.terms_of(rule), member))
    assert check(paths, encoding, fit, schema) > 3


@pytest.mark.parametrize("opposite", [False, True])
def test_greedy_rule_list(
    opposite: bool,  # noqa: FBT001
    encoding: Encoding,
    labels: Mask,
    fit: pl.DataFrame,
    schema: Schema,
) -> None:
    model = _learner("GreedyRuleListClassifier", encoding, labels ^ opposite, max_depth=6)
    paths, reached = [], np.full(len(fit), np.nan)
    for steps, share in imodels.list_exits(model, opposite=opposite):
        (step,) = steps
        rank = encoding.filled[:, step.column]
        cutoffs = [item["cutoff"] for item in model.rules_ if item.get("index_col") == step.column]
        cutoff = next(value for value in cutoffs if np.array_equal(rank < value, rank < step.cut))
        member = rank < cutoff if step.left else rank >= cutoff
        paths.append((steps, member))
        reached[np.isnan(reached) & member] = 1 - share if opposite else share
    assert check(paths, encoding, fit, schema) >= 2
    own = model.predict_proba(encoding.filled)[:, 1]
    left = np.isnan(reached)
    assert left.any() != opposite
    assert reached[~left] == pytest.approx(own[~left], abs=1e-12)


def test_weights_become_copies(encoding: Encoding, labels: Mask) -> None:
    task = task_of(encoding, labels)
    assert np.array_equal(imodels.replicate(task), np.arange(len(labels)))
    weights = np.where(np.arange(len(labels)) % 3 == 0, 2.0, 0.5)
    weights[5] = 0.0
    copies = np.bincount(
        imodels.replicate(Task(encoding, labels, labels.astype(np.float64), weights, 5, 1)),
        minlength=len(labels),
    )
    expected = weights * len(labels) / weights.sum()
    assert np.abs(copies - expected).max() < 1
    assert copies[5] == 0
    assert copies.sum() == len(labels)


def test_chance_is_seeded_and_put_back() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    drawn = []
    for _ in range(2):
        with imodels.quiet(5):
            drawn.append(np.random.random())  # noqa: NPY002
    assert drawn[0] == drawn[1]
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
