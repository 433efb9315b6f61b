"""``rulekit decide`` on a file of trigger events, in its parts, beside another checkout of rulekit.

Claims: counting outcomes and odd values, with the manifest, takes at most a fifth of the processor time of
``decide_file``. Every run must give the same decisions file and the same manifest before its time counts.

Run: python benchmarks/decide_file.py [--events 1000000] [--before FOLDER]

``--before`` names another checkout, such as ``git worktree add ../before HEAD~1`` makes one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from machine import describe

import rulekit
from rulekit.runtime.decide_file import decide_file
from rulekit.store.lookup import read_law

ROOT = Path(__file__).resolve().parents[1]
LAW = ROOT / "rules" / "hep" / "level1"
KINDS = ("parquet", "csv")
ID = "event"
RUNS = 5

Times = dict[str, tuple[float, float]]
"""Wall and processor seconds of each part."""


def write_events(count: int, folder: Path) -> None:
    """Write trigger events in both kinds of file."""
    from rulekit_adapters import hep

    events = hep.generate(count, 3)
    events.write_parquet(folder / "events.parquet")
    events.write_csv(folder / "events.csv")


def timed(function: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Return the shortest wall time and the shortest processor time, children included, after one warm-up."""
    function()
    walls, processors = [], []
    for _ in range(runs):
        wall, processor = time.perf_counter(), processor_seconds()
        function()
        walls.append(time.perf_counter() - wall)
        processors.append(processor_seconds() - processor)
    return min(walls), min(processors)


def processor_seconds() -> float:
    """Return what this process and its children have taken so far."""
    taken = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in taken)


def work(kind: str, events: Path, out: Path) -> Times:
    """Decide one file of events in this process, and time the parts."""
    ruleset = read_law(LAW).ruleset
    artifact = rulekit.compile(ruleset, "kernel")
    runner = artifact.load()
    columns = [ID, *(feature.name for feature in ruleset.read)]
    sink = {"parquet": pl.LazyFrame.sink_parquet, "csv": pl.LazyFrame.sink_csv}[kind]

    def decide_and_write() -> None:
        frame = rulekit.frames.scan(str(events), ruleset.schema).select(columns)
        decided = runner.batch(frame, hits=True)
        if kind == "csv":
            decided = decided.with_columns(pl.col("hits").cast(pl.List(pl.String)).list.join(" "))
        digest = pl.lit(ruleset.digest, pl.Enum([ruleset.digest])).alias("ruleset")
        sink(decided.select(ID, "outcome", "rule", "hits", digest), out.with_name(f"bare.{kind}"))

    return {
        "compile and load": timed(lambda: rulekit.compile(read_law(LAW).ruleset, "kernel").load()),
        "decide and write alone": timed(decide_and_write),
        "decide_file": timed(lambda: decide_file(artifact, str(events), out, id_column=ID)),
    }


def measured(checkout: Path, kind: str, folder: Path) -> tuple[Times, Path]:
    """Return what a checkout takes for a kind of file, in a process of its own, and its decisions."""
    events = folder / f"events.{kind}"
    out = folder / checkout.resolve().as_posix().strip("/").replace("/", "-") / f"decisions.{kind}"
    out.parent.mkdir(exist_ok=True)
    paths = os.pathsep.join([str(checkout), str(checkout / "adapters")])
    here = {**os.environ, "PYTHONPATH": paths}
    worker = [sys.executable, __file__, "--worker", kind, str(events), str(out)]
    found: dict[str, Any] = json.loads(subprocess.check_output(worker, env=here, text=True))
    verb = [sys.executable, "-m", "rulekit", "decide", str(LAW), str(events), "--id", ID, "--out", str(out)]
    whole = timed(lambda: subprocess.run(verb, env=here, check=True, stdout=subprocess.PIPE), runs=3)
    times = {part: (wall, processor) for part, (wall, processor) in found.items()}
    return {**times, "rulekit decide, the process": whole}, out


def check_equal(one: Path, other: Path) -> None:
    """Require the same bytes of decisions, and the same manifest but for the command that was typed."""
    assert one.read_bytes() == other.read_bytes(), f"{one} and {other} differ"
    manifests = [json.loads(path.with_name(f"{path.name}.json").read_text()) for path in (one, other)]
    for manifest in manifests:
        manifest.pop("command")
    assert manifests[0] == manifests[1], f"the manifests of {one} and {other} differ"


def report(kind: str, now: Times, before: Times | None) -> None:
    """Print the parts, and what counting adds to deciding and writing."""
    head = f"{kind:34s} {'wall s':>8s} {'cpu s':>8s}"
    print(head + ("" if before is None else f" {'before':>8s} {'cpu s':>8s} {'ratio':>6s} {'of cpu':>6s}"))
    for part, (wall, processor) in now.items():
        line = f"{part:34s} {wall:8.3f} {processor:8.3f}"
        if before is not None:
            old = before[part]
            line += f" {old[0]:8.3f} {old[1]:8.3f} {old[0] / wall:6.2f} {old[1] / processor:6.2f}"
        print(line)
    for name, times in (("", now), ("before: ", before)):
        if times is not None:
            bare, whole = times["decide and write alone"][1], times["decide_file"][1]
            share = 100 * (whole - bare) / whole
            print(f"{name}counting and the manifest are {share:.0f} % of the cpu time of decide_file")
    print()


def main() -> None:
    """Write events, compare the decisions, print the times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--before", type=Path, help="another checkout of rulekit")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        kind, events, out = given.worker
        print(json.dumps(work(kind, Path(events), Path(out))))
        return
    print(describe("rulekit-engine", "polars", "numba"))
    print(
        f"{given.events:,} trigger events, rules/hep/level1, target kernel; decisions and manifests equal\n"
    )
    with tempfile.TemporaryDirectory() as scratch:
        write_events(given.events, Path(scratch))
        for kind in KINDS:
            now, out = measured(ROOT, kind, Path(scratch))
            before = None
            if given.before is not None:
                before, other = measured(given.before, kind, Path(scratch))
                check_equal(out, other)
            report(kind, now, before)


if __name__ == "__main__":
    main()
