from __future__ import annotations

import polars as pl
import pytest
from planted import SCHEMA, planted

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
