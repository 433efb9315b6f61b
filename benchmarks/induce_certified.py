"""Does a certified rate hold? Many resplits, and how often the rate on test is above its limit.

Each resplit draws three tenths of the events for an induction and tests on the others. A limit at 95 % may be
broken in one of twenty resplits; the rate on test is itself a count, so that a little more is expected: the table
says how many excesses would be too many at a confidence of 99 %, were the limits exact and the test counts as noisy
as they are. Two promises are tried: the limit that comes with any ruleset, and the budget itself where it is
``certified``.

Run: python benchmarks/induce_certified.py    (data: see datasets.py)
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from datasets import CASES, SCORE, TRUTH, Case, Data, available, load
from machine import describe
from scipy.stats import binom, norm

import rulekit

NAMES = ("magic5", "cards")
_SHARE = 0.3
_CALIBRATION = 0.3
_CONFIDENCE = 0.95


class Resplit(NamedTuple):
    """One resplit: the limit that was promised, the rate on test, and the efficiency there."""

    limit: float
    rate: float
    efficiency: float


def resplits(case: Case, data: Data, options: argparse.Namespace, *, certified: bool) -> Iterator[Resplit]:
    """Yield what each resplit promised and what came."""
    columns = [*data.schema.names, TRUTH, SCORE]
    events = pl.concat([data.train.select(columns), data.test.select(columns)])
    budget = rulekit.Budget.model_validate(
        {case.kind: case.rate, "rules": 10, "certified": certified, "confidence": _CONFIDENCE}
    )
    for seed in range(options.resplits):
        order = np.random.default_rng(seed).permutation(events.height)
        train, test = np.split(order, [int(_SHARE * events.height)])
        found = rulekit.induce(
            SCORE, events[train], TRUTH, schema=data.schema, budget=budget, method=options.method,
            seed=seed, progress=False,
        )  # fmt: skip
        rest = events[test]
        accepted = rest.select(rulekit.expr(found.ruleset, "accept")).to_series()
        charged = (
            ~rest[TRUTH] if case.kind == "false_positive_rate" else pl.repeat(True, rest.height, eager=True)
        )
        yield Resplit(found.limit, accepted.filter(charged).mean(), accepted.filter(rest[TRUTH]).mean())  # type: ignore[arg-type]


def most_excesses(count: int) -> tuple[float, int]:
    """Return the share of excesses to expect of exact limits, and how many are too many at 99 %."""
    fit, test = _SHARE * _CALIBRATION, 1 - _SHARE
    share = float(norm.sf(norm.ppf(_CONFIDENCE) / math.sqrt(1 + fit / test)))
    return share, int(binom.ppf(0.99, count, share)) + 1


def main() -> int:
    """Print how often each promise was broken; exit 1 when that was too often."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--resplits", type=int, default=100)
    parser.add_argument("--method", default="tree", help="the race takes minutes for each resplit")
    parser.add_argument("--cache", type=Path, help="folder for the scored events; temporary without")
    options = parser.parse_args()
    print(describe("rulekit-engine", "numpy", "polars", "scikit-learn", "scipy"))
    share, too_many = most_excesses(options.resplits)
    print(f"method {options.method}; {100 * share:.1f} % of the limits are expected to be exceeded on test, "
          f"{too_many} of {options.resplits} are too many\n")  # fmt: skip
    print(f"{'data':44s} {'promise':>10s} {'exceeded':>9s} {'limit':>8s} {'rate':>8s} {'eff.':>6s}")
    held = True
    with tempfile.TemporaryDirectory() as temporary:
        for case in (case for case in CASES if case.name in NAMES and case in available()):
            data = load(case.source, options.cache or Path(temporary))
            for certified in (False, True):
                found = list(resplits(case, data, options, certified=certified))
                broken = sum(one.rate > one.limit for one in found)
                held &= broken < too_many
                limit, rate, reached = np.mean(found, axis=0)
                print(f"{case.title:44s} {'budget' if certified else 'limit':>10s} {broken:5d}/{len(found)} "
                      f"{limit:8.3%} {rate:8.3%} {reached:6.3f}", flush=True)  # fmt: skip
    print("\nthe promises held" if held else "\na promise was broken too often")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
