"""What a learner's path selects, and what the compiled condition selects, is the same: event by event."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from rulekit.induction.learners import imodels
from rulekit.induction.learners.base import Task
from rulekit.induction.learners.trees import nodes
from rulekit.induction.regions.region import Choice, PathStep, Span, hits, intersect
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import holds
from rulekit.labels import Mask


@pytest.fixture(scope="module")
def fit(events: pl.DataFrame) -> pl.DataFrame:
    return events.head(1500)


@pytest.fixture(scope="module")
def encoding(fit: pl.DataFrame, schema: Schema) -> Encoding:
    return encode(fit, schema)


@pytest.fixture(scope="module")
def labels(fit: pl.DataFrame) -> Mask:
    return fit["score"].to_numpy() > 0.5


def _sample(frame: pl.DataFrame, schema: Schema) -> Sample:
    bound = frame.select(schema.names)
    return Sample(bound, np.zeros(len(frame)), np.ones(len(frame)), None)


def _check(paths: list[tuple[Any, Mask]], encoding: Encoding, fit: pl.DataFrame, schema: Schema) -> int:
    """Compare each path's own membership with its region, and with its compiled condition."""
    weights = np.ones(len(fit))
    checked = []
    for steps, member in paths:
        region = intersect(steps, encoding)
        if region is None:
            assert not member.any()
        elif not region:
            assert member.all()
        else:
            assert np.array_equal(hits(region, encoding), member)
            checked.append((write(region, encoding, weights), member))
    matrix = hit_matrix([condition for condition, _ in checked], _sample(fit, schema), schema)
    for row, (condition, member) in zip(matrix, checked, strict=True):
        assert np.array_equal(row, member), condition_to_when(condition)
    return len(checked)


def _members(tree: Any, matrix: Any) -> Any:
    """Return which event passes which node: shape (events, nodes)."""
    return tree.decision_path(matrix).toarray().astype(bool)


@pytest.mark.parametrize("depth", [3, 12])
def test_tree_of_scikit_learn_with_missing_values(
    depth: int, encoding: Encoding, labels: Mask, fit: pl.DataFrame, schema: Schema
) -> None:
    from sklearn.tree import DecisionTreeClassifier

    noisy = labels ^ (np.random.default_rng(0).random(len(labels)) < 0.2)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=1).fit(encoding.matrix, noisy)
    passed = _members(tree, encoding.matrix)
    paths = [(node.steps, passed[:, node.number]) for node in nodes(tree.tree_, sees_missing=True)]
    assert _check(paths, encoding, fit, schema) > 2 * depth


def test_a_tree_that_splits_on_missing_alone(schema: Schema) -> None:
    from sklearn.tree import DecisionTreeClassifier

    frame = pl.DataFrame({"mass": [1.0, None, 2.0, None, 3.0, None] * 20})
    one = Schema(name="one", version="1.0.0", features=schema.features[:1])
    encoding = encode(frame, one)
    tree = DecisionTreeClassifier().fit(encoding.matrix, frame["mass"].is_null().to_numpy())
    passed = _members(tree, encoding.matrix)
    paths = [(node.steps, passed[:, node.number]) for node in nodes(tree.tree_, sees_missing=True)]
    assert _check(paths, encoding, frame, one) == 2
    texts = [
        condition_to_when(write(intersect(steps, encoding) or {}, encoding, np.ones(120)))
        for steps, _ in paths[1:]
    ]
    assert sorted(texts) == [["mass is missing"], ["mass is not missing"]]


def _task(encoding: Encoding, labels: Mask) -> Task:
    return Task(encoding, labels, labels.astype(np.float64), np.ones(len(labels)), 12, 0)


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
    assert _check(paths, encoding, fit, schema) > 5
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
    found = np.array([value for _, value in votes]) @ hit_matrix(conditions, _sample(fit, schema), schema)
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
    assert _check(paths, encoding, fit, schema) > 3


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
    assert _check(paths, encoding, fit, schema) >= 2
    own = model.predict_proba(encoding.filled)[:, 1]
    left = np.isnan(reached)
    assert left.any() != opposite
    assert reached[~left] == pytest.approx(own[~left], abs=1e-12)


def test_weights_become_copies(encoding: Encoding, labels: Mask) -> None:
    task = _task(encoding, labels)
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


def test_steps_on_a_feature_become_one_range(encoding: Encoding, fit: pl.DataFrame) -> None:
    at = encoding.column_of("hits")
    steps = [
        PathStep.at(at, value, left=left)
        for value, left in [(9.5, True), (2.5, False), (7.2, True), (4.0, False)]
    ]
    assert intersect(steps, encoding) == {"hits": Span(5, 8, missing=False)}
    region = intersect(steps, encoding)
    assert region is not None
    assert condition_to_when(write(region, encoding, np.ones(len(fit)))) == ["5 <= hits <= 7"]
    assert intersect([*steps, PathStep.at(at, 4.5, left=True)], encoding) is None
    assert intersect([PathStep.at(at, 99, left=True)], encoding) == {}


def test_categories_become_sets(encoding: Encoding) -> None:
    red, green = (next(i for i, c in enumerate(encoding.columns) if c.category == name) for name in "rg")
    not_red, not_green = (PathStep.at(column, 0.5, left=True) for column in (red, green))
    is_red = PathStep.at(red, 0.5, left=False)
    assert intersect([not_red, not_green], encoding) == {
        "kind": Choice(("r", "g"), negated=True, missing=True)
    }
    assert intersect([is_red, not_green], encoding) == {"kind": Choice(("r",), negated=False, missing=False)}
    assert intersect([is_red, not_red], encoding) is None
    assert intersect([not_red, is_red], encoding) is None
    assert all(column.category != "never" for column in encoding.columns)


VALUES = [0.1, 9.8713, 9.88, 12.34, 12.35]


@pytest.mark.parametrize(
    ("dtype", "values", "cut", "texts"),
    [
        ("float64", VALUES, 1, ["x <= 5", "x > 5"]),
        ("float64", VALUES, 2, ["x <= 9.876", "x > 9.876"]),
        ("float64", VALUES, 3, ["x <= 10", "x > 10"]),
        ("float64", VALUES, 4, ["x <= 12.34", "x > 12.34"]),
        ("float64", [-0.3, 1.7], 1, ["x <= 0", "x > 0"]),
        ("float64", [0.1, 0.1 + 2**-54], 1, ["x <= 0.1", "x > 0.1"]),
        ("float64", [1.0, np.nextafter(1.0, 2)], 1, ["x <= 1", "x > 1"]),
        ("float64", [-np.inf, 3.0], 1, ["x <= -inf", "x > -inf"]),
        ("float64", [1e6, np.inf], 1, ["x <= 1000000", "x > 1000000"]),
        ("float32", [np.float32(0.1), np.float32(0.2)], 1, ["x <= 0.1", "x > 0.1"]),
        ("int32", [3, 7, 8], 1, ["x <= 5", "x >= 6"]),
        ("int32", [-4, 9], 1, ["x <= 0", "x >= 0"]),
        ("int64", [2**60, 2**60 + 1], 1, [f"x <= {2**60}", f"x >= {2**60 + 1}"]),
        ("bool", [False, True], 1, ["x == false", "x == true"]),
    ],
)
def test_thresholds_are_the_shortest_that_split_alike(
    dtype: str, values: list[Any], cut: int, texts: list[str]
) -> None:
    one = Schema(name="one", version="1.0.0", features=(Feature(name="x", dtype=dtype),))
    kind = {
        "float64": pl.Float64,
        "float32": pl.Float32,
        "int32": pl.Int32,
        "int64": pl.Int64,
        "bool": pl.Boolean,
    }[dtype]
    frame = pl.DataFrame({"x": pl.Series(values, dtype=kind)})
    encoding = encode(frame, one)
    found = []
    for left in (True, False):
        region = intersect([PathStep(0, cut, left, missing=False)], encoding)
        assert region is not None
        condition = write(region, encoding, np.ones(len(values)))
        row = hit_matrix([condition], _sample(frame, one), one)[0]
        assert row.tolist() == [(index < cut) == left for index in range(len(values))]
        found += condition_to_when(condition)
    assert found == texts


def test_a_tolerance_moves_little_weight(encoding: Encoding, fit: pl.DataFrame, schema: Schema) -> None:
    weights = np.random.default_rng(3).exponential(1, len(fit))
    first, second = encoding.column_of("mass"), encoding.column_of("Time of flight")
    region = intersect([PathStep.at(first, 333, left=False), PathStep.at(second, 777, left=True)], encoding)
    assert region is not None
    exact, rounded = write(region, encoding, weights), write(region, encoding, weights, 0.02)
    rows = hit_matrix([exact, rounded], _sample(fit, schema), schema)
    moved = weights[rows[0] != rows[1]].sum() / weights[rows[0]].sum()
    assert 0 < moved <= 2 * 0.02
    assert sum(map(len, map(str, condition_to_when(rounded)))) < sum(
        map(len, map(str, condition_to_when(exact)))
    )


def test_conditions_mean_the_same_to_the_reference(
    encoding: Encoding, fit: pl.DataFrame, schema: Schema
) -> None:
    from rulekit.ir.canonical import bind
    from rulekit.ir.event import bind_event

    kind = next(i for i, column in enumerate(encoding.columns) if column.category == "r")
    steps = [PathStep.at(kind, 0.5, left=True), PathStep.at(encoding.column_of("mass"), 700, left=True)]
    region = intersect(steps, encoding)
    assert region is not None
    condition = write(region, encoding, np.ones(len(fit)))
    row = hit_matrix([condition], _sample(fit, schema), schema)[0]
    bound = bind(condition, schema)
    expected = [holds(bound, bind_event(schema.features, event)) for event in fit.head(300).to_dicts()]
    assert row[:300].tolist() == expected
    assert condition_to_when(condition)[0] == {"any": ["kind not in {r}", "kind is missing"]}
    assert isinstance(region["mass"], Span)
    assert not isinstance(condition.terms[0], Decimal)
