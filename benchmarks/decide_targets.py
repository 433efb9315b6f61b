"""Every target beside what people use today: Polars, DuckDB, zen-engine, rule-engine, and the teacher itself.

Claims, on 40 rules x 4 literals x 12 features and 2 M events: the kernel decides at least 5 times as many
events a core-second as a Polars ``coalesce`` and 8 times as many as DuckDB; at least 45 M with float64 and 60
M with float32 features on an idle machine; 1.8 times as many on 2 threads; with all hits at least 0.6 of
that; 3 M with 640 rules; a ruleset of 1,000 rules is loaded within 10 ms. One event takes at most 2 us in
``python`` and 1 us in ``c``. Answers of every engine are compared, event by event, before anything is timed.

Run: python benchmarks/decide_targets.py [--events 2000000]
"""

from __future__ import annotations

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # figures are for one core; two threads are said where they are used

import argparse
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import onnxruntime
import polars as pl
from decide_basic import FEATURES, OPERATORS, Literal, as_ruleset, draw_events, draw_rules, zen_decision
from machine import best_of, describe, per_event

import rulekit
from rulekit.ir.semantics import decide
from rulekit.targets.artifact import Artifact
from rulekit.targets.c.runner import CRunner
from rulekit.targets.kernel.runner import KernelRunner
from rulekit.targets.onnx.runner import OnnxRunner
from rulekit.targets.sql.runner import DuckDBRunner

Way = Callable[[], Any]
LINE = f"{'':44s} {'M events/s':>10s} {'GB/s':>6s} {'ratio':>7s}"


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    count = parser.parse_args().events
    libraries = (
        "numba",
        "polars",
        "duckdb",
        "onnxruntime",
        "lightgbm",
        "zen-engine",
        "rule-engine",
        "sqlglot",
    )
    print(describe("rulekit-engine", *libraries))
    print(
        f"load average {os.getloadavg()[0]:.2f}; measured read bandwidth of one core {bandwidth():.1f} GB/s"
    )
    print(
        "40 rules x 4 literals x 12 features, FIRST; answers checked equal before timing; one core unless said"
    )
    for dtype in ("float64", "float32"):
        frames(dtype, count)
    kernel_alone(count)
    single_events()
    teacher_and_law(min(count, 200_000))


def bandwidth() -> float:
    """Return how fast one core reads memory, in GB/s: the sum of 1 GiB of integers."""
    numbers = np.ones(1 << 27, np.int64)
    return numbers.nbytes / best_of(5, numbers.sum) / 1e9


def frames(dtype: str, count: int) -> None:
    """Time a whole frame in every engine, each with small integer codes, the quickest way to write it."""
    rules = draw_rules(40, 4, seed=1)
    events = draw_events(count, seed=2).cast(pl.Float32 if dtype == "float32" else pl.Float64)
    ruleset = as_ruleset(rules, dtype)
    kernel = KernelRunner(rulekit.compile(ruleset, "kernel"), threads=1)
    wanted = kernel.answers(events).codes
    check_sample(ruleset, events, wanted)
    ways: dict[str, tuple[Way, Callable[[Any], Any]]] = {
        "kernel, codes": (lambda: kernel.answers(events).codes, lambda codes: codes),
        "kernel, frame of outcome and rule": (lambda: kernel.batch(events), rule_codes),
        "polars coalesce": (lambda: events.select(coalesce(rules)), lambda frame: frame["code"].to_numpy()),
        "DuckDB CASE": (duckdb_case(rules, events, dtype), lambda columns: columns["code"]),
    }
    for name in ("polars", "c", "onnx", "sql"):
        runner = on_one_core(rulekit.compile(ruleset, name))
        ways[f"{name} target, frame"] = (lambda runner=runner: runner.batch(events), rule_codes)
    print(f"\n{f'{count:,} events of 12 {dtype}':44s}{LINE[44:]}")
    seconds = {}
    for name, (way, codes_of) in ways.items():
        assert np.array_equal(np.asarray(codes_of(way())), wanted), name
        seconds[name] = best_of(5, way)
        show(
            name,
            count / seconds[name],
            12 * (4 if dtype == "float32" else 8),
            seconds[name] / seconds["kernel, codes"],
        )


def on_one_core(artifact: Artifact) -> Any:
    """Return the runner of an artifact, kept to one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    runners = {
        "c": lambda: CRunner(artifact, threads=1),
        "onnx": lambda: OnnxRunner(artifact, options),
        "sql": lambda: DuckDBRunner(artifact, threads=1),
    }
    return runners.get(artifact.target, artifact.load)()


def show(name: str, rate: float, width: int, ratio: float) -> None:
    """Print one line."""
    print(f"{name:44s} {rate / 1e6:10.1f} {rate * width / 1e9:6.2f} {ratio:7.2f}")


def check_sample(ruleset: rulekit.Ruleset, events: pl.DataFrame, codes: Any) -> None:
    """Compare a sample with ``semantics``."""
    ids = {rule.id: number for number, rule in enumerate(ruleset.rules)}
    for event, code in zip(events.head(2000).to_dicts(), codes[:2000], strict=True):
        rule = decide(ruleset, event).rule
        assert code == (len(ids) + 1 if rule is None else ids[rule])


def rule_codes(frame: pl.DataFrame) -> Any:
    """Return the codes in a decided frame."""
    return (
        frame["rule"]
        .to_physical()
        .cast(pl.UInt32)
        .fill_null(len(frame.schema["rule"].categories) + 1)
        .to_numpy()
    )


def coalesce(rules: list[list[Literal]]) -> pl.Expr:
    """Return what a skilled user of Polars writes: linear in the rules, codes of 32 bits, no missing values."""
    whens = []
    for number, rule in enumerate(rules):
        tests = [OPERATORS[sign](pl.col(name), value) for name, sign, value in rule]
        whens.append(pl.when(pl.all_horizontal(tests)).then(pl.lit(number, pl.UInt32)))
    return pl.coalesce([*whens, pl.lit(len(rules) + 1, pl.UInt32)]).alias("code")


def duckdb_case(rules: list[list[Literal]], events: pl.DataFrame, dtype: str) -> Way:
    """Return a CASE over a table of DuckDB's own, on one thread, fetched as NumPy arrays."""
    connection = duckdb.connect(config={"threads": 1})
    table = events.to_arrow()
    connection.register("arrow", table)
    connection.execute("CREATE TABLE events AS SELECT * FROM arrow")
    cast = "FLOAT" if dtype == "float32" else "DOUBLE"
    whens = "".join(
        f" WHEN {' AND '.join(f'{name} {sign} {value}::{cast}' for name, sign, value in rule)} THEN {number}"
        for number, rule in enumerate(rules)
    )
    query = f"SELECT (CASE{whens} ELSE {len(rules) + 1} END)::UINTEGER AS code FROM events"  # noqa: S608 - our own
    return lambda: connection.execute(query).fetchnumpy()


def kernel_alone(count: int) -> None:
    """Time threads, all hits, many rules and loading."""
    events = draw_events(count, seed=2)
    artifact = rulekit.compile(as_ruleset(draw_rules(40, 4, seed=1)), "kernel")
    one, two = KernelRunner(artifact, threads=1), KernelRunner(artifact, threads=2)
    assert np.array_equal(one.answers(events).codes, two.answers(events).codes)
    few, many = best_of(9, lambda: one.answers(events)), best_of(9, lambda: two.answers(events))
    masks, lists = best_of(9, lambda: one.masks(events)), best_of(5, lambda: one.batch(events, hits=True))
    print(f"\n{'kernel, 12 float64':44s}{LINE[44:].replace('  ratio', 'speedup')}")
    show("one thread", count / few, 96, 1)
    show("two threads", count / many, 96, few / many)
    show("all hits, bit masks", count / masks, 96, few / masks)
    show("all hits, frame with a list an event", count / lists, 96, few / lists)
    for rules, literals in ((160, 4), (640, 4), (640, 8), (5000, 12)):
        artifact = rulekit.compile(as_ruleset(draw_rules(rules, literals, seed=rules)), "kernel")
        runner, some = KernelRunner(artifact, threads=1), events.head(max(count // 10, 1))
        codes = runner.answers(some).codes
        assert codes[:100].tolist() == slow_codes(artifact.ruleset, some.head(100))
        seconds = best_of(3, lambda runner=runner, some=some: runner.answers(some))
        name = f"{rules:,} rules x {literals} literals; {100 * (codes < rules).mean():.0f} % of events hit"
        show(name, some.height / seconds, 96, few / count * some.height / seconds)
    artifact = rulekit.compile(as_ruleset(draw_rules(1000, 4, seed=5)), "kernel")
    print(
        f"a compiled ruleset of 1,000 rules is loaded in {1000 * best_of(9, lambda: KernelRunner(artifact)):.1f} ms"
    )


def slow_codes(ruleset: rulekit.Ruleset, events: pl.DataFrame) -> list[int]:
    """Return the codes that ``semantics`` gives."""
    ids = {rule.id: number for number, rule in enumerate(ruleset.rules)}
    found = [decide(ruleset, event).rule for event in events.to_dicts()]
    return [len(ids) + 1 if rule is None else ids[rule] for rule in found]


def single_events() -> None:
    """Time one event at a time, after checking that every engine gives the same rule."""
    from rule_engine import Rule

    rules = draw_rules(40, 4, seed=1)
    ruleset, rows = as_ruleset(rules), draw_events(20_000, seed=3).to_dicts()
    python, c = (rulekit.compile(ruleset, name).load() for name in ("python", "c"))
    zen = zen_decision(rules)
    engine = [Rule(" and ".join(f"{name} {sign} {value}" for name, sign, value in rule)) for rule in rules]
    filled = [c.pack(row) for row in rows]
    for row, event in zip(rows[:2000], filled, strict=False):
        wanted = decide(ruleset, row).rule
        assert python.one(row).rule == c.one(row).rule == zen.evaluate(row)["result"].get("rule") == wanted
        assert c.first_rule(event) == (41 if wanted is None else int(wanted[1:]))
        first = next((number for number, rule in enumerate(engine) if rule.matches(row)), None)
        assert (None if first is None else f"r{first}") == wanted
    ways = {
        "c, its shared library, a filled struct": (c.first_rule, filled),
        "c, from a dict": (c.one, rows),
        "python, from a dict": (python.one, rows),
        "zen-engine decision table": (zen.evaluate, rows[:3000]),
        "rule-engine, one rule after the other": (
            lambda row: next((number for number, rule in enumerate(engine) if rule.matches(row)), None),
            rows[:2000],
        ),
    }
    print(f"\n{'one event':44s} {'median us':>10s} {'p99 us':>8s} {'ratio':>7s}")
    base = None
    for name, (way, events) in ways.items():
        median, tail = per_event(way, events)
        base = base or median
        print(f"{name:44s} {median:10.2f} {tail:8.2f} {median / base:7.1f}")


def teacher_and_law(count: int) -> None:
    """Time the law against the ensemble of 200 trees that it replaces, on the same events, both on one core."""
    events = draw_events(count, seed=2).cast(pl.Float32)
    rules = draw_rules(40, 4, seed=1)
    ruleset = as_ruleset(rules, "float32")
    kernel = KernelRunner(rulekit.compile(ruleset, "kernel"), threads=1)
    onnx = session(rulekit.compile(ruleset, "onnx").files["decide.onnx"])
    feeds = {name: events[name].to_numpy() for name in FEATURES}
    codes = kernel.answers(events).codes.astype(np.int64)
    law = onnx.run(["rule"], feeds)[0]
    assert np.array_equal(law, np.where(codes < len(rules), codes, -1))
    teacher, matrix = lightgbm_session(events, codes < len(rules)), events.to_numpy(order="c")
    print(f"\n{f'the law and its teacher, {count:,} events':44s} {'M events/s':>10s} {'':6s} {'ratio':>7s}")
    base = best_of(3, lambda: teacher.run(None, {teacher.get_inputs()[0].name: matrix}))
    for name, seconds in {
        "LightGBM of 200 trees, ONNX": base,
        "the law, ONNX": best_of(5, lambda: onnx.run(["outcome", "rule"], feeds)),
        "the law, kernel": best_of(5, lambda: kernel.answers(events)),
    }.items():
        print(f"{name:44s} {count / seconds / 1e6:10.3f} {'':6s} {base / seconds:7.1f}")


def lightgbm_session(events: pl.DataFrame, accepted: Any) -> onnxruntime.InferenceSession:
    """Train 200 trees of 31 leaves on what the law accepts, and return them as an ONNX session on one thread."""
    from lightgbm import LGBMClassifier
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    model = LGBMClassifier(n_estimators=200, num_leaves=31, random_state=0, n_jobs=1, verbose=-1)
    model.fit(events.head(20_000).to_numpy(), accepted[:20_000].astype(int))
    converted = convert_lightgbm(model, initial_types=[("x", FloatTensorType([None, 12]))], zipmap=False)
    return session(converted.SerializeToString())


def session(model: bytes) -> onnxruntime.InferenceSession:
    """Return a session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # the converter of LightGBM declares a shape of its own
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    main()
