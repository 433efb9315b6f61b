"""The events of an induction, bound to the schema, and their split into fit, selection and calibration folds.

Events of one card, one engine or one trip resemble each other. Spread over the folds they let a rule be
tested on what it was found on, and even a split by group leaves fewer independent observations than there are
events. So groups stay whole, and a certificate that is to hold of new groups has to bet on groups
(:mod:`rulekit.induction.certify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import BudgetError, EventError, TeacherError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.induction.teachers import Scores, Teacher, checked
from rulekit.ir.schema import Schema
from rulekit.measures import Events

Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]
Groups = npt.NDArray[np.int64]

FRACTIONS = (0.5, 0.2, 0.3)
"""Shares of the events that go to the fit, the selection and the calibration fold."""

_FEWEST = 100
_FEWEST_OF_A_CLASS = 10
_FEWEST_GROUPS = 10


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


def _first(values: npt.NDArray[np.float64], bad: Mask) -> str:
    row = int(bad.argmax())
    return f"{values[row]} in row {row:,} (the first row is 0)"


def read_column(frame: pl.LazyFrame, name: str, what: str) -> pl.Series:
    """Return a column that is no feature; ``what`` says what for.

    Raises
    ------
    EventError
        when it is absent.

    """
    if name not in frame.collect_schema():
        raise EventError(f"the events have no column {name!r} for the {what}")
    return collect(frame.select(name))[name]


def read_truth(frame: pl.LazyFrame, name: str) -> Mask:
    """Return whether each event is signal, shape (events,), from a Boolean or 0/1 column.

    Raises
    ------
    EventError
        when the column is absent, or is of another dtype, has nulls, or other numbers.

    """
    column = read_column(frame, name, "truth")
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


def read_weights(frame: pl.LazyFrame, name: str) -> Weights:
    """Return the weight of each event, shape (events,), from a column of numbers.

    Raises
    ------
    EventError
        when the column is absent or holds no numbers, or with the first event whose weight is none.

    """
    column = read_column(frame, name, "weight")
    expected = "finite numbers of zero or more"
    if not column.dtype.is_numeric():
        raise EventError(f"weight column {name} has another dtype", expected=expected, got=str(column.dtype))
    values: Weights = column.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        raise EventError(f"weight column {name} has {int(bad.sum()):,} impossible weights", expected=expected,
                         got=_first(values, bad))  # fmt: skip
    if len(values) and not values.any():
        raise EventError(f"every event has weight zero in column {name}", expected=expected)
    return values


def read_groups(frame: pl.LazyFrame, name: str) -> Groups:
    """Return the number of each event's group, counted from 0, shape (events,).

    Raises
    ------
    EventError
        when the column is absent, or holds floats, or nulls.

    """
    column = read_column(frame, name, "groups")
    if column.dtype.is_float() or column.dtype.is_nested():
        raise EventError(f"group column {name} has another dtype", expected="whole numbers or words",
                         got=str(column.dtype))  # fmt: skip
    if column.null_count():
        raise EventError(f"group column {name} lacks {column.null_count():,} values",
                         expected="the group of every event",
                         got=f"null in row {column.is_null().arg_true()[0]:,} (the first row is 0)",
                         hint="give an event that belongs to no group one of its own")  # fmt: skip
    return column.rank("dense").cast(pl.Int64).to_numpy() - 1


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


def split(sample: Sample, seed: int, strata: npt.NDArray[Any] | None = None) -> Folds:
    """Split events by the seed, with equal shares of signal (without truth: of high scores) in each fold.

    With ``strata``, shape (events,), the shares of each of their values are equal instead. Groups stay whole, and
    the shares are as equal as that allows. The calibration fold then holds new groups, but its events are not
    independent: a limit that takes them to be so is too low.

    Raises
    ------
    BudgetError
        when there are too few events or groups, or none of one class in some fold.

    """
    check_size(sample)
    rng = np.random.default_rng(seed)
    if strata is None:
        strata = sample.truth if sample.truth is not None else sample.scores >= np.median(sample.scores)
    fold = _by_event(strata, rng) if sample.groups is None else _by_group(sample.groups, strata, rng)
    parts = [sample.take(fold == number) for number in range(len(FRACTIONS))]
    if sample.groups is not None:
        _check_classes(parts)
    return Folds(*parts)


def _by_event(strata: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return the fold of each event."""
    fold = np.empty(len(strata), dtype=np.int8)
    for stratum in np.unique(strata):
        index = rng.permutation(np.flatnonzero(strata == stratum))
        edges = np.rint(np.cumsum(FRACTIONS)[:-1] * len(index)).astype(int)
        for number, part in enumerate(np.split(index, edges)):
            fold[part] = number
    return fold


def _by_group(groups: Groups, strata: npt.NDArray[Any], rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return the fold of each event: each group goes where most of what it holds is lacking.

    That is greedy descent on the squared distance of the folds' shares of either stratum from
    :data:`FRACTIONS`. Large groups come first, because small ones can fill what they leave; those of about
    one size in random order.
    """
    _, member = np.unique(groups, return_inverse=True)
    kinds = np.unique(strata)
    counts = np.stack([np.bincount(member, weights=strata == kind) for kind in kinds], axis=1)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    lacking = np.outer(FRACTIONS, np.ones(len(kinds)))
    order = rng.permutation(len(counts))
    fold = np.empty(len(counts), dtype=np.int8)
    for group in order[np.argsort(-np.floor(np.log2(counts[order].sum(axis=1))), kind="stable")]:
        fold[group] = np.argmax(lacking @ shares[group])
        lacking[fold[group]] -= shares[group]
    return fold[member]


def _check_classes(parts: list[Sample]) -> None:
    for name, part in zip(("fit", "selection", "calibration"), parts, strict=True):
        held = np.ones(0, dtype=np.bool_) if part.truth is None else part.truth
        if len(part) and (part.truth is None or (held.any() and not held.all())):
            continue
        raise BudgetError(f"whole groups leave the {name} fold without events of one class",
                          expected="signal and background in each fold",
                          hint="is nearly all of one class in a few groups? give more groups")  # fmt: skip


def check_size(sample: Sample) -> None:
    """Refuse a sample that is too small to be split, or has too few groups, or one class only."""
    if len(sample) < _FEWEST:
        raise BudgetError(
            "there are too few events to induce from", expected=f"at least {_FEWEST}", got=str(len(sample))
        )
    groups = len(sample) if sample.groups is None else len(np.unique(sample.groups))
    if groups < _FEWEST_GROUPS:
        raise BudgetError("there are too few groups of events to spread over the folds", got=str(groups),
                          expected=f"at least {_FEWEST_GROUPS}")  # fmt: skip
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
