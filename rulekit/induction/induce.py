"""The verb ``induce``: a teacher and events in, a ruleset within a budget out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from rulekit.errors import BudgetError
from rulekit.frames import Frame
from rulekit.induction.arena import Arena, Result, open_arena
from rulekit.induction.budget import Budget
from rulekit.induction.calibration import Calibrated, calibrate, check_resolution
from rulekit.induction.certify import check_certifiable
from rulekit.induction.constraints import constraints
from rulekit.induction.ensemble import teacher_regions
from rulekit.induction.entrants import entrants, policy_named
from rulekit.induction.exact import Selection
from rulekit.induction.folds import describe_events, read_sample, split
from rulekit.induction.path import path_of
from rulekit.induction.progress import progress_bar
from rulekit.induction.publishing import Law, Origin, measured_rules, provenance, publish
from rulekit.induction.race import Race, run_race
from rulekit.induction.resampled import stability
from rulekit.induction.teachers import teacher as read_teacher
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Schema
from rulekit.measures import Measures, RuleMeasures


@dataclass(frozen=True)
class Point:
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
    race : what each method reached on the selection fold, the best first.
    stopped : why the race ended before everyone had run; None when it did not.
    selection : of the solver, where it chose: how far the best of its candidates may be.
    stability : in which share of the resamples each rule appears again, shape (rules,); None without resamples.

    """

    ruleset: Ruleset
    path: tuple[Point, ...]
    measures: Measures
    rule_measures: tuple[RuleMeasures, ...]
    race: tuple[Result, ...]
    limit: float
    stopped: str | None = None
    selection: Selection | None = None
    stability: tuple[float, ...] | None = None

    def at(self, literals: int) -> Point:
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
    directions: Mapping[str, int] | None = None,
    numerics: Fixed | None = None,
    resamples: int = 0,
) -> Induction:
    """Distil a teacher into a short ruleset within a budget. Nothing becomes law by itself.

    Parameters
    ----------
    teacher : see :func:`rulekit.induction.teachers.teacher`.
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
    directions : of a feature, 1 where rules may only ask for more of it, and -1 where only for less.
    numerics : fixed-point formats of the hardware; thresholds are then numbers with cheap comparators, and look-up
        tables are counted in them (10 bits a number without).
    resamples : how often the winner runs again on events drawn anew, to tell how stable each rule is.

    Raises
    ------
    BudgetError
        when no ruleset meets the budget, the method has no such hit policy, or there are too few events.
    EventError
        when the events don't fit the schema, or truth or weight are not what they should be.
    TeacherError
        when the teacher can't be read or can't score the events.
    MissingExtraError
        when a library that the teacher or the method needs is not installed.

    """
    if budget.kind == "false_positive_rate" and truth is None:
        raise BudgetError("a false-positive rate needs the truth", expected="truth=, the column that tells signal",
                          hint="without truth, give Budget(alert_rate=...)")  # fmt: skip
    racing = entrants(method, policy_named(hit_policy), directed=bool(directions))
    caps = constraints(budget, schema, forbidden=forbidden, directions=directions, numerics=numerics)
    law = Law(name or schema.name, schema, outcome, otherwise)
    with progress_bar(len(racing) + 5, show=progress) as step:
        source = read_teacher(teacher, schema)
        sample = read_sample(events, source, schema, truth=truth, weight=weight, groups=groups)
        folds = split(sample, seed)
        check_resolution(folds.calibration, budget)
        arena = open_arena(folds, caps, seed)
        check_certifiable(folds.calibration, budget)
        own = teacher_regions(source, schema, arena.encoding)
        race = run_race(racing, arena, time_limit, step, own)
        bounds: dict[str, JsonValue] = {
            "forbidden": [*sorted(forbidden)],
            "directions": {**(directions or {})},
            "groups": groups,
        }
        origin = Origin(source.name, describe_events(events, len(sample)), method, weight, bounds)
        step("calibrating")
        chosen = calibrate(race.ranked[0][0], arena)
        again = None
        if resamples and race.stopped is None:
            step("drawing events anew")
            again = tuple(float(share) for share in stability(chosen, race, racing, arena, resamples))
        return _answer(chosen, race, law, arena, origin._replace(stability=again))


def _answer(chosen: Calibrated, race: Race, law: Law, arena: Arena, origin: Origin) -> Induction:
    results = tuple(result for _, result in race.ranked)

    def published(calibrated: Calibrated) -> tuple[Ruleset, list[RuleMeasures]]:
        measured = measured_rules(calibrated)
        facts = origin if calibrated is chosen else origin._replace(stability=None)
        return publish(calibrated, law, measured, provenance(calibrated, arena, race, facts)), measured

    ruleset, measured = published(chosen)
    path = [
        _point(calibrated, limit, published(calibrated)[0])
        for calibrated, limit in path_of(chosen, race.smaller, arena)
    ]
    found = chosen.measures[chosen.chosen]
    return Induction(ruleset, tuple(path), found, tuple(measured), results, chosen.limit, race.stopped,
                     chosen.draft.selection, origin.stability)  # fmt: skip


def _point(calibrated: Calibrated, limit: float, ruleset: Ruleset) -> Point:
    size = calibrated.cut.size
    literals = calibrated.draft.literals(size)
    return Point(len(calibrated.kept), literals, calibrated.measures[calibrated.chosen], limit, ruleset)
