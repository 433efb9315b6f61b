"""Check that a calibration fold is large enough to certify a budget."""

from __future__ import annotations

import math

import numpy as np

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.folds import FRACTIONS
from rulekit.induction.samples.sample import Sample
from rulekit.labels import Weights
from rulekit.statistics.upper_limits import least_events, upper_limit


def check_certifiable(sample: Sample, budget: Budget, choices: int = 1) -> None:
    """Refuse a certified budget that the calibration fold could not certify even if nothing were accepted.

    Parameters
    ----------
    sample : the calibration fold; where it has groups, the limit is on whole groups.
    budget : only a ``certified`` one is checked.
    choices : see :func:`upper_limit`.

    Raises
    ------
    BudgetError
        with the number of events that the fold has and needs, and about how many that is in all folds together.

    """
    if not budget.certified:
        return
    charged = sample.budget_weights(budget.kind)
    nothing = np.zeros(len(sample), dtype=np.bool_)
    limit = upper_limit(nothing, charged, budget.confidence, choices, sample.groups)
    if limit <= budget.rate:
        return
    held = int((charged > 0).sum())
    needed = _needed(sample, charged, budget, choices)
    total = math.ceil(needed / FRACTIONS[2] * len(sample) / max(held, 1))
    what = "events" if budget.kind == "alert_rate" else "background events"
    raise BudgetError(
        f"the calibration fold can't certify a rate of {budget.rate:g} at a confidence of {budget.confidence:g}",
        expected=f"at least {needed:,} {what} in it, so about {total:,} events in all",
        got=f"{held:,}, which certify no rate below {limit:.2g}",
        hint="give more events, raise the budget, or lower the confidence",
    )


def _needed(sample: Sample, charged: Weights, budget: Budget, choices: int) -> int:
    """Return how many events that count certify the rate, with the fold's mix of weights and groups."""
    equal = least_events(budget.rate, budget.confidence, choices)
    held = charged[charged > 0]
    if not len(held) or (sample.groups is None and held.min() == held.max()):
        return equal
    units = np.arange(len(charged)) if sample.groups is None else sample.groups
    heaviest = float(np.bincount(units, weights=charged).max())
    level = math.log(max(choices, 1) / (1 - budget.confidence))
    return math.ceil(level / budget.rate * heaviest / float(held.mean()))
