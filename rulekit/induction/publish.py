"""From a calibrated candidate to a ruleset with ids, titles, reasons and provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.naming import reason, rule_ids, title
from rulekit.induction.samples.folds import FRACTIONS
from rulekit.induction.selection.calibration import CalibratedRuleset
from rulekit.induction.selection.context import InductionContext
from rulekit.ir.canonical import bind, canonical
from rulekit.ir.condition import AllOf, Condition
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.measures import RuleMeasures, measure_rules
from rulekit.version import installed_versions

_LIBRARIES = ("rulekit-engine", "polars", "numpy", "scikit-learn", "imodels", "onnxruntime")


class DraftNames(NamedTuple):
    """The names in a drafted ruleset.

    Attributes
    ----------
    name, schema : of the ruleset.
    outcome, otherwise : of the accepted events, and of all others.
    incumbent : the ruleset in force that it challenges, if any.
    prefix : beginning of the ids of new rules.

    """

    name: str
    schema: Schema
    outcome: str
    otherwise: str
    incumbent: Ruleset | None = None
    prefix: str = ""

    def rule_in_force(self, condition: Condition, then: str | None) -> Rule | None:
        """Return the rule in force with the same meaning and outcome; None where there is none."""
        if self.incumbent is None:
            return None
        wanted = _meaning(condition, self.schema)
        same = (
            rule
            for rule in self.incumbent.rules
            if rule.then == then and _meaning(rule.when, self.schema) == wanted
        )
        return next(same, None)


def _meaning(condition: Condition, schema: Schema) -> object:
    return canonical(AllOf((bind(condition, schema),)), schema)


def named(calibrated: CalibratedRuleset, names: DraftNames) -> list[str]:
    """Return the id of each kept rule: that of the equal rule in force, or a new one."""
    conditions = [calibrated.candidate.conditions[index] for index in calibrated.kept]
    in_force = [
        names.rule_in_force(condition, _then(calibrated, names, index))
        for index, condition in zip(calibrated.kept, conditions, strict=True)
    ]
    taken = [] if names.incumbent is None else [rule.id for rule in names.incumbent.rules]
    new = [condition for condition, rule in zip(conditions, in_force, strict=True) if rule is None]
    ids = iter(rule_ids(new, taken, names.prefix))
    return [next(ids) if rule is None else rule.id for rule in in_force]


def _then(calibrated: CalibratedRuleset, names: DraftNames, index: int) -> str | None:
    """Return the outcome of a kept rule; None under SCORE."""
    candidate = calibrated.candidate
    if candidate.policy is HitPolicy.SCORE:
        return None
    rejects = (
        candidate.policy is HitPolicy.FIRST and index not in candidate.accepting[: calibrated.option.size]
    )
    return names.otherwise if rejects else names.outcome


def measured_rules(calibrated: CalibratedRuleset, ids: Sequence[str]) -> list[RuleMeasures]:
    """Measure each kept rule on the calibration fold."""
    columns = {name: calibrated.hits[index] for name, index in zip(ids, calibrated.kept, strict=True)}
    return measure_rules(pl.DataFrame(columns), calibrated.events)


def publish(
    calibrated: CalibratedRuleset, names: DraftNames, measured: list[RuleMeasures], facts: Provenance
) -> Ruleset:
    """Return the ruleset of a calibrated candidate."""
    candidate, option = calibrated.candidate, calibrated.option
    is_score = candidate.policy is HitPolicy.SCORE
    rules = tuple(
        _rule(calibrated, names, index, found) for index, found in zip(calibrated.kept, measured, strict=True)
    )
    made = Ruleset(
        name=names.name,
        version="0.1.0",
        schema=names.schema,
        hit_policy=candidate.policy,
        otherwise=names.otherwise,
        thresholds={names.outcome: option.threshold} if is_score and option.threshold is not None else None,
        rules=rules,
        provenance=facts,
    )
    return made if names.incumbent is None else replace(made, version=next_version(names.incumbent, made))


def _rule(calibrated: CalibratedRuleset, names: DraftNames, index: int, found: RuleMeasures) -> Rule:
    """Return a rule with its words; a rule in force keeps its own, unless its points change."""
    candidate = calibrated.candidate
    condition, then = candidate.conditions[index], _then(calibrated, names, index)
    points = candidate.points[index] if candidate.policy is HitPolicy.SCORE else None
    rules = () if names.incumbent is None else names.incumbent.rules
    in_force = next((rule for rule in rules if rule.id == found.id), None)
    if in_force is not None and in_force.points == points:
        return in_force
    return Rule(
        id=found.id,
        title=title(condition) if in_force is None else in_force.title,
        when=condition,
        then=then,
        points=points,
        because=reason(found, calibrated.events.count),
        origin="induced",
    )


def next_version(incumbent: Ruleset, challenger: Ruleset) -> str:
    """Return the lowest version for a challenger: MAJOR for other outcomes or another schema, else MINOR."""
    if challenger.digest == incumbent.digest:
        return incumbent.version
    major, minor, _ = (int(part) for part in incumbent.version.split(".")[:3])
    same = challenger.outcomes == incumbent.outcomes and challenger.schema == incumbent.schema
    return f"{major}.{minor + 1}.0" if same else f"{major + 1}.0.0"


class ProvenanceInputs(NamedTuple):
    """The facts of the provenance that only the caller knows.

    Attributes
    ----------
    teacher, data, method : described in words; the method as it was asked for.
    weight : the weight column, if any.
    bounds : limits that were asked for beside the budget.
    stability : how often each rule was found again; None without resamples.
    parents : digests of the rulesets that this one descends from.

    """

    teacher: str
    data: str
    method: str
    weight: str | None
    bounds: Mapping[str, JsonValue] = MappingProxyType({})
    stability: tuple[float, ...] | None = None
    parents: tuple[str, ...] = ()


def provenance(
    calibrated: CalibratedRuleset,
    context: InductionContext,
    comparison: MethodComparison,
    origin: ProvenanceInputs,
    ids: Sequence[str],
) -> Provenance:
    """Return how a ruleset was made.

    Parameters
    ----------
    calibrated, context, comparison : what was chosen, from what, and beside which methods.
    origin : what the caller knows.
    ids : of the rules, in their order.

    """
    folds, candidate = context.folds, calibrated.candidate
    parameters: dict[str, JsonValue] = {
        "budget": context.budget.model_dump(mode="json", exclude_none=True),
        "hit_policy": candidate.policy.value,
        "asked_for": origin.method,
        "weight": origin.weight,
        "folds": {
            "fit": len(folds.fit),
            "selection": len(folds.selection),
            "calibration": len(folds.calibration),
        },
        "fractions": list(FRACTIONS),
        "teacher_threshold": context.threshold,
        "race": [result.to_document() for _, result in comparison.ranked],
    }
    if candidate.selection is not None:
        parameters["selection"] = candidate.selection.to_document()
    if comparison.stopped is not None:
        parameters["stopped"] = comparison.stopped
    parameters |= {name: value for name, value in origin.bounds.items() if value}
    measures = calibrated.measures[calibrated.chosen].to_document()
    if origin.stability is not None:
        measures["reappears"] = dict(zip(ids, origin.stability, strict=True))
    return Provenance(
        teacher=origin.teacher,
        data=origin.data,
        method=candidate.method,
        parameters=parameters,
        seed=context.seed,
        parents=origin.parents,
        measures={
            "measured_on": "calibration fold, held out from fitting and ranking",
            **measures,
            "rate_limit": {"confidence": context.budget.confidence, "at_most": calibrated.limit},
        },
        versions=installed_versions(_LIBRARIES),
    )
