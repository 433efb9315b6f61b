"""What is audited: the record, its events, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rulekit.frames import Frame
from rulekit.ir.ruleset import Ruleset
from rulekit.labels import truth_of, weights_of
from rulekit.measures import Events
from rulekit.reports.audit.inputs.align import Aligned
from rulekit.reports.audit.inputs.curves import Scores, scores_of, teacher_table
from rulekit.reports.audit.model.audit import TeacherTable
from rulekit.reports.common.accepted import accepted_by, accepted_outcomes
from rulekit.reports.replay.record import Record


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller asked for, by the names of :func:`rulekit.reports.audit.audit.audit`."""

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
class Case:
    """A record with its events, its accepted decisions, and what is known of both."""

    record: Record
    aligned: Aligned
    question: Question
    accept: tuple[str, ...]
    accepted: pl.Series
    known: Events
    teacher: TeacherTable | None = None
    scores: pl.Series | None = None

    @property
    def law(self) -> Ruleset:
        """The ruleset of the record."""
        return self.record.ruleset

    @property
    def decisions(self) -> pl.DataFrame:
        """The decisions that are measured: those that have an event, if events are at hand."""
        return self.aligned.decisions

    @property
    def frame(self) -> pl.DataFrame | None:
        """The events of these decisions."""
        return self.aligned.events


def open_case(record: Record, aligned: Aligned, question: Question) -> Case:
    """Bring together what is known; see :func:`rulekit.reports.audit.audit.audit` for the errors."""
    accept, frame = accepted_outcomes(record.ruleset, question.accept), aligned.events
    accepted = accepted_by(aligned.decisions, accept)
    if frame is None:
        return Case(record, aligned, question, accept, accepted, Events(accepted.len()))
    truth = None if question.truth is None else truth_of(frame, question.truth)
    weights = None if question.weight is None else weights_of(frame, question.weight)
    known = Events(accepted.len(), truth=truth, weights=weights)
    if question.teacher is None:
        return Case(record, aligned, question, accept, accepted, known)
    scores = scores_of(question.teacher, frame)
    table, chosen = teacher_table(question.teacher.name, scores, accepted, known)
    known = Events(known.count, truth=truth, teacher=chosen, weights=weights)
    return Case(record, aligned, question, accept, accepted, known, table, scores)
