"""What is kept of the decisions: sampling, masking, hashing; and the runner that logs before it answers."""

from __future__ import annotations

import hmac
import json
from collections import Counter

import polars as pl
import pytest
from logs import event_ids, events

import rulekit
from rulekit.errors import EventError, LogError
from rulekit.ir.prescale import keeps
from rulekit.log.options import LogOptions
from rulekit.log.read.records import read_batches, values_frame
from rulekit.log.read.verify import verify_log
from rulekit.log.record import record_from_text, values_from_json
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.encoder import RecordEncoder
from rulekit.log.write.privacy import privacy_of
from rulekit.log.write.writer import open_log
from rulekit.targets.shared.columns import HITS

COUNT = 4000


@pytest.fixture
def salt(tmp_path):
    path = tmp_path / "salt"
    path.write_bytes(b"sixteen bytes of salt")
    return path


def records(where):
    return [record_from_text(text.encode()) for frame in read_batches(where) for text in frame["text"]]


def test_one_in_so_many_is_kept_and_the_rest_is_counted(where, write):
    options = LogOptions(sample={"approve": 100, "block": 1, "invalid": 7}, seed=3, segment=500)
    write(*(events(1000, first) for first in range(0, COUNT, 1000)), options=options)
    found = verify_log(where)
    outcomes = ("review", "approve", "invalid", "block")
    kept = {outcome: [f"t{n}" for n in range(place, COUNT, 4)] for place, outcome in enumerate(outcomes)}
    for outcome, one_in in (("approve", 100), ("invalid", 7)):
        kept[outcome] = [e for e in kept[outcome] if keeps(3, f"outcome {outcome}", e, one_in)]
    assert 0 < len(kept["approve"]) < 30
    assert found.kept == {outcome: len(ids) for outcome, ids in kept.items()}
    assert found.sampled == {name: COUNT // 4 - len(kept[name]) for name in ("approve", "invalid")}
    assert Counter(event_ids(where)) == Counter(event for ids in kept.values() for event in ids)
    shares = {record.outcome: record.one_in for record in records(where)}
    assert shares == {"approve": 100, "invalid": 7, "review": None, "block": None}
    assert found.findings == ()


def test_single_events_are_sampled_as_frames_are(where, runner, tmp_path):
    options = LogOptions(sample={"approve": 10, "review": 3})
    with open_log(where, options) as log:
        logged = LoggedRunner(runner, log, "id")
        for event in events(200).iter_rows(named=True):
            logged.one(event)
        assert log.decided == 200
    other = tmp_path / "other.sqlite"
    with open_log(other, options) as log:
        LoggedRunner(runner, log, "id").batch(events(200))
    assert event_ids(where) == event_ids(str(other))
    assert verify_log(where).sampled == verify_log(other).sampled


def test_a_batch_of_which_nothing_is_kept_is_counted_in_the_end(where, runner):
    options = LogOptions(sample={"approve": 10**12})
    approved = events(400).filter(pl.col("amount") == 12.5)
    with open_log(where, options) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(approved)
        assert log.decided == 100
        assert verify_log(where).lines == 0
    assert verify_log(where).sampled == {"approve": 100}
    with open_log(where, options) as log:
        assert log.decided == 100


def test_an_unknown_outcome_is_no_sample(runner):
    with pytest.raises(LogError, match="no outcome 'aprove'"):
        RecordEncoder(runner.artifact, LogOptions(sample={"aprove": 10}))
    with pytest.raises(LogError, match="greater than or equal to 1"):
        LogOptions(sample={"approve": 0})


def test_masked_and_hashed_values_are_not_in_the_log(where, write, salt, fraud):
    options = LogOptions(masked=("device_age",), hashed=("country",), hash_events=True, salt=salt)
    write(events(8), options=options)
    found = records(where)
    digest = hmac.digest(salt.read_bytes(), b'country\n"DK"', "sha256").hex()
    assert found[0].values["country"] == {"hashed": f"hmac-sha256:{digest}"}
    assert found[0].values["country"] == found[4].values["country"] != found[1].values["country"]
    assert found[2].values["country"] is None
    assert {json.dumps(record.values["device_age"]) for record in found} == {'{"masked": true}'}
    assert found[0].event == {
        "hashed": "hmac-sha256:" + hmac.digest(salt.read_bytes(), b'event\n"t0"', "sha256").hex()
    }
    frame = pl.concat(read_batches(where))
    assert frame["withheld"].to_list() == [True] * 8
    assert set(frame["event_kind"]) == {"hashed"}
    values = values_frame(frame["text"], fraud)
    assert values["country"].null_count() == values["device_age"].null_count() == 8
    assert values["amount"].to_list() == events(8)["amount"].to_list()
    with pytest.raises(LogError, match="no value of feature country"):
        values_from_json(fraud.read, found[0].values)


def test_single_events_are_hidden_as_frames_are(where, runner, salt):
    options = LogOptions(masked=("device_age",), hashed=("country",), hash_events=True, salt=salt)
    with open_log(where, options) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(events(4))
        for event in events(4).iter_rows(named=True):
            logged.one(event)
    found = records(where)
    for batch, single in zip(found[:4], found[4:], strict=True):
        assert (batch.values, batch.event) == (single.values, single.event)


def test_nothing_that_an_event_brings_passes_for_a_hidden_value(where, write, fraud):
    posing = events(2).with_columns(country=pl.Series(['{"masked":true}', '{"hashed":"hmac-sha256:00"}']))
    write(posing)
    frame = pl.concat(read_batches(where))
    assert not frame["withheld"].any()
    assert values_frame(frame["text"], fraud)["country"].to_list() == posing["country"].to_list()


def test_what_can_not_be_replayed_is_told(where, runner, salt):
    with open_log(where, LogOptions(masked=("device_age",), hashed=("country",), salt=salt)) as log:
        assert LoggedRunner(runner, log).notes == (
            "the decisions can't be replayed: the log withholds country, device_age",
        )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"masked": ("iban",)}, "no feature 'iban'"),
        ({"hashed": ("amount",), "salt": "absent"}, "the salt can't be read"),
        ({"hashed": ("amount",), "salt": "short"}, "the salt is too short"),
    ],
)
def test_options_that_do_not_fit_are_refused(fields, message, fraud, tmp_path):
    (tmp_path / "short").write_bytes(b"salt")
    if "salt" in fields:
        fields = {**fields, "salt": tmp_path / fields["salt"]}
    with pytest.raises(LogError, match=message):
        privacy_of(LogOptions(**fields), fraud)


@pytest.mark.parametrize(
    "fields",
    [
        {"hashed": ("amount",)},
        {"hash_events": True},
        {"on_failure": "maybe"},
        {"masked": ("a",), "hashed": ("a",), "salt": "salt"},
        {"segment": 0},
    ],
)
def test_options_that_contradict_each_other_are_refused(fields):
    with pytest.raises(LogError, match="LogOptions: "):
        LogOptions(**fields)


def test_a_logged_runner_gives_the_answers_of_its_runner(where, runner):
    frame = events(40)
    with open_log(where) as log:
        logged = LoggedRunner(runner, log, "id")
        assert logged.batch(frame).equals(runner.batch(frame))
        assert logged.batch(frame, hits=True).equals(runner.batch(frame, hits=True))
        assert logged.batch(frame.lazy()).collect().equals(runner.batch(frame))
        assert logged.hit_matrix(frame).equals(runner.hit_matrix(frame))
        for event in frame.head(4).iter_rows(named=True):
            assert logged.one(event) == runner.one(event)
            assert logged.one(event, hits=True) == runner.one(event, hits=True)
        assert log.decided == 3 * 40 + 8
    found = records(where)
    assert [record.id for record in found] == list(range(128))
    assert all(record.took_ns > 0 for record in found)
    assert {record.artifact for record in found} == {RecordEncoder(runner.artifact, LogOptions())._artifact}


def test_without_an_id_decisions_are_numbered(where, runner):
    frame = events(3)
    with open_log(where) as log:
        logged = LoggedRunner(runner, log)
        logged.batch(frame)
        logged.one(frame.row(0, named=True))
    with open_log(where) as log:
        LoggedRunner(runner, log).batch(frame)
    assert [record.event for record in records(where)] == list(range(7))


@pytest.mark.parametrize(
    ("ids", "message"),
    [([None, "a"], "is missing"), ([1.5, 2.5], "can't be logged"), ([True, False], "can't be logged")],
)
def test_an_event_without_an_id_is_not_logged(tmp_path, runner, ids, message):
    with open_log(tmp_path / "log.sqlite") as log:
        logged = LoggedRunner(runner, log, "id")
        with pytest.raises(EventError, match=message):
            logged.batch(events(2).with_columns(id=pl.Series(ids)))
        with pytest.raises(EventError, match="no column 'id'"):
            logged.batch(events(2).drop("id"))
        with pytest.raises(EventError, match="the event has no id"):
            logged.one({"amount": 1.0})
        assert log.decided == 0


def test_a_law_of_points_logs_its_scores(where):
    law = """
name: scores
version: 1.0.0
schema: {name: scores, version: 1.0.0, features: [{name: x, dtype: float64, required: true}]}
hit_policy: score
otherwise: low
thresholds: {high: 5}
rules: [{id: big, when: [x > 1], points: 9007199254740993}, {id: small, when: [x > 0], points: 1}]
"""
    runner = rulekit.compile(rulekit.load(law), "python").load()
    frame = pl.DataFrame({"x": [2.0, 0.5, None, -1.0]})
    with open_log(where) as log:
        logged = LoggedRunner(runner, log)
        decided = logged.batch(frame, hits=True)
        logged.one({"x": 2.0})
    read = pl.concat(read_batches(where))
    assert read["score"].to_list() == [*decided["score"].to_list(), 9007199254740994]
    assert decided["score"].to_list() == [9007199254740994, 1, None, 0]
    assert read[HITS].to_list()[:4] == decided[HITS].to_list()
    assert records(where)[0].score == 9007199254740994
