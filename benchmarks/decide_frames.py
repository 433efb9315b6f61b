"""What a frame of decisions costs beside the bare decisions, with the kernel, on one thread and on two.

Claims, on 40 rules x 4 literals x 12 float64 features, first match: ``batch`` of a DataFrame reaches at least 0.85
of the events per second of ``answers``, which gives bare codes; and it decides at least 4 times as many events
per second as a bare Polars ``coalesce`` of codes on the same threads. Another row makes the same columns from the
codes of ``answers`` with NumPy and two casts, as rulekit 0.1.0 did. All ways are compared event by event before
anything is timed; then they take turns, and each keeps its shortest time. Each number of threads has a process of
its own, because Polars takes its threads when it is imported.

The times are wall times. On a shared machine the processor time of one thread says more; ``--cpu`` prints that.

Run: python benchmarks/decide_frames.py [--events 5000000] [--rounds 15] [--cpu]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

THREADS = (1, 2)
Way = Callable[[], Any]


def main() -> None:
    """Start one process for each number of threads, or measure in this one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cpu", action="store_true", help="print processor time; default: wall time")
    parser.add_argument(
        "--threads", type=int, help="measure in this process; default: one process for 1 and 2"
    )
    given = parser.parse_args()
    if given.threads:
        measure(
            given.events, given.threads, given.rounds, time.process_time if given.cpu else time.perf_counter
        )
        return
    from machine import describe

    print(describe("rulekit-engine", "polars", "numba", "numpy"))
    print(
        "40 rules x 4 literals x 12 float64 features, FIRST; answers checked equal before timing", flush=True
    )
    for threads in THREADS:
        environment = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
        subprocess.run([sys.executable, *sys.argv, "--threads", str(threads)], env=environment, check=True)


def measure(count: int, threads: int, rounds: int, clock: Callable[[], float]) -> None:
    """Compare the ways, time them in turns, and print one line for each."""
    import polars as pl
    from decide_basic import as_ruleset, draw_events, draw_rules
    from decide_targets import check_sample, coalesce

    import rulekit
    from rulekit.targets.kernel.runner import KernelRunner

    assert pl.thread_pool_size() == threads
    rules, events = draw_rules(40, 4, seed=1), draw_events(count, seed=2)
    ruleset = as_ruleset(rules)
    kernel = KernelRunner(rulekit.compile(ruleset, "kernel"), threads)
    decided, codes = kernel.batch(events), kernel.answers(events).codes
    check_sample(ruleset, events, codes)
    by_numpy = columns_by_numpy(ruleset, codes)
    assert decided.select("outcome", "rule").equals(pl.DataFrame(by_numpy))
    assert (events.select(coalesce(rules)).to_series().to_numpy() == codes).all()
    plan = events.lazy()
    assert (
        kernel.batch(plan)
        .select("outcome", "rule")
        .collect(engine="streaming")
        .equals(pl.DataFrame(by_numpy))
    )
    ways: dict[str, Way] = {
        "kernel.answers: bare codes": lambda: kernel.answers(events),
        "kernel.batch: frame of outcome and rule": lambda: kernel.batch(events),
        "kernel.batch: LazyFrame, streamed": lambda: (
            kernel.batch(plan).select("outcome", "rule").collect(engine="streaming")
        ),
        "answers, NumPy and two casts (0.1.0)": lambda: events.with_columns(
            columns_by_numpy(ruleset, kernel.answers(events).codes)
        ),
        "polars coalesce: bare codes": lambda: events.select(coalesce(rules)),
    }
    times = in_turns(ways, rounds, clock)
    show(times, count, threads)


def in_turns(ways: dict[str, Way], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """Return the shortest of several times of each way, in seconds; the ways take turns."""
    times = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            start = clock()
            way()
            times[name] = min(times[name], clock() - start)
    return times


def show(times: dict[str, float], count: int, threads: int) -> None:
    """Print events per second, beside the bare codes of the kernel and beside Polars."""
    codes, polars = next(iter(times.values())), times["polars coalesce: bare codes"]
    head = f"{count:,} events, {threads} thread{'s' if threads > 1 else ''}"
    print(f"\n{head:44s} {'M events/s':>10s} {'of answers':>11s} {'of coalesce':>12s}")
    for name, seconds in times.items():
        print(
            f"{name:44s} {count / seconds / 1e6:10.1f} {codes / seconds:11.2f} {polars / seconds:12.2f}",
            flush=True,
        )


def columns_by_numpy(ruleset: Any, codes: Any) -> list[Any]:
    """Return outcome and rule as rulekit 0.1.0 made them: a take over all events, and two checked casts."""
    import numpy as np
    import polars as pl
    import pyarrow as pa

    ids, outcomes = [rule.id for rule in ruleset.rules], list(ruleset.outcomes)
    named = [*(rule.then for rule in ruleset.rules), "invalid", ruleset.otherwise]
    places = np.array([outcomes.index(name) for name in named], np.uint8).take(codes)
    known = np.minimum(codes, len(ids) - 1).astype(np.uint8)
    buffers = [pa.py_buffer(np.packbits(codes < len(ids), bitorder="little")), pa.py_buffer(known)]
    rules = pl.Series(pa.Array.from_buffers(pa.uint8(), len(codes), buffers))
    frame = pl.DataFrame({"outcome": pl.Series(places), "rule": rules})
    casts = pl.col("outcome").cat.to(pl.Enum(outcomes)), pl.col("rule").cat.to(pl.Enum(ids))
    return frame.select(casts).get_columns()


if __name__ == "__main__":
    main()
