"""The decision log: appending and verifying in its three stores, beside what one writes by hand.

Claims: at least 100,000 records a second are appended into SQLite and into Parquet on one core, in batches, each
acknowledged when it is on the disk; at least 500,000 a second are verified. Appending starts from the decided
frame: records become canonical JSON, are sealed by the chain, stored, and heads are signed. By hand is
``json.dumps`` of each event and ``executemany`` into SQLite: no chain, no signature, no canonical form.

The process and its threads stay on one core; PostgreSQL is another process, with a core of its own. Rates are by
the clock on the wall, and by the time that the processor gave to this process, which others do not slow.

Run: python benchmarks/log_store.py [--records 1000000] [--batch 10000]
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.append(str(Path(__file__).parents[1] / "tests"))

import polars as pl
from fixtures import FRAUD
from machine import describe

import rulekit
from rulekit.keys import PrivateKey, new_key
from rulekit.log.options import LogOptions
from rulekit.log.read.records import read_batches, values_frame
from rulekit.log.read.verify import verify_log
from rulekit.log.write.encoder import RecordEncoder
from rulekit.log.write.writer import open_log

WIDTH = 34
Rate = tuple[float, float]


def draw_events(count: int) -> pl.DataFrame:
    """Draw events of the fraud law, with an id of text, and some values missing."""
    import numpy as np

    rng = np.random.default_rng(7)
    missing = rng.random(count) < 0.05
    return pl.DataFrame(
        {
            "id": np.char.add("payment-", np.arange(count).astype(str)),
            "amount": rng.lognormal(4, 1.5, count).astype(np.float32),
            "cards_per_device_1h": rng.integers(0, 6, count).astype(np.int32),
            "country": rng.choice(["SE", "NO", "DK", "FI", "US"], count),
            "device_age": np.where(missing, np.nan, rng.exponential(300, count)),
        }
    )


def timed(count: int, function: Callable[[], object]) -> Rate:
    """Return records a second: by the clock on the wall, and by the processor's time of this process."""
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return count / (time.perf_counter() - wall), count / (time.process_time() - processor)


def append(where: str, decided: list[pl.DataFrame], artifact: rulekit.Artifact, key: PrivateKey) -> None:
    """Write decided frames into a log, one batch each."""
    with open_log(where, LogOptions(), key) as log:
        encoder = RecordEncoder(artifact, log.options)
        for frame in decided:
            log.append(encoder.batch(frame, frame["id"], 1000))


def by_hand(path: Path, decided: list[pl.DataFrame]) -> None:
    """Write decided frames into SQLite as one does without thinking of a log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE decisions (id TEXT, record TEXT)")
        for frame in decided:
            rows = [(row["id"], json.dumps(row)) for row in frame.iter_rows(named=True)]
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO decisions VALUES (?, ?)", rows)
            connection.execute("COMMIT")


def check(where: str, key: PrivateKey, count: int) -> None:
    """Verify a log, and that all of it is there and signed."""
    found = verify_log(where, key.public)
    assert (found.findings, found.lines, found.signed) == ((), count, count)


def read(where: str, ruleset: rulekit.Ruleset) -> None:
    """Read a log into frames, with the values at their dtypes, as a replay does."""
    for frame in read_batches(where):
        values_frame(frame["text"], ruleset)


@contextmanager
def places(folder: Path) -> Iterator[dict[str, str]]:
    """Give the places of a log in each store; PostgreSQL waits for the disk, too."""
    from postgres import postgres_server

    with postgres_server(durable=True) as socket:
        server = f"postgresql://rulekit@/postgres?host={socket}"
        yield {"SQLite": str(folder / "log.sqlite"), "Parquet": str(folder / "log"), "PostgreSQL": server}


def report(title: str, rates: dict[str, Rate]) -> None:
    """Print rates, with the ratio to the first line by the processor's time."""
    print(f"\n{title:{WIDTH}s} {'wall /s':>12s} {'processor /s':>14s} {'ratio':>8s}")
    first = next(iter(rates.values()))[1]
    for name, (wall, processor) in rates.items():
        print(f"{name:{WIDTH}s} {wall:12,.0f} {processor:14,.0f} {processor / first:8.2f}")


def measure(folder: Path, decided: list[pl.DataFrame], artifact: rulekit.Artifact, count: int) -> None:
    """Time every store, and check that each log is sound and whole."""
    key = new_key("bench", folder / "keys")
    appended = {"by hand: json.dumps into SQLite": timed(count, lambda: by_hand(folder / "hand.db", decided))}
    verified: dict[str, Rate] = {}
    replayed: dict[str, Rate] = {}
    with places(folder) as stores:
        for name, where in stores.items():
            appended[name] = timed(count, lambda where=where: append(where, decided, artifact, key))
            verified[name] = timed(count, lambda where=where: check(where, key, count))
            replayed[name] = timed(count, lambda where=where: read(where, artifact.ruleset))
    report("appending", appended)
    report("verifying", verified)
    report("reading into frames, with values", replayed)


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    arguments = parser.parse_args()
    artifact = rulekit.compile(rulekit.load(FRAUD), "polars")
    events = draw_events(arguments.records)
    decided = artifact.load().batch(events, hits=True).iter_slices(arguments.batch)
    print(describe("rulekit-engine", "polars", "psycopg", "cryptography"))
    print(f"{arguments.records:,} records of 4 features, batches of {arguments.batch:,}, one core")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="rulekit-log-") as folder:
        measure(Path(folder), list(decided), artifact, arguments.records)


if __name__ == "__main__":
    main()
