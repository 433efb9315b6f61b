"""Are the rules of a generator found again? AI4I 2020, whose failures follow known rules.

The features are those that the rules speak of: the temperature difference, the power, and wear times torque, with
the type of product. Each known rule is set beside the induced rule that shares most failures with it. Tool wear
failures happen at a random time, and a thousandth of the runs fails for no reason: no rule can tell those.

Source of the rules: S. Matzka, Explainable Artificial Intelligence for Predictive Maintenance Applications, 2020.

Run: python benchmarks/induce_recovery.py    (data: see datasets.py)
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import polars as pl
from datasets import SCORE, TRUTH, ai4i_runs, schema_of, with_scores
from machine import describe

import rulekit
from rulekit.ir.condition import Compare, literals
from rulekit.targets.polars import PolarsRunner

_CLOSE = 0.02
_SHOWS = 5
"""A rule with fewer failures in ten thousand runs can't be found: half of them are all that a fit fold has."""


class Known(NamedTuple):
    """A rule of the generator: its thresholds by feature, and its condition in Polars."""

    name: str
    thresholds: dict[str, float]
    holds: pl.Expr


def _overstrain(kind: str, most: float) -> Known:
    holds = (pl.col("type") == kind) & (pl.col("strain") > most)
    return Known(f"overstrain, type {kind}", {"strain": most}, holds)


KNOWN = (
    Known(
        "heat dissipation",
        {"difference": 8.6, "speed": 1380},
        (pl.col("difference") < 8.6) & (pl.col("speed") < 1380),
    ),
    Known("power too low", {"power": 3500}, pl.col("power") < 3500),
    Known("power too high", {"power": 9000}, pl.col("power") > 9000),
    _overstrain("L", 11_000),
    _overstrain("M", 12_000),
    _overstrain("H", 13_000),
)


def runs() -> pl.DataFrame:
    """Return all runs with the derived features: K, W and min Nm."""
    return ai4i_runs().select(
        "type",
        (pl.col("process") - pl.col("air")).round(2).alias("difference"),
        (pl.col("torque") * pl.col("speed") * (2 * math.pi / 60)).alias("power"),
        (pl.col("wear") * pl.col("torque")).alias("strain"),
        "speed",
        "wear",
        TRUTH,
    )


def nearest(rule: rulekit.Rule, feature: str, value: float) -> float | None:
    """Return the threshold of a rule on a feature that is nearest to a value."""
    found = [
        float(literal.value)
        for literal in literals(rule.when)
        if isinstance(literal, Compare) and literal.feature == feature and not isinstance(literal.value, str)
    ]
    return min(found, key=lambda one: abs(one - value), default=None)


def main() -> int:
    """Print the true and the found thresholds; exit 1 when one that failures show is not found."""
    print(describe("rulekit-engine", "lightgbm", "polars", "scikit-learn"))
    events = runs()
    train, _ = with_scores(events, events.head(1))
    budget = rulekit.Budget(false_positive_rate=0.005, rules=12)
    schema = schema_of("ai4i_derived", events)
    ruleset = rulekit.induce(SCORE, train, TRUTH, schema=schema, budget=budget, progress=False).ruleset
    print("\n".join(f"  {rule.title}" for rule in ruleset.rules))
    hits = PolarsRunner(rulekit.compile(ruleset, "polars")).hit_matrix(events).to_numpy().T
    truth = events[TRUTH].to_numpy()
    print("\nknown rule           failures  taken  feature      true    found     off")
    missed = told = 0
    for known in KNOWN:
        inside = events.select(known.holds).to_series().to_numpy() & truth
        shared = (hits & inside).sum(axis=1) / np.maximum((hits & truth | inside).sum(axis=1), 1)
        best = ruleset.rules[int(shared.argmax())]
        taken = (hits.any(axis=0) & inside).sum() / max(inside.sum(), 1)
        shows = bool(inside.sum() >= _SHOWS)
        for feature, value in known.thresholds.items():
            at = nearest(best, feature, value)
            off = math.inf if at is None else abs(at / value - 1)
            told, missed = told + shows, missed + (shows and off > _CLOSE)
            thresholds = f"{value:6g} {'none' if at is None else f'{at:g}':>8s} {off:7.1%}"
            remark = "" if shows else "  too few failures"
            print(f"{known.name:20s} {inside.sum():8d} {taken:6.0%}  {feature:10s} {thresholds}{remark}")
    print(f"\n{missed} of {told} thresholds that failures show are further off than {_CLOSE:.0%}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
