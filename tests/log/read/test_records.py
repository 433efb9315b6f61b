"""Records as frames, and the values in them, read back from a log of every kind of value."""

import polars as pl
import pytest
from fixtures import FRAUD
from logs import events

import rulekit
from rulekit.errors import LogError
from rulekit.log.options import LogOptions
from rulekit.log.read.records import find_records, read_batches, records_frame, values_frame
from rulekit.log.runner import LoggedRunner
from rulekit.log.stores.base import Lines
from rulekit.log.write.writer import open_log


@pytest.fixture
def place(tmp_path):
    return tmp_path / "log.sqlite"


@pytest.fixture
def written(place, runner):
    with open_log(place) as log:
        LoggedRunner(runner, log, "id").batch(events(12))
    return place


def test_the_columns_of_records(written):
    (frame,) = read_batches(written)
    assert frame.schema == {
        "seq": pl.Int64, "at": pl.Datetime("us", "UTC"), "ruleset": pl.String, "artifact": pl.String,
        "event": pl.String, "event_kind": pl.Enum(["text", "integer", "hashed"]), "outcome": pl.String,
        "rule": pl.String, "score": pl.Int64, "hits": pl.List(pl.String), "suppressed": pl.List(pl.String),
        "missing": pl.List(pl.String), "took_ns": pl.Int64, "one_in": pl.Int64, "withheld": pl.Boolean,
        "text": pl.String,
    }  # fmt: skip
    assert frame["seq"].to_list() == list(range(12))
    assert frame["outcome"].to_list() == ["review", "approve", "invalid", "block"] * 3
    assert frame["missing"].to_list()[2] == ["amount"]
    assert not frame["withheld"].any()


@pytest.mark.parametrize(("size", "first"), [(5, 0), (5, 7), (100, 12), (1, 10)])
def test_batches_of_about_a_size_from_a_line_on(written, size, first):
    frames = list(read_batches(written, size, first))
    assert [seq for frame in frames for seq in frame["seq"]] == list(range(first, 12))
    assert all(frame.height <= size for frame in frames)


def test_values_come_back_at_their_dtypes(written, fraud):
    (frame,) = read_batches(written)
    values = values_frame(frame["text"], fraud)
    assert values.schema == {
        "amount": pl.Float32, "cards_per_device_1h": pl.Int32, "country": pl.String, "device_age": pl.Float64,
    }  # fmt: skip
    expected = events(12).select(values.columns)
    assert values.equals(expected)


def test_values_that_do_not_fit_their_features_are_an_error(written):
    (frame,) = read_batches(written)
    other = FRAUD.replace("{name: country, dtype: category, categories: [SE, NO, DK, FI]}",
                          "{name: country, dtype: int32}")  # fmt: skip
    law = rulekit.load(
        other.replace('"country not in {SE, NO}"', "country > 1").replace(
            '"country not in {SE}"', "country > 1"
        )
    )
    with pytest.raises(LogError, match="the records have no values for the features of fraud"):
        values_frame(frame["text"], law)


def test_features_that_the_records_lack_are_null(written, trigger):
    (frame,) = read_batches(written)
    values = values_frame(frame["text"], rulekit.load(trigger))
    assert values.null_count().row(0) == (12,) * values.width


def test_masked_values_are_withheld(place, runner, fraud):
    with open_log(place, LogOptions(masked=("country",))) as log:
        LoggedRunner(runner, log, "id").batch(events(4))
    (frame,) = read_batches(place)
    assert frame["withheld"].all()
    values = values_frame(frame["text"], fraud)
    assert values["country"].null_count() == 4
    assert values["amount"].to_list() == events(4)["amount"].to_list()


def test_ids_of_every_kind(tmp_path, runner):
    numbers = events(2).with_columns(id=pl.Series([7, 2**63], dtype=pl.UInt64))
    with open_log(tmp_path / "numbers.sqlite") as log:
        LoggedRunner(runner, log, "id").batch(numbers)
    (frame,) = read_batches(tmp_path / "numbers.sqlite")
    assert frame["event"].to_list() == ["7", str(2**63)]
    assert set(frame["event_kind"]) == {"integer"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"last": 2}, ["t10", "t11"]),
        ({"event": "t3"}, ["t3"]),
        ({"outcome": "block"}, ["t3", "t7", "t11"]),
        ({"outcome": "block", "last": 1}, ["t11"]),
        ({"event": "t3", "outcome": "review"}, []),
        ({"event": "nobody"}, []),
    ],
)
def test_records_are_found(written, question, expected):
    assert [record["event"] for record in find_records(written, **question)] == expected


def test_lines_that_are_no_records_are_left_out(written):
    lines = Lines(0, [b'{"id":0,"lost":{}}', b"odd"], [b"", b""])
    assert records_frame(lines).height == 0


def test_a_line_that_only_begins_like_a_record_is_an_error():
    with pytest.raises(LogError, match="lines 4 to 4 are no records"):
        records_frame(Lines(4, [b'{"artifact":'], [b""]))
