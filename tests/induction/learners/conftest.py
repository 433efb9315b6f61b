"""What a learner's path selects, and what the compiled condition selects, is the same: event by event."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from rulekit.induction.learners.base import Task
from rulekit.induction.regions.region import hits, intersect
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.schema import Schema
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


def sample_of(frame: pl.DataFrame, schema: Schema) -> Sample:
    bound = frame.select(schema.names)
    return Sample(bound, np.zeros(len(frame)), np.ones(len(frame)), None)


def check(paths: list[tuple[Any, Mask]], encoding: Encoding, fit: pl.DataFrame, schema: Schema) -> int:
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
    matrix = hit_matrix([condition for condition, _ in checked], sample_of(fit, schema), schema)
    for row, (condition, member) in zip(matrix, checked, strict=True):
        assert np.array_equal(row, member), condition_to_when(condition)
    return len(checked)


def members(tree: Any, matrix: Any) -> Any:
    """Return which event passes which node: shape (events, nodes)."""
    return tree.decision_path(matrix).toarray().astype(bool)


def task_of(encoding: Encoding, labels: Mask) -> Task:
    return Task(encoding, labels, labels.astype(np.float64), np.ones(len(labels)), 12, 0)
