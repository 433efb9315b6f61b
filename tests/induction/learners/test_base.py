from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from contexts import corner_context

from rulekit.budget import Budget
from rulekit.induction.learners.base import Task
from rulekit.induction.learners.registry import inducers
from rulekit.induction.regions.region import hits
from rulekit.induction.samples.encoding import encode
from rulekit.ir.schema import Schema


@pytest.mark.parametrize("method", ["tree", "figs", "boosted-rules"])
def test_a_double_weight_is_an_event_twice(method: str, events: pl.DataFrame, schema: Schema) -> None:
    frame = events.head(1200)
    twice = np.arange(1200) % 4 == 0
    copied = np.concatenate([np.arange(1200), np.flatnonzero(twice)])
    encoding, labels = encode(frame, schema), frame["score"].to_numpy() > 0.5
    inducer, signal = inducers.get(method), np.clip(frame["score"].to_numpy(), 0, 1)
    one = inducer.propose(
        Task(encoding, labels, signal, np.where(twice, 2.0, 1.0), 8, 0), inducer.policies[0]
    )
    double = encode(frame[copied], schema)
    other = inducer.propose(
        Task(double, labels[copied], signal[copied], np.ones(len(copied)), 8, 0), inducer.policies[0]
    )
    found, expected = ([{str(c.region) for c in p.candidates} for p in answer] for answer in (one, other))
    shared = sum(len(a & b) for a, b in zip(found, expected, strict=True))
    assert shared >= 0.8 * sum(map(len, expected))


@pytest.mark.parametrize("name", inducers.names())
def test_equal_tasks_give_equal_proposals_of_regions_that_hold_something(name: str) -> None:
    context = corner_context(Budget(false_positive_rate=0.05), 400)
    labels = context.folds.fit.scores >= context.threshold
    task = Task(context.encoding, labels, context.signal_fit, np.ones(len(labels)), 4, 0)
    inducer = inducers.get(name)
    found = inducer.propose(task, inducer.policies[0])
    assert inducer.propose(task, inducer.policies[0]) == found
    assert {proposal.policy for proposal in found} == {inducer.policies[0]}
    for proposal in found:
        assert proposal.candidates
        for candidate in proposal.candidates:
            assert np.isfinite(candidate.value)
            assert 0 < hits(candidate.region, task.encoding).sum() < len(labels)
