"""The law in words."""

from __future__ import annotations

import pytest

from rulekit.ir.notation.clauses import when_to_condition
from rulekit.ir.notation.describe import literal_in_words
from rulekit.ir.ruleset import Rule
from rulekit.ir.schema import Schema
from rulekit.reports.common.intervals import Ratio, Share
from rulekit.reports.common.law_text import clause, rule_in_words, sentence
from rulekit.reports.common.numbers import (
    NOTHING,
    count,
    percent,
    percent_with_interval,
    plain_percent,
    quantity,
    ratio,
    ratio_interval,
    signed,
)

SCHEMA = Schema.model_validate(
    {
        "name": "words",
        "version": "1.0.0",
        "features": [
            {"name": "amount", "dtype": "float32", "unit": "EUR"},
            {"name": "device_age", "dtype": "float64", "unit": "day"},
            {"name": "cards", "dtype": "int32"},
            {"name": "online", "dtype": "bool"},
            {"name": "country", "dtype": "category", "categories": ["SE", "NO", "DK"]},
        ],
    }
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("amount > 50", "amount is more than 50 EUR"),
        ("amount >= 0.1", "amount is at least 0.1 EUR"),
        ("amount < 250000", "amount is less than 250,000 EUR"),
        ("amount <= -3", "amount is at most -3 EUR"),
        ("amount < inf", "amount is less than infinity EUR"),
        ("amount > -inf", "amount is more than minus infinity EUR"),
        ("cards == 4", "cards is 4"),
        ("cards != 4", "cards is not 4"),
        ("cards in {1, 2}", "cards is one of 1, 2"),
        ("online == true", "online is true"),
        ("online != true", "online is not true"),
        ("country == SE", "country is SE"),
        ("country in {NO}", "country is NO"),
        ("country not in {NO}", "country is not NO"),
        ("country in {SE, NO}", "country is one of SE, NO"),
        ("country not in {SE, NO}", "country is none of SE, NO"),
        ("device_age is missing", "device age is missing"),
        ("device_age is not missing", "device age is not missing"),
    ],
)
def test_words_of_each_kind_of_literal(text: str, words: str) -> None:
    (literal,) = when_to_condition([text]).terms
    assert literal_in_words(literal, SCHEMA) == words
    found = clause(literal, SCHEMA)
    assert (found.kind, found.words) == ("literal", words)
    assert found.text == text


def rule(when: list[object], **more: object) -> Rule:
    return Rule.model_validate({"id": "one", "when": when, **({"then": "review"} | more)})


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ([], "Always: review."),
        (["cards >= 4", "amount > 50"], "If cards is at least 4, and amount is more than 50 EUR: review."),
        (["1 < device_age <= 7"], "If device age is more than 1 and at most 7 day: review."),
        (["device_age > 1", "device_age <= 7"], "If device age is more than 1 and at most 7 day: review."),
        (["cards <= 7", "cards > 1"], "If cards is at most 7, and cards is more than 1: review."),
        ([{"any": ["cards == 1", "online == true"]}], "If either cards is 1 or online is true: review."),
        ([{"any": ["cards == 1"]}], "If cards is 1: review."),
        (
            ["online == true", {"any": [{"all": ["cards == 1", "amount < 2"]}, "cards == 3"]}],
            "If online is true, and either (cards is 1 and amount is less than 2 EUR) or cards is 3: review.",
        ),
        (
            [{"any": ["cards == 9", {"all": ["online == true", {"any": ["cards == 1", "amount < 2"]}]}]}],
            "If either cards is 9 or (online is true and (cards is 1 or amount is less than 2 EUR)): review.",
        ),
    ],
)  # fmt: skip
def test_sentences(when: list[object], words: str) -> None:
    assert sentence(rule(when), SCHEMA) == words


def test_effects() -> None:
    assert sentence(rule(["cards == 1"], then=None, points=3), SCHEMA) == "If cards is 1: add 3 points."
    assert sentence(rule(["cards == 1"], then=None, points=-1), SCHEMA) == "If cards is 1: take away 1 point."
    assert (
        sentence(rule(["cards == 1"], prescale=10), SCHEMA) == "If cards is 1: review, keeping one hit in 10."
    )


def test_tree_of_clauses_keeps_exact_text() -> None:
    found = rule_in_words(rule(["1 < cards < 3", {"any": ["online == false", {"all": []}]}]), 1, SCHEMA)
    first, second = found.clauses
    assert first.text == "1 < cards < 3"
    assert (second.kind, second.words) == ("any", "at least one of")
    assert [term.words for term in second.terms] == ["online is false", "always"]


def share(value: float | None, low: float, high: float) -> Share:
    return Share(value=value, low=low, high=high, part=0, whole=0)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (share(0.342, 0.331, 0.353), "34.2\N{NO-BREAK SPACE}% (33.1 to 35.3)"),
        (share(0.884, 0.876, 0.892), "88.4\N{NO-BREAK SPACE}% (87.6 to 89.2)"),
        (share(0.5, 0.40, 0.595), "50\N{NO-BREAK SPACE}% (40 to 60)"),
        (share(0.5, 0.468, 0.532), "50.0\N{NO-BREAK SPACE}% (46.8 to 53.2)"),
        (share(0.5, 0.25, 0.75), "50\N{NO-BREAK SPACE}% (25 to 75)"),
        (share(0.000123, 0.0001, 0.00015), "0.0123\N{NO-BREAK SPACE}% (0.0100 to 0.0150)"),
        (share(0.0, 0.0, 0.0004), "0\N{NO-BREAK SPACE}% (0 to 0.040)"),
        (share(1.0, 0.9, 1.0), "100\N{NO-BREAK SPACE}% (90 to 100)"),
        (share(None, 0, 1), NOTHING),
        (None, NOTHING),
    ],
)
def test_shares_are_as_precise_as_their_interval(found: Share | None, text: str) -> None:
    assert percent_with_interval(found) == text
    assert percent(found) == text.split(" (", maxsplit=1)[0]


def test_other_numbers() -> None:
    assert (count(200_000), count(12.25), count(3.0)) == ("200,000", "12.2", "3")
    assert [plain_percent(value) for value in (None, 0.004, 0.5, 0.999, 1.0)] == [
        NOTHING,
        "<1",
        "50",
        ">99",
        "100",
    ]
    assert ratio(Ratio(value=812.4, low=740, high=893)) == "1 in 812"
    assert ratio_interval(Ratio(value=8.125, low=7.4, high=None)) == "7.4 to infinity"
    assert ratio(Ratio(value=None, low=3120.0, high=None)) == "more than 1 in 3,120"
    quantities = [quantity(value) for value in (2879.4, 0.0045236, 25000.0, -3, None)]
    assert quantities == ["2,879", "0.004524", "25,000", "-3", NOTHING]
    assert (signed(4), signed(-3)) == ("+4", "\N{MINUS SIGN}3")
