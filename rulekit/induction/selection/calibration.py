"""Cutting a draft on the calibration fold, and measuring what is left there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.constraints import Constraints
from rulekit.induction.selection.context import Arena
from rulekit.induction.selection.draft import Cut, Draft, hit_matrix, last_within, rate_of
from rulekit.labels import Mask
from rulekit.measures import EventLabels, Measures, measure
from rulekit.statistics.effective import effective_count
from rulekit.statistics.upper_limits import upper_limit

_NAMES = {"false_positive_rate": ("a", "false-positive rate"), "alert_rate": ("an", "alert rate")}


@dataclass(frozen=True)
class Calibrated:
    """A draft with its cuts on the calibration fold.

    Attributes
    ----------
    hits : which condition hits which calibration event, shape (conditions, events).
    cuts, measures : every cut within the caps on size, and its measures.
    chosen : index of the largest cut within the budget's rate.
    events : what is known of the calibration events; the teacher's labels are those at the budget.
    limit : upper limit on the rate of the chosen cut, at the budget's confidence. It is corrected for the choice
        among the cuts; of a certified budget it is the budget itself, whose cuts were tested in a fixed order.

    """

    draft: Draft
    hits: Mask
    cuts: tuple[Cut, ...]
    measures: tuple[Measures, ...]
    chosen: int
    events: EventLabels
    limit: float

    @property
    def cut(self) -> Cut:
        """The chosen cut."""
        return self.cuts[self.chosen]

    @property
    def kept(self) -> Sequence[int]:
        """Which conditions of the draft became rules."""
        return self.draft.kept(self.cut.size)


def calibrate(draft: Draft, arena: Arena, tried: int = 0) -> Calibrated:
    """Cut a draft at the budget. So many others were tried before, of which no cut kept to it.

    Raises
    ------
    BudgetError
        when not even its first rule keeps to the budget.

    """
    sample, budget = arena.folds.calibration, arena.budget
    matrix = hit_matrix(draft.conditions, sample, arena.schema)
    cuts = tuple(draft.cuts(matrix, sample, arena.caps))
    best = last_within(cuts, sample, budget)
    if best is None:
        raise _nothing_fits(draft, cuts, sample, arena.caps)
    events = sample.known(sample.scores >= arena.threshold)
    measures = tuple(measure(pl.Series(cut.accepted), events) for cut in cuts)
    chosen = next(index for index, cut in enumerate(cuts) if cut is best)
    limit = budget.rate
    if not budget.certified:
        limit = upper_limit(
            best.accepted,
            sample.charged(budget.kind),
            budget.confidence,
            len(cuts) * (tried + 1),
            sample.groups,
        )
    return Calibrated(draft, matrix, cuts, measures, chosen, events, limit)


def _nothing_fits(draft: Draft, cuts: tuple[Cut, ...], sample: Sample, caps: Constraints) -> BudgetError:
    budget = caps.budget
    article, name = _NAMES[budget.kind]
    if not cuts:
        return BudgetError("no ruleset keeps to the caps of the budget", got=_binding(draft, caps),
                           hint="allow more, or raise the rate so that broader rules fit")  # fmt: skip
    rates = [rate_of(cut.accepted, sample, budget.kind) for cut in cuts if cut.accepted.any()]
    reached = (
        f"the smallest {name} reached is {min(rates):.2g}" if rates else "no rule hits any calibration event"
    )
    return BudgetError(
        f"no rule keeps to {article} {name} of {budget.rate:g} on the {len(sample):,} calibration events",
        got=reached,
        hint="raise the budget, or give more events",
    )


def _binding(draft: Draft, caps: Constraints) -> str:
    """Say which cap the smallest ruleset breaks."""
    if not draft.sizes:
        return "no rule was found"
    smallest = min(draft.sizes, key=draft.literals)
    broken = caps.broken([draft.conditions[index] for index in draft.kept(smallest)])
    return "the smallest ruleset found has " + ", ".join(broken)


def check_resolution(sample: Sample, budget: Budget) -> None:
    """Refuse a budget that is finer than one event of the calibration fold.

    Raises
    ------
    BudgetError
        with the smallest rate that the fold can tell from zero.

    """
    effective = effective_count(sample.charged(budget.kind))
    if budget.rate * effective >= 1:
        return
    what = "events" if budget.kind == "alert_rate" else "background events"
    raise BudgetError(
        f"the calibration fold is too small for a budget of {budget.rate:g}",
        expected=f"at least one over {budget.rate:g} {what}",
        got=f"{effective:,.0f}; the smallest rate it can tell is {1 / max(effective, 1):.2g}",
        hint="raise the budget, or give more events",
    )
