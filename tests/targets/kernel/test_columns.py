"""Where columns lie: addresses, bits that begin within a byte, and columns that do not fit."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import rulekit
from rulekit.errors import EventError
from rulekit.frames import POLARS
from rulekit.ir.schema import DType
from rulekit.targets.kernel.columns import Part, part_of_arrays, parts_of_frame
from rulekit.targets.kernel.tables import BOOL, FLOAT32, FLOAT64, INT32, INT64


def feature(dtype: str, name: str = "x") -> rulekit.Feature:
    return rulekit.Feature(name=name, dtype=dtype, categories=("a", "b") if dtype == "category" else None)


def read(address: int, kind: int, count: int) -> list[Any]:
    """Return the values that lie at an address."""
    if kind == BOOL:
        packed = (ctypes.c_uint8 * (-(-count // 8))).from_address(address)
        return [bool(packed[place // 8] >> place % 8 & 1) for place in range(count)]
    types = {FLOAT64: ctypes.c_double, FLOAT32: ctypes.c_float, INT64: ctypes.c_int64, INT32: ctypes.c_int32}
    return list((types[kind] * count).from_address(address))


VALUES: dict[str, list[Any]] = {
    "float64": [0.5, -1.5, 1e300], "float32": [0.5, -1.5, 3e38], "int64": [2**62, -1, 0], "int32": [-(2**31), 7, 0],
    "bool": [True, False, True], "category": [1, 0, 2],
}  # fmt: skip
KINDS = {
    "float64": FLOAT64,
    "float32": FLOAT32,
    "int64": INT64,
    "int32": INT32,
    "bool": BOOL,
    "category": INT32,
}


def series(dtype: str, values: list[Any]) -> pl.Series:
    return pl.Series("x", values, pl.UInt32() if dtype == "category" else POLARS[DType(dtype)])


@pytest.mark.parametrize("dtype", VALUES)
def test_the_values_of_a_frame_are_read_in_place(dtype: str) -> None:
    column = series(dtype, VALUES[dtype] * 50)
    (part,) = parts_of_frame([feature(dtype)], column.to_frame())
    kind, address = int(part.columns.kind[0]), int(part.columns.values[0])
    assert (kind, part.events, part.columns.valid[0]) == (KINDS[dtype], 150, 0)
    expected = VALUES[dtype] if dtype != "float32" else np.float32(VALUES[dtype]).tolist()
    assert read(address, kind, 150) == expected * 50
    assert address == column.to_arrow().buffers()[1].address, "nothing is copied"


@pytest.mark.parametrize("dtype", VALUES)
@pytest.mark.parametrize("start", [0, 1, 7, 8, 9, 64, 65])
def test_a_slice_begins_at_its_first_event(dtype: str, start: int) -> None:
    values = [*VALUES[dtype], None] * 40
    column = series(dtype, values)[start:]
    (part,) = parts_of_frame([feature(dtype)], column.to_frame())
    kind, count = KINDS[dtype], len(values) - start
    present = read(int(part.columns.valid[0]), BOOL, count)
    assert present == [value is not None for value in values[start:]]
    found = read(int(part.columns.values[0]), kind, count)
    single = np.float32 if dtype == "float32" else lambda value: value
    assert all(a == single(b) for a, b in zip(found, values[start:], strict=True) if b is not None)


def test_chunks_at_the_same_places_stay_and_others_are_joined() -> None:
    x, y = pl.Series("x", [1.0, 2.0, 3.0]), pl.Series("y", [4.0, 5.0, 6.0])
    features = [feature("float64"), feature("float64", "y")]
    frames = [pl.DataFrame([x[a:b], y[a:b]]) for a, b in ((0, 1), (1, 3))]
    parts = list(parts_of_frame(features, pl.concat(frames, rechunk=False)))
    assert [part.events for part in parts] == [1, 2]
    crossed = pl.DataFrame(
        [pl.concat([x[:1], x[1:]], rechunk=False), pl.concat([y[:2], y[2:]], rechunk=False)]
    )
    (part,) = parts_of_frame(features, crossed)
    assert [read(int(address), FLOAT64, 3) for address in part.columns.values] == [x.to_list(), y.to_list()]


def test_no_features_no_columns_but_events() -> None:
    (part,) = parts_of_frame([], pl.DataFrame({"other": [1, 2]}))
    assert (part.events, part.columns.kind.shape) == (2, (0,))
    assert part_of_arrays([], {"other": np.zeros(3)}).events == 3
    assert part_of_arrays([], {}).events == 0


@pytest.mark.parametrize("dtype", VALUES)
def test_arrays_of_numpy_and_arrow_fit_too(dtype: str) -> None:
    column = series(dtype, VALUES[dtype])
    arrow = column.to_arrow()
    for given in (column.to_numpy(), arrow, pa.chunked_array([arrow[:1], arrow[1:]])):
        part = part_of_arrays([feature(dtype)], {"x": given})
        assert part.events == 3
        assert read(int(part.columns.values[0]), KINDS[dtype], 3) == read(
            int(Part([arrow], 3).columns.values[0]), KINDS[dtype], 3
        )


OTHERS = [pl.Int8, pl.Int16, pl.UInt8, pl.UInt64, pl.Int32, pl.Int64, pl.UInt32, pl.Float32, pl.Float64, pl.Boolean,
          pl.String, pl.Date]  # fmt: skip


@pytest.mark.parametrize("dtype", VALUES)
def test_a_column_of_another_dtype_is_refused(dtype: str) -> None:
    """Integers read as floats would be decided wrongly in silence; of narrower ones more than there is is read."""
    wanted = pl.UInt32() if dtype == "category" else POLARS[DType(dtype)]
    for other in OTHERS:
        if other == wanted:
            continue
        column = pl.Series("x", [None, None], dtype=other)
        with pytest.raises(EventError, match="column of feature x has another dtype") as raised:
            list(parts_of_frame([feature(dtype)], column.to_frame()))
        assert raised.value.expected == f"{dtype} ({wanted})"
        assert raised.value.got == str(column.dtype)
        with pytest.raises(EventError, match="column of feature x has another dtype"):
            part_of_arrays([feature(dtype)], {"x": column.to_arrow()})


def test_a_refused_category_is_told_how() -> None:
    with pytest.raises(EventError) as raised:
        list(parts_of_frame([feature("category")], pl.DataFrame({"x": ["a"]})))
    assert raised.value.hint == "give each category as its place in the schema"


def test_an_absent_column_is_named() -> None:
    for call in (lambda: list(parts_of_frame([feature("bool")], pl.DataFrame({"y": [1]}))),
                 lambda: part_of_arrays([feature("bool")], {"y": np.zeros(1)})):  # fmt: skip
        with pytest.raises(EventError, match="there is no column for feature x") as raised:
            call()
        assert "never measured" in str(raised.value.hint)


@pytest.mark.parametrize(
    "columns", [{"x": np.full(1000, 5)}, pl.DataFrame({"x": [5] * 1000})], ids=["array", "frame"]
)
def test_answers_refuse_integers_for_floats(columns: Any) -> None:
    rule = rulekit.Rule(id="r", when=["x > 1"], then="a")
    schema = rulekit.Schema(name="s", version="1.0.0", features=(feature("float64"),))
    ruleset = rulekit.Ruleset(
        name="s", version="1.0.0", schema=schema, hit_policy="first", otherwise="none", rules=(rule,)
    )
    runner = rulekit.compile(ruleset).load()
    for decide in (runner.answers, runner.masks):
        with pytest.raises(EventError, match="another dtype"):
            decide(columns)
