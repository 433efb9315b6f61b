from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from rulekit.budget import Budget
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import lowest_threshold
from rulekit.statistics.upper_limits import least_events, upper_limit


def _accepted(count: int, events: int) -> np.ndarray:
    return np.arange(events) < count


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0, 1), st.sampled_from([0.68, 0.9, 0.95, 0.99]))
def test_equal_weights_have_the_exact_limit(events: int, share: float, confidence: float) -> None:
    count = int(share * events)
    exact = binomtest(count, events, alternative="less").proportion_ci(confidence, method="exact").high
    found = upper_limit(_accepted(count, events), np.full(events, 3.0), confidence)
    assert found == pytest.approx(exact, rel=1e-9)


def test_choices_are_corrected_for() -> None:
    accepted, weights = _accepted(5, 1000), np.ones(1000)
    limits = [upper_limit(accepted, weights, 0.95, choices) for choices in (1, 2, 10)]
    assert limits == sorted(limits)
    assert limits[1] == pytest.approx(upper_limit(accepted, weights, 0.975))


def test_events_of_no_weight_are_not_looked_at() -> None:
    weights = np.ones(1000)
    weights[500:] = 0
    accepted = np.ones(1000, dtype=np.bool_)
    accepted[:495] = False
    assert upper_limit(accepted, weights, 0.95) == upper_limit(_accepted(5, 500), np.ones(500), 0.95)
    assert upper_limit(accepted, np.zeros(1000), 0.95) == 1.0


def _misses(times: int, *, grouped: bool = False, confidence: float = 0.9) -> float:
    """Return how often the limit is below the true rate of 5 %, with weights from a heavy-tailed mix."""
    rng = np.random.default_rng(11)
    misses = 0
    for _ in range(times):
        weights = np.exp(rng.normal(0, 1, 300))
        if grouped:
            taken = np.repeat(rng.random(60) < 0.05, 5)
            limit = upper_limit(taken, weights, confidence, groups=np.repeat(np.arange(60), 5))
        else:
            limit = upper_limit(rng.random(300) < 0.05, weights, confidence)
        misses += limit < 0.05
    return misses / times


@pytest.mark.parametrize("grouped", [False, True])
def test_weighted_limits_hold_as_often_as_they_say(grouped: bool) -> None:  # noqa: FBT001
    times = 1000
    assert _misses(times, grouped=grouped) <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / times)


def test_limits_on_events_are_too_low_for_groups() -> None:
    rng, misses = np.random.default_rng(12), 0
    for _ in range(400):
        taken = np.repeat(rng.random(60) < 0.05, 5)
        misses += upper_limit(taken, np.ones(300), 0.9) < 0.05
    assert misses / 400 > 0.15


@settings(deadline=None)
@given(st.floats(0.001, 0.5), st.sampled_from([0.9, 0.95, 0.99]), st.integers(1, 20))
def test_least_events_is_the_least(rate: float, confidence: float, choices: int) -> None:
    count = least_events(rate, confidence, choices)
    assert upper_limit(_accepted(0, count), np.ones(count), confidence, choices) <= rate * (1 + 1e-9)
    if count > 1:
        fewer = np.ones(count - 1)
        assert upper_limit(_accepted(0, count - 1), fewer, confidence, choices) > rate * (1 - 1e-9)


def _sample(events: int, weights: np.ndarray | None = None) -> Sample:
    ones = np.ones(events)
    frame = pl.DataFrame({"x": ones})
    return Sample(frame, ones, ones if weights is None else weights, np.zeros(events, dtype=np.bool_))


@pytest.mark.parametrize("choices", [1, 20])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_certified_threshold_is_the_lowest_whose_limit_keeps_to_the_budget(
    weighted: bool,  # noqa: FBT001
    choices: int,
) -> None:
    rng = np.random.default_rng(1)
    score = rng.integers(0, 300, 3000)
    sample = _sample(3000, rng.uniform(0.5, 2.0, 3000) if weighted else None)
    budget = Budget(false_positive_rate=0.05, certified=True)
    found = lowest_threshold(score, sample, budget, choices)

    def limit(least: int) -> float:
        return upper_limit(score >= least, sample.weights, 0.95, choices)

    assert limit(found) <= 0.05 < limit(found - 1)
    assert found > lowest_threshold(score, sample, Budget(false_positive_rate=0.05))


def test_where_no_threshold_is_certified_it_is_above_all_scores() -> None:
    budget = Budget(false_positive_rate=0.01, certified=True)
    assert lowest_threshold(np.arange(300) // 100, _sample(300), budget) == 3
