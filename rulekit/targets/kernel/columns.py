"""The addresses of columns: the loops read the buffers of Polars, Arrow and NumPy without a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from rulekit.errors import EventError
from rulekit.frames import POLARS
from rulekit.ir.schema import DType, Feature
from rulekit.targets.kernel.tables import BOOL, FLOAT32, FLOAT64, INT32, INT64, Columns

_ARROW = {
    pa.float64(): FLOAT64,
    pa.float32(): FLOAT32,
    pa.int64(): INT64,
    pa.int32(): INT32,
    pa.uint32(): INT32,
    pa.bool_(): BOOL,
}
_WANTED = {
    DType.FLOAT64: pa.float64(),
    DType.FLOAT32: pa.float32(),
    DType.INT64: pa.int64(),
    DType.INT32: pa.int32(),
    DType.BOOL: pa.bool_(),
    DType.CATEGORY: pa.uint32(),
}
_POLARS = {**POLARS, DType.CATEGORY: pl.UInt32()}
_WIDTH = {FLOAT64: 8, FLOAT32: 4, INT64: 8, INT32: 4}


class Part:
    """Columns of some events: their addresses, and the objects that own the memory."""

    def __init__(self, arrays: list[pa.Array], events: int) -> None:
        self.events = events
        self._owners: list[Any] = [*arrays]
        places = [self._place(array) for array in arrays]
        kind, values, valid = np.array(places, np.int64).reshape(-1, 3).T.copy()
        self.columns = Columns(kind, values, valid)

    def _place(self, array: pa.Array) -> tuple[int, int, int]:
        kind = _ARROW[array.type]
        validity, values = array.buffers()[:2]
        valid = self._bits(validity, array) if array.null_count else 0
        if kind == BOOL:
            return kind, self._bits(values, array), valid
        return kind, (values.address if values else 0) + array.offset * _WIDTH[kind], valid

    def _bits(self, buffer: pa.Buffer | None, array: pa.Array) -> int:
        """Return the address of the first event's bit; copied where it is not the first of its byte."""
        if buffer is None:
            return 0
        if array.offset % 8 == 0:
            return int(buffer.address + array.offset // 8)
        packed = np.frombuffer(buffer, np.uint8)
        bits = np.unpackbits(packed, count=array.offset + len(array), bitorder="little")[array.offset :]
        moved = np.packbits(bits, bitorder="little")
        self._owners.append(moved)
        return int(moved.ctypes.data)


def parts_of_frame(features: Sequence[Feature], events: pl.DataFrame) -> Iterator[Part]:
    """Yield the chunks of a frame. Columns whose chunks differ in length are rechunked first.

    Raises
    ------
    EventError
        when a column is absent or has another dtype than its feature.

    """
    names = set(events.columns)
    columns: list[pl.Series] = [
        _checked(feature, events[feature.name] if feature.name in names else None) for feature in features
    ]
    if len({tuple(map(len, column.get_chunks())) for column in columns}) > 1:
        columns = [column.rechunk() for column in columns]
    for part in zip(*(column.get_chunks() for column in columns), strict=True):
        yield Part([chunk.to_arrow() for chunk in part], len(part[0]))
    if not columns:
        yield Part([], events.height)


def part_of_arrays(features: Sequence[Feature], columns: Mapping[str, Any]) -> Part:
    """Return the addresses of NumPy or Arrow arrays. An array that is not contiguous is copied.

    Raises
    ------
    EventError
        when an array is absent, has another dtype than its feature, or another length than the first.

    """
    arrays = [_array(feature, columns.get(feature.name)) for feature in features]
    lengths = {len(array) for array in arrays} or {len(next(iter(columns.values()), ()))}
    if len(lengths) > 1:
        got = ", ".join(
            f"{feature.name} {len(array)}" for feature, array in zip(features, arrays, strict=True)
        )
        raise EventError("the arrays are not of one length", expected="one value an event in each", got=got)
    return Part(arrays, lengths.pop())


def _array(feature: Feature, column: Any) -> pa.Array:
    if isinstance(column, np.ndarray):
        column = pa.array(np.ascontiguousarray(column))
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return _checked(feature, column)


def _checked(feature: Feature, column: Any) -> Any:
    """Return a column of Polars or Arrow that fits its feature."""
    if column is None:
        remedy = "a feature that is never measured is a column of NaN or null"
        raise EventError(f"there is no column for feature {feature.name}", hint=remedy)
    is_polars = isinstance(column, pl.Series)
    wanted: Any = _POLARS[feature.dtype] if is_polars else _WANTED[feature.dtype]
    got = column.dtype if is_polars else column.type
    if got != wanted:
        hint = "give each category as its place in the schema" if feature.categories else None
        what = f"the column of feature {feature.name} has another dtype than its feature"
        raise EventError(what, expected=f"{feature.dtype} ({wanted})", got=str(got), hint=hint)
    return column
