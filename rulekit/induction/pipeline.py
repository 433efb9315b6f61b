"""A request that makes sense, and its answer: the way from folds to an induction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rulekit.errors import BudgetError
from rulekit.induction.auto.compare import MethodComparison, compare_methods
from rulekit.induction.auto.incumbent import incumbent_candidate, keep_in_force
from rulekit.induction.auto.resample import stability
from rulekit.induction.learners.methods import Method
from rulekit.induction.learners.teacher_trees import teacher_regions
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.results.build import result_of
from rulekit.induction.results.induction import Induction
from rulekit.induction.samples.sample import Folds
from rulekit.induction.selection.calibration import CalibratedRuleset, calibrate, check_resolution
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.certify import check_certifiable
from rulekit.induction.selection.constraints import Constraints
from rulekit.induction.selection.context import InductionContext, make_context
from rulekit.induction.teachers.base import Teacher
from rulekit.ir.condition import Condition
from rulekit.ir.ruleset import HitPolicy


@dataclass(frozen=True)
class InductionRequest:
    """What is asked for; see :func:`rulekit.induction.induce.induce`."""

    names: DraftNames
    caps: Constraints
    methods: list[Method]
    origin: ProvenanceInputs
    source: Teacher
    seed: int
    time_limit: float | None = None
    resamples: int = 0


def run_induction(
    request: InductionRequest,
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
    names, caps = request.names, request.caps
    check_resolution(folds.calibration, caps.budget)
    context = replace(
        make_context(folds, caps, request.seed),
        above=tuple(make_context(others, other, request.seed) for other, others in above),
    )
    check_certifiable(folds.calibration, caps.budget)
    own = teacher_regions(request.source, names.schema, context.encoding)
    incumbent = _incumbent(request, context)
    comparison = compare_methods(
        request.methods, context, request.time_limit, step, own=own, incumbent=incumbent
    )
    if incumbent is not None:
        comparison = _with_rules_kept(comparison, incumbent.conditions, context)
    step("calibrating")
    chosen = _first_that_fits(comparison, context)
    origin = request.origin
    if request.resamples and comparison.stopped is None:
        step("drawing events anew")
        again = stability(chosen, comparison, request.methods, context, request.resamples)
        origin = origin._replace(stability=tuple(float(share) for share in again))
    return result_of(chosen, comparison, names, context, origin)


def _first_that_fits(comparison: MethodComparison, context: InductionContext) -> CalibratedRuleset:
    """Cut the winner on the calibration fold; where no cut keeps to the budget there, the next of the race."""
    refused: BudgetError | None = None
    for place, (candidate, _) in enumerate(comparison.ranked):
        try:
            return calibrate(candidate, context, tried=place)
        except BudgetError as error:
            refused = refused or error
    raise refused or BudgetError("nobody found a rule", hint="give more events")


def _incumbent(request: InductionRequest, context: InductionContext) -> CandidateRuleset | None:
    """Return the rules in force, where rules and no sums are asked for."""
    if request.names.incumbent is None or request.methods[0].policy is HitPolicy.SCORE:
        return None
    return incumbent_candidate(request.names.incumbent, request.names.outcome, context)


def _with_rules_kept(
    comparison: MethodComparison, rules: Sequence[Condition], context: InductionContext
) -> MethodComparison:
    """Return the race with what can stay of the rules in force, in the winner and in what is smaller."""
    (winner, result), *others = comparison.ranked
    smaller = tuple(keep_in_force(candidate, rules, context) for candidate in comparison.smaller)
    return comparison._replace(
        ranked=[(keep_in_force(winner, rules, context), result), *others], smaller=smaller
    )
