from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from contexts import corner_context
from scipy.stats import binomtest

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.induce import induce
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.calibration import calibrate, check_resolution
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema


def test_a_budget_that_no_rule_meets_says_what_was_reached(events: pl.DataFrame, schema: Schema) -> None:
    useless = events.with_columns(score=pl.Series(np.random.default_rng(0).random(len(events))))
    with pytest.raises(BudgetError) as caught:
        induce(
            "score",
            useless,
            "truth",
            schema=schema,
            budget=Budget(false_positive_rate=0.0008),
            method="greedy-rule-list",
        )
    assert "the smallest false-positive rate reached is" in str(caught.value)
    assert caught.value.hint == "raise the budget, or give more events"


def test_a_cap_that_no_rule_fits_is_an_error(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.002, literals=1)
    with pytest.raises(BudgetError, match="no ruleset keeps to the caps of the budget") as caught:
        induce("score", events, "truth", schema=schema, budget=budget, method="tree")
    assert caught.value.got == "the smallest ruleset found has literals 2 of 1"


def _above(x: float) -> AllOf:
    return AllOf((Compare("x", ">", x),))


def _spent(x: float, fold: Sample) -> float:
    return float((fold.frame["x"] > x).mean() or 0.0)


NESTED = CandidateRuleset("m", HitPolicy.ANY, (_above(0.95), _above(0.9), _above(0.6)))


def test_the_largest_size_within_the_budget_is_chosen() -> None:
    context = corner_context(Budget(alert_rate=0.2))
    fold = context.folds.calibration
    assert _spent(0.9, fold) <= 0.2 < _spent(0.6, fold)
    found = calibrate(NESTED, context)
    assert (found.chosen, found.option.size, list(found.kept)) == (1, 2, [0, 1])
    assert found.hits.shape == (3, 300)
    assert [one.rate.value for one in found.measures] == [
        pytest.approx(_spent(x, fold)) for x in (0.95, 0.9, 0.6)
    ]
    assert found.events.teacher.to_list() == (fold.scores >= context.threshold).tolist()  # type: ignore[union-attr]


@pytest.mark.parametrize("tried", [0, 2])
def test_the_limit_is_corrected_for_every_size_and_every_failed_candidate(tried: int) -> None:
    context = corner_context(Budget(alert_rate=0.2, confidence=0.9))
    found = calibrate(NESTED, context, tried)
    accepted = round(_spent(0.9, context.folds.calibration) * 300)
    level = 1 - 0.1 / (3 * (tried + 1))
    exact = binomtest(accepted, 300, alternative="less").proportion_ci(level, method="exact").high
    assert found.limit == pytest.approx(exact)


def test_a_certified_size_has_the_budget_for_its_limit() -> None:
    found = calibrate(NESTED, corner_context(Budget(alert_rate=0.2, certified=True)))
    assert found.limit == 0.2
    assert found.option.size == 2


@pytest.mark.parametrize(
    ("conditions", "budget", "got"),
    [
        ((), Budget(alert_rate=0.2), "no rule was found"),
        ((_above(2.0),), Budget(alert_rate=0.2), "no rule hits any calibration event"),
        (
            (AllOf((Compare("x", ">", 0.9), Compare("y", ">", 0.1))),),
            Budget(alert_rate=0.2, literals=1),
            "the smallest ruleset found has literals 2 of 1",
        ),
    ],
)
def test_a_candidate_that_fits_at_no_size_says_why(
    conditions: tuple[AllOf, ...], budget: Budget, got: str
) -> None:
    with pytest.raises(BudgetError) as caught:
        calibrate(CandidateRuleset("m", HitPolicy.ANY, conditions), corner_context(budget, 300))
    assert caught.value.got == got


def test_a_rate_that_is_not_reached_names_the_smallest() -> None:
    with pytest.raises(
        BudgetError, match=r"no rule keeps to an alert rate of 0\.05 on the 300 calibration"
    ) as caught:
        calibrate(
            CandidateRuleset("m", HitPolicy.ANY, (_above(0.5),)), corner_context(Budget(alert_rate=0.05))
        )
    assert caught.value.got is not None
    assert caught.value.got.startswith("the smallest alert rate reached is 0.")


def _fold(signal: int, background: int) -> Sample:
    count = signal + background
    return Sample(
        pl.DataFrame({"x": np.zeros(count)}), np.zeros(count), np.ones(count), np.arange(count) < signal
    )


def test_a_budget_is_at_least_one_event_of_the_fold() -> None:
    fpr, rate = Budget(false_positive_rate=0.01), Budget(alert_rate=0.01)
    check_resolution(_fold(50, 100), fpr)
    check_resolution(_fold(50, 50), rate)
    with pytest.raises(BudgetError, match=r"too small for a budget of 0\.01") as caught:
        check_resolution(_fold(50, 80), fpr)
    assert caught.value.expected == "at least one over 0.01 background events"
    assert caught.value.got == "80; the smallest rate it can tell is 0.013"
    with pytest.raises(BudgetError, match="too small"):
        check_resolution(_fold(49, 50), rate)
    with pytest.raises(BudgetError, match="too small") as caught:
        check_resolution(_fold(50, 0), fpr)
    assert caught.value.got is not None
    assert caught.value.got.startswith("0;")


def test_unequal_weights_count_as_fewer_events() -> None:
    # (1 * 100 + 19 * 20) ** 2 / (1 * 100 + 361 * 20) = 31.5 equal events, not 120
    fold = replace(_fold(0, 120), weights=np.repeat([1.0, 19.0], [100, 20]))
    check_resolution(fold, Budget(alert_rate=0.04))
    with pytest.raises(BudgetError, match="too small"):
        check_resolution(fold, Budget(alert_rate=0.03))
