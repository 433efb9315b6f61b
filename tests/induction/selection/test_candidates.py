from __future__ import annotations

import numpy as np
import pytest
from contexts import FixedInducer, at_least, corner_context

from rulekit.budget import Budget
from rulekit.induction.learners.base import CandidateRule, Proposal
from rulekit.induction.learners.methods import Method
from rulekit.induction.regions.region import Span
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.induction.selection.candidates import (
    MOST_POINTS,
    propose,
    ruleset_of_list,
    ruleset_of_pool,
    ruleset_of_sum,
    rulesets_of,
    with_directions,
)
from rulekit.induction.selection.context import InductionContext
from rulekit.ir.ruleset import HitPolicy

FPR = Budget(false_positive_rate=0.05, rules=3)


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(FPR)


def _rules(
    context: InductionContext, *ends: dict[str, float], values: tuple[float, ...] = ()
) -> tuple[CandidateRule, ...]:
    values = values or (0.0,) * len(ends)
    return tuple(
        CandidateRule(at_least(context.encoding, **end), value)
        for end, value in zip(ends, values, strict=True)
    )


def test_an_inducer_gets_the_labels_of_each_working_point(context: InductionContext) -> None:
    inducer = FixedInducer([{"x": 0.5}], working_points=(0.5, 1.0, 4.0))
    found = propose(inducer, HitPolicy.ANY, context)
    assert [proposal.policy for proposal in found] == [HitPolicy.ANY] * 3
    fit = context.folds.fit
    assert fit.truth is not None
    for task, multiple in zip(inducer.tasks, (0.5, 1.0, 4.0), strict=True):
        assert task.labels[~fit.truth].mean() <= multiple * 0.05
        assert fit.scores[task.labels].min() > fit.scores[~task.labels].max()
        assert (task.rules, task.seed) == (3, 0)
        assert task.signal.tolist() == context.signal_fit.tolist()
    counts = [int(task.labels.sum()) for task in inducer.tasks]
    assert counts == sorted(set(counts))


def test_an_inducer_gets_no_more_events_than_it_takes(context: InductionContext) -> None:
    inducer = FixedInducer([{"x": 0.5}], most_events=120)
    for _ in range(2):
        propose(inducer, HitPolicy.ANY, context)
    first, again = inducer.tasks
    assert first.encoding.matrix.shape == (120, 2)
    assert len(first.labels) == len(first.signal) == len(first.weights) == 120
    assert first.encoding.matrix.tolist() == again.encoding.matrix.tolist()
    whole = {tuple(row) for row in context.encoding.matrix.tolist()}
    assert {tuple(row) for row in first.encoding.matrix.tolist()} < whole


def test_ends_against_a_direction_are_taken_away() -> None:
    context = corner_context(FPR, 300, monotone={"x": "up"})
    last = len(context.encoding.columns[0].values)
    between = {"x": Span(100, 120, missing=False), "y": Span(5, 50, missing=False)}
    low = {"x": Span(0, 50, missing=True)}
    found = with_directions(
        Proposal(HitPolicy.ANY, (CandidateRule(between, 0.5), CandidateRule(low))), context
    )
    # a rule of x alone that asked for less of it asks for nothing, and goes
    assert found.candidates == (
        CandidateRule({"x": Span(100, last, missing=False), "y": Span(5, 50, missing=False)}, 0.5),
    )


def test_a_pool_gives_the_rule_that_holds_the_signal(context: InductionContext) -> None:
    corner, far = {"x": 0.8, "y": 0.5}, {"x": 0.97}
    rules = _rules(context, {"x": 0.1}, far, corner, corner, {"y": 0.2})
    found, pool = ruleset_of_pool("pool", rules, context)
    assert pool == 4  # the corner counts once
    assert (found.method, found.policy) == ("pool", HitPolicy.ANY)
    assert len(found.conditions) == len(found.regions) <= 3
    first = hit_matrix(found.conditions, context.folds.search, context.schema)[0]
    truth = context.folds.search.truth
    assert truth is not None
    assert first[truth].mean() > 0.85
    assert first[~truth].mean() < 0.03


def test_a_pool_without_a_rule_that_could_be_afforded_is_empty(context: InductionContext) -> None:
    found, pool = ruleset_of_pool("pool", _rules(context, {"x": 0.1}, {"y": 0.2}), context)
    assert (found.conditions, pool) == ((), 2)


def test_the_weights_of_a_sum_become_whole_points(context: InductionContext) -> None:
    rules = _rules(context, {"x": 0.8}, {"y": 0.5}, {"x": 0.3}, {"x": 0.1}, values=(1.5, -3.0, 0.01, 0.07))
    found, count = ruleset_of_sum("sum", rules, context)
    assert count == 4
    # of 3.0: a half, the whole, 0.3 % and 2.3 %; 0.3 % rounds to no point, and the rule goes
    assert found.points == (MOST_POINTS // 2, -MOST_POINTS, 2)
    assert len(found.conditions) == 3
    hits = hit_matrix(found.conditions, context.folds.fit, context.schema).mean(axis=1)
    assert hits == pytest.approx([0.2, 0.5, 0.9], abs=0.06)


def test_a_list_accepts_the_purest_rules_first(context: InductionContext) -> None:
    rules = _rules(context, {"x": 0.95}, {"x": 0.8, "y": 0.5}, {"y": 0.9}, {"x": 0.8})
    found, count = ruleset_of_list("list", rules, context)
    assert (count, found.policy, len(found.conditions)) == (4, HitPolicy.FIRST, 4)
    search, signal = context.folds.search, context.signal_search
    hits = hit_matrix(found.conditions, search, context.schema)
    gain, cost = np.zeros(4), np.zeros(4)
    for event in range(len(search)):
        first = next((rule for rule in range(4) if hits[rule, event]), None)
        if first is not None:
            gain[first] += signal[event]
            cost[first] += 1 - signal[event]
    ratio = gain / (cost + 0.5 * (1 - signal).mean())
    assert list(found.accepting) == sorted(
        (rule for rule in range(4) if gain[rule]), key=lambda rule: -ratio[rule]
    )
    assert found.accepting[0] == 1


def test_rules_of_all_proposals_are_one_pool_and_lists_stay_apart(context: InductionContext) -> None:
    corner = _rules(context, {"x": 0.8, "y": 0.5})
    one, other = Proposal(HitPolicy.ANY, corner), Proposal(HitPolicy.ANY, _rules(context, {"x": 0.9}))
    inducer = FixedInducer([])
    ((together, size),) = rulesets_of(Method("m", inducer, HitPolicy.ANY), [one, other], context)
    assert (together.policy, size) == (HitPolicy.ANY, 2)
    proposals = [one, Proposal(HitPolicy.FIRST, ()), other]
    lists = rulesets_of(Method("m", inducer, HitPolicy.FIRST), proposals, context)
    assert [(candidate.policy, size) for candidate, size in lists] == [(HitPolicy.FIRST, 1)] * 2
