"""Generated events with two planted rules, for the tests of induction."""

from __future__ import annotations

import numpy as np
import polars as pl

from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="planted",
    version="1.0.0",
    features=(
        Feature(name="mass", dtype="float64"),
        Feature(name="hits", dtype="int32"),
        Feature(name="kind", dtype="category", categories=("r", "g", "b", "never")),
        Feature(name="flag", dtype="bool"),
        Feature(name="Time of flight", dtype="float32"),
        Feature(name="id", dtype="int64"),
    ),
)


def planted(events: int, seed: int) -> pl.DataFrame:
    """Events with two planted rules; about 7 % signal. Every dtype, and missing values in three features."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "mass": rng.normal(100, 10, events),
            "hits": rng.integers(0, 12, events).astype(np.int32),
            "kind": [[*"rgb", None][index] for index in rng.choice(4, events, p=[0.4, 0.3, 0.2, 0.1])],
            "flag": rng.random(events) < 0.5,
            "Time of flight": rng.exponential(5, events).astype(np.float32),
            "id": rng.integers(2**60, 2**60 + 500, events),
        },
        schema_overrides={"kind": pl.String},
    )
    frame = frame.with_columns(
        pl.when(pl.Series(rng.random(events) < 0.1)).then(None).otherwise(pl.col("mass")).alias("mass"),
        pl.when(pl.Series(rng.random(events) < 0.1)).then(None).otherwise(pl.col("flag")).alias("flag"),
    )
    one = (pl.col("mass") > 112) & (pl.col("kind") == "r")
    two = (pl.col("hits") >= 10) & pl.col("flag") & (pl.col("Time of flight") <= 6)
    inside = frame.select((one | two).fill_null(value=False)).to_series().to_numpy()
    truth = np.where(rng.random(events) < 0.01, ~inside, inside)
    score = inside + rng.normal(0, 0.05, events)
    return frame.with_columns(truth=pl.Series(truth), score=pl.Series(score))


def planted_particles(count: int, seed: int) -> pl.DataFrame:
    """Muons have high x, electrons high y; where both are high it is a muon. The rest is jets."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame({name: rng.random(count) for name in "xyz"})
    kind = (
        pl.when(pl.col("x") > 0.9)
        .then(pl.lit("muon"))
        .when((pl.col("y") > 0.8) & (pl.col("z") < 0.5))
        .then(pl.lit("electron"))
        .otherwise(pl.lit("jet"))
    )
    return frame.with_columns(kind=kind)
