"""A ruleset from very few events: the leaves of one decision tree, without folds and without a certificate."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.tree import DecisionTreeClassifier

from rulekit.induction.learners.trees import nodes, regions_of
from rulekit.induction.naming import rule_ids, title
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import encode
from rulekit.ir.condition import AllOf
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema

FEWEST = 100
"""Induction splits the events into three folds, and needs so many of them."""

Labels = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]


class FewEventsWarning(UserWarning):
    """There are too few events for induction: the rules come from one tree, and nothing is certified."""


def tree_ruleset(
    table: pl.DataFrame, schema: Schema, labels: Labels, weights: Weights, *, rules: int, seed: int
) -> Ruleset:
    """Return the leaves of a decision tree in which most of the weight is of the second class, as rules.

    Parameters
    ----------
    table, schema : the events and their features; a null or NaN is missing.
    labels : whether each event is of the second class, shape (events,).
    weights : of the events, shape (events,).
    rules : at most so many.
    seed : of the tree.

    """
    features = table.select(pl.col(schema.names)).with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
    encoding = encode(features, schema)
    found: list[AllOf] = []
    if encoding.columns:
        tree = DecisionTreeClassifier(max_leaf_nodes=max(2, rules + 1), random_state=seed)
        tree.fit(encoding.matrix, labels, sample_weight=weights)
        leaves = (node for node in nodes(tree.tree_, sees_missing=True) if node.is_leaf)
        accepting = {node for node in range(tree.tree_.node_count) if _is_signal(tree, node)}
        regions = [region for number, region in regions_of(leaves, encoding) if number in accepting]
        found = [write(region, encoding, weights) for region in regions]
    if not found and np.average(labels, weights=weights) >= 0.5:
        found = [AllOf(())]
    return Ruleset(
        name=schema.name, version="0.1.0", schema=schema, hit_policy=HitPolicy.ANY, otherwise="reject",
        rules=tuple(
            Rule(id=name, title=title(when), when=when, then="accept", origin="induced")
            for name, when in zip(rule_ids(found), found, strict=True)
        ),
    )  # fmt: skip


def _is_signal(tree: Any, node: int) -> bool:
    """Say whether most of the weight in a node is of the second class."""
    value = tree.tree_.value[node, 0]
    return len(value) == 2 and value[1] > value[0]
