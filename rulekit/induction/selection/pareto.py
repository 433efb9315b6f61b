"""The Pareto path: the best ruleset of each size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rulekit.errors import BudgetError
from rulekit.induction.selection.calibration import CalibratedRuleset, calibrate
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset, hit_matrix
from rulekit.induction.selection.context import InductionContext
from rulekit.ir.ruleset import HitPolicy
from rulekit.statistics.upper_limits import upper_limit


def path_of(
    chosen: CalibratedRuleset, smaller: Sequence[CandidateRuleset], context: InductionContext
) -> list[tuple[CalibratedRuleset, float]]:
    """Return the points of the path with their limits, the smallest first and the chosen one last.

    A point stays when it brings more expected signal on the fit and selection folds than all smaller ones. So the
    calibration fold does not choose among them. The limits hold together for all points.
    """
    found = [*_beginnings(chosen), *_calibrated(smaller, context)]
    found = [one for one in found if _literals(one) < _literals(chosen)]
    front: list[CalibratedRuleset] = []
    best = 0.0
    for one in sorted(found, key=_literals):
        brought = expected_gain(one, context)
        if brought > best:
            front.append(one)
            best = brought
    front.append(chosen)
    choices = sum(len(one.options) for one in {id(one.candidate): one for one in front}.values())
    return [(one, _limit(one, context, choices)) for one in front]


def _calibrated(
    rulesets: Sequence[CandidateRuleset], context: InductionContext
) -> Iterator[CalibratedRuleset]:
    """Yield the candidate rulesets that keep to the budget, calibrated."""
    for candidate in rulesets:
        try:
            yield calibrate(candidate, context)
        except BudgetError:
            continue


def _beginnings(chosen: CalibratedRuleset) -> Iterator[CalibratedRuleset]:
    """Yield the smaller sizes of a candidate ruleset whose sizes are nested in one another."""
    if not chosen.candidate.variants:
        for place in range(chosen.chosen):
            if chosen.options[place].accepted.any():
                yield replace(chosen, chosen=place)


def _literals(calibrated: CalibratedRuleset) -> int:
    return calibrated.candidate.literals(calibrated.option.size)


def expected_gain(calibrated: CalibratedRuleset, context: InductionContext) -> float:
    """Return the signal that a calibrated ruleset is expected to bring on the fit and selection folds."""
    candidate, search, size = calibrated.candidate, context.folds.search, calibrated.option.size
    matrix = hit_matrix(candidate.conditions, search, context.schema)
    if candidate.policy is HitPolicy.SCORE:
        kept = list(candidate.kept(size))
        taken = [candidate.points[index] for index in kept] @ matrix[kept] >= (
            calibrated.option.threshold or 0
        )
    else:
        taken = next(
            option for option in candidate.options(matrix, search, context.caps) if option.size == size
        ).accepted
    return float((search.weights * context.signal_search)[taken].sum())


def _limit(calibrated: CalibratedRuleset, context: InductionContext, choices: int) -> float:
    budget, sample = context.budget, context.folds.calibration
    return upper_limit(
        calibrated.option.accepted,
        sample.budget_weights(budget.kind),
        budget.confidence,
        choices,
        sample.groups,
    )
