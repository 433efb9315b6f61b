from __future__ import annotations

import polars as pl

import rulekit
from rulekit.budget import Budget
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.ir.schema import Schema

FPR = Budget(false_positive_rate=0.02, rules=6)


RULES = ("tree", "score-tree", "forest", "skope-rules", "figs", "rule-fit")


def _efficiency(found: Induction, frame: pl.DataFrame) -> tuple[float, float]:
    accepted = frame.select(rulekit.expr(found.ruleset, "accept")).to_series()
    return float(accepted.filter(frame["truth"]).mean() or 0), float(
        accepted.filter(~frame["truth"]).mean() or 0
    )


def test_auto_races_all_rule_families(
    events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema, tree: Induction
) -> None:
    found = induce("score", events, "truth", schema=schema, budget=FPR)
    assert {result.method for result in found.methods} == {*RULES, "greedy-rule-list", "pool", "boxes"}
    merits = [
        result.expected_efficiency or 0
        for result in found.methods
        if result.measures and result.measures.efficiency
    ]
    assert merits == sorted(merits, reverse=True)
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.method == found.methods[0].method
    assert found.ruleset.provenance.parameters["asked_for"] == "auto"
    assert _efficiency(found, fresh)[0] >= _efficiency(tree, fresh)[0] - 0.05
    again = induce("score", events, "truth", schema=schema, budget=FPR)
    assert again.ruleset.digest == found.ruleset.digest


def test_a_race_that_is_out_of_time_stops(events: pl.DataFrame, schema: Schema) -> None:
    found = induce("score", events, "truth", schema=schema, budget=FPR, time_limit=0.0)
    assert [result.method for result in found.methods] == ["tree"] or found.methods[-1].method == "pool"
    assert len(found.methods) <= 2
