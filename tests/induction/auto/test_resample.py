from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from contexts import CORNER, FixedInducer, at_least, corner_context

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.auto.incumbent import INCUMBENT
from rulekit.induction.auto.resample import redrawn, stability
from rulekit.induction.induce import induce
from rulekit.induction.learners.base import CandidateRule
from rulekit.induction.learners.methods import POOL, Method
from rulekit.induction.points.method import POINTS
from rulekit.induction.selection.calibration import calibrate
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.context import InductionContext, evaluate
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")


def test_rules_of_a_sum_are_found_again(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.02, literals=8)
    found = induce("score", events, "truth", schema=schema, budget=budget, hit_policy="score", resamples=2)
    assert found.stability is not None
    assert len(found.stability) == len(found.ruleset.rules)
    assert max(found.stability) == 1.0
    assert found.ruleset.provenance.method == POINTS


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(Budget(false_positive_rate=0.05, rules=3), 400)


def test_an_event_counts_as_often_as_it_was_drawn(context: InductionContext) -> None:
    drawn = np.random.default_rng(2).integers(0, 3, 280).astype(float)
    found = redrawn(context, drawn)
    fit, selection = np.flatnonzero(drawn[:200]), np.flatnonzero(drawn[200:])
    assert found.folds.fit.weights.tolist() == drawn[:200][fit].tolist()
    assert found.folds.selection.weights.tolist() == drawn[200:][selection].tolist()
    assert found.folds.fit.frame.equals(context.folds.fit.frame[fit])
    assert found.folds.selection.scores.tolist() == context.folds.selection.scores[selection].tolist()
    assert found.encoding.matrix.tolist() == context.encoding.matrix[fit].tolist()
    assert found.signal_fit.tolist() == context.signal_fit[fit].tolist()
    both = [*context.signal_search[:200][fit], *context.signal_search[200:][selection]]
    assert found.signal_search.tolist() == both
    assert found.folds.calibration is context.folds.calibration


def _comparison(found: CandidateRuleset, context: InductionContext) -> MethodComparison:
    return MethodComparison([(found, evaluate(found, 1, context))], ())


def test_a_rule_that_is_learned_each_time_is_found_in_all_resamples(context: InductionContext) -> None:
    method = Method("fixed", FixedInducer([{"x": 0.8, "y": 0.5}]), HitPolicy.ANY)
    candidate = CandidateRuleset("fixed", HitPolicy.ANY, (CORNER,))
    chosen = calibrate(candidate, context)
    assert stability(chosen, _comparison(candidate, context), [method], context, 3).tolist() == [1.0]


def test_a_rule_that_is_not_learned_again_is_found_in_none(context: InductionContext) -> None:
    method = Method("fixed", FixedInducer([{"x": 0.95}]), HitPolicy.ANY)
    candidate = CandidateRuleset("fixed", HitPolicy.ANY, (CORNER,))
    chosen = calibrate(candidate, context)
    assert stability(chosen, _comparison(candidate, context), [method], context, 3).tolist() == [0.0]


def test_the_pool_chooses_again_from_its_candidate_rules(context: InductionContext) -> None:
    pool = tuple(
        CandidateRule(at_least(context.encoding, **ends)) for ends in ({"x": 0.8, "y": 0.5}, {"x": 0.3})
    )
    candidate = CandidateRuleset(POOL, HitPolicy.ANY, (CORNER,))
    comparison = _comparison(candidate, context)._replace(pool=pool)
    assert stability(calibrate(candidate, context), comparison, [], context, 2).tolist() == [1.0]


def test_rules_in_force_were_not_learned_and_stay(context: InductionContext) -> None:
    candidate = CandidateRuleset(INCUMBENT, HitPolicy.ANY, (CORNER,))
    chosen = calibrate(candidate, context)
    assert stability(chosen, _comparison(candidate, context), [], context, 2).tolist() == [1.0]


def test_without_a_resample_nothing_is_known(context: InductionContext) -> None:
    candidate = CandidateRuleset(INCUMBENT, HitPolicy.ANY, (CORNER,))
    with pytest.raises(BudgetError, match="no resample"):
        stability(calibrate(candidate, context), _comparison(candidate, context), [], context, 0)
