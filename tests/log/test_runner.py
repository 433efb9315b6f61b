"""A runner that logs: the answers are those of the runner, and each is in the log before it is given."""

import polars as pl
import pytest
from logs import event_ids, events

import rulekit
from rulekit.errors import EventError, LogError
from rulekit.log.options import LogOptions
from rulekit.log.read.records import find_records
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log


@pytest.fixture
def log(tmp_path):
    with open_log(tmp_path / "log.sqlite") as opened:
        yield opened


def test_batches_are_answered_as_without_a_log(log, runner):
    logged = LoggedRunner(runner, log, "id")
    frame = events(8)
    assert logged.batch(frame).equals(runner.batch(frame))
    assert logged.batch(frame, hits=True).equals(runner.batch(frame, hits=True))
    lazy = logged.batch(frame.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(runner.batch(frame))
    assert logged.hit_matrix(frame).equals(runner.hit_matrix(frame))
    assert log.decided == 24, "a hit matrix is no decision"


def test_single_events_are_answered_as_without_a_log(log, runner):
    logged = LoggedRunner(runner, log, "id")
    for event in events(4).iter_rows(named=True):
        assert logged.one(event, hits=True) == runner.one(event, hits=True)
        bare = logged.one(event)
        assert bare.hits is None
        assert (bare.outcome, bare.rule) == (runner.one(event).outcome, runner.one(event).rule)
    assert log.decided == 8


def test_without_an_id_column_decisions_are_numbered(log, runner):
    logged = LoggedRunner(runner, log)
    logged.batch(events(3))
    logged.one(events(1).row(0, named=True))
    logged.batch(events(2))
    log.close()
    assert event_ids(log.where) == ["0", "1", "2", "3", "4", "5"]


def test_an_event_without_an_id_is_an_error(log, runner):
    with pytest.raises(EventError, match="the events have no column 'payment'"):
        LoggedRunner(runner, log, "payment").batch(events(2))
    logged = LoggedRunner(runner, log, "id")
    for wrong in (None, 1.5, True):
        with pytest.raises(EventError, match="the event has no id"):
            logged.one({**events(1).row(0, named=True), "id": wrong})
    with pytest.raises(EventError, match="is missing"):
        logged.batch(events(2).with_columns(id=pl.Series(["a", None])))
    assert log.decided == 0


def test_what_will_be_missing_is_said(tmp_path, runner):
    with open_log(tmp_path / "masked.sqlite", LogOptions(masked=("country",))) as log:
        assert LoggedRunner(runner, log).notes == (
            "the decisions can't be replayed: the log withholds country",
        )


def test_options_that_do_not_fit_the_law_are_refused(tmp_path, runner):
    with (
        open_log(tmp_path / "log.sqlite", LogOptions(sample={"aprove": 3})) as log,
        pytest.raises(LogError, match="there is no outcome 'aprove' to sample"),
    ):
        LoggedRunner(runner, log)


def test_nothing_is_answered_that_the_closed_log_does_not_hold(tmp_path, fraud):
    log = open_log(tmp_path / "log.sqlite")
    logged = LoggedRunner(rulekit.compile(fraud, "polars").load(), log, "id")
    log.close()
    with pytest.raises(LogError):
        logged.batch(events(2))


def test_a_record_says_what_was_decided(log, runner):
    LoggedRunner(runner, log, "id").batch(events(1))
    log.close()
    (record,) = find_records(log.where)
    assert (record["event"], record["outcome"], record["rule"]) == ("t0", "review", "many-cards-one-device")
    assert record["values"] == {"amount": 60, "cards_per_device_1h": 5, "country": "DK", "device_age": 1}
    assert record["hits"] == ["many-cards-one-device"]
