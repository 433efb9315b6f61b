"""The compiled loops, block by block, beside plain Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernellaws import NUMBERS, law, matrix, missing

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.kernel import machine
from rulekit.targets.kernel.runner import KernelRunner


@pytest.mark.parametrize("dtype", [*NUMBERS, "bool", "category"])
def test_missing_and_not(dtype: str) -> None:
    values = (
        NUMBERS.get(dtype, {"bool": [True, None, False], "category": ["a", None, "unknown"]}.get(dtype)) * 30
    )
    found = matrix(law(dtype, [["x is missing"], ["x is not missing"]]), values)
    assert found == [[missing(value), not missing(value)] for value in values]


def test_bools_are_bits() -> None:
    rng = np.random.default_rng(3)
    values = [None if number == 2 else bool(number) for number in rng.integers(0, 3, 1500)]
    found = matrix(law("bool", [["x == true"], ["x == false"]]), values)
    assert found == [[value is True, value is False] for value in values]


def test_categories_are_places() -> None:
    values = ["a", "b", "unknown", None, ""] * 110
    found = matrix(law("category", [["x == a"], ["x != a"], ["x in {a, b}"], ["x not in {a, b}"]]), values)
    assert found == [
        [value == "a", value is not None and value != "a", value in {"a", "b"}, value not in {"a", "b", None}]
        for value in values
    ]


@pytest.mark.parametrize("rules", [1, 31, 32, 33, 64, 65, 97])
def test_the_first_hit_across_chapters(rules: int) -> None:
    """Rule n hits x >= rules - n, so that the first hit is in any place of any chapter."""
    ruleset = law("int32", [[f"x >= {rules - number}"] for number in range(rules)], "first")
    values = [*range(-1, rules + 2)] * 7
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Int32)})
    runner = KernelRunner(rulekit.compile(ruleset, "kernel"), 1)
    codes = runner.answers(frame, hits=False).codes.tolist()
    assert codes == [max(rules - x, 0) if x >= 1 else rules + 1 for x in values]
    masks = runner.masks(frame)
    assert masks.codes.tolist() == codes
    assert masks.masks.shape == (len(values), -(-rules // 32))
    bits = np.unpackbits(masks.masks.view(np.uint8), axis=1, bitorder="little")[:, :rules]
    assert bits.tolist() == [[int(x >= rules - number) for number in range(rules)] for x in values]


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int64"])
def test_events_are_put_on_the_grid(dtype: str, rounding: Any) -> None:
    form = FixedFormat(width=6, fraction=1 if dtype.startswith("float") else -1)
    numerics = Fixed(formats={"x": form}, rounding=rounding)
    whole = not dtype.startswith("float")
    values: list[Any] = [*range(-80, 80)] if whole else [*np.arange(-40, 40, 0.25), 1e30, -1e30, math.nan]
    whens = [[f"x >= {cut}"] for cut in (-10, 0, 4, 12)]
    found = matrix(law(dtype, whens), [*values, None], numerics)
    for value, row in zip([*values, None], found, strict=True):
        code = None if missing(value) else form.encode(value, rounding)
        ticks = [form.encode(cut, "nearest") for cut in (-10, 0, 4, 12)]
        assert row == [code is not None and code >= tick for tick in ticks], value


@given(st.lists(st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3), max_size=6))
def test_hits_are_counted_and_listed_from_their_bits(rows: list[list[int]]) -> None:
    masks = np.array(rows, np.uint32).reshape(len(rows), 3)
    ends = np.zeros(len(rows) + 1, np.int64)
    machine.count_hits(masks, ends)
    expected = [
        [32 * word + bit for word in range(3) for bit in range(32) if row[word] >> bit & 1] for row in rows
    ]
    assert ends.tolist() == [0, *np.cumsum([len(each) for each in expected]).tolist()]
    rules = np.empty(ends[-1], np.uint32)
    machine.list_hits(masks, rules)
    assert rules.tolist() == [rule for each in expected for rule in each]
