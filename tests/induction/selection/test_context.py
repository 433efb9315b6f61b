from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from contexts import CORNER, SCHEMA, corner_context, corner_events

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.folds import split
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.constraints import make_constraints
from rulekit.induction.selection.context import (
    InductionContext,
    evaluate,
    expected_costs,
    make_context,
    selection_score,
    target_rate,
)
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Feature, Schema

FPR = Budget(false_positive_rate=0.05)


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(FPR)


def test_the_threshold_is_the_lowest_score_within_the_budget(context: InductionContext) -> None:
    search = context.folds.search
    assert search.truth is not None
    background = np.sort(search.scores[~search.truth])[::-1]
    allowed = math.floor(0.05 * len(background))
    assert (background >= context.threshold).sum() <= allowed
    lower = search.scores[search.scores < context.threshold].max()
    assert (background >= lower).sum() > allowed


def test_expected_signal_rises_with_the_score_and_is_calibrated(context: InductionContext) -> None:
    search, signal = context.folds.search, context.signal_search
    assert (np.diff(signal[np.argsort(search.scores)]) >= 0).all()
    assert signal.sum() == pytest.approx(search.truth.sum())  # type: ignore[union-attr]
    assert context.signal_fit.tolist() == signal[: len(context.folds.fit)].tolist()
    assert len(signal) == 700


def test_events_without_a_required_feature_are_not_learned_from() -> None:
    sample = corner_events(300, 2)
    frame = sample.frame.with_columns(x=pl.when(pl.col("y") > 0.2).then("x"))
    schema = Schema(
        name="s",
        version="1.0.0",
        features=(Feature(name="x", dtype="float64", required=True), SCHEMA.features[1]),
    )
    folds = split(replace(sample, frame=frame), 0)
    found = make_context(folds, make_constraints(FPR, schema), 0)
    assert found.folds.fit.frame["x"].null_count() == 0
    assert len(found.folds.fit) == folds.fit.frame["x"].count() < len(folds.fit)
    assert len(found.encoding.matrix) == len(found.signal_fit) == len(found.folds.fit)
    assert len(found.folds.calibration) == len(folds.calibration)


def test_events_that_are_all_alike_are_refused() -> None:
    sample = corner_events(200, 3)
    flat = replace(sample, frame=sample.frame.with_columns(x=pl.lit(1.0), y=pl.lit(2.0)))
    with pytest.raises(BudgetError, match="no feature has two different values"):
        make_context(split(flat, 0), make_constraints(FPR, SCHEMA), 0)


def test_a_share_of_truth_is_mixed_in(context: InductionContext) -> None:
    truth = context.folds.search.truth
    assert truth is not None
    assert context.with_truth(0.0) is context
    assert context.with_truth(1.0).signal_search.tolist() == truth.astype(float).tolist()
    quarter = context.with_truth(0.25)
    expected = [
        0.75 * signal + 0.25 * is_true for signal, is_true in zip(context.signal_search, truth, strict=True)
    ]
    assert quarter.signal_search == pytest.approx(np.array(expected))
    assert quarter.signal_fit.tolist() == quarter.signal_search[:500].tolist()
    assert quarter.threshold == context.threshold


def test_without_truth_there_is_none_to_mix_in() -> None:
    unlabelled = corner_context(Budget(alert_rate=0.1), 300, truth=False)
    assert unlabelled.with_truth(1.0) is unlabelled
    assert set(unlabelled.signal_search) == {0.0, 1.0}


def test_costs_are_background_or_alerts() -> None:
    sample = Sample(pl.DataFrame({"x": [1.0, 2.0]}), np.zeros(2), np.array([2.0, 4.0]), None)
    signal = np.array([0.25, 1.0])
    assert expected_costs(sample, signal, "false_positive_rate").tolist() == [1.5, 0.0]
    assert expected_costs(sample, signal, "alert_rate").tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (Budget(alert_rate=0.1), 0.1 * (1 - 0.5 / math.sqrt(30))),  # 30 of 300 events: half a deviation less
        (Budget(alert_rate=0.004), 0.004 * (1 - 0.5 / math.sqrt(1.2))),
        (Budget(false_positive_rate=0.004), 0.002),  # one event: never below half of the budget
    ],
)
def test_the_target_stays_below_the_budget_by_its_deviation(budget: Budget, expected: float) -> None:
    assert target_rate(corner_context(budget)) == pytest.approx(expected)


def test_false_positives_keep_a_whole_deviation(context: InductionContext) -> None:
    background = 300 - int(context.folds.calibration.truth.sum())  # type: ignore[union-attr]
    assert target_rate(context) == pytest.approx(0.05 * (1 - 1 / math.sqrt(0.05 * background)))


def test_a_candidate_is_measured_on_the_selection_fold(context: InductionContext) -> None:
    fold = context.folds.selection
    inside = ((fold.frame["x"] > 0.8) & (fold.frame["y"] > 0.5)).to_numpy()
    found = evaluate(CandidateRuleset("corner", HitPolicy.ANY, (CORNER,)), 17, context)
    assert (found.method, found.policy, found.candidates) == ("corner", "any", 17)
    assert (found.rules, found.literals) == (1, 2)
    assert found.measures is not None
    assert found.measures.events == 200
    assert found.measures.efficiency is not None
    assert fold.truth is not None
    assert found.measures.efficiency.value == pytest.approx(fold.truth[inside].sum() / fold.truth.sum())
    signal = context.signal_search[500:]
    assert found.expected_efficiency == pytest.approx(signal[inside].sum() / signal.sum())
    assert selection_score(found) == found.expected_efficiency


def test_a_candidate_over_the_budget_reaches_nothing(context: InductionContext) -> None:
    found = evaluate(CandidateRuleset("all", HitPolicy.ANY, (AllOf((Compare("x", ">", 0.1),)),)), 1, context)
    assert (found.rules, found.literals, found.measures) == (0, 0, None)
    assert selection_score(found) == -1.0
    assert found.to_document()["measures"] is None


def test_without_truth_methods_are_ranked_by_agreement_with_the_teacher() -> None:
    unlabelled = corner_context(Budget(alert_rate=0.15), 300, truth=False)
    found = evaluate(CandidateRuleset("corner", HitPolicy.ANY, (CORNER,)), 1, unlabelled)
    fold = unlabelled.folds.selection
    liked = fold.scores >= unlabelled.threshold
    inside = ((fold.frame["x"] > 0.8) & (fold.frame["y"] > 0.5)).to_numpy()
    assert selection_score(found) == pytest.approx(2 * (liked & inside).sum() / (liked.sum() + inside.sum()))
