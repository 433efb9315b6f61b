"""A hundred million decisions on every fast target, compared one by one with a reference; all must be equal.

Claim: 0 of 100 million decisions of the ``kernel``, ``polars`` and ``c`` targets, and 0 of 10 million of
``onnx`` and ``sql``, differ. The reference is a plain NumPy reading of the rules, which shares no code with
any target and is itself compared with ``semantics`` on a sample of each ruleset's events. Rules are drawn on
real events (every small data set at hand, thresholds taken from its values, so that many events lie on them)
and on drawn ones (every dtype, missing values, infinities, thresholds and their neighbours).

Run: python benchmarks/equality_sweep.py [--millions 100] [--targets kernel ...]
(data: RULEKIT_DATA, or ../shared/data beside the repository)
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from machine import describe

import rulekit
from rulekit.frames import POLARS, bind_columns, infer_schema
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.ir.semantics import OPERATORS, decide

FAST, OTHERS = ("kernel", "polars", "c"), ("onnx", "sql")
SIGNS = ("<", "<=", ">", ">=", "==", "!=")
DRAWN, RULES, SAMPLE = 1_000_000, 12, 100
Bound = dict[str, tuple[Any, Any]]
"""Values and presence of each feature, as NumPy arrays."""


def main() -> None:
    """Sweep until every target has decided what it should."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--millions", type=float, default=100)
    parser.add_argument("--targets", nargs="+", default=[*FAST, *OTHERS])
    given = parser.parse_args()
    wanted = {name: int(given.millions * (1e6 if name in FAST else 1e5)) for name in given.targets}
    print(describe("rulekit-engine", "polars", "numba", "numpy", "onnxruntime", "duckdb"))
    decided, different, seconds = (dict.fromkeys(wanted, 0) for _ in range(3))
    rng = np.random.default_rng(20)
    sets, rulesets, sampled = list(real_sets()), 0, 0
    while any(decided[name] < wanted[name] for name in wanted):
        for events in (*sets, draw_set(rng)):
            ruleset = draw_ruleset(rng, events, score=rulesets % 4 == 3)
            rulesets += 1
            expected = reference(ruleset, events)
            sampled += check_with_semantics(ruleset, events, expected, rng)
            for name, enough in wanted.items():
                if decided[name] < enough:
                    start = time.perf_counter()
                    found = rulekit.compile(ruleset, name).load().batch(events)
                    seconds[name] += time.perf_counter() - start
                    decided[name] += events.height
                    different[name] += count_different(ruleset, found, expected)
    print(
        f"{rulesets} rulesets of {RULES} rules; {sampled:,} decisions of the reference checked with semantics\n"
    )
    print(f"{'target':10s} {'decisions':>14s} {'different':>10s} {'seconds':>8s}")
    for name in wanted:
        print(f"{name:10s} {decided[name]:14,d} {different[name]:10,d} {seconds[name]:8.1f}")
    sys.exit(any(different.values()))


def real_sets() -> Iterator[pl.DataFrame]:
    """Yield every real data set, as float64 and as float32."""
    data = Path(os.environ.get("RULEKIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not data.exists():
        sys.exit(f"no data at {data.name}; set RULEKIT_DATA")
    files = [*data.glob("*/all.parquet"), *data.glob("*/t*.parquet"), *data.glob("*/sensors.parquet")]
    for file in sorted([*files, *data.glob("*/Z*.parquet")]):
        events = pl.read_parquet(file).select(pl.selectors.numeric() | pl.selectors.boolean())
        yield events
        yield events.cast({pl.Float64: pl.Float32})


def draw_set(rng: np.random.Generator) -> pl.DataFrame:
    """Draw events of every dtype, most of their values a few steps around a few numbers, some missing."""
    columns = {}
    for name, dtype in (("x", "float64"), ("y", "float32"), ("z", "float64"), ("i", "int32"), ("k", "int64")):
        if dtype.startswith("float"):
            near = np.array(
                [0.1, 0.0, -0.0, 1 / 3, 1e-300 if dtype == "float64" else 1e-40, np.inf, -np.inf, 5e7]
            )
            values = rng.choice(near.astype(dtype), DRAWN)
            steps = rng.integers(-1, 2, DRAWN)
            moved = np.nextafter(values, np.where(steps > 0, np.inf, -np.inf).astype(dtype))
            values = np.where(steps == 0, values, moved)
            column = pl.Series(np.where(rng.random(DRAWN) < 0.05, np.nan, values).astype(dtype))
        else:
            edges = np.array(
                [0, 1, -1, 2**31 - 1, -(2**31), *([2**53 + 1, 2**63 - 1] if name == "k" else [])]
            )
            column = pl.Series(rng.choice(edges, DRAWN).astype(dtype))
        columns[name] = column.set(pl.Series(rng.random(DRAWN) < 0.05), None)
    columns["b"] = pl.Series(rng.random(DRAWN) < 0.5).set(pl.Series(rng.random(DRAWN) < 0.05), None)
    words = pl.Series(rng.choice(["SE", "NO", "", "a'b", "elsewhere"], DRAWN))
    columns["w"] = words.set(pl.Series(rng.random(DRAWN) < 0.05), None)
    return pl.DataFrame(columns)


def draw_ruleset(rng: np.random.Generator, events: pl.DataFrame, *, score: bool) -> rulekit.Ruleset:
    """Draw rules whose thresholds are values of the events."""
    schema = infer_schema(events.lazy(), "sweep", set())
    pool = {feature.name: values_of(rng, feature, events[feature.name]) for feature in schema.features}
    rules = []
    for number in range(RULES):
        chosen = rng.choice(len(schema.features), min(3, len(schema.features)), replace=False)
        terms: list[Any] = [literal(rng, schema.features[place], pool) for place in chosen]
        when = [terms[0], {"any": terms[1:]}] if rng.random() < 0.3 and len(terms) > 2 else terms
        effect = (
            {"points": int(rng.integers(-3, 9))} if score else {"then": str(rng.choice(["accept", "review"]))}
        )
        rules.append(rulekit.Rule(id=f"r{number}", when=when, **effect))
    return rulekit.Ruleset(
        name="sweep",
        version="1.0.0",
        schema=schema,
        hit_policy="score" if score else "first",
        otherwise="reject",
        thresholds={"review": 3, "accept": 9} if score else None,
        rules=tuple(rules),
    )


def values_of(rng: np.random.Generator, feature: rulekit.Feature, column: pl.Series) -> list[str]:
    """Return texts of values of a column, exact to the last digit."""
    if feature.dtype == "category":
        return [f'"{word}"' for word in feature.categories or () if word != "elsewhere"]
    values = column.drop_nulls()
    if feature.dtype.is_float:
        values = values.drop_nans()
    if values.is_empty():
        return ["0"]
    picked = values.gather(rng.integers(0, len(values), 8)).to_list()
    return [str(value).lower() if isinstance(value, bool) else repr(value) for value in picked]


def literal(rng: np.random.Generator, feature: rulekit.Feature, pool: dict[str, list[str]]) -> str:
    """Draw one literal on a feature."""
    name, value = f"`{feature.name}`", str(rng.choice(pool[feature.name]))
    if rng.random() < 0.05:
        return f"{name} is missing"
    if feature.dtype in {"bool", "category"}:
        return f"{name} {rng.choice(['==', '!='])} {value}"
    return f"{name} {rng.choice(SIGNS, p=[0.24, 0.24, 0.24, 0.24, 0.02, 0.02])} {value}"


def reference(ruleset: rulekit.Ruleset, events: pl.DataFrame) -> Any:
    """Return the index of the first hit (their number where none hits), or the score, of every event."""
    columns = events.select(
        expression.alias(name)
        for name, expression in bind_columns(events.lazy(), ruleset.schema, ruleset.read).items()
    )
    bound = {feature.name: as_arrays(feature, columns[feature.name]) for feature in ruleset.read}
    hits = [holds(condition, bound, events.height) for condition in ruleset.bound]
    if ruleset.hit_policy == "score":
        return sum(hit * np.int64(rule.points or 0) for hit, rule in zip(hits, ruleset.rules, strict=True))
    codes = np.full(events.height, len(hits))
    for number in reversed(range(len(hits))):
        codes[hits[number]] = number
    return codes


def as_arrays(feature: rulekit.Feature, column: pl.Series) -> tuple[Any, Any]:
    """Return values and presence of a column."""
    present = column.is_not_null().to_numpy()
    if feature.dtype == "category":
        return column.fill_null("").to_numpy(), present
    values = column.cast(POLARS[feature.dtype]).fill_null(False if feature.dtype == "bool" else 0).to_numpy()
    return values, present & (values == values)  # noqa: PLR0124 - NaN


def holds(condition: Condition, bound: Bound, count: int) -> Any:
    """Say for which events a bound condition holds."""
    if isinstance(condition, (AllOf, AnyOf)):
        join = np.logical_and if isinstance(condition, AllOf) else np.logical_or
        terms = [holds(term, bound, count) for term in condition.terms]
        return join.reduce(terms) if terms else np.ones(count, bool)
    values, present = bound[condition.feature]
    if isinstance(condition, Missing):
        return present if condition.negated else ~present
    if isinstance(condition, Member):
        return present & (np.isin(values, np.array(condition.values, values.dtype)) != condition.negated)
    assert isinstance(condition, Compare)
    threshold = condition.value if values.dtype == object else values.dtype.type(condition.value)
    return present & OPERATORS[condition.sign](values, threshold)


def check_with_semantics(
    ruleset: rulekit.Ruleset, events: pl.DataFrame, expected: Any, rng: np.random.Generator
) -> int:
    """Compare a sample of the reference with ``semantics``."""
    places = rng.choice(events.height, min(SAMPLE, events.height), replace=False)
    for place, event in zip(places, events[places].to_dicts(), strict=True):
        decision = decide(ruleset, event)
        first = RULES if decision.rule is None else int(decision.rule[1:])
        assert expected[place] == (first if decision.score is None else decision.score), (ruleset, event)
    return len(places)


def count_different(ruleset: rulekit.Ruleset, found: pl.DataFrame, expected: Any) -> int:
    """Return how many decisions of a frame are not those expected, in outcome, rule or score."""
    if ruleset.hit_policy == "score":
        names = [ruleset.otherwise, *(name for name, _ in ruleset.ladder)]
        outcomes = np.array(names)[
            np.searchsorted([least for _, least in ruleset.ladder], expected, side="right")
        ]
        wrong = found["score"].to_numpy() != expected
    else:
        outcomes = np.array([*(str(rule.then) for rule in ruleset.rules), ruleset.otherwise])[expected]
        wrong = found["rule"].to_physical().fill_null(RULES).to_numpy() != expected
    return int(np.count_nonzero(wrong | (found["outcome"].cast(pl.String).to_numpy() != outcomes)))


if __name__ == "__main__":
    main()
