"""One record of a log, by its line or by its event, and the event as its law has it."""

from pathlib import Path

import pytest
from fixtures import FRAUD
from logs import events

import rulekit
from rulekit.errors import LawError, LogError
from rulekit.ir.event import bind_event
from rulekit.log.options import LogOptions
from rulekit.log.read.lookup import event_of, find_record


def test_a_record_is_found_by_its_line_and_by_its_event(write, fraud):
    where = write(events(40), events(3))
    assert find_record(where, seq=39).event == "t39"
    assert [find_record(where, event=f"t{event}").id for event in (1, 39)] == [41, 39], "the last one of each"
    for seq in (1, 2, 39):
        raw = events(40).row(seq, named=True)
        assert event_of(find_record(where, seq=seq), fraud) == bind_event(fraud.read, raw)


@pytest.mark.parametrize("asked", [{"seq": 40}, {"seq": -1}, {"event": "t40"}])
def test_what_is_not_there_is_said(write, asked):
    where = write(events(40))
    with pytest.raises(LogError, match="no such record"):
        find_record(where, **asked)


def test_a_line_that_is_no_record_is_said(write):
    where = write(events(400), options=LogOptions(sample={"approve": 400}))
    with pytest.raises(LogError, match="no record of a decision"):
        find_record(where, seq=0)


def test_withheld_values_and_other_laws_are_refused(write, fraud):
    where = write(events(4), options=LogOptions(masked=("country",)))
    record = find_record(where, seq=1)
    with pytest.raises(LogError, match="withholds country of record 1"):
        event_of(record, fraud)
    other = rulekit.load(FRAUD.replace("amount > 5000", "amount > 10"))
    with pytest.raises(LawError, match="another law"):
        event_of(record, other)


@pytest.mark.parametrize("where", ["parquet"], indirect=True)
def test_a_line_in_a_gap_is_not_the_next_one(write, where):
    write(events(10), events(10, 10), events(10, 20), options=LogOptions(segment=10))
    (Path(where) / "segment-000000000010.parquet").unlink()
    assert find_record(where, seq=20).event == "t20"
    with pytest.raises(LogError, match="no such record"):
        find_record(where, seq=15)
