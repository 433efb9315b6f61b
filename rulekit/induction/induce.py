"""The verb ``induce``: a teacher and events in, a ruleset within a budget out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import JsonValue

from rulekit.budget import Budget
from rulekit.frames import Frame
from rulekit.induction.learners.methods import methods_for, policy_named
from rulekit.induction.pipeline import InductionRequest, run_induction
from rulekit.induction.progress import progress_bar
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.results.induction import Induction
from rulekit.induction.samples.folds import split
from rulekit.induction.samples.read import describe_events, read_sample
from rulekit.induction.selection.constraints import make_constraints
from rulekit.induction.teachers.load import teacher as read_teacher
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Schema


def induce(  # noqa: PLR0913 - the verb of the library
    teacher: Any,
    events: Frame,
    truth: str | None = None,
    *,
    schema: Schema,
    budget: Budget,
    method: str = "auto",
    hit_policy: str | None = None,
    weight: str | None = None,
    name: str | None = None,
    outcome: str = "accept",
    otherwise: str = "reject",
    seed: int = 0,
    time_limit: float | None = None,
    progress: bool | None = None,
    groups: str | None = None,
    forbidden: Collection[str] = (),
    monotone: Mapping[str, str] | None = None,
    numerics: Fixed | None = None,
    resamples: int = 0,
    incumbent: Ruleset | None = None,
) -> Induction:
    """Distil a teacher into a short ruleset within a budget. Nothing becomes law by itself.

    Parameters
    ----------
    teacher : see :func:`rulekit.induction.teachers.load.teacher`.
    events : events with the features of the schema; numbers are rounded to the dtype of their feature.
    truth : a Boolean or 0/1 column, 1 for signal. A false-positive rate needs it; without it rules are ranked
        by agreement with the teacher.
    schema : the features that rules may speak of.
    budget : the rate and the size to keep to. The rate is kept to on the calibration fold.
    method : the name of an inducer, or ``auto`` for a race between all.
    hit_policy : ``any``, ``first`` or ``score``; without, the method's natural one (``auto``: any or first).
    weight : a column of event weights; respected in fitting, thresholds, ranking, rates and measures.
    name : of the ruleset; the schema's without.
    outcome, otherwise : of the accepted events, and of the others.
    seed : the only source of chance: the same seed gives the same digest.
    time_limit : seconds after which ``auto`` starts no further method and returns the best so far; the result then
        depends on the machine. Ctrl-C does the same.
    progress : whether to show a bar on stderr; without, only on a terminal.
    groups : a column; events of one group (a card, an engine) stay in one fold, and limits bet on whole groups.
    forbidden : features that no rule may ask for; the teacher may still read them.
    monotone : "up" for each feature of which rules may only ask for more, "down" where only for less.
    numerics : fixed-point formats of the hardware; thresholds are then numbers with cheap comparators, and look-up
        tables are counted in them (10 bits a number without).
    resamples : how often the winner runs again on events drawn anew, to tell how stable each rule is.
    incumbent : the ruleset in force. It runs in the race, and where a rule of the winner hardly differs from one of
        its rules, that one stays, with its id and its words.

    Raises
    ------
    BudgetError
        when no ruleset meets the budget, the method has no such hit policy, or there are too few events.
    EventError
        when the events don't fit the schema, or truth or weight are not what they should be.
    TeacherError
        when the teacher can't be read or can't score the events.
    BindError
        when a rule of the incumbent does not fit the schema.
    MissingExtraError
        when a library that the teacher or the method needs is not installed.

    """
    budget.check_truth(truth, "the column that tells signal")
    methods = methods_for(method, policy_named(hit_policy), directed=bool(monotone))
    caps = make_constraints(budget, schema, forbidden=forbidden, monotone=monotone, numerics=numerics)
    names = DraftNames(name or schema.name, schema, outcome, otherwise, incumbent)
    bounds: dict[str, JsonValue] = {
        "forbidden": [*sorted(forbidden)],
        "directions": {**caps.directions},
        "groups": groups,
    }
    parents = () if incumbent is None else (incumbent.digest,)
    with progress_bar(len(methods) + 8, show=progress) as step:
        source = read_teacher(teacher, schema)
        sample = read_sample(events, source, schema, truth=truth, weight=weight, groups=groups)
        origin = ProvenanceInputs(
            source.name, describe_events(events, len(sample)), method, weight, bounds, parents=parents
        )
        request = InductionRequest(names, caps, methods, origin, source, seed, time_limit, resamples)
        return run_induction(request, split(sample, seed), step)
