from __future__ import annotations

import numpy as np
import pytest
from contexts import CORNER, corner_context
from scipy.stats import binomtest

from rulekit.budget import Budget
from rulekit.induction.selection.calibration import CalibratedRuleset, calibrate
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.context import InductionContext
from rulekit.induction.selection.pareto import expected_gain, path_of
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy

BUDGET = Budget(alert_rate=0.2)
CONDITIONS = (
    AllOf((Compare("x", ">", 0.95), Compare("y", ">", 0.6))),
    AllOf(
        (Compare("x", ">", 0.96), Compare("y", ">", 0.7))
    ),  # lies in the first one, and brings nothing more
    CORNER,
)


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(BUDGET)


@pytest.fixture(scope="module")
def chosen(context: InductionContext) -> CalibratedRuleset:
    found = calibrate(CandidateRuleset("m", HitPolicy.ANY, CONDITIONS), context)
    assert found.option.size == 3
    return found


def _sizes(path: list[tuple[CalibratedRuleset, float]]) -> list[int]:
    return [one.candidate.literals(one.option.size) for one, _ in path]


def _inside(context: InductionContext, *, x: float, y: float) -> np.ndarray:
    frame = context.folds.search.frame
    return ((frame["x"] > x) & (frame["y"] > y)).to_numpy()


def test_a_size_that_brings_nothing_more_is_left_out(
    chosen: CalibratedRuleset, context: InductionContext
) -> None:
    path = path_of(chosen, (), context)
    assert _sizes(path) == [2, 6]
    assert path[-1][0] is chosen


def test_limits_hold_for_all_points_together(chosen: CalibratedRuleset, context: InductionContext) -> None:
    for one, limit in path_of(chosen, (), context):
        accepted = int(one.option.accepted.sum())
        # three sizes of one candidate
        exact = binomtest(accepted, 300, alternative="less").proportion_ci(1 - 0.05 / 3, method="exact").high
        assert limit == pytest.approx(exact)


def test_smaller_rulesets_join_where_they_keep_to_the_budget(
    chosen: CalibratedRuleset, context: InductionContext
) -> None:
    broad = CandidateRuleset("s", HitPolicy.ANY, (AllOf((Compare("x", ">", 0.1),)),))
    slim = CandidateRuleset("s", HitPolicy.ANY, (AllOf((Compare("x", ">", 0.85),)),))
    large = CandidateRuleset("s", HitPolicy.ANY, (*CONDITIONS, CORNER))
    path = path_of(chosen, (broad, slim, large), context)
    # the slim one brings more than the first size with two literals; the large one is no smaller than the chosen
    assert _sizes(path) == [1, 6]
    assert path[0][0].candidate is slim


def test_variants_have_no_beginnings(context: InductionContext) -> None:
    candidate = CandidateRuleset("m", HitPolicy.ANY, CONDITIONS, variants=((0,), (0, 1), (2,)))
    found = calibrate(candidate, context)
    assert found.option.size == 3
    assert _sizes(path_of(found, (), context)) == [2]


def test_what_a_ruleset_brings_is_the_expected_signal_of_its_events(
    chosen: CalibratedRuleset, context: InductionContext
) -> None:
    corner = _inside(context, x=0.8, y=0.5)
    assert expected_gain(chosen, context) == pytest.approx(context.signal_search[corner].sum())


def test_a_sum_is_taken_at_its_calibrated_threshold(context: InductionContext) -> None:
    steps = (AllOf((Compare("x", ">", 0.8),)), AllOf((Compare("y", ">", 0.5),)))
    found = calibrate(CandidateRuleset("m", HitPolicy.SCORE, steps, points=(3, 2), whole=True), context)
    assert found.option.threshold == 5  # both: x alone has 20 % of the events, and a few more here
    corner = _inside(context, x=0.8, y=0.5)
    assert expected_gain(found, context) == pytest.approx(context.signal_search[corner].sum())
