"""What every method is given, and how its ruleset is evaluated on the selection fold."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.induction.samples.sample import Folds, Sample, decidable
from rulekit.induction.samples.teacher_labels import expected_signal, threshold_at
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset, hit_matrix, largest_within
from rulekit.induction.selection.constraints import Constraints
from rulekit.ir.schema import Schema
from rulekit.labels import Weights
from rulekit.measures import Measures, measure
from rulekit.statistics.effective import effective_count

_LEAST_SPENT = 0.5


_MARGIN = {"false_positive_rate": 1.0, "alert_rate": 0.5}
"""Standard deviations to stay below the budget, found by cross-validation on the training parts of two data sets.
Rules that were chosen because they look pure take more background elsewhere; the number of events they take is
known better.
"""


@dataclass(frozen=True)
class InductionContext:
    """What every method is given.

    Attributes
    ----------
    folds : the events; methods see the fit and selection folds.
    encoding : the fit fold as learners see it.
    schema, budget : what was asked for.
    caps : every limit on a ruleset but the rate.
    seed : the only source of chance.
    threshold : the teacher's score at the budget.
    signal_fit : expected signal of each event of the fit fold, from 0 to 1, shape (events,).
    signal_search : the same for the fit and selection folds together.
    above : where classes are steps of a scale, the contexts of the higher classes: the same events, other truth.

    """

    folds: Folds
    encoding: Encoding
    schema: Schema
    budget: Budget
    caps: Constraints
    seed: int
    threshold: float
    signal_fit: Weights
    signal_search: Weights
    above: tuple[InductionContext, ...] = ()

    def with_truth(self, truth_share: float) -> InductionContext:
        """Return the context in which the expected signal is mixed with the truth.

        With a share of 0 nothing changes. With 1 an event counts as what it is: what the teacher missed counts,
        and so does chance.
        """
        truth = self.folds.search.truth
        if truth is None or not truth_share:
            return self
        mixed = (1 - truth_share) * self.signal_search + truth_share * truth
        return replace(self, signal_search=mixed, signal_fit=mixed[: len(self.folds.fit)])


class MethodResult(NamedTuple):
    """What one method reached on the selection fold, at the budget there.

    Attributes
    ----------
    method, policy : the name of the method, and its hit policy.
    candidates : the number of rules it chose from.
    rules, literals : size of its ruleset; 0 where nothing keeps to the budget.
    measures : on the selection fold; None where nothing keeps to the budget.
    expected_efficiency : share of the *expected* signal that is accepted. It differs less from fold to fold than a
        count of true signal, and decides between methods where the truth is known.

    """

    method: str
    policy: str
    candidates: int
    rules: int
    literals: int
    measures: Measures | None
    expected_efficiency: float | None = None

    def to_document(self) -> dict[str, JsonValue]:
        """Return plain JSON."""
        measures = None if self.measures is None else self.measures.to_document()
        return {**self._asdict(), "measures": measures}


def make_context(folds: Folds, caps: Constraints, seed: int) -> InductionContext:
    """Encode the fit fold, and calibrate the teacher on the fit and selection folds.

    Raises
    ------
    BudgetError
        when no feature has two different values.

    """
    schema, budget = caps.schema, caps.budget
    folds = replace(folds, fit=decidable(folds.fit, schema))
    search = folds.search
    threshold = threshold_at(search, budget)
    signal = expected_signal(search, search.scores, threshold)
    encoding = encode(folds.fit.frame, schema, caps.forbidden)
    if not encoding.columns:
        raise BudgetError(
            "no rule can be found: no feature has two different values", expected="events that differ"
        )
    return InductionContext(
        folds, encoding, schema, budget, caps, seed, threshold, signal[: len(folds.fit)], signal
    )


def expected_costs(sample: Sample, signal: Weights, kind: str) -> Weights:
    """Return what accepting each event is expected to cost of the budget, shape (events,)."""
    return sample.weights if kind == "alert_rate" else sample.weights * (1 - signal)


def target_rate(context: InductionContext) -> float:
    """Return the rate that rules are chosen to spend: the budget less a part of its standard deviation.

    On the calibration fold a rate is a count of events. Rules that are expected to use the whole budget exceed it
    there every other time, and calibration then takes away a whole rule.
    """
    count = context.budget.rate * effective_count(
        context.folds.calibration.budget_weights(context.budget.kind)
    )
    return context.budget.rate * max(
        _LEAST_SPENT, 1 - _MARGIN[context.budget.kind] / math.sqrt(max(count, 1.0))
    )


def evaluate(candidate: CandidateRuleset, pool: int, context: InductionContext) -> MethodResult:
    """Take the largest size within the budget on the selection fold, and measure it there."""
    sample = context.folds.selection
    matrix = hit_matrix(candidate.conditions, sample, context.schema)
    option = largest_within(list(candidate.options(matrix, sample, context.caps)), sample, context.budget)
    if option is None:
        return MethodResult(candidate.method, candidate.policy.value, pool, 0, 0, None)
    measures = measure(pl.Series(option.accepted), sample.event_labels(sample.scores >= context.threshold))
    size, value = (
        len(candidate.kept(option.size)),
        sample.weights * context.signal_search[len(context.folds.fit) :],
    )
    expected = float(value[option.accepted].sum() / value.sum()) if value.any() else 0.0
    return MethodResult(
        candidate.method,
        candidate.policy.value,
        pool,
        size,
        candidate.literals(option.size),
        measures,
        expected,
    )


def selection_score(result: MethodResult) -> float:
    """Return what methods are ranked by: the expected efficiency; without truth, the F1 against the teacher."""
    if result.measures is None:
        return -1.0
    if result.measures.efficiency is not None:
        return result.expected_efficiency or 0.0
    return result.measures.teacher_f1 or 0.0
