"""Decisions and events brought in line: by id, by position, and what is said where they do not fit."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from shop import decisions_of, law, make_events

from rulekit.errors import EventError
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.reports.audit.inputs.align import align, find_events
from rulekit.reports.replay.record import Manifest, Record
from rulekit.version import VERSION

EVENTS = make_events(40)


def record_of(folder: Path, ids: pl.Series | None = None, **manifest: object) -> Record:
    """Return the record of the events, under other ids if these are given."""
    ruleset = law()
    names = EVENTS["payment"] if ids is None else ids
    decided = decisions_of(ruleset, EVENTS.head(names.len())).insert_column(0, names.alias("id"))
    given = {"id": "payment", "id_in_events": True, **manifest}
    document = Manifest.model_validate(
        {"rulekit": VERSION, "ruleset": ruleset_to_document(ruleset), "digest": ruleset.digest, **given}
    )
    return Record(folder / "decisions.parquet", document, ruleset, decided.drop("ruleset"), ())


def test_equal_ids_stay_in_order(tmp_path: Path) -> None:
    found = align(record_of(tmp_path), EVENTS)
    assert found.events is not None
    assert found.events.equals(EVENTS)
    assert found.decisions["id"].to_list() == EVENTS["payment"].to_list()
    assert (found.findings, found.path, found.why) == ((), None, "")


def test_events_in_another_order_are_found_by_their_id(tmp_path: Path) -> None:
    shuffled = EVENTS.sample(fraction=1.0, shuffle=True, seed=1)
    found = align(record_of(tmp_path), shuffled)
    assert found.events is not None
    assert found.events["payment"].to_list() == found.decisions["id"].to_list() == EVENTS["payment"].to_list()
    assert found.events.equals(EVENTS)
    assert found.findings == ()


def test_lost_and_strange_events_are_named(tmp_path: Path) -> None:
    strangers = EVENTS.tail(3).with_columns(payment=pl.Series(["x1", "x2", "x3"]))
    found = align(record_of(tmp_path), pl.concat([EVENTS.slice(2), strangers]))
    assert found.events is not None
    assert found.decisions.height == found.events.height == 38
    assert found.decisions["id"][0] == "p0002"
    said = {finding.subject: finding for finding in found.findings}
    assert said["events without decision"].count == 3
    assert said["events without decision"].message == "3 events have no decision: x1, x2, x3"
    assert (
        said["decisions without event"].message == "2 decisions belong to no event of the file: p0000, p0001"
    )
    assert {finding.code for finding in found.findings} == {"mismatch"}


def test_no_more_than_twenty_ids_are_named(tmp_path: Path) -> None:
    (finding,) = align(record_of(tmp_path), EVENTS.head(10)).findings
    assert finding.count == 30
    assert finding.message.count(", ") == 19
    assert finding.message.endswith("p0029 and more")


def test_an_id_that_comes_twice_is_no_id(tmp_path: Path) -> None:
    twice = pl.concat([EVENTS.head(1), EVENTS.head(39)])
    found = align(record_of(tmp_path), twice)
    assert found.events is not None
    assert found.events.equals(twice)
    assert found.findings == ()


@pytest.mark.parametrize("count", [35, 45])
def test_without_an_id_the_position_counts(tmp_path: Path, count: int) -> None:
    record = record_of(
        tmp_path, pl.Series([str(place) for place in range(40)]), id="event", id_in_events=False
    )
    events = make_events(count)
    found = align(record, events)
    assert found.events is not None
    assert found.decisions.height == found.events.height == min(count, 40)
    (finding,) = found.findings
    assert (finding.subject, finding.count) == ("number of events", 5)
    assert f"{count} events" in finding.message


def test_a_missing_id_column_names_the_one_that_looks_like_it(tmp_path: Path) -> None:
    with pytest.raises(EventError, match="no id column 'payment'") as raised:
        align(record_of(tmp_path), EVENTS.rename({"payment": "payments"}))
    assert raised.value.hint == "is it the column 'payments'?"
    with pytest.raises(EventError) as raised:
        align(record_of(tmp_path), EVENTS.select("fraud", "online"))
    assert raised.value.hint == "are these the events that were decided?"


def test_events_are_looked_for_beside_the_decisions(tmp_path: Path) -> None:
    record = record_of(tmp_path, events="events.parquet")
    assert find_events(record) is None
    missing = align(record, None)
    assert (missing.events, missing.why) == (None, "the events file events.parquet was not found")
    assert missing.decisions.equals(record.decisions)
    EVENTS.write_parquet(tmp_path / "events.parquet")
    assert find_events(record) == tmp_path / "events.parquet"
    found = align(record, None)
    assert found.path == tmp_path / "events.parquet"
    assert found.events is not None
    assert found.events.height == 40


def test_a_pattern_of_files_is_found(tmp_path: Path) -> None:
    record = record_of(tmp_path, events="part-*.parquet")
    assert find_events(record) is None
    EVENTS.head(20).write_parquet(tmp_path / "part-1.parquet")
    EVENTS.tail(20).write_parquet(tmp_path / "part-2.parquet")
    found = align(record, None)
    assert found.events is not None
    assert found.events.equals(EVENTS)


def test_a_manifest_may_name_no_events(tmp_path: Path) -> None:
    found = align(record_of(tmp_path), None)
    assert (found.events, found.why) == (None, "the manifest names no events file")
