"""The verb ``induce_classes``: from a teacher of several classes to a ruleset with one outcome a class.

Under FIRST each class has rules of its own within its own budget, and classes are decided in the order of their
budgets. FIRST can only take events away from a class, so every budget still holds. Under SCORE the classes are
steps of one scale, the highest first: there is one sum of points, and a threshold for each class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import JsonValue

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.frames import Frame
from rulekit.induction.learners.methods import AUTO, methods_for
from rulekit.induction.multiclass.samples import (
    Samples,
    check_budgets,
    errors_of,
    read_classes,
    scale_of,
    split_classes,
)
from rulekit.induction.multiclass.teachers import class_teachers
from rulekit.induction.naming import slug
from rulekit.induction.pipeline import InductionRequest, run_induction
from rulekit.induction.progress import progress_bar
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.results.classes import ClassInduction
from rulekit.induction.results.induction import Induction
from rulekit.induction.samples.read import describe_events
from rulekit.induction.samples.sample import Folds, Sample
from rulekit.induction.samples.teacher_labels import threshold_at
from rulekit.induction.selection.candidate_ruleset import hit_matrix, lowest_threshold
from rulekit.induction.selection.constraints import Constraints, make_constraints
from rulekit.ir.numerics import Fixed
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import Schema
from rulekit.measures import Measures, measure
from rulekit.statistics.upper_limits import upper_limit
from rulekit.targets.api import expr

Requests = Mapping[str, InductionRequest]
"""What was asked for each class; the class that comes first is decided first."""

_POLICIES = (HitPolicy.FIRST, HitPolicy.SCORE)


def induce_classes(  # noqa: PLR0913 - the verb of the library, as `induce` is
    teacher: Any,
    events: Frame,
    truth: str | None = None,
    *,
    schema: Schema,
    budgets: Mapping[str, Budget],
    hit_policy: str = "first",
    method: str = "auto",
    weight: str | None = None,
    name: str | None = None,
    otherwise: str = "other",
    seed: int = 0,
    time_limit: float | None = None,
    progress: bool | None = None,
    groups: str | None = None,
    forbidden: Collection[str] = (),
    monotone: Mapping[str, str] | None = None,
    numerics: Fixed | None = None,
) -> ClassInduction:
    """Distil a teacher of several classes into a ruleset with one outcome a class.

    Parameters
    ----------
    teacher : see :func:`rulekit.induction.multiclass.teachers.class_teachers`.
    truth : a column of classes: words, whole numbers or Booleans. A class without a budget is background to all.
    budgets : one for each class; the class that comes first is decided first. A false-positive rate is the share of
        events of other classes that get this one; under SCORE, of events of lower classes that get this one or a
        higher one. Under SCORE the last budget caps the size of the sum.
    hit_policy : ``first``, or ``score`` where the classes are steps of a scale, the highest first. Default: first.
    method : as for one class. Under SCORE ``auto`` is the method ``points``, the only one that tells steps apart.
    otherwise : the outcome of all other events.
    time_limit : in seconds; each class gets an equal share. Default: no limit.
    events, schema, weight, name, seed, progress, groups, forbidden, monotone, numerics : see
        :func:`rulekit.induction.induce.induce`.

    Raises
    ------
    BudgetError
        when there are no budgets, or no ruleset meets the budget of some class, which the error names.
    EventError
        when the events don't fit the schema, or the truth does not know a class.
    TeacherError
        when the teacher can't be read, does not know a class, or can't score the events.
    RulekitError
        when a direction of ``monotone`` is not "up" or "down", or its feature is unknown or not a number.

    """
    check_budgets(budgets, truth, otherwise)
    policy = _policy(hit_policy)
    is_scale = policy is HitPolicy.SCORE
    methods = [] if is_scale and method == AUTO else methods_for(method, policy, directed=bool(monotone))
    teachers = class_teachers(teacher, tuple(budgets), schema)
    runs = 1 if is_scale else len(budgets)
    share = None if time_limit is None else time_limit / runs
    with progress_bar(runs * (len(methods) + 8), show=progress) as step:
        samples = read_classes(events, teachers, schema, truth=truth, weight=weight, groups=groups)

        def request(one: str) -> InductionRequest:
            origin = ProvenanceInputs(
                teachers[one].name, describe_events(events, len(samples[one])), method, weight
            )
            names = DraftNames(name or schema.name, schema, one, otherwise, prefix=slug(one))
            caps = make_constraints(
                budgets[one], schema, forbidden=forbidden, monotone=monotone, numerics=numerics
            )
            return InductionRequest(names, caps, methods, origin, teachers[one], seed, share)

        made = _sum if is_scale else _list
        return made({one: request(one) for one in budgets}, samples, step)


def _policy(name: str) -> HitPolicy:
    """Return the hit policy under which the rules of each class are induced."""
    if name not in _POLICIES:
        raise BudgetError("several classes can't be decided under this hit policy", got=repr(str(name)),
                          expected=" or ".join(_POLICIES))  # fmt: skip
    return HitPolicy.SCORE if name == HitPolicy.SCORE else HitPolicy.ANY


def _list(requests: Requests, samples: Samples, step: Callable[[str], None]) -> ClassInduction:
    """Induce rules for each class, and put them into one list."""
    folds = split_classes(samples, requests)
    found = {one: _answered(request, folds[one], step) for one, request in requests.items()}
    rules = tuple(rule for induction in found.values() for rule in induction.ruleset.rules)
    first = next(iter(found.values())).ruleset
    ruleset = replace(first, hit_policy=HitPolicy.FIRST, rules=rules)
    measures = {}
    for one, request in requests.items():
        accepted = folds[one].calibration.frame.select(expr(ruleset, one)).to_series()
        measures[one] = _measured(accepted, folds[one], request)
    facts = _provenance({one: induction.ruleset for one, induction in found.items()}, measures)
    limits = {one: induction.limit for one, induction in found.items()}
    return ClassInduction(replace(ruleset, provenance=facts), measures, limits, found)


def _answered(
    request: InductionRequest,
    folds: Folds,
    step: Callable[[str], None],
    above: Sequence[tuple[Constraints, Folds]] = (),
) -> Induction:
    with errors_of(request.names.outcome):
        return run_induction(request, folds, step, above)


def _measured(accepted: pl.Series, folds: Folds, request: InductionRequest) -> Measures:
    """Measure a class on the calibration fold, with the teacher's labels at its budget."""
    labels = folds.calibration.scores >= threshold_at(folds.search, request.caps.budget)
    return measure(accepted, folds.calibration.event_labels(labels))


def _sum(requests: Requests, samples: Samples, step: Callable[[str], None]) -> ClassInduction:
    """Induce one sum for the lowest class, and a threshold for each class."""
    folds = split_classes(scale_of(samples), requests)
    lowest = list(requests)[-1]
    above = [(requests[one].caps, folds[one]) for one in requests if one != lowest]
    base = _answered(requests[lowest], folds[lowest], step, above)
    score = _points(base.ruleset, folds[lowest].calibration)
    thresholds = _thresholds(score, requests, folds)
    measures, limits = {}, {}
    for one, request in requests.items():
        reached = score >= thresholds[one]
        measures[one] = _measured(pl.Series(reached), folds[one], request)
        sample, budget = folds[one].calibration, request.caps.budget
        charged = sample.budget_weights(budget.kind)
        limits[one] = upper_limit(reached, charged, budget.confidence, groups=sample.groups)
    facts = _provenance({lowest: base.ruleset}, measures)
    ruleset = replace(base.ruleset, thresholds=thresholds, provenance=facts)
    return ClassInduction(ruleset, measures, limits, {lowest: base})


def _points(ruleset: Ruleset, sample: Sample) -> npt.NDArray[np.int64]:
    hits = hit_matrix([rule.when for rule in ruleset.rules], sample, ruleset.schema)
    return np.array([rule.points or 0 for rule in ruleset.rules], dtype=np.int64) @ hits


def _thresholds(
    score: npt.NDArray[np.int64], requests: Requests, folds: Mapping[str, Folds]
) -> dict[str, int]:
    """Return the threshold of each class; from the lowest class up each is above the one before."""
    found: dict[str, int] = {}
    least = None
    for one in reversed(list(requests)):
        own = lowest_threshold(score, folds[one].calibration, requests[one].caps.budget)
        found[one] = own if least is None else max(own, least + 1)
        least = found[one]
        if not (score >= least).any():
            raise BudgetError(
                f"class {one}: no calibration event has the points that its budget asks for",
                expected=f"events of at least {least} points", got=f"{int(score.max())} points at most",
                hint="raise its budget, or lower that of the classes below",
            )  # fmt: skip
    return {one: found[one] for one in requests}


def _provenance(parts: Mapping[str, Ruleset], measures: Mapping[str, Measures]) -> Provenance:
    """Return how a ruleset for several classes was made, and the measures of each class."""
    facts = {one: part.provenance or Provenance() for one, part in parts.items()}
    parameters: dict[str, JsonValue] = {one: fact.parameters for one, fact in facts.items()}
    reached: dict[str, JsonValue] = {one: found.to_document() for one, found in measures.items()}
    first = next(iter(facts.values()))
    method = ", ".join(dict.fromkeys(fact.method or "" for fact in facts.values()))
    return first.model_copy(
        update={
            "method": method,
            "parameters": {"classes": parameters},
            "measures": {"measured_on": first.measures["measured_on"], "classes": reached},
        }
    )
