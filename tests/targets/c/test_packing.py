"""Events as bytes, against Python's struct module, and columns that lie still."""

from __future__ import annotations

import ctypes
import math
import struct

import polars as pl
import pytest
from hardware import law

from rulekit.errors import EventError
from rulekit.ir.numerics import Native
from rulekit.targets.c.names import Names
from rulekit.targets.c.packing import Columns, Packer
from rulekit.targets.lower import lower

FEATURES = [
    {"name": "ok", "dtype": "bool"},
    {"name": "n", "dtype": "int32"},
    {"name": "big", "dtype": "int64"},
    {"name": "x", "dtype": "float32"},
    {"name": "y", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
]
RULESET = law(FEATURES, [("r", ["ok == true", "n > 1", "big > 1", "x > 1", "y > 1", "kind in {b}"])])
PACK = Packer(Names(lower(RULESET, Native()))).pack
LAYOUT = struct.Struct("@?iqfdI????0q")
FULL = {"ok": True, "n": -3, "big": 1 << 40, "x": 1.5, "y": -2.5, "kind": "b"}


def test_a_full_event_has_its_values_and_its_flags():
    assert LAYOUT.unpack(PACK(FULL)) == (True, -3, 1 << 40, 1.5, -2.5, 1, True, True, True, True)


@pytest.mark.parametrize("missing", list(FULL))
@pytest.mark.parametrize("how", ["absent", None, math.nan])
def test_a_missing_value_is_a_flag_or_nan(missing, how):
    event = {name: value for name, value in FULL.items() if name != missing}
    if how != "absent":
        event[missing] = how
    found = dict(
        zip([*FULL, "has_ok", "has_n", "has_big", "has_kind"], LAYOUT.unpack(PACK(event)), strict=True)
    )
    if missing in {"x", "y"}:
        assert math.isnan(found[missing])
    else:
        assert not found[f"has_{missing}"]
    for name in ("ok", "n", "big", "kind"):
        assert found[f"has_{name}"] == (name != missing)


def test_an_unknown_category_is_the_code_behind_the_last():
    assert LAYOUT.unpack(PACK(FULL | {"kind": "z"}))[5] == 2


def test_other_types_that_fit_are_taken():
    found = LAYOUT.unpack(PACK(FULL | {"x": 2, "y": 3}))
    assert found[3:5] == (2.0, 3.0)


def test_a_float_beyond_float32_is_rounded_as_the_schema_says():
    assert LAYOUT.unpack(PACK(FULL | {"x": 0.1}))[3] == struct.unpack("f", struct.pack("f", 0.1))[0]


@pytest.mark.parametrize(
    "wrong", [{"n": 1 << 40}, {"n": "two"}, {"ok": 1}, {"kind": 3}, {"big": 1.5}, {"y": "high"}]
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(EventError):
        PACK(FULL | wrong)


def test_a_ruleset_that_reads_nothing_has_a_byte():
    nothing = Packer(Names(lower(law(FEATURES, [("r", [])]), Native()))).pack
    assert len(nothing({"ok": True})) == struct.calcsize("@?0q")


def test_columns_point_at_their_values_and_flags():
    features = tuple(feature for feature in RULESET.schema.features if feature.name in {"n", "y"})
    frame = pl.DataFrame({"n": [1, None, 3], "y": [0.5, None, 2.5]}, schema={"n": pl.Int32, "y": pl.Float64})
    pointers = Columns(features, frame).at(1)
    assert len(pointers) == 3
    second, third = (ctypes.c_int32 * 2).from_address(pointers[0])
    assert (second, third) == (0, 3)
    first, last = (ctypes.c_double * 2).from_address(pointers[1])
    assert math.isnan(first)
    assert last == 2.5
    assert list((ctypes.c_uint8 * 2).from_address(pointers[2])) == [0, 1]


def test_a_column_without_missing_values_has_no_flags():
    features = tuple(feature for feature in RULESET.schema.features if feature.name == "n")
    pointers = Columns(features, pl.DataFrame({"n": [1, 2]}, schema={"n": pl.Int32})).at(0)
    assert pointers[1] is None
