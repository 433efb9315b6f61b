"""The audit input: recorded decisions, their events, and the labels of these."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rulekit.frames import Frame
from rulekit.ir.ruleset import Ruleset
from rulekit.labels import read_truth, read_weights
from rulekit.measures import EventLabels
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.curves import Scores, scores_of, teacher_table
from rulekit.reports.audit.model.audit import TeacherTable
from rulekit.reports.common.accepted import accepted_by, accepted_outcomes
from rulekit.reports.replay.record import Record


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The options of an audit; see the parameters of :func:`rulekit.audit`."""

    truth: str | None = None
    teacher: Scores | None = None
    weight: str | None = None
    accept: tuple[str, ...] | None = None
    previous: Ruleset | None = None
    by: tuple[str, ...] | None = None
    time: str | None = None
    reference: Frame | None = None
    expect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditInput:
    """A record with its events and their labels; ``accepted`` says which decisions count as accepted."""

    record: Record
    aligned: AlignedEvents
    options: AuditOptions
    accept: tuple[str, ...]
    accepted: pl.Series
    known: EventLabels
    teacher: TeacherTable | None = None
    scores: pl.Series | None = None

    @property
    def law(self) -> Ruleset:
        """The ruleset of the record."""
        return self.record.ruleset

    @property
    def decisions(self) -> pl.DataFrame:
        """The decisions that are measured; if events were given, only those that have an event."""
        return self.aligned.decisions

    @property
    def events(self) -> pl.DataFrame | None:
        """The events of these decisions, row by row; None if they were not found."""
        return self.aligned.events


def open_input(record: Record, aligned: AlignedEvents, options: AuditOptions) -> AuditInput:
    """Return the audit input, with labels and teacher scores from the events; raises as :func:`rulekit.audit`."""
    accept, frame = accepted_outcomes(record.ruleset, options.accept), aligned.events
    accepted = accepted_by(aligned.decisions, accept)
    if frame is None:
        return AuditInput(record, aligned, options, accept, accepted, EventLabels(accepted.len()))
    truth = None if options.truth is None else read_truth(frame, options.truth)
    weights = None if options.weight is None else read_weights(frame, options.weight)
    known = EventLabels(accepted.len(), truth=truth, weights=weights)
    if options.teacher is None:
        return AuditInput(record, aligned, options, accept, accepted, known)
    scores = scores_of(options.teacher, frame)
    table, chosen = teacher_table(options.teacher.name, scores, accepted, known)
    known = EventLabels(known.count, truth=truth, teacher=chosen, weights=weights)
    return AuditInput(record, aligned, options, accept, accepted, known, table, scores)
