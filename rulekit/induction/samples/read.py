"""Reading the events of an induction: one pass over the file, whatever the number of classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from rulekit.errors import BudgetError, TeacherError
from rulekit.frames import Frame, bind_columns, collect, feature_columns, scan
from rulekit.induction.samples.sample import Sample
from rulekit.induction.teachers.base import Scores, Teacher, checked, columns_of
from rulekit.ir.schema import Schema
from rulekit.labels import Groups, Mask, Weights, read_groups, read_truth, read_weights


@dataclass(frozen=True)
class EventTable:
    """The events of an induction in memory.

    Attributes
    ----------
    columns : the columns as they were read; teachers score these.
    features : the features of the schema at their dtypes; null is missing.
    weights : event weights of zero or more, shape (events,).
    groups : number of the group of each event, shape (events,); None when every event is its own.

    """

    columns: pl.DataFrame
    features: pl.DataFrame
    weights: Weights
    groups: Groups | None

    def sample(self, teacher: Teacher, truth: Mask | None) -> Sample:
        """Return the events of positive weight with a teacher's scores and a truth, shape (events,).

        Raises
        ------
        TeacherError
            when the teacher can't score the events, or a score is not finite.

        """
        scores = _scores(self.columns, teacher)
        whole = Sample(self.features, scores, self.weights, truth, self.groups)
        return whole if self.weights.all() else whole.take(self.weights > 0)


def read_events(
    events: Frame,
    schema: Schema,
    teachers: Iterable[Teacher],
    *,
    truth: str | None = None,
    weight: str | None = None,
    groups: str | None = None,
) -> EventTable:
    """Read the columns that an induction needs, in one pass.

    A teacher that does not say which columns it reads gets all of them.

    Raises
    ------
    EventError
        when a feature, weight or group is absent or does not hold what it should.
    BudgetError
        when there are no events.

    """
    frame = scan(events, schema)
    bind_columns(frame, schema, schema.features, cast=True)  # raises before anything is read
    needed = {*schema.names, truth, weight, groups}
    table = collect(frame.select(_present(frame, needed, [columns_of(teacher) for teacher in teachers])))
    bound = feature_columns(table, schema, schema.features)
    features = table.select(expression.alias(name) for name, expression in bound.items())
    weights = np.ones(table.height) if weight is None else read_weights(table, weight).to_numpy(writable=True)
    members = None if groups is None else read_groups(table, groups)
    if table.height == 0:
        raise BudgetError("there are no events to induce from", hint="is a filter too strict?")
    return EventTable(table, features, weights, members)


def _present(
    frame: pl.LazyFrame, needed: set[str | None], read: Iterable[tuple[str, ...] | None]
) -> list[str]:
    """Return the columns to read; all of them where one is absent, so that its error can name a near one."""
    names, columns = frame.collect_schema().names(), list(read)
    known = [some for some in columns if some is not None]
    wanted = needed.union(*known) - {None}
    if len(known) < len(columns) or not wanted.issubset(names):
        return names
    return [name for name in names if name in wanted]


def _scores(columns: pl.DataFrame, teacher: Teacher) -> Scores:
    scores = checked(teacher.scores(columns), teacher.name, columns.height)
    bad = ~np.isfinite(scores)
    if bad.any():
        row = int(bad.argmax())
        raise TeacherError(f"teacher {teacher.name} gives {int(bad.sum()):,} scores that are not finite",
                           expected="finite numbers", got=f"{scores[row]} in row {row:,} (the first row is 0)",
                           hint="a ratio or a logarithm of zero? clip the scores")  # fmt: skip
    return scores


def read_sample(
    events: Frame,
    teacher: Teacher,
    schema: Schema,
    *,
    truth: str | None = None,
    weight: str | None = None,
    groups: str | None = None,
) -> Sample:
    """Read the events, score them and leave out those of weight zero.

    Parameters
    ----------
    events : a table or file with the features of the schema and the columns named here.
    teacher : scores the events.
    schema : the features to bind.
    truth : a column of true and false, or 1 and 0; 1 is signal.
    weight : a column of finite numbers of zero or more.
    groups : a column of whole numbers or words; events with the same value stay in one fold.

    Raises
    ------
    EventError
        when a column is absent or does not hold what it should; of a weight, with the first event concerned.
    TeacherError
        when the teacher can't score the events, or a score is not finite.
    BudgetError
        when there are no events.

    """
    table = read_events(events, schema, (teacher,), truth=truth, weight=weight, groups=groups)
    return table.sample(teacher, None if truth is None else read_truth(table.columns, truth).to_numpy())


def describe_events(events: Frame, count: int) -> str:
    """Return the name of the file without its folder, or "a frame", and the number of events."""
    source = Path(events).name if isinstance(events, (str, Path)) else "a frame"
    return f"{source}, {count:,} events"
