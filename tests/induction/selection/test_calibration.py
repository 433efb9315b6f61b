from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.induce import induce
from rulekit.ir.schema import Schema


def test_a_budget_that_no_rule_meets_says_what_was_reached(events: pl.DataFrame, schema: Schema) -> None:
    useless = events.with_columns(score=pl.Series(np.random.default_rng(0).random(len(events))))
    with pytest.raises(BudgetError) as caught:
        induce(
            "score",
            useless,
            "truth",
            schema=schema,
            budget=Budget(false_positive_rate=0.0008),
            method="greedy-rule-list",
        )
    assert "the smallest false-positive rate reached is" in str(caught.value)
    assert caught.value.hint == "raise the budget, or give more events"


def test_a_cap_that_no_rule_fits_is_an_error(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.002, literals=1)
    with pytest.raises(BudgetError, match="no ruleset keeps to the caps of the budget") as caught:
        induce("score", events, "truth", schema=schema, budget=budget, method="tree")
    assert caught.value.got == "the smallest ruleset found has literals 2 of 1"
