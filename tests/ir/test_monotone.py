from __future__ import annotations

import pytest

from rulekit.errors import RulekitError
from rulekit.ir.monotone import parse_monotone, read_monotone
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="card",
    version="1.0.0",
    features=(
        Feature(name="amount", dtype="float32"),
        Feature(name="age", dtype="int32"),
        Feature(name="country", dtype="category", categories=("SE", "NO")),
        Feature(name="known", dtype="bool"),
    ),
)


def test_directions_of_numbers_are_returned_as_given() -> None:
    assert read_monotone({"amount": "up", "age": "down"}, SCHEMA) == {"amount": "up", "age": "down"}


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_direction_is_no_direction(nothing: dict[str, str] | None) -> None:
    assert read_monotone(nothing, SCHEMA) == {}


def test_an_unknown_feature_is_refused_with_a_near_name() -> None:
    with pytest.raises(RulekitError, match="monotone: unknown feature 'amuont'") as caught:
        read_monotone({"amuont": "up"}, SCHEMA)
    assert caught.value.expected == "a feature of schema card"
    assert caught.value.hint == "did you mean amount?"


def test_an_unknown_feature_that_looks_like_none_has_no_hint() -> None:
    with pytest.raises(RulekitError) as caught:
        read_monotone({"zzzzzz": "up"}, SCHEMA)
    assert caught.value.hint is None


@pytest.mark.parametrize(
    ("name", "direction", "got"),
    [
        ("amount", "sideways", "sideways for a float32"),
        ("amount", 1, "1 for a float32"),
        ("amount", "Up", "Up for a float32"),
        ("country", "up", "up for a category"),
        ("known", "down", "down for a bool"),
    ],
)
def test_only_numbers_go_up_or_down(name: str, direction: str, got: str) -> None:
    with pytest.raises(RulekitError, match=f"monotone: {name}") as caught:
        read_monotone({name: direction}, SCHEMA)
    assert caught.value.got == got
    assert caught.value.expected == "up or down, for a number"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, {}),
        ("", {}),
        (" , ", {}),
        ("amount=up", {"amount": "up"}),
        ("amount=up,age=down", {"amount": "up", "age": "down"}),
        (" amount = up , age=down,", {"amount": "up", "age": "down"}),
        ("a=b=up", {"a=b": "up"}),
    ],
)
def test_a_text_is_read_as_pairs(text: str | None, found: dict[str, str]) -> None:
    assert parse_monotone(text) == found


@pytest.mark.parametrize("text", ["amount", "amount=up,age", "=up", " = down"])
def test_a_part_without_a_name_or_a_sign_is_refused(text: str) -> None:
    with pytest.raises(RulekitError, match="--monotone wants NAME=VALUE"):
        parse_monotone(text)


def test_the_error_names_the_option_and_the_part() -> None:
    with pytest.raises(RulekitError, match="--rising wants NAME=VALUE") as caught:
        parse_monotone("amount=up,age", "--rising")
    assert caught.value.got == "age"


def test_a_feature_has_one_direction() -> None:
    with pytest.raises(RulekitError, match="--monotone names amount twice"):
        parse_monotone("amount=up,amount=down")
