"""Regions: one form for what a path through a learner's tree selects.

A path is a list of steps. Steps on one feature are intersected, so that a region has for each feature one range or
one set of categories, and whether a missing value is allowed. Features stay in the order of their first use.
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
    """One split of a path.

    Attributes
    ----------
    column : the column of the encoding.
    cut : the number of ranks that are sent left: the lowest ones.
    left : whether the path goes left.
    missing : whether events without the feature take this branch.

    """

    column: int
    cut: int
    left: bool
    missing: bool

    @classmethod
    def at(cls, column: int, threshold: float, *, left: bool, missing: bool | None = None) -> PathStep:
        """Return the step of ``rank <= threshold`` (or ``>``); default: a missing value has rank -1."""
        cut = math.floor(min(max(threshold, -2.0), 2.0**31)) + 1
        below = (threshold >= -1) == left if missing is None else missing
        return cls(column, max(cut, 0), left, below)

    @property
    def other(self) -> PathStep:
        """The other branch of the same split."""
        return PathStep(self.column, self.cut, not self.left, not self.missing)


@dataclass(frozen=True, slots=True)
class Span:
    """Ranks from ``low`` up to and without ``high``, and whether missing values are allowed."""

    low: int
    high: int
    missing: bool

    @property
    def is_empty(self) -> bool:
        """Whether no value that is present is inside."""
        return self.low >= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """Categories that are allowed, or with ``negated`` not allowed, and whether missing values are allowed.

    A split asks for one category, and a missing value is not that one, so missing values go with ``negated``.
    """

    values: tuple[str, ...]
    negated: bool
    missing: bool


Region = dict[str, Span | Choice]
"""What is allowed, by feature; an absent feature is free. Regions are never changed in place."""


def key_of(region: Region) -> tuple[tuple[str, Span | Choice], ...]:
    """Return a key that two regions share exactly when they allow the same."""
    return tuple(sorted(region.items(), key=lambda item: item[0]))


def intersect(steps: Iterable[PathStep], encoding: Encoding) -> Region | None:
    """Return the region of a path, without free features; None when no event can lie in it."""
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
    """Return whether a part allows every event of the fit fold."""
    if part.missing != column.missing:
        return False
    if isinstance(part, Choice):
        return part.negated and not part.values
    return part.low == 0 and part.high == len(column.values)


def hits(region: Region, encoding: Encoding, but: str | None = None) -> Mask:
    """Return whether each event of the fit fold lies in a region, shape (events,); the feature ``but`` is free."""
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
