"""The events of an induction, bound to the schema, and their split into fit, selection and calibration folds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import BudgetError, EventError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.induction.teachers import Scores, Teacher
from rulekit.ir.schema import Schema
from rulekit.measures import Events

Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]

FRACTIONS = (0.5, 0.2, 0.3)
"""Shares of the events that go to the fit, the selection and the calibration fold."""

_FEWEST = 100
_FEWEST_OF_A_CLASS = 10


@dataclass(frozen=True)
class Sample:
    """Some events with all that is known of them.

    Attributes
    ----------
    frame : the features of the schema at their dtypes; null is missing.
    scores : the teacher's scores, shape (events,).
    weights : positive event weights, shape (events,).
    truth : whether each event is signal, shape (events,); None when unknown.

    """

    frame: pl.DataFrame
    scores: Scores
    weights: Weights
    truth: Mask | None

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: npt.NDArray[Any]) -> Sample:
        """Return the events at the given positions, or where a mask is true."""
        index = np.flatnonzero(which) if which.dtype == np.bool_ else which
        truth = None if self.truth is None else self.truth[index]
        return Sample(self.frame[index], self.scores[index], self.weights[index], truth)

    def known(self, teacher: Mask) -> Events:
        """Return what measures need to know of the events, with these labels of the teacher."""
        truth = None if self.truth is None else pl.Series(self.truth)
        return Events(len(self), truth=truth, teacher=pl.Series(teacher), weights=pl.Series(self.weights))

    def charged(self, kind: str) -> Weights:
        """Return what each event counts in a budget's rate; signal counts 0 in a false-positive rate."""
        if kind == "alert_rate" or self.truth is None:
            return self.weights
        return np.where(self.truth, 0.0, self.weights)


def read_sample(
    events: Frame, teacher: Teacher, schema: Schema, *, truth: str | None = None, weight: str | None = None
) -> Sample:
    """Bind the events, score them and leave out those of weight zero.

    Raises
    ------
    EventError
        when a column is absent or does not hold what it should.
    TeacherError
        when the teacher can't score the events.

    """
    frame = scan(events, schema)
    bound = bind_columns(frame, schema, schema.features, cast=True)
    features = [
        (expression.fill_nan(None) if schema.by_name[name].dtype.is_float else expression).alias(name)
        for name, expression in bound.items()
    ]
    labels = None if truth is None else _truth(frame, truth)
    weights = None if weight is None else _weights(frame, weight)
    table = collect(frame.select(features))
    if weights is None:
        weights = np.ones(table.height)
    if table.height == 0:
        raise BudgetError("there are no events to induce from", hint="is a filter too strict?")
    sample = Sample(table, teacher.scores(frame), weights, labels)
    return sample if weights.all() else sample.take(weights > 0)


def _column(frame: pl.LazyFrame, name: str, what: str) -> pl.Series:
    if name not in frame.collect_schema():
        raise EventError(f"the events have no column {name!r} for the {what}")
    return collect(frame.select(name))[name]


def _truth(frame: pl.LazyFrame, name: str) -> Mask:
    column = _column(frame, name, "truth")
    expected = "true or false, or 1 for signal and 0 for background"
    if column.dtype != pl.Boolean and not column.dtype.is_integer():
        raise EventError(f"truth column {name} has another dtype", expected=expected, got=str(column.dtype))
    if column.null_count():
        raise EventError(f"truth column {name} lacks {column.null_count():,} values", expected=expected,
                         hint="leave out the events whose truth is unknown")  # fmt: skip
    odd = column.filter(~column.cast(pl.Int64).is_in([0, 1]))
    if odd.len():
        raise EventError(f"truth column {name} is no truth", expected=expected, got=str(odd[0]))
    return column.cast(pl.Boolean).to_numpy()


def _weights(frame: pl.LazyFrame, name: str) -> Weights:
    column = _column(frame, name, "weight")
    expected = "finite numbers of zero or more"
    if not column.dtype.is_numeric():
        raise EventError(f"weight column {name} has another dtype", expected=expected, got=str(column.dtype))
    values: Weights = column.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        raise EventError(f"weight column {name} has {int(bad.sum()):,} impossible weights", expected=expected,
                         got=str(values[bad][0]))  # fmt: skip
    if len(values) and not values.any():
        raise EventError(f"every event has weight zero in column {name}", expected=expected)
    return values


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
    return Sample(
        pl.concat([first.frame, second.frame]),
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.weights, second.weights]),
        truth,
    )


def split(sample: Sample, seed: int) -> Folds:
    """Split events by the seed, with equal shares of signal (without truth: of high scores) in each fold.

    Raises
    ------
    BudgetError
        when there are too few events, or none of one class.

    """
    check_size(sample)
    rng = np.random.default_rng(seed)
    strata = sample.truth if sample.truth is not None else sample.scores >= np.median(sample.scores)
    fold = np.empty(len(sample), dtype=np.int8)
    for stratum in (False, True):
        index = rng.permutation(np.flatnonzero(strata == stratum))
        edges = np.rint(np.cumsum(FRACTIONS)[:-1] * len(index)).astype(int)
        for number, part in enumerate(np.split(index, edges)):
            fold[part] = number
    parts = [sample.take(fold == number) for number in range(3)]
    return Folds(*parts)


def check_size(sample: Sample) -> None:
    """Refuse a sample that is too small to be split, or has one class only."""
    if len(sample) < _FEWEST:
        raise BudgetError(
            "there are too few events to induce from", expected=f"at least {_FEWEST}", got=str(len(sample))
        )
    if sample.truth is None:
        return
    signal = int(sample.truth.sum())
    for name, count in (("signal", signal), ("background", len(sample) - signal)):
        if count == 0:
            raise BudgetError(f"there is no {name} among the events", expected="both classes",
                              hint="is it the right truth column?")  # fmt: skip
        if count < _FEWEST_OF_A_CLASS:
            raise BudgetError(f"there is too little {name} among the events", got=str(count),
                              expected=f"at least {_FEWEST_OF_A_CLASS}")  # fmt: skip


def decidable(sample: Sample, schema: Schema) -> Sample:
    """Leave out the events that lack a required feature: no rule decides them."""
    if not schema.required:
        return sample
    return sample.take(
        sample.frame.select(pl.all_horizontal(pl.col(schema.required).is_not_null())).to_series().to_numpy()
    )


def effective_count(weights: Weights) -> float:
    """Return how many events of equal weight tell as much: ``(sum w)**2 / sum w**2`` (L. Kish, 1965)."""
    square = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / square if square else 0.0


def describe_events(events: Frame, count: int) -> str:
    """Return where the events come from, without folders, and how many there are."""
    source = Path(events).name if isinstance(events, (str, Path)) else "a frame"
    return f"{source}, {count:,} events"
