"""What an induction returns: the ruleset, the path to it, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from rulekit.errors import BudgetError
from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.publish import DraftNames, ProvenanceInputs, measured_rules, named, provenance, publish
from rulekit.induction.selection.calibration import CalibratedRuleset
from rulekit.induction.selection.context import InductionContext, MethodResult
from rulekit.induction.selection.cp_sat import Selection
from rulekit.induction.selection.pareto import path_of
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import Measures, RuleMeasures


@dataclass(frozen=True)
class PathPoint:
    """One point of the path: a ruleset, its size, and its measures on the calibration fold.

    ``limit`` is the upper limit on its rate at the budget's confidence.
    """

    rules: int
    literals: int
    measures: Measures
    limit: float
    ruleset: Ruleset


@dataclass(frozen=True)
class Induction:
    """What was induced.

    Attributes
    ----------
    ruleset : the draft of a law, with provenance.
    path : rulesets of rising size that keep to the budget's rate, each with more expected signal than the smaller
        ones; their limits are corrected for choosing among them all.
    limit : upper limit on the rate of the ruleset at the budget's confidence (a one-sided, exact bound).
    measures : of the chosen cut, on the calibration fold, which nothing but the cut has seen.
    rule_measures : of each rule, on the calibration fold.
    methods : what each method reached on the selection fold, the best first.
    stopped : why the race ended before everyone had run; None when it did not.
    selection : of the solver, where it chose: how far the best of its candidates may be.
    stability : in which share of the resamples each rule appears again, shape (rules,); None without resamples.

    """

    ruleset: Ruleset
    path: tuple[PathPoint, ...]
    measures: Measures
    rule_measures: tuple[RuleMeasures, ...]
    methods: tuple[MethodResult, ...]
    limit: float
    stopped: str | None = None
    selection: Selection | None = None
    stability: tuple[float, ...] | None = None

    def at(self, literals: int) -> PathPoint:
        """Return the largest point of the path with at most so many literals.

        Raises
        ------
        BudgetError
            when the smallest has more.

        """
        within = [point for point in self.path if point.literals <= literals]
        if not within:
            least = min(point.literals for point in self.path)
            raise BudgetError("no ruleset of the path is that small", expected=f"at least {least} literals",
                              got=str(literals))  # fmt: skip
        return within[-1]


def result_of(
    chosen: CalibratedRuleset,
    comparison: MethodComparison,
    names: DraftNames,
    context: InductionContext,
    origin: ProvenanceInputs,
) -> Induction:
    """Publish what was chosen, and the path to it."""
    results = tuple(result for _, result in comparison.ranked)

    def published(calibrated: CalibratedRuleset) -> tuple[Ruleset, list[RuleMeasures]]:
        ids = named(calibrated, names)
        measured = measured_rules(calibrated, ids)
        facts = origin if calibrated is chosen else origin._replace(stability=None)
        return publish(
            calibrated, names, measured, provenance(calibrated, context, comparison, facts, ids)
        ), measured

    ruleset, measured = published(chosen)
    path = [
        _path_point(calibrated, limit, published(calibrated)[0])
        for calibrated, limit in path_of(chosen, comparison.smaller, context)
    ]
    found = chosen.measures[chosen.chosen]
    return Induction(ruleset, tuple(path), found, tuple(measured), results, chosen.limit, comparison.stopped,
                     chosen.candidate.selection, origin.stability)  # fmt: skip


def _path_point(calibrated: CalibratedRuleset, limit: float, ruleset: Ruleset) -> PathPoint:
    size = calibrated.option.size
    literals = calibrated.candidate.literals(size)
    return PathPoint(len(calibrated.kept), literals, calibrated.measures[calibrated.chosen], limit, ruleset)
