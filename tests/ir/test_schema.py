from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from rulekit.errors import SchemaError
from rulekit.ir.schema import DType, DTypeName, Feature, Schema


def feature(**fields: Any) -> Feature:
    return Feature(**{"name": "x", "dtype": "float64", **fields})


def schema(*features: Feature, **fields: Any) -> Schema:
    return Schema(**{"name": "drawn", "version": "1.0.0", "features": features, **fields})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "at least 1 character"),
        ({"name": "a`b"}, "no backtick"),
        ({"name": " a"}, "outer space"),
        ({"name": "a\nb"}, "line break"),
        ({"dtype": "double"}, "'bool', 'int32'"),
        ({"dtype": "category"}, "categories belong to dtype category"),
        ({"categories": ["a"]}, "categories belong to dtype category"),
        ({"dtype": "category", "categories": ["a", "a"]}, "listed twice"),
        ({"dtype": "category", "categories": []}, "at least one category"),
        ({"dtype": "category", "categories": [1]}, "valid string"),
        ({"dtype": "bool", "bounds": [0, 1]}, "bounds belong to numbers"),
        ({"bounds": [1, 0]}, "bounds are finite, the lower first"),
        ({"bounds": [float("nan"), 0]}, "bounds are finite, the lower first"),
        ({"bounds": [0, float("inf")]}, "bounds are finite, the lower first"),
        ({"bounds": [0]}, "bounds"),
        ({"units": "GeV"}, "units: there is no such field"),
    ],
)
def test_a_feature_does_not_contradict_itself(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        feature(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"features": ()}, "at least 1 item"),
        ({"features": (feature(), feature(unit="GeV"))}, "feature x is defined twice"),
        ({"name": "Has Spaces"}, "pattern"),
        ({"name": "a."}, "pattern"),
        ({"version": "1.0"}, "pattern"),
        ({"version": "1.0.01"}, "pattern"),
        ({"version": "1.0.0\n"}, "pattern"),
    ],
)
def test_a_schema_does_not_contradict_itself(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        schema(**{"features": (feature(),), **fields})


def test_a_feature_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        feature().name = "y"


def test_finds_features_and_near_misses() -> None:
    made = schema(feature(name="amount", required=True), feature(name="age"), feature(name="country_code"))
    assert made.names == ("amount", "age", "country_code")
    assert made.required == ("amount",)
    assert made.by_name["age"].name == "age"
    assert made.nearest_names("amont") == ["amount"]
    assert made.nearest_names("zzz") == []


@pytest.mark.parametrize(
    ("dtype", "is_float", "is_integer"),
    [
        (DType.BOOL, False, False),
        (DType.INT32, False, True),
        (DType.INT64, False, True),
        (DType.FLOAT32, True, False),
        (DType.FLOAT64, True, False),
        (DType.CATEGORY, False, False),
    ],
)
def test_kinds_of_dtype(dtype: DType, *, is_float: bool, is_integer: bool) -> None:
    assert (dtype.is_float, dtype.is_integer, dtype.is_number) == (
        is_float,
        is_integer,
        is_float or is_integer,
    )


def test_integer_ranges() -> None:
    assert DType.INT32.integer_range == (-(2**31), 2**31 - 1)
    assert DType.INT64.integer_range == (-(2**63), 2**63 - 1)


def test_no_more_than_two_near_names_are_told() -> None:
    made = schema(*(feature(name=f"amount_{letter}") for letter in "abcd"))
    assert len(made.nearest_names("amount_x")) == 2


def test_a_schema_shows_itself() -> None:
    made = schema(feature(unit="GeV", bounds=[0, 500], required=True, doc="Energy & more."),
                  feature(name="c", dtype="category", categories=["a", "<b>"]))  # fmt: skip
    assert repr(made) == "<Schema drawn 1.0.0: 2 features>"
    assert repr(schema(feature())) == "<Schema drawn 1.0.0: 1 feature>"
    shown = made._repr_html_()
    for text in (
        "drawn 1.0.0",
        "GeV",
        "0 to 500",
        "required",
        "Energy &amp; more.",
        "a, &lt;b&gt;",
        "category",
    ):
        assert text in shown


def test_the_json_of_a_schema_is_read_back() -> None:
    made = schema(feature(bounds=[0, 1.5]), feature(name="c", dtype="category", categories=["a"]))
    assert Schema.model_validate(json.loads(made.to_json())) == made
    assert "\n" in made.to_json()


@pytest.mark.parametrize("dtype", list(DType))
def test_every_dtype_is_named_to_type_checkers(dtype: DType) -> None:
    assert dtype.value in get_args(DTypeName)
    assert len(get_args(DTypeName)) == len(DType)
