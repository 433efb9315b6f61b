"""The data that scikit-learn passes around, as frames of events with a schema."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.utils.validation import validate_data

from rulekit.frames import collect, infer_schema, scan
from rulekit.ir.schema import Schema

Table = pl.DataFrame


def is_frame(data: Any) -> bool:
    """Say whether data has named columns: a Polars, pandas or Arrow frame."""
    return isinstance(data, pl.LazyFrame) or hasattr(data, "columns") or hasattr(data, "column_names")


def read_table(estimator: Any, data: Any, *, reset: bool) -> Table:
    """Return ``X`` of scikit-learn as a frame, shape (events, features).

    Parameters
    ----------
    estimator : the estimator that reads the data; it keeps the names and the number of the features.
    data : a frame with named columns of any dtype, or an array of numbers of shape (events, features), whose
        features are called ``x0``, ``x1`` and so on.
    reset : True in ``fit``: keep names and number. False: compare with what ``fit`` kept.

    Raises
    ------
    ValueError
        when names or number of the features are others than in ``fit``, or an array does not hold finite numbers.
    EventError
        when the object is no frame of events.

    """
    if is_frame(data):
        validate_data(estimator, data, reset=reset, skip_check_array=True)
        return collect(scan(data))
    matrix: npt.NDArray[np.float64] = validate_data(
        estimator, data, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
    )
    return pl.DataFrame({f"x{place}": column for place, column in enumerate(matrix.T)})


def read_schema(table: Table, name: str, leave_out: set[str]) -> Schema:
    """Return a schema of the columns of a table; see :func:`rulekit.frames.infer_schema`.

    Parameters
    ----------
    table : the events, shape (events, columns).
    name : of the schema.
    leave_out : columns that are no features.

    Raises
    ------
    EventError
        when no column can be a feature.

    """
    return infer_schema(table.lazy(), name, leave_out)


def free_name(table: Table, wanted: str) -> str:
    """Return a column name that the table does not have: the wanted one, with underscores before it."""
    while wanted in table.columns:
        wanted = "_" + wanted
    return wanted
