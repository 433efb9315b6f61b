"""The events of an induction with their truth, weights, groups and scores, and their three folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.induction.teachers.base import Scores
from rulekit.ir.schema import Schema
from rulekit.labels import Groups, Mask, Weights
from rulekit.measures import EventLabels


@dataclass(frozen=True)
class Sample:
    """Some events and what is known about them.

    Attributes
    ----------
    frame : the features of the schema at their dtypes; null is missing.
    scores : the teacher's scores, shape (events,).
    weights : positive event weights, shape (events,).
    truth : whether each event is signal, shape (events,); None when unknown.
    groups : number of the group of each event, shape (events,); None when every event is its own.

    """

    frame: pl.DataFrame
    scores: Scores
    weights: Weights
    truth: Mask | None
    groups: Groups | None = None

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, which: npt.NDArray[Any]) -> Sample:
        """Return the events at the given positions, or those where a mask is true."""
        index = np.flatnonzero(which) if which.dtype == np.bool_ else which
        truth = None if self.truth is None else self.truth[index]
        groups = None if self.groups is None else self.groups[index]
        return Sample(self.frame[index], self.scores[index], self.weights[index], truth, groups)

    def event_labels(self, teacher: Mask) -> EventLabels:
        """Return truth and weights for the measures, with these labels of the teacher, shape (events,)."""
        truth = None if self.truth is None else pl.Series(self.truth)
        return EventLabels(
            len(self), truth=truth, teacher=pl.Series(teacher), weights=pl.Series(self.weights)
        )

    def budget_weights(self, kind: str) -> Weights:
        """Return the weight of each event in a rate, shape (events,): 0 for signal in a false-positive rate."""
        if kind == "alert_rate" or self.truth is None:
            return self.weights
        return np.where(self.truth, 0.0, self.weights)


@dataclass(frozen=True)
class Folds:
    """The three folds: rules are found on ``fit``, ranked on ``selection``, and sized on ``calibration``."""

    fit: Sample
    selection: Sample
    calibration: Sample

    @property
    def search(self) -> Sample:
        """The fit and selection folds together: all events that may be seen before calibration."""
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


def decided(frame: pl.DataFrame, schema: Schema) -> Mask:
    """Return which events have every required feature, shape (events,); no rule decides the others."""
    found: Mask = np.ones(frame.height, dtype=np.bool_)
    for name in schema.required:
        found &= frame[name].is_not_null().to_numpy()
    return found


def decidable(sample: Sample, schema: Schema) -> Sample:
    """Return the sample without the events that lack a required feature."""
    return sample.take(decided(sample.frame, schema)) if schema.required else sample
