"""The matrix that learners see: ranks in place of values.

Every learner here splits on ``column <= threshold``, and a split is known by the events it sends left. So each
number is replaced by its rank among the distinct values of the fit fold. A rank is exact in float32, in which
scikit-learn compares. Whole numbers beyond 2**53, float64 and infinities all become small whole numbers, and a
split translates back to the gap between two values that occur.

A category becomes one column per value: 1 where the event has it. A missing value is NaN, or rank -1 for learners
that don't know NaN. A missing or unknown category is 0 in every column of its feature.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.induction.teachers.base import Matrix
from rulekit.ir.schema import DType, Feature, Schema


@dataclass(frozen=True)
class Column:
    """One column of the matrix.

    Attributes
    ----------
    feature : the feature of the column.
    category : the category that the column stands for; None for numbers and bools.
    values : the distinct values of the fit fold in rising order, at the feature's dtype; a rank is a place here.
    missing : whether the fit fold has missing values.

    """

    feature: Feature
    category: str | None
    values: npt.NDArray[Any]
    missing: bool


@dataclass(frozen=True)
class Encoding:
    """The columns, and the matrix of the fit fold: float32, shape (events, columns), NaN where missing."""

    columns: tuple[Column, ...]
    matrix: Matrix

    @property
    def filled(self) -> Matrix:
        """The matrix for learners that don't know NaN: a missing value has rank -1, below every value."""
        return np.where(np.isnan(self.matrix), np.float32(-1), self.matrix)

    @cached_property
    def _first(self) -> dict[str, int]:
        return {self.columns[index].feature.name: index for index in reversed(range(len(self.columns)))}

    def column_of(self, feature: str) -> int:
        """Return the (first) column of a feature."""
        return self._first[feature]


def encode(frame: pl.DataFrame, schema: Schema, forbidden: Collection[str] = ()) -> Encoding:
    """Encode the events of the fit fold, without forbidden features and features that do not vary."""
    columns: list[Column] = []
    ranks: list[npt.NDArray[np.float32]] = []
    for feature in schema.features:
        if feature.name in forbidden:
            continue
        encoder = _categories if feature.dtype is DType.CATEGORY else _number
        for column, rank in encoder(feature, frame[feature.name]):
            columns.append(column)
            ranks.append(rank)
    matrix = np.asfortranarray(np.stack(ranks, axis=1)) if ranks else np.empty((frame.height, 0), np.float32)
    return Encoding(tuple(columns), matrix)


_Encoded = list[tuple[Column, npt.NDArray[np.float32]]]


def _number(feature: Feature, series: pl.Series) -> _Encoded:
    present = series.is_not_null().to_numpy()
    raw = series.drop_nulls().to_numpy()
    values, inverse = np.unique(raw + 0 if feature.dtype.is_float else raw, return_inverse=True)
    missing = not present.all()
    if len(values) + missing < 2:
        return []
    rank = np.full(len(present), np.nan, dtype=np.float32)
    rank[present] = inverse
    return [(Column(feature, None, values, missing), rank)]


def _categories(feature: Feature, series: pl.Series) -> _Encoded:
    missing = series.null_count() > 0
    found = []
    for category in feature.categories or ():
        rank = (series == category).fill_null(value=False).to_numpy().astype(np.float32)
        if 0 < rank.sum() < len(rank):
            found.append((Column(feature, category, np.array([False, True]), missing), rank))
    return found
