"""From the chosen candidate to the result: publish it, and every point of the path."""

from __future__ import annotations

from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.publish import DraftNames, ProvenanceInputs, measured_rules, named, provenance, publish
from rulekit.induction.results.induction import Induction
from rulekit.induction.results.path import PathPoint
from rulekit.induction.selection.calibration import CalibratedRuleset
from rulekit.induction.selection.context import InductionContext
from rulekit.induction.selection.pareto import path_of
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import Measures, RuleMeasures, measure


def result_of(
    chosen: CalibratedRuleset,
    comparison: MethodComparison,
    names: DraftNames,
    context: InductionContext,
    origin: ProvenanceInputs,
) -> Induction:
    """Publish the chosen candidate and every point of the path."""
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
                     chosen.candidate.selection, origin.stability, _teacher(chosen))  # fmt: skip


def _path_point(calibrated: CalibratedRuleset, limit: float, ruleset: Ruleset) -> PathPoint:
    size = calibrated.option.size
    literals = calibrated.candidate.literals(size)
    return PathPoint(len(calibrated.kept), literals, calibrated.measures[calibrated.chosen], limit, ruleset)


def _teacher(chosen: CalibratedRuleset) -> Measures | None:
    """Measure the teacher itself at the budget, on the calibration fold."""
    labels = chosen.events.teacher
    return None if labels is None else measure(labels, chosen.events)
