from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.budget import Budget
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import (
    CandidateRuleset,
    SizeOption,
    hit_matrix,
    largest_within,
    lowest_threshold,
    rate_of,
)
from rulekit.induction.selection.constraints import make_constraints
from rulekit.ir.condition import AllOf, Compare, Missing
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="s",
    version="1.0.0",
    features=(Feature(name="x", dtype="float64"), Feature(name="y", dtype="float64")),
)
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame({"x": RNG.random(200), "y": [None if k % 10 == 0 else k / 200 for k in range(200)]})


def _sample(events: int = 200, *, signal: float = 0.3, weights: np.ndarray | None = None) -> Sample:
    truth = np.arange(events) < signal * events
    return Sample(
        FRAME.head(events), np.zeros(events), np.ones(events) if weights is None else weights, truth
    )


def _first(count: int, events: int = 200) -> np.ndarray:
    """The last ``count`` events, all of them background."""
    return np.arange(events) >= events - count


CONDITIONS = (Compare("x", ">", 0.5), Missing("y"), AllOf((Compare("x", "<=", 0.2), Compare("y", ">", 0.4))))


def test_hits_are_those_of_the_conditions() -> None:
    found = hit_matrix(CONDITIONS, _sample(), SCHEMA)
    for event, row in enumerate(FRAME.to_dicts()):
        x, y = row["x"], row["y"]
        assert found[:, event].tolist() == [x > 0.5, y is None, y is not None and x <= 0.2 and y > 0.4]


def test_no_conditions_hit_nothing() -> None:
    assert hit_matrix((), _sample(), SCHEMA).shape == (0, 200)


def _options(candidate: CandidateRuleset, budget: Budget) -> list[SizeOption]:
    hits = hit_matrix(candidate.conditions, _sample(), SCHEMA)
    return list(candidate.options(hits, _sample(), make_constraints(budget, SCHEMA)))


def test_under_any_a_size_accepts_what_its_first_rules_hit() -> None:
    candidate = CandidateRuleset("m", HitPolicy.ANY, CONDITIONS)
    hits = hit_matrix(CONDITIONS, _sample(), SCHEMA)
    options = _options(candidate, Budget(alert_rate=0.5))
    assert [option.size for option in options] == [1, 2, 3]
    for option in options:
        assert option.accepted.tolist() == np.any(hits[: option.size], axis=0).tolist()
    assert [candidate.literals(size) for size in (1, 2, 3)] == [1, 2, 4]


def test_caps_on_size_leave_sizes_out() -> None:
    candidate = CandidateRuleset("m", HitPolicy.ANY, CONDITIONS)
    assert [option.size for option in _options(candidate, Budget(alert_rate=0.5, rules=2))] == [1, 2]
    assert [option.size for option in _options(candidate, Budget(alert_rate=0.5, literals=1))] == [1]


def test_variants_are_whole_rulesets() -> None:
    candidate = CandidateRuleset("m", HitPolicy.ANY, CONDITIONS, variants=((2,), (0, 1)))
    hits = hit_matrix(CONDITIONS, _sample(), SCHEMA)
    first, second = _options(candidate, Budget(alert_rate=0.5))
    assert first.accepted.tolist() == hits[2].tolist()
    assert second.accepted.tolist() == (hits[0] | hits[1]).tolist()
    assert (candidate.kept(1), candidate.kept(2), candidate.literals(2)) == ((2,), (0, 1), 2)


def test_under_first_the_first_hit_decides() -> None:
    candidate = CandidateRuleset("m", HitPolicy.FIRST, CONDITIONS, accepting=(2, 1))
    hits = hit_matrix(CONDITIONS, _sample(), SCHEMA)
    options = _options(candidate, Budget(alert_rate=0.5))
    for option, accepting in zip(options, ({2}, {2, 1}), strict=True):
        for event in range(200):
            first = next((rule for rule in range(3) if hits[rule, event]), None)
            assert option.accepted[event] == (first in accepting)
    assert list(candidate.kept(1)) == [0, 1, 2]  # the rules before an accepting one reject


def test_a_whole_sum_has_one_size() -> None:
    candidate = CandidateRuleset("m", HitPolicy.SCORE, CONDITIONS, points=(3, 2, 1), whole=True)
    (option,) = _options(candidate, Budget(alert_rate=0.4))
    score = np.array([3, 2, 1]) @ hit_matrix(CONDITIONS, _sample(), SCHEMA)
    assert option.size == 3
    assert option.threshold is not None
    assert option.accepted.tolist() == (score >= option.threshold).tolist()
    assert option.accepted.mean() <= 0.4


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-5, 20), st.integers(1, 4), st.booleans()), min_size=2, max_size=40
    ).filter(lambda rows: any(not is_signal for *_, is_signal in rows)),
    st.floats(0.01, 0.99),
    st.booleans(),
)
def test_the_threshold_is_the_lowest_within_the_budget(
    rows: list[tuple[int, int, bool]],
    rate: float,
    by_rate: bool,  # noqa: FBT001
) -> None:
    score, weights = np.array([row[0] for row in rows]), np.array([float(row[1]) for row in rows])
    truth = np.array([row[2] for row in rows])
    sample = Sample(pl.DataFrame({"x": score}), score.astype(float), weights, truth)
    budget = Budget(alert_rate=rate) if by_rate else Budget(false_positive_rate=rate)
    counts = weights if by_rate else np.where(truth, 0.0, weights)

    def fits(threshold: int) -> bool:
        return bool(counts[score >= threshold].sum() <= rate * counts.sum() * (1 + 1e-12))

    found = lowest_threshold(score, sample, budget)
    candidates = sorted({*score.tolist(), int(score.max()) + 1})
    assert found == min(threshold for threshold in candidates if fits(threshold))


def test_the_rate_counts_what_the_budget_counts() -> None:
    weights = np.where(np.arange(200) < 60, 1.0, 2.0)
    sample = _sample(weights=weights)  # 60 signal of weight 1, 140 background of weight 2
    accepted = np.arange(200) < 74  # all signal, 14 background
    assert rate_of(accepted, sample, "false_positive_rate") == pytest.approx(0.1)
    assert rate_of(accepted, sample, "alert_rate") == pytest.approx((60 + 28) / (60 + 280))


def _sized(*counts: int) -> list[SizeOption]:
    return [SizeOption(place, _first(count)) for place, count in enumerate(counts, start=1)]


@pytest.mark.parametrize(
    ("counts", "size"),
    [
        ((5, 10, 14), 3),  # 14 of 140 is the budget itself
        ((5, 10, 15), 2),
        ((15, 16, 20), None),
        ((5, 15, 12), 3),  # 15 is over by less than a deviation of sqrt(14) events: it may be chance
        ((5, 30, 12), 1),  # 30 is over by more, and ends the search
        ((0, 0), None),  # nothing is accepted
        ((), None),
    ],
)
def test_the_largest_size_within_the_budget_is_taken(counts: tuple[int, ...], size: int | None) -> None:
    found = largest_within(_sized(*counts), _sample(), Budget(false_positive_rate=0.1))
    assert (None if found is None else found.size) == size


def test_a_certified_budget_stops_at_the_first_limit_that_is_over() -> None:
    budget = Budget(false_positive_rate=0.1, certified=True)
    # exact (Clopper-Pearson) upper limits of 140 at 95 %: 7 events give 9.2 %, 8 give 10.1 %
    found = largest_within(_sized(2, 7, 8, 3), _sample(), budget)
    assert found is not None
    assert found.size == 2
