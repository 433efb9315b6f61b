"""The vector steps of the kernel: compares, joins, and sums of points, beside plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernellaws import NUMBERS, SIGNS, law, matrix, missing

import rulekit
from rulekit.targets.kernel.runner import KernelRunner

TEXTS = {"float64": ["0", "0.1", "-inf", "inf", "5e-324"], "float32": ["0", "0.1", "-inf", "inf", "1e-45"],
         "int64": ["0", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
         "int32": ["0", "1", "2147483647", "-2147483648"]}  # fmt: skip


def threshold(dtype: str, text: str) -> Any:
    if not dtype.startswith("float"):
        return int(text)
    return float(np.float32(text)) if dtype == "float32" else float(text)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("repeat", [1, 60])
def test_each_sign_on_each_dtype(dtype: str, sign: str, repeat: int) -> None:
    texts, values = TEXTS[dtype], NUMBERS[dtype] * repeat
    found = matrix(law(dtype, [[f"x {sign} {text}"] for text in texts]), values)
    expected = [
        [not missing(value) and SIGNS[sign](value, threshold(dtype, text)) for text in texts]
        for value in values
    ]
    assert found == expected


TREES = st.recursive(
    st.sampled_from(["x > 2", "x < 5", "x == 4", "x is missing", "x != 0"]),
    lambda terms: st.builds(
        lambda kind, some: {kind: some}, st.sampled_from(["any", "all"]), st.lists(terms, min_size=1, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


def holds(term: Any, x: int | None) -> bool:
    if isinstance(term, dict):
        ((kind, terms),) = term.items()
        return (any if kind == "any" else all)(holds(each, x) for each in terms)
    if term == "x is missing":
        return x is None
    _, sign, value = term.split()
    return x is not None and bool(SIGNS[sign](x, int(value)))


@settings(max_examples=40)
@given(st.lists(st.lists(TREES, max_size=2), min_size=1, max_size=40))
def test_nested_conditions(whens: list[list[Any]]) -> None:
    values = [None, *range(-1, 8)]
    found = matrix(law("int32", whens), values)
    assert found == [[all(holds(term, x) for term in when) for when in whens] for x in values]


@pytest.mark.parametrize("points", [[1], [5, -3, 2**40], [2**60, -(2**60), 7]])
def test_points_are_added_where_a_rule_hits(points: list[int]) -> None:
    feature = rulekit.Feature(name="x", dtype="int32")
    ruleset = rulekit.Ruleset(
        name="machine", version="1.0.0", hit_policy="score", otherwise="no", thresholds={"yes": 1},
        schema=rulekit.Schema(name="machine", version="1.0.0", features=(feature,)),
        rules=tuple(rulekit.Rule(id=f"r{n}", when=[f"x >= {n}"], points=p) for n, p in enumerate(points)),
    )  # fmt: skip
    values = [*range(-1, 4)] * 300
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Int32)})
    found = KernelRunner(rulekit.compile(ruleset, "kernel"), 1).answers(frame)
    assert found.scores.tolist() == [sum(p for n, p in enumerate(points) if x >= n) for x in values]
