"""One literal against one value, and one value turned into another, in words."""

import math

import pytest

from rulekit.explanation.sentences import change, status_in_words, value_of_feature
from rulekit.ir.canonical import bind
from rulekit.ir.condition import AllOf
from rulekit.ir.event import bind_event
from rulekit.ir.notation.clauses import when_to_condition
from rulekit.ir.notation.describe import as_range
from rulekit.ir.schema import Schema
from rulekit.ir.semantics import holds

SCHEMA = Schema.model_validate(
    {
        "name": "words",
        "version": "1.0.0",
        "features": [
            {"name": "met", "dtype": "float32", "unit": "GeV"},
            {"name": "device_age", "dtype": "float64", "unit": "day"},
            {"name": "jets", "dtype": "int32", "unit": "jets"},
            {"name": "spent", "dtype": "int64", "unit": "cent"},
            {"name": "abroad", "dtype": "bool"},
            {"name": "country", "dtype": "category", "categories": ["SE", "NO", "DK"]},
        ],
    }
)


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("met > 92.5", 94.6, "met 94.6 GeV is more than 92.5 GeV, by 2.1 GeV"),
        ("met > 92.5", 92.5, "met 92.5 GeV is not more than 92.5 GeV, and equals it"),
        ("met >= 92.5", 92.5, "met 92.5 GeV is at least 92.5 GeV, and equals it"),
        ("met <= 0.1", 0.3, "met 0.3 GeV is not at most 0.1 GeV, by 0.2 GeV"),
        ("met < inf", math.inf, "met infinity GeV is not less than infinity GeV, and equals it"),
        ("met > 1", math.inf, "met infinity GeV is more than 1 GeV, by infinity GeV"),
        ("met > -inf", 3.0, "met 3 GeV is more than minus infinity GeV, by infinity GeV"),
        ("device_age < 2", 1 / 3, "device age 0.3333333333333333 day is less than 2 day, by 1.66667 day"),
        ("device_age < 2", None, "device age is missing; it would have to be less than 2 day"),
        ("device_age is missing", None, "device age is missing"),
        ("device_age is missing", 3.5, "device age is 3.5 day; it would have to be missing"),
        ("device_age is not missing", 3.5, "device age is 3.5 day"),
        ("device_age is not missing", None, "device age is missing; it would have to be known"),
        ("jets >= 6", 3, "jets 3 is not at least 6 jets, by 3"),
        ("jets > 2.5", 3, "jets 3 is more than 2.5 jets, by 0.5"),
        ("jets == 3", 3, "jets is 3"),
        ("jets == 4", 3, "jets is 3; it would have to be 4 jets"),
        ("jets != 4", 3, "jets is 3, not 4 jets"),
        ("jets in {1, 2}", 3, "jets is 3; it would have to be one of 1, 2"),
        ("spent > 9007199254740993", 9007199254740995,
         "spent 9,007,199,254,740,995 cent is more than 9,007,199,254,740,993 cent, by 2 cent"),
        ("abroad == true", True, "abroad is true"),
        ("abroad == true", False, "abroad is false; it would have to be true"),
        ("abroad != true", False, "abroad is false, not true"),
        ("country in {NO}", "NO", "country is NO"),
        ("country == NO", "SE", "country is SE; it would have to be NO"),
        ("country in {NO, SE}", "NO", "country is NO, one of NO, SE"),
        ("country not in {NO}", "XX", "country is XX, not NO"),
        ("country not in {NO, SE}", "SE", "country is SE; it would have to be none of NO, SE"),
        ("1 < met <= 3", None, "met is missing; it would have to be more than 1 and at most 3 GeV"),
    ],
)  # fmt: skip
def test_how_a_literal_stands_to_a_value(text, value, words):
    (literal,) = when_to_condition([text]).terms
    bound = bind(literal, SCHEMA)
    name = bound.terms[0].feature if isinstance(bound, AllOf) else bound.feature
    event = bind_event(SCHEMA.features, {name: value})
    written = as_range(literal) if isinstance(literal, AllOf) else literal
    assert status_in_words(SCHEMA.by_name[name], written, event[name], holds=holds(bound, event)) == words


def test_a_grid_that_decides_otherwise_is_told():
    (literal,) = when_to_condition(["met > 92.5"]).terms
    words = status_in_words(SCHEMA.by_name["met"], literal, 92.625, holds=False)
    assert words == "met 92.625 GeV is not more than 92.5 GeV, after rounding to the fixed-point grid"


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("met", 61.5, 92.5, "met from 61.5 GeV up to 92.5 GeV, by 31 GeV"),
        ("met", 61.5, 92.50000762939453, "met from 61.5 GeV up to just above 92.5 GeV, by 31 GeV"),
        ("met", 94.5, 92.5, "met from 94.5 GeV down to 92.5 GeV, by 2 GeV"),
        ("device_age", 3.0, 0.9999999999999999, "device age from 3 day down to just below 1 day, by 2 day"),
        ("device_age", 0.0, 5e-324, "device age from 0 day up to just above 0 day, by 5e-324 day"),
        ("device_age", 3.0, math.inf, "device age from 3 day up to infinity day, by infinity day"),
        ("jets", 6, 5, "jets from 6 down to 5, by 1"),
        ("spent", None, 20_000, "spent from missing to 20,000 cent"),
        ("spent", 20_000, None, "spent from 20,000 cent to missing"),
        ("abroad", True, False, "abroad from true to false"),
        ("country", "SE", "DK", "country from SE to DK"),
    ],
)
def test_a_change_in_words(name, before, after, words):
    assert change(SCHEMA.by_name[name], before, after) == words


def test_float32_is_shown_as_it_was_typed():
    assert value_of_feature(SCHEMA.by_name["met"], 0.10000000149011612) == "0.1 GeV"
    assert value_of_feature(SCHEMA.by_name["met"], 1e30) == "1e+30 GeV"
