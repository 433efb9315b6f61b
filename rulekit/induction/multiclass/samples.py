"""The events of several classes: one sample for each class, of the same events in the same folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.budget import Budget
from rulekit.errors import BudgetError, EventError
from rulekit.frames import Frame
from rulekit.induction.pipeline import InductionRequest
from rulekit.induction.samples.folds import split
from rulekit.induction.samples.read import read_events
from rulekit.induction.samples.sample import Folds, Sample
from rulekit.induction.teachers.base import Teacher
from rulekit.ir.schema import Schema
from rulekit.labels import read_column

Samples = Mapping[str, Sample]
"""The sample of each class: all events with the scores of the class; the truth is whether they belong to it."""


def check_budgets(budgets: Mapping[str, Budget], truth: str | None, otherwise: str) -> None:
    """Check the budgets of the classes.

    Raises
    ------
    BudgetError
        when there is none, a class has the name of the outcome of all other events, or a false-positive rate has no
        truth.

    """
    if not budgets:
        raise BudgetError("no class has a budget", expected="a budget for each class, the most urgent first")
    if otherwise in budgets:
        raise BudgetError(f"class {otherwise} is the outcome of everything else", expected="another name for one",
                          hint="give no budget to the class that is left over, or name `otherwise`")  # fmt: skip
    for budget in budgets.values():
        budget.check_truth(truth, "the column of classes")


@contextmanager
def errors_of(name: str) -> Iterator[None]:
    """Put the name of a class into the budget errors that are raised inside."""
    try:
        yield
    except BudgetError as error:
        error.what = f"class {name}: {error.what}"
        raise


def read_classes(
    events: Frame,
    teachers: Mapping[str, Teacher],
    schema: Schema,
    *,
    truth: str | None = None,
    weight: str | None = None,
    groups: str | None = None,
) -> dict[str, Sample]:
    """Read the events once, and return a sample of them for each class.

    The arguments are those of :func:`rulekit.induction.samples.read.read_sample`, but ``truth`` is a column of
    classes.

    Raises
    ------
    EventError
        when the truth is absent, or lacks values or a class; else as for one class.

    """
    table = read_events(events, schema, teachers.values(), truth=truth, weight=weight, groups=groups)
    known = None if truth is None else _classes(table.columns, truth, list(teachers))
    return {
        name: table.sample(teacher, None if known is None else (known == name).to_numpy())
        for name, teacher in teachers.items()
    }


def _classes(frame: pl.DataFrame, truth: str, classes: list[str]) -> pl.Series:
    """Return the class of each event as a word, checked."""
    column = read_column(frame, truth, "truth")
    expected = "words, whole numbers or Booleans"
    if column.dtype.is_float() or column.dtype.is_nested():
        raise EventError(f"truth column {truth} has another dtype", expected=expected, got=str(column.dtype))
    if column.null_count():
        raise EventError(f"truth column {truth} lacks {column.null_count():,} values", expected=expected,
                         hint="leave out the events whose class is unknown")  # fmt: skip
    words = column.cast(pl.String)
    known = sorted(words.unique().to_list())
    for name in classes:
        if name not in known:
            raise EventError(
                f"no event of truth column {truth} is of class {name!r}", expected=", ".join(known[:20])
            )
    return words


def scale_of(samples: Samples) -> dict[str, Sample]:
    """Return the samples of classes that are steps of a scale, the highest first.

    An event belongs to a step when its class is that step or a higher one. The score is the same for all steps: the
    sum of the scores of the classes, each times the number of its step.
    """
    steps = len(samples)
    climbed = np.sum(
        [(steps - place) * sample.scores for place, sample in enumerate(samples.values())], axis=0
    )
    found: dict[str, Sample] = {}
    reached: npt.NDArray[np.bool_] | None = None
    for name, sample in samples.items():
        if sample.truth is not None:
            reached = sample.truth if reached is None else reached | sample.truth
        found[name] = replace(sample, scores=climbed, truth=reached)
    return found


def split_classes(samples: Samples, requests: Mapping[str, InductionRequest]) -> dict[str, Folds]:
    """Split the events in the same way for every class, with equal shares of all classes in each fold.

    Raises
    ------
    BudgetError
        naming the class that has too few events.

    """
    strata = _strata(samples, requests)
    found = {}
    for name, sample in samples.items():
        with errors_of(name):
            found[name] = split(sample, requests[name].seed, strata)
    return found


def _strata(samples: Samples, requests: Mapping[str, InductionRequest]) -> npt.NDArray[Any]:
    """Return the number of the class of each event, 0 for none; without truth, the class whose score is high."""
    found = np.zeros(len(next(iter(samples.values()))), dtype=np.int64)
    for number, (name, sample) in reversed(list(enumerate(samples.items(), start=1))):
        belongs = sample.truth
        if belongs is None:
            belongs = sample.scores >= np.quantile(sample.scores, 1 - requests[name].caps.budget.rate)
        found[belongs] = number
    return found
