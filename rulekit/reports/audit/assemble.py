"""Builds an :class:`rulekit.reports.audit.model.audit.Audit` from replayed decisions, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rulekit.measures import EventLabels, Measures, measure
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.inputs.curves import law_curve, teacher_curve
from rulekit.reports.audit.model.audit import Audit, Curve, CutflowRow, RuleRow
from rulekit.reports.audit.sections import tables
from rulekit.reports.audit.sections.charter import read_charter
from rulekit.reports.audit.sections.disagreement import disagreement_of
from rulekit.reports.audit.sections.drift import drift_of
from rulekit.reports.audit.sections.gates import gates_of
from rulekit.reports.audit.sections.limits import limits_of
from rulekit.reports.audit.sections.notes import Sections, findings_of, left_out, origin_of
from rulekit.reports.audit.sections.previous import compare_previous
from rulekit.reports.audit.sections.reasons import reasons_of
from rulekit.reports.audit.sections.removals import removals
from rulekit.reports.audit.sections.replay import Replayed
from rulekit.reports.audit.sections.status import law_status
from rulekit.reports.audit.sections.subgroups import subgroups_of
from rulekit.reports.common.law_text import law_in_words


def assemble(
    audited: AuditInput, replayed: Replayed, folder: str | Path | None = None, command: str | None = None
) -> Audit:
    """Return the audit of decisions that were replayed, section by section.

    Parameters
    ----------
    audited : the decisions, their events and what was asked for.
    replayed : what the replay found.
    folder : the law folder, for charter and register; default: neither is shown.
    command : the command line that the page names.

    Raises
    ------
    EventError
        when the events lack a column that a section needs.
    LawError
        when the register of the folder can't be read.
    RulekitError
        when an expectation is none, or the previous version has none of the outcomes to accept.

    """
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
    """The tables that need to know which rules hit; all are empty if that is not known."""

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
