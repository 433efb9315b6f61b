"""The Pareto path: what each size can reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rulekit.errors import BudgetError
from rulekit.induction.selection.calibration import Calibrated, calibrate
from rulekit.induction.selection.context import Arena
from rulekit.induction.selection.draft import Draft, hit_matrix
from rulekit.ir.ruleset import HitPolicy
from rulekit.statistics.upper_limits import upper_limit


def path_of(chosen: Calibrated, smaller: Sequence[Draft], arena: Arena) -> list[tuple[Calibrated, float]]:
    """Return the points of the path with their limits, smallest first and the chosen one last.

    A point stays when it brings more expected signal, by the fit and selection folds, than all smaller ones, so
    that the calibration fold has no say in it. The limits hold together for all points.
    """
    found = [*_beginnings(chosen), *_calibrated(smaller, arena)]
    found = [one for one in found if _literals(one) < _literals(chosen)]
    front: list[Calibrated] = []
    best = 0.0
    for one in sorted(found, key=_literals):
        brought = expected_gain(one, arena)
        if brought > best:
            front.append(one)
            best = brought
    front.append(chosen)
    choices = sum(len(one.cuts) for one in {id(one.draft): one for one in front}.values())
    return [(one, _limit(one, arena, choices)) for one in front]


def _calibrated(drafts: Sequence[Draft], arena: Arena) -> Iterator[Calibrated]:
    """Yield the drafts that keep to the budget."""
    for draft in drafts:
        try:
            yield calibrate(draft, arena)
        except BudgetError:
            continue


def _beginnings(chosen: Calibrated) -> Iterator[Calibrated]:
    """Yield the smaller cuts of a draft whose cuts are beginnings of one list."""
    if not chosen.draft.rungs:
        for place in range(chosen.chosen):
            if chosen.cuts[place].accepted.any():
                yield replace(chosen, chosen=place)


def _literals(calibrated: Calibrated) -> int:
    return calibrated.draft.literals(calibrated.cut.size)


def expected_gain(calibrated: Calibrated, arena: Arena) -> float:
    """Return the signal that a calibrated draft is expected to bring on the fit and selection folds."""
    draft, search, size = calibrated.draft, arena.folds.search, calibrated.cut.size
    matrix = hit_matrix(draft.conditions, search, arena.schema)
    if draft.policy is HitPolicy.SCORE:
        kept = list(draft.kept(size))
        taken = [draft.points[index] for index in kept] @ matrix[kept] >= (calibrated.cut.threshold or 0)
    else:
        taken = next(cut for cut in draft.cuts(matrix, search, arena.caps) if cut.size == size).accepted
    return float((search.weights * arena.signal_search)[taken].sum())


def _limit(calibrated: Calibrated, arena: Arena, choices: int) -> float:
    budget, sample = arena.budget, arena.folds.calibration
    return upper_limit(
        calibrated.cut.accepted, sample.charged(budget.kind), budget.confidence, choices, sample.groups
    )
