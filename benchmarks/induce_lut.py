"""What cheap thresholds are worth in an FPGA: efficiency against predicted look-up tables.

MAGIC at 2 % of hadrons, numbers of 10 bits. With snapping the budget caps look-up tables, and thresholds are
numbers with cheap comparators. Without, rulesets of rising size are induced as for a processor, and priced
afterwards. Both are decided by the fixed-point law that the hardware would have, on test.

Run: python benchmarks/induce_lut.py    (data: see datasets.py)
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl
from datasets import CASES, SCORE, TRUTH, Data, load
from machine import describe

import rulekit
from rulekit.ir.formats import default_fixed
from rulekit.ir.numerics import Fixed
from rulekit.targets.polars import PolarsRunner
from rulekit.targets.shared.lut_cost import predicted_lut

WIDTH = 10
CAPS = (20, 40, 80, 160, 320)


def bounded(data: Data) -> rulekit.Schema:
    """Return the schema with the bounds of train, from which formats are chosen."""
    return rulekit.Schema(
        name=data.schema.name,
        version=data.schema.version,
        features=tuple(
            feature.model_copy(
                update={"bounds": (data.train[feature.name].min(), data.train[feature.name].max())}
            )
            for feature in data.schema.features
        ),
    )


def on_test(ruleset: rulekit.Ruleset, test: pl.DataFrame, numerics: Fixed) -> tuple[float, float]:
    """Return efficiency and false-positive rate of the fixed-point law."""
    runner = PolarsRunner(rulekit.compile(ruleset, "polars", numerics))
    accepted = runner.batch(test)["outcome"].cast(pl.String) == "accept"
    return accepted.filter(test[TRUTH]).mean(), accepted.filter(~test[TRUTH]).mean()  # type: ignore[return-value]


def show(name: str, ruleset: rulekit.Ruleset, test: pl.DataFrame, numerics: Fixed) -> None:
    """Print one line of the curve."""
    lut = predicted_lut([rule.when for rule in ruleset.rules], ruleset.schema, numerics)
    efficiency, rate = on_test(ruleset, test, numerics)
    print(f"{name:22s} {lut:6d} {len(ruleset.rules):6d} {efficiency:11.3f} {rate:8.2%}", flush=True)


def main() -> None:
    """Print both curves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, help="folder for the scored events; temporary without")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(describe("rulekit-engine", "numpy", "polars", "numba", "ortools"))
    case = next(case for case in CASES if case.name == "magic2")
    with tempfile.TemporaryDirectory() as temporary:
        data = load(case.source, options.cache or Path(temporary))
    schema = bounded(data)
    numerics = default_fixed(schema, WIDTH)

    def induce(budget: rulekit.Budget, **more: Fixed) -> rulekit.Induction:
        return rulekit.induce(
            SCORE, data.train, TRUTH, schema=schema, budget=budget, seed=options.seed, progress=False, **more
        )

    print(f"\n{'':22s} {'LUT':>6s} {'rules':>6s} {'efficiency':>11s} {'rate':>8s}")
    for cap in CAPS:
        found = induce(rulekit.Budget(false_positive_rate=case.rate, rules=40, lut=cap), numerics=numerics)
        show(f"snapped, at most {cap}", found.ruleset, data.test, numerics)
    free = induce(rulekit.Budget(false_positive_rate=case.rate, rules=40, literals=60))
    for point in free.path:
        show(f"as it is, {point.literals} literals", point.ruleset, data.test, numerics)


if __name__ == "__main__":
    main()
