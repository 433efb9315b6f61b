"""How long an induction takes, and how much memory: events of twelve features, the full path to twenty rules.

Claims, on two cores: 200,000 events in 120 s and 4 GB; 2,000,000 events in 10 minutes (searched on a sample,
measured on all).

Run: python benchmarks/induce_scale.py [--events 200000]
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import polars as pl
from machine import describe

import rulekit

FEATURES = 12


def events_of(count: int, seed: int) -> pl.DataFrame:
    """Return events whose signal lies in three overlapping boxes with soft edges, with a teacher's noisy score."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(FEATURES, count)).astype(np.float32)
    values[3:6] = np.exp(values[3:6])
    logit = -4.5 + 3 * (values[0] > 1) * (values[1] > 0.5) + 3 * (values[3] > 2) * (values[4] < 1)
    logit += 4 * (values[6] < -1) * (values[7] > 0.3) * (values[2] > -0.5) + 0.6 * values[8] + 0.4 * values[9]
    truth = rng.random(count) < 1 / (1 + np.exp(-logit))
    score = logit + rng.normal(0, 0.5, count)
    columns = {f"x{index}": column for index, column in enumerate(values)}
    return pl.DataFrame({**columns, "truth": truth, "score": score})


def main() -> None:
    """Induce once and print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000)
    count = parser.parse_args().events
    print(describe("rulekit-engine", "numpy", "polars", "scikit-learn", "numba", "ortools"))
    train, test = events_of(count, 1), events_of(200_000, 2)
    schema = rulekit.Schema(
        name="scale",
        version="1.0.0",
        features=tuple(rulekit.Feature(name=f"x{index}", dtype="float32") for index in range(FEATURES)),
    )
    budget = rulekit.Budget(false_positive_rate=0.01, rules=20)
    start = time.perf_counter()
    found = rulekit.induce("score", train, "truth", schema=schema, budget=budget, progress=False)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    accepted = test.select(rulekit.expr(found.ruleset, "accept")).to_series()
    rate = accepted.filter(~test["truth"]).mean()
    reached = accepted.filter(test["truth"]).mean()
    sizes = ", ".join(f"{point.rules}/{point.literals}" for point in found.path)
    method = found.ruleset.provenance.method if found.ruleset.provenance else None
    print(f"{count:,} events x {FEATURES} features: {seconds:.0f} s, {memory:.1f} GB at most")
    print(f"{method}: path of rules/literals {sizes}; test efficiency {reached:.3f} at a rate of {rate:.2%}")


if __name__ == "__main__":
    main()
