"""Frames of events: reading them, and binding their columns to a schema.

A frame is a Polars DataFrame or LazyFrame, a pandas or Arrow table, or the path of a Parquet, CSV or Arrow IPC
file, or of several with ``*`` in the name. All of them become a LazyFrame, so that files larger than memory stream.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from rulekit.errors import EventError, Where
from rulekit.ir.schema import DType, Feature, Schema


class ArrowStream(Protocol):
    """A frame of another library that hands out its columns by Arrow's C stream: pandas, PyArrow and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with the stream; see the Arrow PyCapsule interface."""
        ...


EagerFrame = pl.DataFrame | ArrowStream | str | Path
"""Events that are no LazyFrame: what is made of them is a DataFrame."""

Frame = EagerFrame | pl.LazyFrame
"""Events: a Polars, pandas or Arrow frame, or the path of a file (of several, with ``*`` in its name)."""

POLARS: dict[DType, pl.DataType] = {
    DType.BOOL: pl.Boolean(),
    DType.INT32: pl.Int32(),
    DType.INT64: pl.Int64(),
    DType.FLOAT32: pl.Float32(),
    DType.FLOAT64: pl.Float64(),
    DType.CATEGORY: pl.String(),
}

_SMALL_INTEGERS = (pl.Int8, pl.Int16, pl.UInt8, pl.UInt16)
_SAFE: dict[DType, tuple[type[pl.DataType], ...]] = {
    DType.BOOL: (pl.Boolean,),
    DType.INT32: (*_SMALL_INTEGERS, pl.Int32),
    DType.INT64: (*_SMALL_INTEGERS, pl.Int32, pl.UInt32, pl.Int64),
    DType.FLOAT32: (*_SMALL_INTEGERS, pl.Float32),
    DType.FLOAT64: (*_SMALL_INTEGERS, pl.Int32, pl.UInt32, pl.Float32, pl.Float64),
    DType.CATEGORY: (pl.String, pl.Categorical, pl.Enum),
}
_ROUNDED: dict[DType, tuple[type[pl.DataType], ...]] = {
    DType.FLOAT32: (pl.Float64, pl.Int32, pl.UInt32, pl.Int64, pl.UInt64),
    DType.FLOAT64: (pl.Int64, pl.UInt64),
}


def scan(source: Frame, schema: Schema | None = None) -> pl.LazyFrame:
    """Return any frame as a LazyFrame.

    Parameters
    ----------
    source : see :data:`Frame`.
    schema : gives the dtypes of the columns of a CSV file (default: they are inferred from its first 10,000 rows).

    Raises
    ------
    EventError
        when the file is absent, empty or damaged, or the object is no frame.

    """
    if isinstance(source, pl.LazyFrame):
        return source
    if isinstance(source, pl.DataFrame):
        return source.lazy()
    if isinstance(source, (str, Path)):
        return _scan_file(Path(source), schema)
    return _from_object(source).lazy()


def _from_object(source: Any) -> pl.DataFrame:
    got = f"{type(source).__module__}.{type(source).__name__}"
    expected = "a Polars, pandas or Arrow frame, or a path"
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series):
        return pl.DataFrame(source)
    try:
        frame = pl.from_pandas(source)
    except (TypeError, ValueError, ImportError) as error:
        raise EventError(f"this is not a frame of events: {error}", expected=expected, got=got) from None
    if not isinstance(frame, pl.DataFrame):
        raise EventError("this is not a frame of events", expected=expected, got=got)
    return frame


def _scan_file(path: Path, schema: Schema | None) -> pl.LazyFrame:
    where = Where(file=str(path))
    is_glob = "*" in path.name
    if not is_glob and not path.is_file():
        raise EventError("there is no such file of events", where=where)
    if not is_glob and path.stat().st_size == 0:
        raise EventError("the file of events is empty", where=where, expected="at least a header")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise EventError(
            "unknown kind of file", where=where, expected=", ".join(_READERS), got=path.suffix or "no suffix"
        )
    try:
        frame = reader(path, schema)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error, where) from None
    return frame


def unreadable(error: Exception, where: Where | None = None) -> EventError:
    """Return an EventError for what Polars says about a damaged file."""
    lines = str(error).strip().splitlines()
    return EventError(f"the events can't be read: {lines[0] if lines else type(error).__name__}", where=where,
                      hint="is the file complete?")  # fmt: skip


def _scan_csv(path: Path, schema: Schema | None) -> pl.LazyFrame:
    known = {} if schema is None else {feature.name: POLARS[feature.dtype] for feature in schema.features}
    header = pl.scan_csv(path, infer_schema=False).collect_schema().names()
    overrides = {name: dtype for name, dtype in known.items() if name in header}
    return pl.scan_csv(path, schema_overrides=overrides, infer_schema_length=10_000)


_READERS: dict[str, Callable[[Path, Schema | None], pl.LazyFrame]] = {
    ".parquet": lambda path, _: pl.scan_parquet(path),
    ".csv": _scan_csv,
    ".arrow": lambda path, _: pl.scan_ipc(path),
    ".ipc": lambda path, _: pl.scan_ipc(path),
    ".feather": lambda path, _: pl.scan_ipc(path),
}


def collect(frame: pl.LazyFrame) -> pl.DataFrame:
    """Return a LazyFrame as a DataFrame, collected by the streaming engine.

    Raises
    ------
    EventError
        when the data can't be read.

    """
    try:
        return frame.collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error) from None


def bind_columns(
    frame: pl.LazyFrame,
    schema: Schema,
    features: tuple[Feature, ...],
    *,
    cast: bool = False,
    codes: bool = False,
) -> dict[str, pl.Expr]:
    """Return one expression per feature that reads the frame's column at the feature's dtype.

    Parameters
    ----------
    frame : the events.
    schema : of the features; messages name it.
    features : those to bind.
    cast : also allow casts that round a number to the nearest float (default: only casts that lose nothing).
    codes : give each category as its UInt32 position among the feature's categories, and a value that is none of
        them as the number of categories (default: as text).

    Raises
    ------
    EventError
        naming every column that is absent or has another dtype.

    """
    columns = frame.collect_schema()
    absent = [feature for feature in features if feature.name not in columns]
    if absent:
        names = ", ".join(feature.name for feature in absent)
        near = difflib.get_close_matches(absent[0].name, columns.names(), n=1)
        raise EventError(
            f"the frame has no column for feature {names}",
            expected=f"the features of schema {schema.name}",
            got=_listed(columns.names()),
            hint=f"is it the column {near[0]!r}?"
            if near
            else "a feature that is never measured is a column of nulls",
        )
    bound = {feature.name: _bind_column(feature, columns[feature.name], cast=cast) for feature in features}
    if codes:
        words = [feature for feature in features if feature.dtype is DType.CATEGORY]
        bound.update({word.name: _category_codes(word, columns[word.name]) for word in words})
    return bound


def _category_codes(feature: Feature, dtype: pl.DataType) -> pl.Expr:
    known = pl.Enum(feature.categories or ())
    if dtype == known:
        return pl.col(feature.name).to_physical().cast(pl.UInt32)
    word = pl.col(feature.name).cast(pl.String)
    code = word.cast(known, strict=False).to_physical().cast(pl.UInt32)
    return pl.when(word.is_not_null()).then(code.fill_null(len(known.categories)))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _bind_column(feature: Feature, dtype: pl.DataType, *, cast: bool) -> pl.Expr:
    column = pl.col(feature.name)
    wanted = POLARS[feature.dtype]
    if dtype == wanted:
        return column
    safe: tuple[type[pl.DataType], ...] = (*_SAFE[feature.dtype], pl.Null)
    rounded = _ROUNDED.get(feature.dtype, ())
    if isinstance(dtype, safe) or (cast and isinstance(dtype, rounded)):
        return column.cast(wanted)
    hint = f"pass cast=True (--cast) to round to the nearest {feature.dtype}, or change the schema"
    raise EventError(
        f"column {feature.name} has another dtype than its feature",
        expected=f"{feature.dtype} ({wanted})",
        got=str(dtype),
        hint=hint if isinstance(dtype, rounded) else "cast the column, or change the schema",
    )


def infer_schema(frame: pl.LazyFrame, name: str, exclude: set[str], categories: int = 100) -> Schema:
    """Return a schema for events that come without one, with a feature for each column.

    Integers of at most 32 bits become int32, other integers int64. Text becomes a category of the values that
    occur, if there are at most ``categories`` of them. Columns of other dtypes are left out.

    Parameters
    ----------
    frame : the events.
    name : of the schema.
    exclude : columns that are no features.
    categories : the most values that a category may have.

    Raises
    ------
    EventError
        when no column can be a feature.

    """
    features = []
    for column, dtype in frame.collect_schema().items():
        if column in exclude:
            continue
        found = next((ours for ours in _INFERRED if isinstance(dtype, _INFERRED[ours])), None)
        if found is DType.CATEGORY:
            values = collect(
                frame.select(pl.col(column).cast(pl.String).drop_nulls().unique().sort().head(categories + 1))
            )
            if 0 < values.height <= categories:
                features.append(Feature(name=column, dtype=found, categories=tuple(values.to_series())))
        elif found is not None:
            features.append(Feature(name=column, dtype=found))
    if not features:
        raise EventError(
            "no column of the events can be a feature", hint="write a schema.yaml and pass --schema"
        )
    return Schema(name=name, version="1.0.0", features=tuple(features))


_INFERRED: dict[DType, tuple[type[pl.DataType], ...]] = {
    DType.BOOL: (pl.Boolean,),
    DType.INT32: (*_SMALL_INTEGERS, pl.Int32),
    DType.INT64: (pl.UInt32, pl.Int64),
    DType.FLOAT32: (pl.Float32,),
    DType.FLOAT64: (pl.Float64,),
    DType.CATEGORY: (pl.String, pl.Categorical, pl.Enum),
}


def missing_as_null(feature: Feature, column: pl.Expr) -> pl.Expr:
    """Return the column of a feature with null wherever the value is missing; a NaN becomes null."""
    return column.fill_nan(None) if feature.dtype.is_float else column


def feature_columns(
    events: pl.DataFrame | pl.LazyFrame, schema: Schema, features: Sequence[Feature]
) -> dict[str, pl.Expr]:
    """Return one expression per feature: its column at the dtype of the feature, null where the value is missing.

    Numbers are rounded to the nearest value of the dtype where need be.

    Raises
    ------
    EventError
        when a column is absent or has another dtype than its feature.

    """
    columns = bind_columns(events.lazy(), schema, tuple(features), cast=True)
    return {feature.name: missing_as_null(feature, columns[feature.name]) for feature in features}


def feature_values(events: pl.DataFrame, schema: Schema, feature: Feature) -> pl.Series:
    """Return the values of one feature, shape (events,); see :func:`feature_columns`."""
    return events.select(feature_columns(events, schema, (feature,))[feature.name]).to_series()
