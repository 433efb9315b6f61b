"""The rules of one tree, for very few events, against the tree itself."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.tree import DecisionTreeClassifier

from rulekit.ir.semantics import decide
from rulekit.sklearn.few_events import tree_ruleset
from rulekit.sklearn.tables import read_schema

ONES = np.ones(40)


def accepted(ruleset, table: pl.DataFrame) -> list[bool]:
    return [decide(ruleset, event).outcome == "accept" for event in table.iter_rows(named=True)]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rules", [1, 3, 8])
def test_rules_decide_as_the_tree_does(seed: int, rules: int) -> None:
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(40, 3)).round(1)
    labels = (matrix[:, 0] * matrix[:, 1] > 0) ^ (draw.uniform(size=40) < 0.1)
    weights = draw.uniform(0.5, 2, size=40)
    table = pl.DataFrame({f"x{place}": column for place, column in enumerate(matrix.T)})
    ruleset = tree_ruleset(table, read_schema(table, "rules", set()), labels, weights, rules=rules, seed=seed)
    ranks = np.stack([np.unique(column, return_inverse=True)[1] for column in matrix.T], axis=1)
    tree = DecisionTreeClassifier(max_leaf_nodes=max(2, rules + 1), random_state=seed)
    tree.fit(ranks, labels, sample_weight=weights)
    assert accepted(ruleset, table) == list(tree.predict(ranks))
    assert len(ruleset.rules) <= max(1, rules)


def test_one_value_of_every_feature_gives_the_commoner_class() -> None:
    table = pl.DataFrame({"x": np.zeros(40)})
    schema = read_schema(table, "rules", set())
    most = np.arange(40) < 30
    everything = tree_ruleset(table, schema, most, ONES, rules=3, seed=0)
    assert all(accepted(everything, table))
    nothing = tree_ruleset(table, schema, ~most, ONES, rules=3, seed=0)
    assert nothing.rules == ()
    assert not any(accepted(nothing, table))


def test_weights_decide_which_class_is_commoner() -> None:
    table = pl.DataFrame({"x": np.zeros(40)})
    few = np.arange(40) < 4
    weights = np.where(few, 100.0, 1.0)
    ruleset = tree_ruleset(table, read_schema(table, "rules", set()), few, weights, rules=3, seed=0)
    assert all(accepted(ruleset, table))


def test_missing_values_and_words_are_read() -> None:
    table = pl.DataFrame({"x": [None, 1.0] * 20, "kind": ["a", "a", "b", "b"] * 10})
    labels = (table["x"].is_null() & (table["kind"] == "b")).to_numpy()
    ruleset = tree_ruleset(table, read_schema(table, "rules", set()), labels, ONES, rules=3, seed=0)
    assert accepted(ruleset, table) == list(labels)
