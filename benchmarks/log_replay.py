"""Replaying a decision log, beside deciding each of its records again by hand.

Claim: 1,000,000 records of 12 features are replayed in at most 30 seconds on one core. The chain and its signed
heads are verified, every record is recomputed by the compiled rules and compared in all of its fields, and 1,000
are decided by the reference semantics. By hand is a loop over the records: JSON, the reference semantics, and a
comparison, of which a part is timed. Before anything is timed, forged records must be found, every one of them.

The process and its threads stay on one core; PostgreSQL is another process, with a core of its own. Times are by
the clock on the wall, and by the time that the processor gave to this process, which others do not slow.

Run: python benchmarks/log_replay.py [--records 1000000]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"
sys.path.append(str(Path(__file__).parents[1] / "tests"))

import polars as pl
from log_store import places
from logs import drop_heads, rewrite, sealed_anew
from machine import describe

import rulekit
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.semantics import decide
from rulekit.keys import PrivateKey, new_key
from rulekit.log.read.records import read_batches
from rulekit.log.record import record_from_text, record_text, values_from_json
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log
from rulekit.reports.replay.log import replay

BATCH = 1 << 15
BY_HAND = 5_000
"""Records that are decided by hand, which is slow."""

FEATURES = [
    *({"name": f"score_{place}", "dtype": "float32"} for place in range(6)),
    *({"name": f"age_{place}", "dtype": "float64", "unit": "day"} for place in range(2)),
    {"name": "cards", "dtype": "int32", "required": True},
    {"name": "spent", "dtype": "int64"},
    {"name": "country", "dtype": "category", "categories": ["SE", "NO", "DK", "FI"]},
    {"name": "online", "dtype": "bool"},
]


def make_law() -> rulekit.Ruleset:
    """Return a law of ten rules of five literals that read all twelve features."""
    rules = [
        {
            "id": f"rule-{place}",
            "when": [f"score_{place % 6} > {0.5 + place / 50}", f"age_{place % 2} < 500", f"cards >= {place % 4}",
                     "spent > 500", "country in {SE, NO}" if place % 2 else "online == true"],
            "then": "review" if place % 2 else "block",
        }
        for place in range(10)
    ]  # fmt: skip
    schema = {"name": "bench.replay", "version": "1.0.0", "features": FEATURES}
    head = {"name": "bench.replay", "version": "1.0.0", "hit_policy": "first", "otherwise": "approve"}
    return rulekit.load(json.dumps({**head, "schema": schema, "rules": rules}))


def draw_events(count: int, seed: int) -> pl.DataFrame:
    """Draw events, with an id of text, and some values missing."""
    import numpy as np

    rng = np.random.default_rng(seed)
    scores = {f"score_{place}": rng.random(count, dtype=np.float32) for place in range(6)}
    ages = rng.exponential(300, (2, count))
    ages[rng.random((2, count)) < 0.05] = np.nan
    return pl.DataFrame(
        {
            "id": np.char.add(f"payment-{seed}-", np.arange(count).astype(str)),
            **scores,
            **{f"age_{place}": column for place, column in enumerate(ages)},
            "cards": rng.integers(0, 6, count).astype(np.int32),
            "spent": rng.integers(0, 100_000, count),
            "country": rng.choice(["SE", "NO", "DK", "FI", "US"], count),
            "online": rng.random(count) < 0.5,
        }
    ).with_columns(pl.when(pl.col("spent") > 1000).then("spent"))


def write(where: str, law: rulekit.Ruleset, count: int, key: PrivateKey) -> None:
    """Decide events and log them, batch by batch."""
    with open_log(where, key=key) as log:
        logged = LoggedRunner(rulekit.compile(law).load(), log, "id")
        for first in range(0, count, BATCH):
            logged.batch(draw_events(min(BATCH, count - first), first))


def check_found(folder: Path, law: rulekit.Ruleset, rules: Path) -> None:
    """Forge records of a small log, seal them as if nothing had been, and see that exactly these are named."""
    where = str(folder / "forged.sqlite")
    write(where, law, 20_000, new_key("forger", folder))
    forged = sorted(random.Random(1).sample(range(1, 20_000), 50))

    def forge(rows: list[tuple[int, bytes, bytes]]) -> list[tuple[int, bytes, bytes]]:
        for seq in forged:
            record = record_from_text(rows[seq][1])
            other = "block" if record.outcome == "approve" else "approve"
            rows[seq] = (seq, record_text(record.model_copy(update={"outcome": other})), b"")
        return sealed_anew(rows, 1)

    rewrite(where, forge)
    drop_heads(where)
    found = replay(where, [rules], out=folder / "differences.parquet")
    named = pl.read_parquet(folder / "differences.parquet").filter(by="compiled rules")
    assert (found.different, named["seq"].to_list()) == (50, forged)


def by_hand(texts: list[bytes], law: rulekit.Ruleset) -> None:
    """Decide records again, one by one."""
    for text in texts:
        record = record_from_text(text)
        decision = decide(law, values_from_json(law.read, record.values))
        assert (decision.outcome, decision.rule, decision.hits) == (record.outcome, record.rule, record.hits)


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock on the wall, and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - processor


def measure(folder: Path, law: rulekit.Ruleset, rules: Path, count: int) -> None:
    """Time the replay out of every store."""
    key = new_key("bench", folder / "keys")

    def check(where: str, *, verify: bool) -> None:
        found = replay(where, [rules], key=key.public, verify=verify)
        assert (found.equal, found.findings, found.laws[0].sampled) == (count, (), 1000)

    print(f"\n{'replaying':34s} {'wall s':>8s} {'processor s':>12s} {'records / s':>12s} {'ratio':>8s}")
    rate = 0.0
    with places(folder) as stores:
        for name, where in stores.items():
            write(where, law, count, key)
            if not rate:
                first = next(read_batches(where, BY_HAND))["text"].head(BY_HAND)
                texts = [text.encode() for text in first]
                wall, processor = timed(lambda texts=texts: by_hand(texts, law))
                rate = len(texts) / processor
                print(f"{'by hand, a part':34s} {wall:8.2f} {processor:12.2f} {rate:12,.0f} {1:8.2f}")
            for verify in (True, False):
                wall, processor = timed(lambda where=where, verify=verify: check(where, verify=verify))
                label = name if verify else f"{name}, chain not followed"
                speed = count / processor
                print(f"{label:34s} {wall:8.2f} {processor:12.2f} {speed:12,.0f} {speed / rate:8.1f}")


def main() -> None:
    """Check, then time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1_000_000)
    count = parser.parse_args().records
    law = make_law()
    print(describe("rulekit-engine", "polars", "numba", "psycopg", "cryptography"))
    print(f"{count:,} records of {len(law.read)} features and {len(law.rules)} rules, one core")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="rulekit-replay-") as name:
        folder = Path(name)
        rules = folder / "law.json"
        rules.write_text(ruleset_to_json(law))
        check_found(folder, law, rules)
        measure(folder, law, rules, count)


if __name__ == "__main__":
    main()
