"""Choose the size of a candidate ruleset on the calibration fold, and measure it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import (
    CandidateRuleset,
    SizeOption,
    hit_matrix,
    largest_within,
    rate_of,
)
from rulekit.induction.selection.constraints import Constraints
from rulekit.induction.selection.context import InductionContext
from rulekit.labels import Mask
from rulekit.measures import EventLabels, Measures, measure
from rulekit.statistics.effective import effective_count
from rulekit.statistics.upper_limits import upper_limit

_NAMES = {"false_positive_rate": ("a", "false-positive rate"), "alert_rate": ("an", "alert rate")}


@dataclass(frozen=True)
class CalibratedRuleset:
    """A candidate ruleset with its sizes on the calibration fold.

    Attributes
    ----------
    candidate : the ruleset.
    hits : whether each condition hits each calibration event, shape (conditions, events).
    options, measures : every size within the caps, and its measures.
    chosen : place of the largest size within the budget's rate.
    events : truth and weights of the calibration events, and the teacher's labels at the budget.
    limit : upper limit on the rate of the chosen size, at the budget's confidence, corrected for the choice among
        the sizes. For a certified budget, whose sizes were tested in a fixed order, it is the budget itself.

    """

    candidate: CandidateRuleset
    hits: Mask
    options: tuple[SizeOption, ...]
    measures: tuple[Measures, ...]
    chosen: int
    events: EventLabels
    limit: float

    @property
    def option(self) -> SizeOption:
        """The chosen size."""
        return self.options[self.chosen]

    @property
    def kept(self) -> Sequence[int]:
        """The places of the conditions that became rules."""
        return self.candidate.kept(self.option.size)


def calibrate(candidate: CandidateRuleset, context: InductionContext, tried: int = 0) -> CalibratedRuleset:
    """Choose the largest size within the budget.

    Parameters
    ----------
    candidate : the ruleset.
    context : folds, budget and caps.
    tried : how many other candidate rulesets failed before; the limit is corrected for them, too.

    Raises
    ------
    BudgetError
        when not even its first rule keeps to the budget.

    """
    sample, budget = context.folds.calibration, context.budget
    matrix = hit_matrix(candidate.conditions, sample, context.schema)
    options = tuple(candidate.options(matrix, sample, context.caps))
    best = largest_within(options, sample, budget)
    if best is None:
        raise _nothing_fits(candidate, options, sample, context.caps)
    events = sample.event_labels(sample.scores >= context.threshold)
    measures = tuple(measure(pl.Series(option.accepted), events) for option in options)
    chosen = next(index for index, option in enumerate(options) if option is best)
    limit = budget.rate
    if not budget.certified:
        limit = upper_limit(
            best.accepted,
            sample.budget_weights(budget.kind),
            budget.confidence,
            len(options) * (tried + 1),
            sample.groups,
        )
    return CalibratedRuleset(candidate, matrix, options, measures, chosen, events, limit)


def _nothing_fits(
    candidate: CandidateRuleset, options: tuple[SizeOption, ...], sample: Sample, caps: Constraints
) -> BudgetError:
    budget = caps.budget
    article, name = _NAMES[budget.kind]
    if not options:
        return BudgetError("no ruleset keeps to the caps of the budget", got=_binding(candidate, caps),
                           hint="allow more, or raise the rate so that broader rules fit")  # fmt: skip
    rates = [rate_of(option.accepted, sample, budget.kind) for option in options if option.accepted.any()]
    reached = (
        f"the smallest {name} reached is {min(rates):.2g}" if rates else "no rule hits any calibration event"
    )
    return BudgetError(
        f"no rule keeps to {article} {name} of {budget.rate:g} on the {len(sample):,} calibration events",
        got=reached,
        hint="raise the budget, or give more events",
    )


def _binding(candidate: CandidateRuleset, caps: Constraints) -> str:
    """Return which caps the smallest ruleset exceeds, in words."""
    if not candidate.sizes:
        return "no rule was found"
    smallest = min(candidate.sizes, key=candidate.literals)
    violations = caps.violations([candidate.conditions[index] for index in candidate.kept(smallest)])
    return "the smallest ruleset found has " + ", ".join(violations)


def check_resolution(sample: Sample, budget: Budget) -> None:
    """Refuse a budget that is finer than one event of the calibration fold.

    Raises
    ------
    BudgetError
        with the smallest rate that the fold can tell from zero.

    """
    effective = effective_count(sample.budget_weights(budget.kind))
    if budget.rate * effective >= 1:
        return
    what = "events" if budget.kind == "alert_rate" else "background events"
    raise BudgetError(
        f"the calibration fold is too small for a budget of {budget.rate:g}",
        expected=f"at least one over {budget.rate:g} {what}",
        got=f"{effective:,.0f}; the smallest rate it can tell is {1 / max(effective, 1):.2g}",
        hint="raise the budget, or give more events",
    )
