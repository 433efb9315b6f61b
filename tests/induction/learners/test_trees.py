from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.induction.learners.trees import nodes
from rulekit.induction.regions.region import intersect
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.schema import Schema
from rulekit.labels import Mask

from .conftest import check, members


@pytest.mark.parametrize("depth", [3, 12])
def test_tree_of_scikit_learn_with_missing_values(
    depth: int, encoding: Encoding, labels: Mask, fit: pl.DataFrame, schema: Schema
) -> None:
    from sklearn.tree import DecisionTreeClassifier

    noisy = labels ^ (np.random.default_rng(0).random(len(labels)) < 0.2)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=1).fit(encoding.matrix, noisy)
    passed = members(tree, encoding.matrix)
    paths = [(node.steps, passed[:, node.number]) for node in nodes(tree.tree_, sees_missing=True)]
    assert check(paths, encoding, fit, schema) > 2 * depth


def test_a_tree_that_splits_on_missing_alone(schema: Schema) -> None:
    from sklearn.tree import DecisionTreeClassifier

    frame = pl.DataFrame({"mass": [1.0, None, 2.0, None, 3.0, None] * 20})
    one = Schema(name="one", version="1.0.0", features=schema.features[:1])
    encoding = encode(frame, one)
    tree = DecisionTreeClassifier().fit(encoding.matrix, frame["mass"].is_null().to_numpy())
    passed = members(tree, encoding.matrix)
    paths = [(node.steps, passed[:, node.number]) for node in nodes(tree.tree_, sees_missing=True)]
    assert check(paths, encoding, frame, one) == 2
    texts = [
        condition_to_when(write(intersect(steps, encoding) or {}, encoding, np.ones(120)))
        for steps, _ in paths[1:]
    ]
    assert sorted(texts) == [["mass is missing"], ["mass is not missing"]]
