from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from rulekit.errors import SchemaError
from rulekit.ir.schema import DType, Feature, Schema


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
