"""Whole frames become text as single events do, byte for byte, and come back as the values that they were."""

from __future__ import annotations

import json
import math
import struct
from collections import Counter

import polars as pl
import polars.selectors as cs
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

import rulekit
from rulekit.frames import bind_columns
from rulekit.ir.schema import DType
from rulekit.log.options import LogOptions
from rulekit.log.read.records import records_frame, values_frame
from rulekit.log.record import event_to_json, record_from_text, record_text, value_to_json
from rulekit.log.stores.base import Lines
from rulekit.log.write.encoder import SUPPRESSED, RecordEncoder
from rulekit.log.write.json_columns import (
    json_floats,
    json_ids,
    json_integers,
    json_lists,
    json_strings,
    json_values,
)
from rulekit.testing.events import events, frame_of
from rulekit.testing.strategies import rulesets

EDGES = [1e21, 1e20, 1e16, 1e15, 1e-5, 1e-6, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, 1.2345678901234568e20,
         9.999999999999999e20, 9.999999999999999e-7, 0.0, -0.0, math.inf, 2.0**53, 2.0**63]  # fmt: skip

NAMED_LIKE_KEYS = """
name: odd
version: 1.0.0
schema:
  name: odd
  version: 1.0.0
  features:
    - {name: event, dtype: category, categories: [a]}
    - {name: masked, dtype: category, categories: [b]}
    - {name: values, dtype: float64}
hit_policy: first
otherwise: no
rules:
  - {id: r, when: [event == a, masked == b, values > 0], then: yes}
"""


def written(value):
    return rfc8785.dumps(value_to_json(value)).decode()


def doubles():
    """Doubles of any size: Hypothesis prefers small ones, and here the size decides how a number is written."""
    bits = st.binary(min_size=8, max_size=8).map(lambda raw: struct.unpack("d", raw)[0])
    scaled = st.builds(
        lambda digits, power: float(f"{digits}e{power}"), st.integers(-(10**17), 10**17), st.integers(-30, 10)
    )
    return st.one_of(st.floats(), bits, scaled).filter(lambda number: not math.isnan(number))


@given(st.lists(doubles() | st.none(), max_size=50))
@example([*EDGES, *(-edge for edge in EDGES), None])
def test_floats_are_written_as_rfc_8785_writes_them(values):
    assert json_floats(pl.Series(values, dtype=pl.Float64)).to_list() == [written(value) for value in values]


@given(st.lists(st.floats(width=32, allow_nan=False), max_size=50))
def test_a_float32_is_written_as_the_double_that_it_is(values):
    assert json_floats(pl.Series(values, dtype=pl.Float32)).to_list() == [written(value) for value in values]


def test_nan_is_missing():
    assert json_floats(pl.Series([math.nan, None, 1.0])).to_list() == ["null", "null", "1"]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
@example([2**53 - 1, 2**53, -(2**53) + 1, -(2**53), 2**63 - 1, -(2**63)])
def test_integers(values):
    assert json_integers(pl.Series(values, dtype=pl.Int64)).to_list() == [written(value) for value in values]


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"))))
@example(['say "no"', "back\\slash", "\0\x1f\x7f\u2028", "\r\n\t\b\f", "", "é"])
def test_strings(values):
    assert json_strings(pl.Series(values, dtype=pl.String)).to_list() == [written(value) for value in values]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int64, pl.UInt64])
def test_ids_of_any_width(dtype):
    low, high = dtype.min(), dtype.max()
    ids = pl.select(low.alias("low"), high.alias("high")).row(0)
    texts = json_ids(pl.Series(ids, dtype=dtype)).to_list()
    assert texts == [rfc8785.dumps(event_to_json(event)).decode() for event in ids]


def test_lists_and_bools():
    assert json_lists(pl.Series([["r1", "r2"], ["r1"], [], None])).to_list() == [
        '["r1","r2"]',
        '["r1"]',
        "[]",
        "[]",
    ]
    assert json_values(pl.Series([True, False, None]), DType.BOOL).to_list() == ["true", "false", "null"]


@st.composite
def decided(draw):
    """A ruleset with its runner, raw events, and their frame."""
    ruleset = draw(rulesets())
    raw = draw(st.lists(events(ruleset), min_size=1, max_size=6))
    ids = draw(st.lists(st.text(st.characters(codec="utf-8")), min_size=len(raw), max_size=len(raw))
               | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=len(raw), max_size=len(raw)))  # fmt: skip
    return ruleset, raw, ids


@given(decided(), st.integers(0, 2**40))
def test_a_frame_is_written_as_its_events_are_one_by_one(drawn, first):
    ruleset, raw, ids = drawn
    runner = rulekit.compile(ruleset, "python").load()
    encoder = RecordEncoder(runner.artifact, LogOptions())
    frame = frame_of(ruleset.schema, raw)
    batch = encoder.batch(runner.batch(frame, hits=True), pl.Series("id", ids), 1000 * len(raw))
    texts = batch.texts(first)
    for place, (text, event, event_id) in enumerate(zip(texts, raw, ids, strict=True)):
        single = encoder.one(event, runner.one(event, hits=True), event_id, 1000).texts(first + place)[0]
        at = record_from_text(text).at
        assert record_text(record_from_text(single).model_copy(update={"at": at})) == text
    assert batch.kept == Counter(json.loads(text)["outcome"] for text in texts)


@given(decided())
@example((rulekit.load(NAMED_LIKE_KEYS), [{"event": "a", "masked": "b", "values": 2.0**60}], [2**60]))
def test_values_come_back_from_the_texts_of_a_frame(drawn):
    ruleset, raw, ids = drawn
    runner = rulekit.compile(ruleset, "python").load()
    frame = frame_of(ruleset.schema, raw)
    answered = runner.batch(frame, hits=True)
    texts = RecordEncoder(runner.artifact, LogOptions()).batch(answered, pl.Series("id", ids), 0).texts(0)
    records = records_frame(Lines(0, texts, [b""] * len(texts)))
    columns = bind_columns(frame.lazy(), ruleset.schema, ruleset.read)
    bound = frame.select(columns[f.name].alias(f.name) for f in ruleset.read)
    expected = bound.with_columns(cs.float().fill_nan(None) + 0.0)  # -0.0 is 0
    found = values_frame(records["text"], ruleset)
    assert found.height == len(raw)
    assert found.equals(expected) or not ruleset.read
    assert records["event"].to_list() == [str(event) for event in ids]
    assert set(records["event_kind"]) == {"text" if isinstance(ids[0], str) else "integer"}
    assert records["hits"].to_list() == answered["hits"].to_list()
    if "score" in answered.columns:
        assert records["score"].to_list() == answered["score"].to_list()
    assert not records["withheld"].any()


def test_suppressed_hits_are_written(trigger):
    ruleset = rulekit.load(trigger)
    runner = rulekit.compile(ruleset, "python").load()
    frame = pl.DataFrame({"met": [200.0], "dimuon_mass": [20.0], "jets": [3]},
                         schema_overrides={"met": pl.Float32, "jets": pl.Int32})  # fmt: skip
    answered = runner.batch(frame, hits=True).with_columns(pl.Series(SUPPRESSED, [["high-met"]]))
    encoder = RecordEncoder(runner.artifact, LogOptions())
    record = record_from_text(encoder.batch(answered, pl.Series("id", [1]), 5).texts(0)[0])
    assert (record.hits, record.suppressed, record.took_ns) == (("two-muons", "high-met"), ("high-met",), 5)
    decision = runner.one(frame.row(0, named=True), hits=True)
    single = encoder.one(frame.row(0, named=True), decision, 1, 5, suppressed=("high-met",)).texts(0)[0]
    assert record_from_text(single).suppressed == ("high-met",)
