"""Steps of a path become a region: one range or one set of categories for each feature."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.induction.regions.region import Choice, PathStep, Span, intersect
from rulekit.induction.regions.rounding import write
from rulekit.induction.samples.encoding import Encoding, encode
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.schema import Schema


@pytest.fixture(scope="module")
def fit(events: pl.DataFrame) -> pl.DataFrame:
    return events.head(1500)


@pytest.fixture(scope="module")
def encoding(fit: pl.DataFrame, schema: Schema) -> Encoding:
    return encode(fit, schema)


def test_steps_on_a_feature_become_one_range(encoding: Encoding, fit: pl.DataFrame) -> None:
    at = encoding.column_of("hits")
    steps = [
        PathStep.at(at, value, left=left)
        for value, left in [(9.5, True), (2.5, False), (7.2, True), (4.0, False)]
    ]
    assert intersect(steps, encoding) == {"hits": Span(5, 8, missing=False)}
    region = intersect(steps, encoding)
    assert region is not None
    assert condition_to_when(write(region, encoding, np.ones(len(fit)))) == ["5 <= hits <= 7"]
    assert intersect([*steps, PathStep.at(at, 4.5, left=True)], encoding) is None
    assert intersect([PathStep.at(at, 99, left=True)], encoding) == {}


def test_categories_become_sets(encoding: Encoding) -> None:
    red, green = (next(i for i, c in enumerate(encoding.columns) if c.category == name) for name in "rg")
    not_red, not_green = (PathStep.at(column, 0.5, left=True) for column in (red, green))
    is_red = PathStep.at(red, 0.5, left=False)
    assert intersect([not_red, not_green], encoding) == {
        "kind": Choice(("r", "g"), negated=True, missing=True)
    }
    assert intersect([is_red, not_green], encoding) == {"kind": Choice(("r",), negated=False, missing=False)}
    assert intersect([is_red, not_red], encoding) is None
    assert intersect([not_red, is_red], encoding) is None
    assert all(column.category != "never" for column in encoding.columns)
