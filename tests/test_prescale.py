"""Prescales of frames, bit for bit as the definition has them."""

from __future__ import annotations

import polars as pl
import pytest
from fixtures import TRIGGER
from hypothesis import given
from hypothesis import strategies as st

import rulekit
from rulekit.errors import EventError, RulekitError
from rulekit.ir.prescale import keeps, number
from rulekit.prescale import numbers, prescaled


def menu(first=3, second=1000):
    text = TRIGGER.replace("then: dimuon", f"then: dimuon\n    prescale: {first}")
    return rulekit.load(text.replace("then: met", f"then: met\n    prescale: {second}"))


def hits_of(rows, ids=("two-muons", "high-met")):
    return pl.DataFrame(rows, schema=dict.fromkeys(ids, pl.Boolean), orient="row")


bools = st.tuples(st.booleans(), st.booleans())
whole = st.tuples(st.integers(0, 2**64 - 1), bools)
texts = st.tuples(st.text(st.characters(codec="utf-8")), bools)
scales = st.sampled_from([1, 2, 3, 7, 1000, 2**31 - 1, 2**32, 2**40])


@given(st.lists(whole) | st.lists(texts), scales, scales, st.integers())
def test_keeps_what_the_definition_keeps(rows, first, second, seed):
    dtype = pl.String if rows and isinstance(rows[0][0], str) else pl.UInt64
    events, hits = pl.Series("id", [row[0] for row in rows], dtype), hits_of([row[1] for row in rows])
    kept = prescaled(menu(first, second), events, hits, seed)
    assert kept.schema == hits.schema
    expected = [
        (
            one and keeps(seed, "two-muons", event, first),
            other and keeps(seed, "high-met", event, second),
        )
        for event, (one, other) in rows
    ]
    assert kept.rows() == expected


@pytest.mark.parametrize("dtype", [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt32, pl.UInt64])
def test_any_integer_is_an_id(dtype):
    assert numbers(pl.Series("id", [0, 7, 127], dtype)).to_list() == [0, 7, 127]


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["x", "y"])])
def test_any_text_is_an_id(dtype):
    assert numbers(pl.Series("id", ["x", "y", "x"], dtype)).to_list() == [number(t) for t in "xyx"]


@pytest.mark.parametrize(
    ("values", "dtype", "got"),
    [
        ([1, None, 3], pl.Int64, "None in row 1"),
        ([1, 2, -3], pl.Int64, "-3 in row 2"),
        (["a", None], pl.String, "None in row 1"),
        ([1.0], pl.Float64, "Float64"),
        ([True], pl.Boolean, "Boolean"),
    ],
)
def test_other_ids_are_refused(values, dtype, got):
    events = pl.Series("event", values, dtype)
    with pytest.raises(EventError, match="event can't be prescaled by") as raised:
        prescaled(menu(), events, hits_of([(True, True)] * len(values)))
    assert raised.value.got == got


def test_hits_of_other_rules_or_events_are_refused():
    events = pl.Series("id", [1, 2])
    with pytest.raises(RulekitError, match="of other rules"):
        prescaled(menu(), events, hits_of([(True, True)] * 2, ("high-met", "two-muons")))
    with pytest.raises(RulekitError, match="one id"):
        prescaled(menu(), events, hits_of([(True, True)] * 3))


def test_the_seed_and_the_rule_choose_the_events():
    events, ones = pl.Series("id", range(10_000)), hits_of([(True, True)] * 10_000)
    kept = [prescaled(menu(10, 10), events, ones, seed) for seed in (0, 1)]
    columns = [each[name] for each in kept for name in each.columns]
    assert all(900 < column.sum() < 1100 for column in columns)
    assert all((a & b).sum() < 200 for n, a in enumerate(columns) for b in columns[:n])


def test_one_worker_or_many_keep_the_same():
    events, ones = pl.Series("id", range(1000)), hits_of([(True, True)] * 1000)
    parts = [prescaled(menu(), events[n::7], ones[n::7]) for n in range(7)]
    whole = prescaled(menu(), events, ones)
    assert all(part.equals(whole[n::7]) for n, part in enumerate(parts))


def test_a_law_without_rules_or_prescales_keeps_all():
    hits = hits_of([(True, False)])
    assert prescaled(menu(1, 1), pl.Series("id", [1]), hits).equals(hits)
