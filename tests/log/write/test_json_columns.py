"""Whole columns as JSON, held to the JSON of single values."""

import json
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.ir.schema import DType
from rulekit.log.record import event_to_json, line_text, value_to_json
from rulekit.log.write.json_columns import (
    json_bools,
    json_floats,
    json_ids,
    json_integers,
    json_lists,
    json_string,
    json_strings,
    json_values,
)

MAGNITUDES = st.sampled_from(
    (1e-7, 1e-6, 9.9e-6, 1e-5, 1e15, 1e16, 1.5e17, 1e20, 9.99e20, 1e21, 1e22, 5e-324)
)
FLOATS = st.floats(allow_nan=False) | MAGNITUDES | MAGNITUDES.map(lambda value: -value)


def single(value):
    return line_text(value_to_json(value)).decode()


@settings(max_examples=40)
@given(st.lists(FLOATS | st.none(), max_size=8))
def test_floats(values):
    column = pl.Series("x", values, dtype=pl.Float64)
    assert json_floats(column).to_list() == [single(value) for value in values]


@settings(max_examples=30)
@given(st.lists(st.floats(width=32, allow_nan=False), max_size=8))
def test_float32_is_the_float64_that_equals_it(values):
    column = pl.Series("x", values, dtype=pl.Float32)
    assert json_floats(column).to_list() == [single(float(value)) for value in values]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e16, "10000000000000000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-0.0, "0"),
        (2.0, "2"),
        (0.1, "0.1"),
        (math.inf, '"Infinity"'),
        (-math.inf, '"-Infinity"'),
        (math.nan, "null"),
        (None, "null"),
    ],
)
def test_floats_by_hand(value, text):
    assert json_floats(pl.Series("x", [value], dtype=pl.Float64)).to_list() == [text]


@settings(max_examples=30)
@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), max_size=8))
def test_integers(values):
    column = pl.Series("x", values, dtype=pl.Int64)
    assert json_integers(column).to_list() == [single(value) for value in values]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2**53 - 1, "9007199254740991"),
        (2**53, '"9007199254740992"'),
        (-(2**53), '"-9007199254740992"'),
        (0, "0"),
    ],
)
def test_integers_by_hand(value, text):
    assert json_integers(pl.Series("x", [value], dtype=pl.Int64)).to_list() == [text]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)


@settings(max_examples=40)
@given(st.lists(TEXTS | st.none(), max_size=8))
def test_strings(values):
    column = pl.Series("x", values, dtype=pl.String)
    assert json_strings(column).to_list() == [single(value) for value in values]


def test_a_string_keeps_what_needs_no_escape():
    assert json_string('é"\\\n\x01/') == '"é\\"\\\\\\n\\u0001/"'


def test_bools_and_the_choice_by_dtype():
    assert json_bools(pl.Series([True, False, None])).to_list() == ["true", "false", "null"]
    assert json_values(pl.Series([True]), DType.BOOL).to_list() == ["true"]
    assert json_values(pl.Series([1.5], dtype=pl.Float32), DType.FLOAT32).to_list() == ["1.5"]
    assert json_values(pl.Series([7], dtype=pl.Int32), DType.INT32).to_list() == ["7"]
    assert json_values(pl.Series(["7"]), DType.CATEGORY).to_list() == ['"7"']


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=6))
def test_ids_that_are_integers(values):
    column = pl.Series("id", values, dtype=pl.UInt64)
    assert json_ids(column).to_list() == [line_text(event_to_json(value)).decode() for value in values]


def test_ids_that_are_texts():
    assert json_ids(pl.Series("id", ["a", "17"])).to_list() == ['"a"', '"17"']
    assert json_ids(pl.Series("id", ["a"], dtype=pl.Categorical)).to_list() == ['"a"']


def test_lists_of_rules():
    lists = pl.Series("hits", [["a", "b"], [], None, ["c"]], dtype=pl.List(pl.String))
    found = json_lists(lists).to_list()
    assert found == ['["a","b"]', "[]", "[]", '["c"]']
    assert [json.loads(text) for text in found] == [["a", "b"], [], [], ["c"]]
