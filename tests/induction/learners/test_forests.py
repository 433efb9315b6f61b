from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from contexts import corner_context

from rulekit.budget import Budget
from rulekit.induction.learners.base import Proposal, Task
from rulekit.induction.learners.forests import FOREST
from rulekit.induction.regions.region import hits, key_of
from rulekit.ir.ruleset import HitPolicy


@pytest.fixture(scope="module")
def task() -> Task:
    context = corner_context(Budget(false_positive_rate=0.05), 600)
    labels = context.folds.fit.scores >= context.threshold
    return Task(context.encoding, labels, context.signal_fit, np.ones(len(labels)), 5, 0)


@pytest.fixture(scope="module")
def proposal(task: Task) -> Proposal:
    (found,) = FOREST.propose(task, HitPolicy.ANY)
    return found


def test_each_region_is_a_candidate_once(proposal: Proposal) -> None:
    keys = [key_of(candidate.region) for candidate in proposal.candidates]
    assert len(set(keys)) == len(keys) > 20


def test_a_region_holds_some_events_and_not_all(proposal: Proposal, task: Task) -> None:
    counts = [int(hits(candidate.region, task.encoding).sum()) for candidate in proposal.candidates]
    # a leaf holds five drawn events; drawn with replacement these may be one event
    assert min(counts) >= 1
    assert max(counts) < len(task.labels)
    assert np.median(counts) >= 5


def test_one_region_is_about_where_the_signal_lies(proposal: Proposal, task: Task) -> None:
    shares = []
    for candidate in proposal.candidates:
        taken = hits(candidate.region, task.encoding)
        shares.append((taken & task.labels).sum() / (taken | task.labels).sum())
    assert max(shares) > 0.6


def test_equal_tasks_give_equal_proposals_and_seeds_others(proposal: Proposal, task: Task) -> None:
    assert FOREST.propose(task, HitPolicy.ANY) == [proposal]
    (other,) = FOREST.propose(replace(task, seed=1), HitPolicy.ANY)
    assert other != proposal
