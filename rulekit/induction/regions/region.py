"""Regions: what a path through a learner's tree selects, in one form, and its text as a condition.

A learner's path is a list of steps. Steps on one feature are intersected, so that a region has one range, one
set of categories and one answer for missing values per feature. The order of first use is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from rulekit.induction.samples.encoding import Column, Encoding
from rulekit.labels import Mask


class PathStep(NamedTuple):
    """One split of a path: the event's rank in ``column`` is among the lowest ``cut`` ones (``left``), or not.

    ``missing`` says whether events without the feature take this branch.
    """

    column: int
    cut: int
    left: bool
    missing: bool

    @classmethod
    def at(cls, column: int, threshold: float, *, left: bool, missing: bool | None = None) -> PathStep:
        """Return the step of ``rank <= threshold`` (or ``>``); by default missing is rank -1, as filled."""
        cut = math.floor(min(max(threshold, -2.0), 2.0**31)) + 1
        below = (threshold >= -1) == left if missing is None else missing
        return cls(column, max(cut, 0), left, below)

    @property
    def other(self) -> PathStep:
        """The other branch of the same split."""
        return PathStep(self.column, self.cut, not self.left, not self.missing)


@dataclass(frozen=True, slots=True)
class Span:
    """Ranks from ``low`` up to, and not including, ``high``; and missing values, or not."""

    low: int
    high: int
    missing: bool

    @property
    def is_empty(self) -> bool:
        """Whether no value that is present is inside."""
        return self.low >= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """Categories that are allowed, or (``negated``) not; and missing values, or not.

    A split asks for one category, and a missing value is not that one: missing goes with ``negated``.
    """

    values: tuple[str, ...]
    negated: bool
    missing: bool


Region = dict[str, Span | Choice]
"""What is allowed, by feature; a feature that is absent is free. Do not change one in place."""


def key_of(region: Region) -> tuple[tuple[str, Span | Choice], ...]:
    """Return what two regions share exactly when they allow the same."""
    return tuple(sorted(region.items(), key=lambda item: item[0]))


def intersect(steps: Iterable[PathStep], encoding: Encoding) -> Region | None:
    """Return the region of a path; None when nothing can be in it. Features left free are dropped."""
    region: Region = {}
    for step in steps:
        column = encoding.columns[step.column]
        name = column.feature.name
        found = region.get(name)
        if column.category is None:
            part = found if isinstance(found, Span) else Span(0, len(column.values), missing=True)
            region[name] = _narrow(part, step, len(column.values))
        else:
            choice = found if isinstance(found, Choice) else Choice((), negated=True, missing=True)
            narrowed = _choose(choice, column.category, step)
            if narrowed is None:
                return None
            region[name] = narrowed
    return _settled(region, encoding)


def _narrow(span: Span, step: PathStep, count: int) -> Span:
    missing = span.missing and step.missing
    if step.left:
        return Span(span.low, min(span.high, step.cut), missing)
    return Span(max(span.low, min(step.cut, count)), span.high, missing)


def _choose(choice: Choice, category: str, step: PathStep) -> Choice | None:
    """Narrow a choice by a step on a column that is 1 for one category and 0 for all else."""
    is_one = not step.left
    if step.cut == 0 or step.cut > 1:  # all ranks on one side
        return choice if (step.cut > 1) == step.left else None
    if is_one:
        if (category in choice.values) == choice.negated:
            return None
        return Choice((category,), negated=False, missing=False)
    if choice.negated:
        return replace(
            choice, values=(*choice.values, category) if category not in choice.values else choice.values
        )
    kept = tuple(value for value in choice.values if value != category)
    return replace(choice, values=kept) if kept or choice.missing else None


def _settled(region: Region, encoding: Encoding) -> Region | None:
    settled: Region = {}
    for name, part in region.items():
        column = encoding.columns[encoding.column_of(name)]
        part = replace(part, missing=part.missing and column.missing)  # noqa: PLW2901 - the settled form
        if isinstance(part, Span) and part.is_empty:
            if not part.missing:
                return None
            settled[name] = Span(0, 0, missing=True)
        elif not is_free(part, column):
            settled[name] = part
    return settled


def is_free(part: Span | Choice, column: Column) -> bool:
    """Say whether a settled part allows every event."""
    if part.missing != column.missing:
        return False
    if isinstance(part, Choice):
        return part.negated and not part.values
    return part.low == 0 and part.high == len(column.values)


def hits(region: Region, encoding: Encoding, but: str | None = None) -> Mask:
    """Return which events of the fit fold are in a region, leaving the feature ``but`` free: shape (events,)."""
    mask = np.ones(len(encoding.matrix), dtype=np.bool_)
    for name, part in region.items():
        if name != but:
            mask &= _inside(name, part, encoding)
    return mask


def _inside(name: str, part: Span | Choice, encoding: Encoding) -> Mask:
    if isinstance(part, Span):
        rank = encoding.matrix[:, encoding.column_of(name)]
        hit: Mask = (rank >= part.low) & (rank < part.high)
        return hit | np.isnan(rank) if part.missing else hit
    named = [index for index, column in enumerate(encoding.columns)
             if column.feature.name == name and column.category in part.values]  # fmt: skip
    found: Mask = np.asarray(encoding.matrix[:, named].any(axis=1))
    return ~found if part.negated else found
