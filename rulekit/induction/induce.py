"""The verb ``induce``: from a teacher and events to a ruleset within a budget."""

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
    accept: str = "accept",
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
    """Distil a teacher into a short ruleset within a budget. The result is a draft; enacting it is a separate act.

    Parameters
    ----------
    teacher : a fitted scikit-learn estimator, the path of an ``.onnx`` file, the name of a score column, or an
        object with a ``name`` and a method ``scores``; see :func:`rulekit.induction.teachers.load.teacher`.
    events : a table (Polars, pandas, Arrow) or a file with the features of the schema. Numbers are rounded to the
        dtype of their feature.
    truth : a column of true and false, or 1 and 0; 1 is signal. A false-positive rate needs it. Default: none, and
        rules are ranked by agreement with the teacher.
    schema : the features that rules may ask for.
    budget : caps on the rate and the size. The rate is measured on the calibration fold.
    method : the name of an inducer, or ``auto``, which runs all of them and keeps the best. Default: auto.
    hit_policy : ``any``, ``first`` or ``score``. Default: that of the method; for ``auto`` any or first.
    weight : a column of event weights, respected in fitting, thresholds, ranking, rates and measures. Default:
        every event counts 1.
    name : of the ruleset. Default: the name of the schema.
    accept, otherwise : outcome of the accepted events, and of all others.
    seed : the only source of chance; equal seeds give equal digests.
    time_limit : in seconds. After it ``auto`` starts no further method and returns the best so far, which then
        depends on the machine. Ctrl-C does the same. Default: no limit.
    progress : whether to show a bar on stderr. Default: only on a terminal.
    groups : a column. Events of one group (a card, an engine) stay in one fold, and limits count whole groups.
        Default: every event is its own group.
    forbidden : features that no rule may ask for; the teacher may still read them.
    monotone : "up" for each feature of which rules may only ask for more, "down" where only for less.
    numerics : fixed-point formats of the hardware. Thresholds then have cheap comparators, and look-up tables are
        counted in these formats. Default: 10 bits a number, where the budget caps look-up tables.
    resamples : how often the chosen method runs again on resampled events, to tell how stable each rule is.
    incumbent : the ruleset in force. It is compared with the methods, and its rules stay, with their ids and words,
        where those of the best method hardly differ.

    Raises
    ------
    BudgetError
        when no ruleset meets the budget, the method has no such hit policy, or there are too few events.
    EventError
        when the events don't fit the schema, or truth, weight or groups don't hold what they should.
    TeacherError
        when the teacher can't be read or can't score the events.
    BindError
        when a rule of the incumbent does not fit the schema.
    RulekitError
        when a direction of ``monotone`` is not "up" or "down", or its feature is unknown or not a number.
    MissingExtraError
        when a library that the teacher or the method needs is not installed.

    """
    budget.check_truth(truth, "the column that tells signal")
    methods = methods_for(method, policy_named(hit_policy), directed=bool(monotone))
    caps = make_constraints(budget, schema, forbidden=forbidden, monotone=monotone, numerics=numerics)
    names = DraftNames(name or schema.name, schema, accept, otherwise, incumbent)
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
