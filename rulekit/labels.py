"""Truth, weights and groups: the columns of events that are no features."""

from __future__ import annotations

import difflib

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import EventError
from rulekit.frames import collect

Mask = npt.NDArray[np.bool_]


Weights = npt.NDArray[np.float64]


Groups = npt.NDArray[np.int64]


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


def truth_of(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return the truth column as Booleans.

    Raises
    ------
    EventError
        when there is no such column, or it holds anything but true and false (or 1 and 0).

    """
    column = column_of(frame, name, "truth")
    if column.dtype != pl.Boolean:
        numbers = column.cast(pl.Float64, strict=False)
        if not numbers.is_in([0.0, 1.0]).fill_null(value=False).all():
            raise EventError(
                f"truth column {name!r} is not true or false",
                expected="true, false, 1 or 0",
                got=_odd(column),
            )
        column = numbers == 1.0
    if column.null_count():
        raise EventError(f"truth column {name!r} has nulls", expected="true or false for every event")
    return column


def _odd(column: pl.Series) -> str:
    return ", ".join(repr(value) for value in column.unique(maintain_order=True).head(4).to_list())


def weights_of(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return the weight column as finite, non-negative floats.

    Raises
    ------
    EventError
        when there is no such column, or it holds anything else.

    """
    weights = column_of(frame, name, "weight")
    if not weights.dtype.is_numeric():
        raise EventError(f"weight column {name!r} holds no numbers", got=str(weights.dtype))
    weights = weights.cast(pl.Float64)
    if not (weights.is_finite() & (weights >= 0)).fill_null(value=False).all():
        raise EventError(
            f"weight column {name!r} holds what is no weight", expected="finite numbers from 0 up"
        )
    return weights


def column_of(frame: pl.DataFrame, name: str, role: str) -> pl.Series:
    """Return a column of the events that is asked for in a role, such as ``truth``.

    Raises
    ------
    EventError
        when there is no such column, with the name that looks like it.

    """
    if name in frame.columns:
        return frame[name]
    near = difflib.get_close_matches(name, frame.columns, n=1)
    hint = f"is it the column {near[0]!r}?" if near else None
    raise EventError(
        f"the events have no {role} column {name!r}", got=", ".join(frame.columns[:12]), hint=hint
    )
