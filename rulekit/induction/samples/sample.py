"""The sample: the events of an induction with truth, weights, groups and scores, split into folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import BudgetError, TeacherError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.induction.teachers.base import Scores, Teacher, checked
from rulekit.ir.schema import Schema
from rulekit.labels import Groups, Mask, Weights, _first, read_groups, read_truth, read_weights
from rulekit.measures import EventLabels


@dataclass(frozen=True)
class Sample:
    """Some events with all that is known of them.

    Attributes
    ----------
    frame : the features of the schema at their dtypes; null is missing.
    scores : the teacher's scores, shape (events,).
    weights : positive event weights, shape (events,).
    truth : whether each event is signal, shape (events,); None when unknown.
    groups : number of the group that each event belongs to, shape (events,); None when every event is its
        own.

    """

    frame: pl.DataFrame
    scores: Scores
    weights: Weights
    truth: Mask | None
    groups: Groups | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: npt.NDArray[Any]) -> Sample:
        """Return the events at the given positions, or where a mask is true."""
        index = np.flatnonzero(which) if which.dtype == np.bool_ else which
        truth = None if self.truth is None else self.truth[index]
        groups = None if self.groups is None else self.groups[index]
        return Sample(self.frame[index], self.scores[index], self.weights[index], truth, groups)

    def event_labels(self, teacher: Mask) -> EventLabels:
        """Return what measures need to know of the events, with these labels of the teacher."""
        truth = None if self.truth is None else pl.Series(self.truth)
        return EventLabels(
            len(self), truth=truth, teacher=pl.Series(teacher), weights=pl.Series(self.weights)
        )

    def budget_weights(self, kind: str) -> Weights:
        """Return what each event counts in a budget's rate; signal counts 0 in a false-positive rate."""
        if kind == "alert_rate" or self.truth is None:
            return self.weights
        return np.where(self.truth, 0.0, self.weights)


def read_sample(
    events: Frame,
    teacher: Teacher,
    schema: Schema,
    *,
    truth: str | None = None,
    weight: str | None = None,
    groups: str | None = None,
) -> Sample:
    """Bind the events, score them and leave out those of weight zero.

    Parameters
    ----------
    events : with the features of the schema and the columns named here.
    truth : a Boolean or 0/1 column, 1 for signal.
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
    frame = scan(events, schema)
    bound = bind_columns(frame, schema, schema.features, cast=True)
    features = [
        (expression.fill_nan(None) if schema.by_name[name].dtype.is_float else expression).alias(name)
        for name, expression in bound.items()
    ]
    labels = None if truth is None else read_truth(frame, truth)
    weights = None if weight is None else read_weights(frame, weight)
    group = None if groups is None else read_groups(frame, groups)
    table = collect(frame.select(features))
    if weights is None:
        weights = np.ones(table.height)
    if table.height == 0:
        raise BudgetError("there are no events to induce from", hint="is a filter too strict?")
    sample = Sample(table, _scores(frame, teacher, table.height), weights, labels, group)
    return sample if weights.all() else sample.take(weights > 0)


def _scores(frame: pl.LazyFrame, teacher: Teacher, events: int) -> Scores:
    scores = checked(teacher.scores(frame), teacher.name, events)
    bad = ~np.isfinite(scores)
    if bad.any():
        raise TeacherError(f"teacher {teacher.name} gives {int(bad.sum()):,} scores that are not finite",
                           expected="finite numbers", got=_first(scores, bad),
                           hint="a ratio or a logarithm of zero? clip the scores")  # fmt: skip
    return scores


@dataclass(frozen=True)
class Folds:
    """The three parts: rules are found on ``fit``, ranked on ``selection``, and cut on ``calibration``."""

    fit: Sample
    selection: Sample
    calibration: Sample

    @property
    def search(self) -> Sample:
        """The fit and the selection fold together: all that may be looked at before the cut."""
        return _join(self.fit, self.selection)


def _join(first: Sample, second: Sample) -> Sample:
    truth = None
    if first.truth is not None and second.truth is not None:
        truth = np.concatenate([first.truth, second.truth])
    groups = None
    if first.groups is not None and second.groups is not None:
        groups = np.concatenate([first.groups, second.groups])
    return Sample(
        pl.concat([first.frame, second.frame]),
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.weights, second.weights]),
        truth,
        groups,
    )


def decidable(sample: Sample, schema: Schema) -> Sample:
    """Leave out the events that lack a required feature: no rule decides them."""
    if not schema.required:
        return sample
    return sample.take(
        sample.frame.select(pl.all_horizontal(pl.col(schema.required).is_not_null())).to_series().to_numpy()
    )


def describe_events(events: Frame, count: int) -> str:
    """Return where the events come from, without folders, and how many there are."""
    source = Path(events).name if isinstance(events, (str, Path)) else "a frame"
    return f"{source}, {count:,} events"
