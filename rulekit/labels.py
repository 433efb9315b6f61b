"""Truth, weights and groups: the columns of events that are no features, read in one way for every verb."""

from __future__ import annotations

import difflib

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.errors import EventError
from rulekit.frames import collect

Mask = npt.NDArray[np.bool_]
"""One Boolean per event, shape (events,)."""

Weights = npt.NDArray[np.float64]
"""One weight per event, shape (events,)."""

Groups = npt.NDArray[np.int64]
"""The number of the group of each event, shape (events,)."""

_TRUTH = "true or false, or 1 for signal and 0 for background, as a Boolean, a number or text"
_WORDS = {"true": 1.0, "false": 0.0}


def read_column(events: pl.DataFrame | pl.LazyFrame, name: str, role: str) -> pl.Series:
    """Return a column that is no feature.

    Parameters
    ----------
    events : the frame.
    name : of the column.
    role : what the column is for, such as ``truth``; the message says it.

    Raises
    ------
    EventError
        when there is no such column; the hint is the name that looks like it.

    """
    columns = events.collect_schema().names()
    if name not in columns:
        near = difflib.get_close_matches(name, columns, n=1)
        raise EventError(f"the events have no {role} column {name!r}", got=", ".join(columns[:12]),
                         hint=f"is it the column {near[0]!r}?" if near else None)  # fmt: skip
    return collect(events.lazy().select(name))[name]


def read_truth(events: pl.DataFrame | pl.LazyFrame, name: str) -> pl.Series:
    """Return whether each event is signal: a Boolean series, shape (events,), without nulls.

    The column may hold Booleans, the numbers 1 and 0 of any dtype, or the texts ``1``, ``0``, ``true``, ``false``.

    Raises
    ------
    EventError
        when there is no such column, it has nulls, or it holds anything else.

    """
    column = read_column(events, name, "truth")
    if column.null_count():
        raise EventError(f"truth column {name!r} lacks {column.null_count():,} values", expected=_TRUTH,
                         got=_first(column, column.is_null()),
                         hint="leave out the events whose truth is unknown")  # fmt: skip
    numbers = _numbers(column)
    bad = ~numbers.is_in([0.0, 1.0]).fill_null(value=False)
    if bad.any():
        raise EventError(
            f"truth column {name!r} is not true or false", expected=_TRUTH, got=_first(column, bad)
        )
    return numbers == 1.0


def _numbers(column: pl.Series) -> pl.Series:
    """Return a column as float64, null where a value is neither a number nor the word true or false."""
    if column.dtype.is_nested() or column.dtype.is_temporal():
        return pl.Series(column.name, [None] * len(column), pl.Float64)
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        text = column.cast(pl.String).str.strip_chars().str.to_lowercase()
        return text.replace_strict(
            _WORDS, default=text.cast(pl.Float64, strict=False), return_dtype=pl.Float64
        )
    return column.cast(pl.Float64, strict=False)


def read_weights(events: pl.DataFrame | pl.LazyFrame, name: str) -> pl.Series:
    """Return the weight of each event: a float64 series, shape (events,), finite and not negative.

    Raises
    ------
    EventError
        when there is no such column, it holds no numbers, a weight is negative, null or not finite, or every weight
        is zero.

    """
    column = read_column(events, name, "weight")
    expected = "finite numbers of zero or more"
    if not column.dtype.is_numeric():
        raise EventError(f"weight column {name!r} holds no numbers", expected=expected, got=str(column.dtype))
    weights = column.cast(pl.Float64)
    bad = ~(weights.is_finite() & (weights >= 0)).fill_null(value=False)
    if bad.any():
        what = f"weight column {name!r} has {int(bad.sum()):,} impossible weights"
        raise EventError(what, expected=expected, got=_first(column, bad))
    if len(weights) and not (weights > 0).any():
        raise EventError(f"every event has weight zero in column {name!r}", expected=expected)
    return weights


def read_groups(events: pl.DataFrame | pl.LazyFrame, name: str) -> Groups:
    """Return the number of each event's group, counted from 0, shape (events,).

    Raises
    ------
    EventError
        when there is no such column, or it holds floats, nested values or nulls.

    """
    column = read_column(events, name, "group")
    if column.dtype.is_float() or column.dtype.is_nested():
        raise EventError(f"group column {name!r} has another dtype", expected="whole numbers or words",
                         got=str(column.dtype))  # fmt: skip
    if column.null_count():
        raise EventError(f"group column {name!r} lacks {column.null_count():,} values",
                         expected="the group of every event", got=_first(column, column.is_null()),
                         hint="give an event that belongs to no group one of its own")  # fmt: skip
    return column.rank("dense").cast(pl.Int64).to_numpy() - 1


def _first(column: pl.Series, bad: pl.Series) -> str:
    """Return the first value that is not as it should be, and where it is."""
    row = int(bad.arg_true()[0])
    value = column[row]
    return f"{'null' if value is None else repr(value)} in row {row:,} (the first row is 0)"
