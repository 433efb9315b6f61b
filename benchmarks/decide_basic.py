"""Deciding with the ``python`` and ``polars`` targets, beside a when/then chain and zen-engine.

Claims: one event in the ``python`` target takes at most 2 us (median); the ``polars`` target is at least 1.3
times as fast as a hand-written when/then chain; 640 rules cost at most 30 times as much as 40 rules. Answers of
every engine are compared before anything is timed.

Run: python benchmarks/decide_basic.py [--events 2000000]
"""

from __future__ import annotations

import argparse
import json
import operator
import random
import subprocess
import sys
import time
from functools import reduce

import polars as pl
from machine import best_of, describe, per_event

import rulekit
from rulekit.ir.notation.document import ruleset_from_json, ruleset_to_json
from rulekit.ir.semantics import decide

FEATURES = [f"f{index}" for index in range(12)]
OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
Literal = tuple[str, str, float]


def draw_rules(count: int, literals: int, seed: int) -> list[list[Literal]]:
    """Draw rules on distinct features, each literal true for about 40 % of the events."""
    rng = random.Random(seed)
    rules = []
    for _ in range(count):
        chosen = rng.sample(FEATURES, literals)
        rules.append(
            [(name, sign, _threshold(rng, sign)) for name in chosen for sign in [rng.choice(list(OPERATORS))]]
        )
    return rules


def _threshold(rng: random.Random, sign: str) -> float:
    cut = round(rng.uniform(0.3, 0.5), 3)
    return cut if sign.startswith("<") else round(1 - cut, 3)


def as_ruleset(rules: list[list[Literal]], dtype: str = "float64") -> rulekit.Ruleset:
    """Return the rules as a FIRST ruleset over features of a dtype."""
    schema = rulekit.Schema(
        name="bench",
        version="1.0.0",
        features=tuple(rulekit.Feature(name=name, dtype=dtype) for name in FEATURES),
    )
    return rulekit.Ruleset(
        name="bench",
        version="1.0.0",
        schema=schema,
        hit_policy="first",
        otherwise="reject",
        rules=tuple(
            rulekit.Rule(id=f"r{index}", when=[f"{f} {s} {v}" for f, s, v in rule], then="accept")
            for index, rule in enumerate(rules)
        ),
    )


def draw_events(count: int, seed: int) -> pl.DataFrame:
    """Draw events, uniform in 0 to 1."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return pl.DataFrame({name: rng.random(count) for name in FEATURES})


def chain(rules: list[list[Literal]]) -> pl.Expr:
    """Return the when/then chain that one writes by hand."""
    tests = [reduce(operator.and_, (OPERATORS[s](pl.col(f), v) for f, s, v in rule)) for rule in rules]
    expression = pl.when(tests[0]).then(pl.lit("r0"))
    for index, test in enumerate(tests[1:], 1):
        expression = expression.when(test).then(pl.lit(f"r{index}"))
    return expression.otherwise(None).alias("rule")


def code_chain(rules: list[list[Literal]]) -> pl.Expr:
    """Return the same chain giving small integer codes, which is the faster way to write it."""
    tests = [reduce(operator.and_, (OPERATORS[s](pl.col(f), v) for f, s, v in rule)) for rule in rules]
    expression = pl.when(tests[0]).then(pl.lit(0, pl.UInt16))
    for index, test in enumerate(tests[1:], 1):
        expression = expression.when(test).then(pl.lit(index, pl.UInt16))
    return expression.otherwise(None).alias("rule")


def zen_decision(rules: list[list[Literal]]) -> object:
    """Return a zen-engine decision table of the rules."""
    import zen

    rows = [
        {
            "_id": f"r{i}",
            **dict.fromkeys(FEATURES, ""),
            **{f: f"{s} {v}" for f, s, v in rule},
            "out": f'"r{i}"',
        }
        for i, rule in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "type": "expression", "field": name} for name in FEATURES],
        "outputs": [{"id": "out", "name": "rule", "type": "expression", "field": "rule"}],
        "rules": rows,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }
    return zen.ZenEngine().create_decision(json.dumps(graph))


def single_events(rules: list[list[Literal]], events: pl.DataFrame) -> None:
    """Time one event at a time, after checking that every engine gives the same rule."""
    ruleset = as_ruleset(rules)
    runner = rulekit.compile(ruleset, "python").load()
    zen = zen_decision(rules)
    rows = events.head(20_000).to_dicts()
    for row in rows[:2000]:
        wanted = decide(ruleset, row).rule
        assert runner.one(row).rule == wanted
        assert zen.evaluate(row)["result"].get("rule") == wanted
    mine = per_event(runner.one, rows)
    theirs = per_event(zen.evaluate, rows[:5000])
    print(f"{'one event, from a dict':34s} {'median us':>10s} {'p99 us':>10s} {'ratio':>8s}")
    print(f"{'rulekit python target':34s} {mine[0]:10.2f} {mine[1]:10.2f} {1:8.1f}")
    print(f"{'zen-engine decision table':34s} {theirs[0]:10.2f} {theirs[1]:10.2f} {theirs[0] / mine[0]:8.1f}")


def frames(rules: list[list[Literal]], events: pl.DataFrame) -> None:
    """Time a whole frame, after checking that every engine gives the same rules."""
    runner = rulekit.compile(as_ruleset(rules), "polars").load()
    ways = {
        "rulekit polars target": lambda: runner.batch(events),
        "when/then chain, rule names": lambda: events.lazy().with_columns(chain(rules)).collect(),
        "when/then chain, integer codes": lambda: events.lazy().with_columns(code_chain(rules)).collect(),
    }
    wanted = runner.batch(events)["rule"].cast(pl.String)
    assert ways["when/then chain, rule names"]()["rule"].equals(wanted)
    codes = ways["when/then chain, integer codes"]()["rule"]
    assert ("r" + codes.cast(pl.String)).equals(wanted.alias("rule"), null_equal=True)
    times = {name: best_of(5, way) for name, way in ways.items()}
    mine = times["rulekit polars target"]
    print(f"\n{f'frame of {events.height:,} events':34s} {'M events/s':>10s} {'ratio':>8s}")
    for name, seconds in times.items():
        print(f"{name:34s} {events.height / seconds / 1e6:10.1f} {seconds / mine:8.2f}")


def linearity(events: pl.DataFrame) -> None:
    """Time 40 and 640 rules."""
    few = events.head(200_000)
    print(f"\n{'rules':34s} {'seconds':>10s} {'ratio':>8s}")
    times = {}
    for count in (40, 160, 640):
        runner = rulekit.compile(as_ruleset(draw_rules(count, 4, seed=count)), "polars").load()
        times[count] = best_of(3, lambda runner=runner: runner.batch(few))
        print(f"{f'polars target, {count} rules':34s} {times[count]:10.4f} {times[count] / times[40]:8.1f}")
    row = few.head(1)
    for count in (40, 160):
        rules = draw_rules(count, 4, seed=count)
        seconds = best_of(2, lambda rules=rules: row.lazy().with_columns(code_chain(rules)).collect())
        print(f"{f'when/then chain, {count} rules, 1 event':34s} {seconds:10.4f}")


def loading() -> None:
    """Time the import, and loading 1,000 rules."""
    code = "import time; s = time.perf_counter(); import rulekit; rulekit.Ruleset; print(time.perf_counter() - s)"
    bare = "import time; s = time.perf_counter(); import rulekit; print(time.perf_counter() - s)"
    seconds = [
        min(float(subprocess.check_output([sys.executable, "-c", text])) for _ in range(5))
        for text in (bare, code)
    ]
    text = ruleset_to_json(as_ruleset(draw_rules(1000, 4, seed=5)))
    start = time.perf_counter()
    ruleset_from_json(text)
    cold = time.perf_counter() - start
    print(
        f"\nimport rulekit: {1000 * seconds[0]:.0f} ms; with the language loaded: {1000 * seconds[1]:.0f} ms"
    )
    print(f"1,000 rules from canonical JSON: {1000 * cold:.0f} ms")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=2_000_000)
    count = parser.parse_args().events
    print(describe("rulekit-engine", "polars", "zen-engine"))
    print("40 rules x 4 literals x 12 float64 features, FIRST; answers checked equal before timing\n")
    rules, events = draw_rules(40, 4, seed=1), draw_events(count, seed=2)
    single_events(rules, events)
    frames(rules, events)
    linearity(events)
    loading()


if __name__ == "__main__":
    main()
