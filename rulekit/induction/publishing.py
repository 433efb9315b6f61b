"""From a calibrated draft to a ruleset with words and provenance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

from rulekit.induction.arena import Arena
from rulekit.induction.calibration import Calibrated
from rulekit.induction.folds import FRACTIONS
from rulekit.induction.race import Race
from rulekit.induction.words import reason, rule_ids, title
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.measures import RuleMeasures, measure_rules
from rulekit.version import installed_versions

_LIBRARIES = ("rulekit-engine", "polars", "numpy", "scikit-learn", "imodels", "onnxruntime")


class Law(NamedTuple):
    """What the ruleset is called and which outcomes it gives."""

    name: str
    schema: Schema
    outcome: str
    otherwise: str


def measured_rules(calibrated: Calibrated) -> list[RuleMeasures]:
    """Measure each kept rule on the calibration fold."""
    conditions = [calibrated.draft.conditions[index] for index in calibrated.kept]
    columns = {
        name: calibrated.hits[index]
        for name, index in zip(rule_ids(conditions), calibrated.kept, strict=True)
    }
    return measure_rules(pl.DataFrame(columns), calibrated.events)


def publish(calibrated: Calibrated, law: Law, measured: list[RuleMeasures], facts: Provenance) -> Ruleset:
    """Return the ruleset of a calibrated draft."""
    draft, cut = calibrated.draft, calibrated.cut
    is_score = draft.policy is HitPolicy.SCORE
    accepting = set(draft.exits[: cut.size]) if draft.policy is HitPolicy.FIRST else set(calibrated.kept)
    rules = []
    for index, found in zip(calibrated.kept, measured, strict=True):
        then = law.outcome if index in accepting else law.otherwise
        rules.append(
            Rule(
                id=found.id,
                title=title(draft.conditions[index]),
                when=draft.conditions[index],
                then=None if is_score else then,
                points=draft.points[index] if is_score else None,
                because=reason(found, calibrated.events.count),
                origin="induced",
            )
        )
    return Ruleset(
        name=law.name,
        version="0.1.0",
        schema=law.schema,
        hit_policy=draft.policy,
        otherwise=law.otherwise,
        thresholds={law.outcome: cut.threshold} if is_score and cut.threshold is not None else None,
        rules=tuple(rules),
        provenance=facts,
    )


class Origin(NamedTuple):
    """What was asked for: the words of the provenance that only the caller knows."""

    teacher: str
    data: str
    method: str
    weight: str | None
    bounds: Mapping[str, JsonValue] = MappingProxyType({})
    stability: tuple[float, ...] | None = None


def provenance(calibrated: Calibrated, arena: Arena, race: Race, origin: Origin) -> Provenance:
    """Return how the ruleset was made."""
    folds, draft = arena.folds, calibrated.draft
    parameters: dict[str, JsonValue] = {
        "budget": arena.budget.model_dump(mode="json", exclude_none=True),
        "hit_policy": draft.policy.value,
        "asked_for": origin.method,
        "weight": origin.weight,
        "folds": {
            "fit": len(folds.fit),
            "selection": len(folds.selection),
            "calibration": len(folds.calibration),
        },
        "fractions": list(FRACTIONS),
        "teacher_threshold": arena.threshold,
        "race": [result.to_json() for _, result in race.ranked],
    }
    if draft.selection is not None:
        parameters["selection"] = draft.selection.to_json()
    if race.stopped is not None:
        parameters["stopped"] = race.stopped
    parameters |= {name: value for name, value in origin.bounds.items() if value}
    measures = calibrated.measures[calibrated.chosen].to_json()
    if origin.stability is not None:
        names = rule_ids([draft.conditions[index] for index in calibrated.kept])
        measures["reappears"] = dict(zip(names, origin.stability, strict=True))
    return Provenance(
        teacher=origin.teacher,
        data=origin.data,
        method=draft.method,
        parameters=parameters,
        seed=arena.seed,
        measures={
            "measured_on": "calibration fold, held out from fitting and ranking",
            **measures,
            "rate_limit": {"confidence": arena.budget.confidence, "at_most": calibrated.limit},
        },
        versions=installed_versions(_LIBRARIES),
    )
