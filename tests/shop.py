"""A small law of a shop, its events, and what an audit of them starts from."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl

from rulekit.ir.notation.document import ruleset_from_document, ruleset_to_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import AuditInput, AuditOptions, open_input
from rulekit.reports.replay.recompute import without_prescales
from rulekit.reports.replay.record import Manifest, Record
from rulekit.targets import targets
from rulekit.version import VERSION

SCHEMA = {
    "name": "shop.card",
    "version": "1.0.0",
    "features": [
        {"name": "amount", "dtype": "float32", "unit": "EUR", "bounds": [0, 900], "required": True},
        {"name": "cards", "dtype": "int32", "unit": "cards", "bounds": [0, 50]},
        {"name": "country", "dtype": "category", "categories": ["SE", "NO", "DK"]},
        {"name": "device_age", "dtype": "float64", "unit": "day"},
        {"name": "online", "dtype": "bool"},
    ],
}
RULES = [
    {"id": "many-cards", "when": ["cards >= 4", "amount > 50"], "then": "block", "title": "Many cards"},
    {"id": "away", "when": [{"any": ["country not in {SE, NO}", "device_age is missing"]}, "amount >= 400"],
     "then": "review", "because": "Far away & dear.", "origin": "induced"},
    {"id": "known", "when": ["100 < device_age <= 300", "online == true"], "then": "approve", "origin": "edited"},
    {"id": "dear", "when": ["amount > 700"], "then": "review"},
]  # fmt: skip
LAW = {
    "name": "shop.card",
    "version": "1.2.3",
    "schema": SCHEMA,
    "hit_policy": "first",
    "otherwise": "approve",
}
POINTS = {"many-cards": 5, "away": 3, "known": -2, "dear": 2}


def law(**changes: Any) -> Ruleset:
    return ruleset_from_document({**LAW, "rules": RULES, **changes})


def score_law() -> Ruleset:
    rules = [
        {**{key: value for key, value in rule.items() if key != "then"}, "points": POINTS[rule["id"]]}
        for rule in RULES
    ]
    return law(hit_policy="score", thresholds={"review": 3, "block": 5}, rules=rules)


def make_events(count: int, seed: int = 3) -> pl.DataFrame:
    pick = random.Random(seed)  # noqa: S311 - made-up events
    rows = [
        {
            "payment": f"p{number:04d}",
            "amount": None if pick.random() < 0.03 else round(pick.uniform(-20, 950), 2),
            "cards": pick.choice([None, 1, 1, 1, 2, 3, 4, 6]),
            "country": pick.choice([None, "SE", "SE", "NO", "DK", "XX"]),
            "device_age": pick.choice([None, float("nan"), 1.0, 100.0, 100.5, 300.0, 900.0]),
            "online": pick.choice([None, True, False]),
            "fraud": pick.random() < 0.3,
            "weight": pick.choice([0.0, 0.5, 1.0, 3.0]),
            "model": pick.random(),
        }
        for number in range(count)
    ]
    types = {"payment": pl.String, "amount": pl.Float32, "cards": pl.Int32, "country": pl.String,
             "device_age": pl.Float64, "online": pl.Boolean, "fraud": pl.Boolean, "weight": pl.Float64,
             "model": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=types, orient="row")


def decisions_of(ruleset: Ruleset, events: pl.DataFrame, numerics: Numerics | None = None) -> pl.DataFrame:
    runner = targets.get("polars").compile(without_prescales(ruleset), numerics or Native()).load()
    decided = runner.batch(events.select(feature.name for feature in ruleset.read), hits=True)
    wanted = [name for name in ("outcome", "rule", "score", "hits") if name in decided.columns]
    texts = [pl.col(name).cast(pl.String) for name in ("outcome", "rule")]
    return decided.select(wanted).with_columns(
        *texts, pl.col("hits").cast(pl.List(pl.String)), pl.lit(ruleset.digest).alias("ruleset")
    )


def audited_of(
    ruleset: Ruleset, events: pl.DataFrame, decisions: pl.DataFrame | None = None, **options: Any
) -> AuditInput:
    """Return what an audit starts from: a record with hits, and its events, without any file."""
    made = decisions_of(ruleset, events) if decisions is None else decisions
    decided = made.drop("ruleset").insert_column(0, events["payment"].alias("id"))
    decided = decided.with_columns(pl.col("hits").list.join(" ").alias("hits_text"))
    manifest = Manifest(
        rulekit=VERSION, ruleset=ruleset_to_document(ruleset), digest=ruleset.digest, id_in_events=True
    )
    record = Record(Path("decisions.parquet"), manifest, ruleset, decided, ())
    return open_input(record, AlignedEvents(decided, events), AuditOptions(**options))
