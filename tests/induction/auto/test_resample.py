from __future__ import annotations

import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.induction.induce import induce
from rulekit.induction.points.method import POINTS
from rulekit.ir.schema import Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")


def test_rules_of_a_sum_are_found_again(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.02, literals=8)
    found = induce("score", events, "truth", schema=schema, budget=budget, hit_policy="score", resamples=2)
    assert found.stability is not None
    assert len(found.stability) == len(found.ruleset.rules)
    assert max(found.stability) == 1.0
    assert found.ruleset.provenance.method == POINTS
