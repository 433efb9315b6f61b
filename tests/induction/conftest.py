from __future__ import annotations

import polars as pl
import pytest
from planted import SCHEMA, planted

from rulekit.budget import Budget
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.ir.schema import Schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    return SCHEMA


@pytest.fixture(scope="session")
def events() -> pl.DataFrame:
    return planted(6000, 1)


@pytest.fixture(scope="session")
def fresh() -> pl.DataFrame:
    return planted(6000, 2)


@pytest.fixture(scope="session")
def tree(events: pl.DataFrame, schema: Schema) -> Induction:
    """What the method ``tree`` finds among the events at a false-positive rate of 2 %, with at most 6 rules."""
    budget = Budget(false_positive_rate=0.02, rules=6)
    return induce("score", events, "truth", schema=schema, budget=budget, method="tree")
