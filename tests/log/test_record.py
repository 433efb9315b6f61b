import json
import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import LogError
from rulekit.ir.schema import DType, Feature
from rulekit.log.record import (
    DecisionRecord,
    event_to_json,
    line_text,
    record_from_text,
    record_text,
    time_text,
    value_from_json,
    value_to_json,
)

RECORD = DecisionRecord(
    id=7,
    at=datetime(2027, 3, 1, 13, 0, 0, 5, timezone(timedelta(hours=1))),
    ruleset="sha256:aa",
    artifact="sha256:bb",
    event="t7",
    values={"amount": 60.0, "country": None, "card": {"masked": True}},
    hits=("r1", "r2"),
    outcome="größer",
    rule="r1",
    took_ns=120,
)
TEXT = (
    '{"artifact":"sha256:bb","at":"2027-03-01T12:00:00.000005Z","event":"t7","hits":["r1","r2"],"id":7,"missing":[],'
    '"outcome":"größer","rule":"r1","ruleset":"sha256:aa","suppressed":[],"took_ns":120,'
    '"values":{"amount":60,"card":{"masked":true},"country":null}}'
)


def test_a_record_has_one_text():
    assert record_text(RECORD).decode() == TEXT
    assert record_from_text(TEXT.encode()) == RECORD


def test_score_and_share_are_there_when_there_are_any():
    record = RECORD.model_copy(update={"score": -(2**63), "one_in": 100, "rule": None})
    text = record_text(record)
    assert b'"one_in":100,"outcome":' in text
    assert b'"rule":null,"ruleset":"sha256:aa","score":"-9223372036854775808",' in text
    assert record_from_text(text) == record


@pytest.mark.parametrize(
    "text", [b"", b"no JSON", b"{}", b"[]", b"\xff", TEXT.replace('"id":7', '"id":-1').encode()]
)
def test_another_text_is_no_record(text):
    with pytest.raises(LogError, match="no record of a decision"):
        record_from_text(text)


def test_what_has_no_text_is_an_error():
    with pytest.raises(LogError, match="can't be written"):
        line_text({"event": "\ud800"})


def feature(dtype):
    return Feature(name="x", dtype=dtype, categories=("SE",) if dtype is DType.CATEGORY else None)


VALUES = {
    DType.BOOL: st.booleans(),
    DType.INT32: st.integers(-(2**31), 2**31 - 1),
    DType.INT64: st.integers(-(2**63), 2**63 - 1),
    DType.FLOAT32: st.floats(width=32, allow_nan=False),
    DType.FLOAT64: st.floats(allow_nan=False),
    DType.CATEGORY: st.text(st.characters(codec="utf-8")),
}


@given(st.sampled_from(DType).flatmap(lambda dtype: st.tuples(st.just(dtype), st.none() | VALUES[dtype])))
def test_values_come_back_exactly(drawn):
    dtype, value = drawn
    text = line_text({"x": value_to_json(value)})
    back = value_from_json(feature(dtype), json.loads(text)["x"])
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", DType)
@pytest.mark.parametrize("value", [{"masked": True}, {"hashed": "hmac-sha256:00"}, []])
def test_a_withheld_value_is_no_value(dtype, value):
    with pytest.raises(LogError, match="no value of feature x"):
        value_from_json(feature(dtype), value)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(DType.INT32, 1.5), (DType.INT64, True), (DType.FLOAT64, "far"), (DType.FLOAT32, False), (DType.BOOL, 1),
     (DType.CATEGORY, 5411)],
)  # fmt: skip
def test_a_value_of_another_dtype_is_refused(dtype, value):
    with pytest.raises(LogError, match="no value of feature x") as raised:
        value_from_json(feature(dtype), value)
    assert raised.value.expected == dtype.value


@given(st.integers(-(2**63), 2**64 - 1) | st.text(st.characters(codec="utf-8")))
def test_event_ids_come_back_and_17_is_not_the_text_17(event):
    document = event_to_json(event)
    large = isinstance(event, int) and abs(event) >= 2**53
    assert document == ({"integer": str(event)} if large else event)
    assert type(document) is (dict if large else type(event))
    assert line_text({"event": document}) != line_text(
        {"event": event_to_json(str(event) if isinstance(event, int) else 0)}
    )


def test_infinities_are_words_and_the_sign_of_zero_is_lost():
    texts = [line_text({"x": value_to_json(value)}) for value in (math.inf, -math.inf, -0.0)]
    assert texts == [b'{"x":"Infinity"}', b'{"x":"-Infinity"}', b'{"x":0}']


def test_times_are_utc_to_the_microsecond():
    assert time_text(datetime(2027, 1, 1, tzinfo=UTC)) == "2027-01-01T00:00:00.000000Z"
