"""A request that makes sense, and its answer: the way from folds to an induction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rulekit.errors import BudgetError
from rulekit.induction.auto.compare import Race, run_race
from rulekit.induction.auto.incumbent import conserved, standing
from rulekit.induction.auto.resample import stability
from rulekit.induction.learners.methods import Entrant
from rulekit.induction.learners.teacher_trees import teacher_regions
from rulekit.induction.publish import Law, Origin
from rulekit.induction.result import Induction, result_of
from rulekit.induction.samples.sample import Folds
from rulekit.induction.selection.calibration import Calibrated, calibrate, check_resolution
from rulekit.induction.selection.certify import check_certifiable
from rulekit.induction.selection.constraints import Constraints
from rulekit.induction.selection.context import Arena, open_arena
from rulekit.induction.selection.draft import Draft
from rulekit.induction.teachers.base import Teacher
from rulekit.ir.condition import Condition
from rulekit.ir.ruleset import HitPolicy


@dataclass(frozen=True)
class Request:
    """What is asked for; see :func:`rulekit.induction.induce.induce`."""

    law: Law
    caps: Constraints
    racing: list[Entrant]
    origin: Origin
    source: Teacher
    seed: int
    time_limit: float | None = None
    resamples: int = 0


def answer(
    request: Request,
    folds: Folds,
    step: Callable[[str], None],
    above: Sequence[tuple[Constraints, Folds]] = (),
) -> Induction:
    """Run the race on the folds, cut the winner at the budget, and publish it.

    ``above`` are the folds of higher classes, where a sum has to tell those apart, too.

    Raises
    ------
    BudgetError
        when the calibration fold is too small for the budget, or nothing meets it.

    """
    law, caps = request.law, request.caps
    check_resolution(folds.calibration, caps.budget)
    arena = replace(
        open_arena(folds, caps, request.seed),
        above=tuple(open_arena(others, other, request.seed) for other, others in above),
    )
    check_certifiable(folds.calibration, caps.budget)
    own = teacher_regions(request.source, law.schema, arena.encoding)
    incumbent = _incumbent(request, arena)
    race = run_race(request.racing, arena, request.time_limit, step, own=own, incumbent=incumbent)
    if incumbent is not None:
        race = _conserving(race, incumbent.conditions, arena)
    step("calibrating")
    chosen = _first_that_fits(race, arena)
    origin = request.origin
    if request.resamples and race.stopped is None:
        step("drawing events anew")
        again = stability(chosen, race, request.racing, arena, request.resamples)
        origin = origin._replace(stability=tuple(float(share) for share in again))
    return result_of(chosen, race, law, arena, origin)


def _first_that_fits(race: Race, arena: Arena) -> Calibrated:
    """Cut the winner on the calibration fold; where no cut keeps to the budget there, the next of the race."""
    refused: BudgetError | None = None
    for place, (draft, _) in enumerate(race.ranked):
        try:
            return calibrate(draft, arena, tried=place)
        except BudgetError as error:
            refused = refused or error
    raise refused or BudgetError("nobody found a rule", hint="give more events")


def _incumbent(request: Request, arena: Arena) -> Draft | None:
    """Return the rules in force, where rules and no sums are asked for."""
    if request.law.incumbent is None or request.racing[0].policy is HitPolicy.SCORE:
        return None
    return standing(request.law.incumbent, request.law.outcome, arena)


def _conserving(race: Race, rules: Sequence[Condition], arena: Arena) -> Race:
    """Return the race with what can stay of the rules in force, in the winner and in what is smaller."""
    (winner, result), *others = race.ranked
    smaller = tuple(conserved(draft, rules, arena) for draft in race.smaller)
    return race._replace(ranked=[(conserved(winner, rules, arena), result), *others], smaller=smaller)
