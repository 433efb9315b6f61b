"""Events as the emitted structs have them: one event as bytes, many as addresses of columns."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from rulekit.ir.event import bind_event, bind_value
from rulekit.ir.schema import DType, Feature
from rulekit.targets.c.names import Names

_CODES = {
    DType.BOOL: ("?", 1),
    DType.INT32: ("i", 4),
    DType.INT64: ("q", 8),
    DType.FLOAT32: ("f", 4),
    DType.FLOAT64: ("d", 8),
    DType.CATEGORY: ("I", 4),
}
_TYPES: dict[DType, type] = {
    DType.BOOL: bool,
    DType.INT32: int,
    DType.INT64: int,
    DType.FLOAT32: float,
    DType.FLOAT64: float,
}


class Packer:
    """Packs raw events into the bytes of the event struct, which has its flags behind its values."""

    def __init__(self, names: Names) -> None:
        features = [low.feature for low in names.low.features]
        flags = [feature for feature in features if not feature.dtype.is_float]
        layout = "".join(_CODES[feature.dtype][0] for feature in features) + "?" * len(flags)
        self._features = tuple(features)
        self._struct = struct.Struct(f"@{layout or '?'}0q")
        self._nothing = not features
        self._plan = tuple((f.name, _TYPES.get(f.dtype), _filler(f)) for f in features)
        self._flags = tuple(feature.name for feature in flags)

    def pack(self, event: Mapping[str, Any]) -> bytes:
        """Return the bytes of one raw event.

        Raises
        ------
        EventError
            when a value does not fit the schema.

        """
        if self._nothing:
            return self._struct.pack(False)
        get = event.get
        values = [
            value if type(value := get(name)) is kind else fill(value) for name, kind, fill in self._plan
        ]
        try:
            if not self._flags:
                return self._struct.pack(*values)
            # NaN stands for missing in a feature that is not a float, too
            flags = [(value := get(name)) is not None and bool(value == value) for name in self._flags]  # noqa: PLR0124
            return self._struct.pack(*values, *flags)
        except (struct.error, OverflowError):
            return self._bound(event)

    def _bound(self, event: Mapping[str, Any]) -> bytes:
        """Pack the slow way, which refuses what does not fit and rounds what is beyond float32."""
        bound = bind_event(self._features, event)
        values = [_filler(feature)(bound[feature.name]) for feature in self._features]
        return self._struct.pack(*values, *[bound[name] is not None for name in self._flags])


def _filler(feature: Feature) -> Callable[[Any], Any]:
    """Return what turns a value of any type into what is packed; a missing one into a placeholder."""
    if feature.dtype is DType.CATEGORY:
        places = {word: place for place, word in enumerate(feature.categories or ())}
        unknown = len(places)

        def code(value: Any) -> int:
            if type(value) is str:
                return places.get(value, unknown)
            bound = bind_value(feature, value)
            return 0 if bound is None else places.get(str(bound), unknown)

        return code
    missing: Any = math.nan if feature.dtype.is_float else 0

    def bind(value: Any) -> Any:
        if value is None:
            return missing
        bound = bind_value(feature, value)
        return missing if bound is None else bound

    return bind


class Columns:
    """Addresses of columns in memory, in the order of the emitted struct of columns. The columns are kept alive."""

    def __init__(self, features: tuple[Feature, ...], frame: pl.DataFrame) -> None:
        self._owners: list[Any] = []
        values, flags = [], []
        for feature, column in zip(features, frame.iter_columns(), strict=False):
            width = _CODES[feature.dtype][1]
            values.append((self._values(feature, column), width))
            if not feature.dtype.is_float:
                flags.append((self._flags(column), 1))
        self._places = [*values, *flags]

    def at(self, event: int) -> Any:
        """Return the struct of columns from that event on."""
        found = [place + width * event if place else None for place, width in self._places]
        return (ctypes.c_void_p * max(1, len(found)))(*found)

    def _values(self, feature: Feature, column: pl.Series) -> int:
        filled = (
            column.fill_null(math.nan if feature.dtype.is_float else 0) if column.null_count() else column
        )
        return self._address(filled.cast(pl.UInt8) if feature.dtype is DType.BOOL else filled)

    def _flags(self, column: pl.Series) -> int:
        return self._address(column.is_not_null().cast(pl.UInt8)) if column.null_count() else 0

    def _address(self, column: pl.Series) -> int:
        array = column.rechunk().to_numpy()
        self._owners.append(array)
        return int(array.ctypes.data)
