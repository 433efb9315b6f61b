"""Conditions in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.notation.clauses import when_to_condition
from rulekit.ir.notation.describe import (
    as_range,
    condition_in_words,
    name_in_words,
    unit_in_words,
    value_in_words,
)
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="x",
    version="1.0.0",
    features=(
        Feature(name="amount", dtype="float64", unit="EUR"),
        Feature(name="jet_pt", dtype="float32", unit="GeV"),
        Feature(name="count", dtype="int32"),
        Feature(name="flag", dtype="bool", unit="odd"),
        Feature(name="country", dtype="category", categories=("SE", "NO")),
    ),
)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (["amount > 50"], "amount is more than 50 EUR"),
        (["amount >= 250000"], "amount is at least 250,000 EUR"),
        (["jet_pt < 0.5"], "jet pt is less than 0.5 GeV"),
        (["count <= 9999"], "count is at most 9999"),
        (["count == 3"], "count is 3"),
        (["count != 3"], "count is not 3"),
        (["flag == true"], "flag is true"),
        (["country in {SE, NO}"], "country is one of SE, NO"),
        (["country in {SE}"], "country is SE"),
        (["country not in {SE, NO}"], "country is none of SE, NO"),
        (["country not in {SE}"], "country is not SE"),
        (["amount is missing"], "amount is missing"),
        (["amount is not missing"], "amount is not missing"),
        (["15 <= amount < 25"], "(amount is at least 15 and less than 25 EUR)"),
        (["amount > 1", "count > 2"], "amount is more than 1 EUR and count is more than 2"),
        ([{"any": ["amount > 1", "flag == false"]}], "(amount is more than 1 EUR or flag is false)"),
        ([], "always"),
        (["unknown > 3"], "unknown is more than 3"),
        (["amount < inf"], "amount is less than infinity EUR"),
    ],
)
def test_a_condition_in_words(when, words) -> None:
    condition = when_to_condition(when)
    found = condition_in_words(condition, SCHEMA)
    assert found in {words, words.removeprefix("(").removesuffix(")")}


def test_alternatives_alone_begin_with_either() -> None:
    (alternatives,) = when_to_condition([{"any": ["amount > 1", "flag == false"]}]).terms
    assert condition_in_words(alternatives, SCHEMA) == "either amount is more than 1 EUR or flag is false"
    (single,) = when_to_condition([{"any": ["amount > 1"]}]).terms
    assert condition_in_words(single, SCHEMA) == "amount is more than 1 EUR"


@pytest.mark.parametrize(
    ("low", "high", "is_range"),
    [
        (Compare("x", ">", 1), Compare("x", "<", 2), True),
        (Compare("x", ">=", 1), Compare("x", "<=", 2), True),
        (Compare("x", "<", 1), Compare("x", ">", 2), False),
        (Compare("x", ">", 1), Compare("y", "<", 2), False),
        (Compare("x", ">", 1), Compare("x", "==", 2), False),
    ],
)
def test_a_range_has_a_lower_and_an_upper_end_of_one_feature(low, high, is_range) -> None:
    assert as_range(AllOf((low, high))) == ((low, high) if is_range else None)
    assert as_range(AllOf((low, high, high))) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (9999, "9999"),
        (10000, "10,000"),
        (-250000, "-250,000"),
        (True, "true"),
        (0.1, "0.1"),
        (2.0, "2"),
        (Decimal("0.10"), "0.10"),
        (Decimal("inf"), "infinity"),
        (Decimal("-inf"), "minus infinity"),
        (float("inf"), "infinity"),
        ("two words", "two words"),
    ],
)
def test_a_value_in_words(value, words) -> None:
    assert value_in_words(value) == words


def test_names_and_units() -> None:
    assert name_in_words("cards_per_device_1h") == "cards per device 1h"
    assert unit_in_words(SCHEMA.by_name["amount"]) == " EUR"
    assert unit_in_words(SCHEMA.by_name["count"]) == unit_in_words(None) == ""
