"""The compiled loops, literal by literal and block by block, beside plain Python."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rulekit
from rulekit.frames import POLARS
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.kernel import machine
from rulekit.targets.kernel.runner import KernelRunner

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
         "!=": operator.ne}  # fmt: skip
NUMBERS: dict[str, list[Any]] = {
    "float64": [-math.inf, -1e308, -5e-324, -0.0, 0.0, 5e-324, 0.1, 1.0, math.inf, math.nan, None],
    "float32": [
        *np.float32([-math.inf, -3e38, -1e-45, -0.0, 0.0, 1e-45, 0.1, 1.0, math.inf, math.nan]).tolist(),
        None,
    ],
    "int64": [-(2**63), -(2**53) - 1, -1, 0, 1, 2**53, 2**53 + 1, 2**63 - 1, None],
    "int32": [-(2**31), -1, 0, 1, 2**31 - 1, None],
}
TEXTS = {"float64": ["0", "0.1", "-inf", "inf", "5e-324"], "float32": ["0", "0.1", "-inf", "inf", "1e-45"],
         "int64": ["0", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
         "int32": ["0", "1", "2147483647", "-2147483648"]}  # fmt: skip


def law(dtype: str, whens: list[list[Any]], policy: str = "collect") -> rulekit.Ruleset:
    words = ("a", "b") if dtype == "category" else None
    feature = rulekit.Feature(name="x", dtype=dtype, categories=words)
    return rulekit.Ruleset(
        name="machine", version="1.0.0", hit_policy=policy, otherwise="no",
        schema=rulekit.Schema(name="machine", version="1.0.0", features=(feature,)),
        rules=tuple(rulekit.Rule(id=f"r{n}", when=when, then="yes") for n, when in enumerate(whens)),
    )  # fmt: skip


def matrix(ruleset: rulekit.Ruleset, values: list[Any], numerics: Any = None) -> list[list[bool]]:
    """Return which rules hit, event by event."""
    frame = pl.DataFrame({"x": pl.Series(values, dtype=POLARS[ruleset.schema.features[0].dtype])})
    found = KernelRunner(rulekit.compile(ruleset, "kernel", numerics), 1).hit_matrix(frame)
    return [list(row) for row in found.rows()]


def missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


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
