"""From folds to a result: compare methods, calibrate the best, publish it."""

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
    """One induction that was asked for, checked.

    Attributes
    ----------
    names : names and outcomes of the ruleset.
    caps : budget, schema and all other limits.
    methods : the inducers to run.
    origin : facts for the provenance.
    source : the teacher.
    seed : the only source of chance.
    time_limit : in seconds; None is no limit.
    resamples : number of resamples for the stability of rules.

    """

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
    """Compare the methods on the folds, calibrate the best at the budget, and publish it.

    Parameters
    ----------
    request : what was asked for.
    folds : the events.
    step : called with the name of each step as it begins.
    above : limits and folds of higher classes, where one sum has to tell those apart, too.

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
        step("resampling events")
        again = stability(chosen, comparison, request.methods, context, request.resamples)
        origin = origin._replace(stability=tuple(float(share) for share in again))
    return result_of(chosen, comparison, names, context, origin)


def _first_that_fits(comparison: MethodComparison, context: InductionContext) -> CalibratedRuleset:
    """Calibrate the best candidate; where it has no size within the budget, the next best, and so on."""
    refused: BudgetError | None = None
    for place, (candidate, _) in enumerate(comparison.ranked):
        try:
            return calibrate(candidate, context, tried=place)
        except BudgetError as error:
            refused = refused or error
    raise refused or BudgetError("no method found a rule", hint="give more events")


def _incumbent(request: InductionRequest, context: InductionContext) -> CandidateRuleset | None:
    """Return the rules in force as a candidate; None where there are none, or sums are asked for."""
    if request.names.incumbent is None or request.methods[0].policy is HitPolicy.SCORE:
        return None
    return incumbent_candidate(request.names.incumbent, request.names.outcome, context)


def _with_rules_kept(
    comparison: MethodComparison, rules: Sequence[Condition], context: InductionContext
) -> MethodComparison:
    """Return the comparison with the rules in force that can stay, in the best candidate and the smaller ones."""
    (winner, result), *others = comparison.ranked
    smaller = tuple(keep_in_force(candidate, rules, context) for candidate in comparison.smaller)
    return comparison._replace(
        ranked=[(keep_in_force(winner, rules, context), result), *others], smaller=smaller
    )
