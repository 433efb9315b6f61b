"""The verb: a record of decisions in, an :class:`rulekit.reports.model.Audit` out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rulekit.frames import Frame
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.measures import Events, Measures, measure
from rulekit.reports import tables
from rulekit.reports.case import Case, Question, open_case
from rulekit.reports.curves import Scores, point, score_curve
from rulekit.reports.hardware import read_hardware, with_hardware
from rulekit.reports.model import Audit, Curve, CurvePoint, CutflowRow, RuleRow
from rulekit.reports.notes import findings_of, left_out, origin_of
from rulekit.reports.record import read_law, read_record
from rulekit.reports.removals import removals
from rulekit.reports.sources import align
from rulekit.reports.verdict import Replayed, replay_case
from rulekit.reports.words import law_in_words


def audit(  # noqa: PLR0913 - the public verb: all but the first by keyword
    decisions: str | Path,
    *,
    ruleset: Ruleset | None = None,
    events: Frame | None = None,
    truth: str | None = None,
    teacher: Scores | None = None,
    weight: str | None = None,
    accept: tuple[str, ...] | None = None,
    sample: int = 1000,
    seed: int = 0,
    command: str | None = None,
    fpga: str | Path | None = None,
) -> Audit:
    """Audit a record of decisions: replay it, measure it, and put the law into words.

    Parameters
    ----------
    decisions : the file that ``rulekit decide`` wrote, with its manifest beside it.
    ruleset : the law that the decisions are claimed to follow; the manifest's own without.
    events : the events that were decided; found through the manifest without.
    truth, weight : columns of the events: which are signal, and what each counts.
    teacher : anything with a ``name`` and ``scores(frame)``.
    accept : the outcomes that count as accepted; without, all but ``otherwise`` and ``invalid``.
    sample, seed : how many events the reference semantics replays, and which.
    command : what made this report, to be written on it.
    fpga : an artifact folder of the ``systemverilog`` target, synthesised, to be told about as well.

    Raises
    ------
    EventError
        when the record, its manifest or the events can't be read or lack a column.
    LawError
        when the ruleset is not the one that the decisions name.
    TeacherError
        when the teacher gives no finite score for every event.
    ArtifactError
        when the artifact is damaged, of another target or ruleset, or was not synthesised.

    """
    record = read_record(Path(decisions), ruleset)
    hardware = None if fpga is None else read_hardware(fpga, record.ruleset)
    question = Question(truth, teacher, weight, accept)
    case = open_case(record, align(record, events), question)
    found = _assemble(case, replay_case(case, sample, seed), command)
    return found if hardware is None else with_hardware(found, case, hardware)


def recorded_ruleset(decisions: str | Path) -> Ruleset:
    """Return the ruleset that a record of decisions names, from its manifest alone.

    Raises
    ------
    EventError
        when the manifest is absent or is none.
    LawError
        when it holds another ruleset than it names.

    """
    return read_law(Path(decisions))[1]


def _assemble(case: Case, replayed: Replayed, command: str | None) -> Audit:
    law, known = case.law, case.known
    weight = None if case.frame is None else case.question.weight
    data = tables.data_of(law, case.decisions, case.frame, known, weighted=weight is not None)
    table = _by_rule(case, replayed.hits)
    return Audit(
        law=law_in_words(law),
        accept=case.accept,
        truth=None if known.truth is None else case.question.truth,
        weight=weight,
        replay=replayed.replay,
        findings=findings_of(case, replayed.replay, data),
        data=data,
        outcomes=tuple(tables.outcome_rows(law, case.decisions, case.accept, known)),
        measures=tables.measure_table(case.accepted, known),
        teacher=case.teacher,
        rules=table.rules,
        cutflow=table.cutflow,
        overlap=table.overlap,
        curves=_curves(case, table.path),
        left_out=left_out(case, hits=replayed.hits is not None),
        origin=origin_of(case, command),
    )


@dataclass(frozen=True, slots=True)
class _ByRule:
    """The tables that need to know which rules hit; all empty where that is not known."""

    rules: tuple[RuleRow, ...] = ()
    cutflow: tuple[CutflowRow, ...] = ()
    overlap: tuple[tuple[float | None, ...], ...] = ()
    path: tuple[Measures, ...] = ()


def _by_rule(case: Case, hits: pl.DataFrame | None) -> _ByRule:
    if hits is None or not hits.width:
        return _ByRule()
    accepted = tables.steps(case.law, case.decisions, hits, case.accept)
    cutflow, path = tables.cutflow_rows(case.law, hits, accepted, case.known)
    rows = tables.rule_rows(case.law, case.decisions, hits, case.known)
    gone = removals(case.law, case.decisions, hits, accepted[-1], accept=case.accept, events=case.known)
    return _ByRule(
        tuple(row.model_copy(update={"removal": one}) for row, one in zip(rows, gone, strict=True)),
        tuple(cutflow),
        tuple(tables.overlap_rows(hits, case.known)),
        tuple(path),
    )


def _curves(case: Case, path: tuple[Measures, ...]) -> tuple[Curve, ...]:
    known = Events(case.known.count, truth=case.known.truth, weights=case.known.weights)
    working = point("working point", measure(case.accepted, known))
    if known.truth is None or working is None:
        return ()
    ours = _ruleset_curve(case, path, known, working)
    if case.scores is None or case.teacher is None:
        return (ours,)
    threshold = math.inf if case.teacher.threshold is None else case.teacher.threshold
    equal = point("equal false-positive rate", measure(case.scores >= threshold, known))
    return ours, score_curve(case.teacher.name, case.scores, known, equal, "score")


def _ruleset_curve(case: Case, path: tuple[Measures, ...], known: Events, working: CurvePoint) -> Curve:
    if case.law.hit_policy is HitPolicy.SCORE:
        score = case.decisions["score"].cast(pl.Float64).fill_null(-math.inf)
        return score_curve(case.law.name, score, known, working, "points")
    named = zip(case.law.rules, path, strict=False)
    points = [point(f"rules 1 to {n}: {rule.id}", found) for n, (rule, found) in enumerate(named, start=1)]
    return Curve(
        name=case.law.name, points=tuple(found for found in points if found is not None), working=working
    )
