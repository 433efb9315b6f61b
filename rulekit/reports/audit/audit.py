"""The verb: a record of decisions in, an :class:`rulekit.reports.audit.model.audit.Audit` out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from rulekit.errors import LawError
from rulekit.frames import Frame
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import EventLabels, Measures, measure
from rulekit.reports.audit.inputs.align import AlignedEvents, align
from rulekit.reports.audit.inputs.audit_input import AuditInput, AuditOptions, open_input
from rulekit.reports.audit.inputs.curves import Scores, law_curve, teacher_curve
from rulekit.reports.audit.inputs.log import LogSource, read_logged, with_log_columns
from rulekit.reports.audit.model.audit import Audit, Curve, CutflowRow, RuleRow
from rulekit.reports.audit.sections import tables
from rulekit.reports.audit.sections.charter import read_charter
from rulekit.reports.audit.sections.disagreement import disagreement_of
from rulekit.reports.audit.sections.drift import drift_of
from rulekit.reports.audit.sections.fpga import read_hardware, with_hardware
from rulekit.reports.audit.sections.gates import gates_of
from rulekit.reports.audit.sections.limits import limits_of
from rulekit.reports.audit.sections.notes import Sections, findings_of, left_out, origin_of
from rulekit.reports.audit.sections.previous import compare_previous
from rulekit.reports.audit.sections.reasons import reasons_of
from rulekit.reports.audit.sections.removals import removals
from rulekit.reports.audit.sections.replay import Replayed, replay_decisions
from rulekit.reports.audit.sections.status import law_status
from rulekit.reports.audit.sections.subgroups import subgroups_of
from rulekit.reports.common.law_text import law_in_words
from rulekit.reports.replay.record import Record, read_law, read_record
from rulekit.store.acts.register import load_register
from rulekit.store.folder.folder import read
from rulekit.store.lookup import ruleset_of_digest


def audit(  # noqa: PLR0913 - the public verb: all but the first by keyword
    decisions: str | Path | LogSource,
    *,
    ruleset: Ruleset | None = None,
    folder: str | Path | None = None,
    events: Frame | None = None,
    truth: str | None = None,
    teacher: Scores | None = None,
    weight: str | None = None,
    accept: tuple[str, ...] | None = None,
    previous: Ruleset | None = None,
    by: tuple[str, ...] | None = None,
    time: str | None = None,
    reference: Frame | None = None,
    expect: tuple[str, ...] = (),
    sample: int = 1000,
    seed: int = 0,
    command: str | None = None,
    fpga: str | Path | None = None,
) -> Audit:
    """Audit a record of decisions: replay it, measure it, and put the law into words.

    Parameters
    ----------
    decisions : the file that ``rulekit decide`` wrote, with its manifest beside it; or a decision log.
    ruleset : the law that the decisions are claimed to follow; the manifest's own without. A log needs it.
    folder : the law folder, whose charter and register are told as well.
    events : the events that were decided; found through the manifest without. A log has the values that were read,
        and takes further columns from them.
    truth, weight : columns of the events: which are signal, and what each counts.
    teacher : anything with a ``name`` and ``scores(frame)``.
    accept : the outcomes that count as accepted; without, all but ``otherwise`` and ``invalid``.
    previous : another version of the law, to be compared on the same events.
    by : columns of the events that make subgroups; without, every category feature.
    time : column of the events that orders them in time; without, they are taken to be in order. A log knows when.
    reference : events that drift is measured from; the first period of the record without.
    expect : what the record is held to beside its evidence, such as ``efficiency >= 0.7``.
    sample, seed : how many events the reference semantics replays, and which.
    command : what made this report, to be written on it.
    fpga : an artifact folder of the ``systemverilog`` target, synthesised, to be told about as well.

    Raises
    ------
    EventError
        when the record, its manifest or the events can't be read or lack a column.
    LawError
        when the ruleset is not the one that the decisions name, or the register of the folder can't be read.
    TeacherError
        when the teacher gives no finite score for every event.
    ArtifactError
        when the artifact is damaged, of another target or ruleset, or was not synthesised.
    LogError
        when the log can't be read, or was decided in several numerics.
    RulekitError
        when an outcome to accept or an expectation is none.

    """
    record, aligned = _opened(decisions, ruleset, events)
    hardware = None if fpga is None else read_hardware(fpga, record.ruleset)
    options = AuditOptions(truth, teacher, weight, accept, previous, by, time, reference, expect)
    if isinstance(decisions, LogSource):
        options = with_log_columns(options, aligned)
    audited = open_input(record, aligned, options)
    found = _assemble(audited, replay_decisions(audited, sample, seed), folder, command)
    return found if hardware is None else with_hardware(found, audited, hardware)


def _opened(
    decisions: str | Path | LogSource, ruleset: Ruleset | None, events: Frame | None
) -> tuple[Record, AlignedEvents]:
    if not isinstance(decisions, LogSource):
        record = read_record(Path(decisions), ruleset)
        return record, align(record, events)
    if ruleset is None:
        hint = "name it with --rules"
        raise LawError("a log tells the digest of a law, not the law", hint=hint)
    return read_logged(decisions, ruleset, events)


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


def named_ruleset(path: str | Path, decisions: str | Path) -> Ruleset:
    """Return the ruleset that a record names, as a file or a law folder has it: the draft, or an enacted version.

    Raises
    ------
    EventError
        when the manifest is absent or is none.
    LawError
        when there is no such law, or its copy was tampered with.

    """
    law, recorded = read(path), recorded_ruleset(decisions)
    if law.folder is None or law.ruleset.digest == recorded.digest or not load_register(law.folder):
        return law.ruleset
    return replace(ruleset_of_digest(law.folder, recorded.digest), provenance=recorded.provenance)


def _assemble(
    audited: AuditInput, replayed: Replayed, folder: str | Path | None, command: str | None
) -> Audit:
    law, known, replay, hits = audited.law, audited.known, replayed.replay, replayed.hits
    weight = None if audited.events is None else audited.options.weight
    data = tables.data_of(law, audited.decisions, audited.events, known, weighted=weight is not None)
    status, measures = law_status(folder, law), tables.measure_table(audited.accepted, known)
    findings = (*findings_of(audited, replay, data), *status.findings)
    table, compared = _by_rule(audited, hits), compare_previous(audited)
    sections = Sections(read_charter(folder), subgroups_of(audited), drift_of(audited, hits))
    return Audit(
        law=law_in_words(law),
        status=status.law,
        gates=gates_of(audited, replay, findings, measures),
        charter=sections.charter,
        accept=audited.accept,
        truth=None if known.truth is None else audited.options.truth,
        weight=weight,
        replay=replay,
        findings=findings,
        data=data,
        outcomes=tuple(tables.outcome_rows(law, audited.decisions, audited.accept, known)),
        measures=measures,
        teacher=audited.teacher,
        rules=table.rules,
        cutflow=table.cutflow,
        overlap=table.overlap,
        curves=_curves(audited, table.path, compared.curve),
        previous=compared.previous,
        disagreement=disagreement_of(audited, hits),
        subgroups=sections.subgroups,
        drift=sections.drift,
        reasons=reasons_of(audited, hits),
        limits=limits_of(audited, replay),
        left_out=left_out(audited, sections, hits=hits is not None),
        origin=origin_of(audited, command),
    )


@dataclass(frozen=True, slots=True)
class _ByRule:
    """The tables that need to know which rules hit; all empty where that is not known."""

    rules: tuple[RuleRow, ...] = ()
    cutflow: tuple[CutflowRow, ...] = ()
    overlap: tuple[tuple[float | None, ...], ...] = ()
    path: tuple[Measures, ...] = ()


def _by_rule(audited: AuditInput, hits: pl.DataFrame | None) -> _ByRule:
    if hits is None or not hits.width:
        return _ByRule()
    accepted = tables.accepted_by_prefix(audited.law, audited.decisions, hits, audited.accept)
    cutflow, path = tables.cutflow_rows(audited.law, hits, accepted, audited.known)
    rows = tables.rule_rows(audited.law, audited.decisions, hits, audited.known)
    gone = removals(
        audited.law, audited.decisions, hits, accepted[-1], accept=audited.accept, events=audited.known
    )
    return _ByRule(
        tuple(row.model_copy(update={"removal": one}) for row, one in zip(rows, gone, strict=True)),
        tuple(cutflow),
        tuple(tables.overlap_rows(hits, audited.known)),
        tuple(path),
    )


def _curves(audited: AuditInput, path: tuple[Measures, ...], previous: Curve | None) -> tuple[Curve, ...]:
    known = EventLabels(audited.known.count, truth=audited.known.truth, weights=audited.known.weights)
    ours = law_curve(audited.law, audited.decisions, path, known, measure(audited.accepted, known))
    if ours is None:
        return ()
    theirs = None
    if audited.scores is not None and audited.teacher is not None:
        theirs = teacher_curve(audited.teacher, audited.scores, known)
    return tuple(curve for curve in (ours, theirs, previous) if curve is not None)
