from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.budget import Budget
from rulekit.induction.induce import induce
from rulekit.induction.points.method import POINTS
from rulekit.induction.results.induction import Induction
from rulekit.ir.condition import count_literals, literals
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import decide
from rulekit.statistics.upper_limits import upper_limit

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

SCHEMA = Schema(
    name="sum", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "abcd")
)


def _events(seed: int, count: int = 6000) -> pl.DataFrame:
    """Signal by the sum of three steps and a pair: no single box holds it."""
    rng = np.random.default_rng(seed)
    a, b, c, d = rng.normal(size=(4, count))
    score = 2.0 * (a > 0.5) + 2.0 * (b > 0.2) + 2.0 * (c < -0.3) + 2.0 * ((d > 0) & (a > 0)) - 5
    truth = rng.random(count) < 1 / (1 + np.exp(-2 * score))
    a[:100] = np.nan
    return pl.DataFrame({"a": a, "b": b, "c": c, "d": d, "truth": truth, "score": score}).with_columns(
        pl.col("a").fill_nan(None)
    )


@pytest.fixture(scope="module")
def found() -> Induction:
    budget = Budget(false_positive_rate=0.05, rules=12, literals=20)
    return induce("score", _events(1), "truth", schema=SCHEMA, budget=budget, hit_policy="score")


def test_a_sum_that_no_box_holds_is_found(found: Induction) -> None:
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.method == POINTS
    fresh = _events(2)
    accepted = fresh.select(rulekit.expr(found.ruleset, "accept")).to_series()
    best = fresh.sort("score", descending=True).head(int(accepted.sum()))
    assert accepted.filter(fresh["truth"]).sum() >= 0.95 * best["truth"].sum()
    assert accepted.filter(~fresh["truth"]).mean() < 0.07  # type: ignore[operator]


def test_rules_are_short_and_points_are_small(found: Induction) -> None:
    for point in found.path:
        rules = point.ruleset.rules
        assert point.literals == sum(count_literals(rule.when) for rule in rules) <= 20
        assert len(rules) <= 12
        assert all(rule.points and abs(rule.points) <= 100 for rule in rules)
        assert all(count_literals(rule.when) <= 6 for rule in rules)
    assert found.measures.false_positive_rate is not None
    assert found.measures.false_positive_rate.value <= 0.05


def test_what_was_measured_is_what_the_law_decides(found: Induction) -> None:
    events = _events(1).head(200)
    decided = rulekit.compile(found.ruleset).load().batch(events.select(SCHEMA.names))["outcome"].to_list()
    assert decided == [decide(found.ruleset, event).outcome for event in events.to_dicts()]
    assert set(decided) == {"accept", "reject"}


def test_the_same_seed_finds_the_same_sum(found: Induction) -> None:
    budget = Budget(false_positive_rate=0.05, rules=12, literals=20)
    again = induce("score", _events(1), "truth", schema=SCHEMA, budget=budget, hit_policy="score")
    assert again.ruleset.digest == found.ruleset.digest


def test_a_certified_sum_keeps_to_the_budget_by_its_limit(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.02, literals=12, certified=True)
    found = induce("score", events, "truth", schema=schema, budget=budget, hit_policy="score")
    rate = found.measures.false_positive_rate
    assert rate.value < 0.02
    assert upper_limit_of(found, events) <= 0.02
    assert found.measures.efficiency.value > 0.5


def upper_limit_of(found: Induction, events: pl.DataFrame) -> float:
    """The limit from what was measured: background events of the calibration fold, and how many were accepted."""
    background = round(0.3 * events.filter(~pl.col("truth")).height)
    accepted = round(found.measures.false_positive_rate.value * background)
    return upper_limit(np.arange(background) < accepted, np.ones(background), 0.95)


def test_rules_stand_as_on_a_scorecard(found: Induction) -> None:
    places = {name: place for place, name in enumerate(found.ruleset.schema.names)}
    first = [
        tuple(dict.fromkeys(places[literal.feature] for literal in literals(rule.when)))
        for rule in found.ruleset.rules
    ]
    assert first == sorted(first)
    assert len(set(first)) < len(first)
