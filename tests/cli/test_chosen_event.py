"""The one event that is explained: typed in, in a file, or in a log."""

import json
from pathlib import Path

import polars as pl
import pytest
import typer

from rulekit.cli.chosen_event import event_of_input, event_of_log
from rulekit.errors import EventError, RulekitError

EVENT = {"amount": 61.0, "country": "DK"}
LAW = Path("law.yaml")


@pytest.fixture(autouse=True)
def _here(law_and_events):
    rows = {"payment": [7, 8, 8], "amount": [1.0, 2.0, 3.0], "country": ["SE", "DK", None]}
    pl.DataFrame(rows).write_parquet(law_and_events / "three.parquet")


def chosen(text=None, file=None, row=None, id_column=None, event_id=None, line=None):
    return event_of_input(LAW, text, file, row, id_column, event_id, line)


@pytest.mark.parametrize("text", [json.dumps(EVENT), f"  {json.dumps(EVENT)}\n"])
def test_an_event_is_typed_in(text):
    found = chosen(text)
    assert (found.event, found.numerics, found.record) == (EVENT, None, None)
    assert found.ruleset.name == "fraud.card_present"


def test_an_event_is_read_from_a_file_of_json():
    Path("event.json").write_text(json.dumps(EVENT))
    assert chosen("@event.json").event == EVENT


@pytest.mark.parametrize(("row", "amount"), [(0, 1.0), (2, 3.0)])
def test_an_event_is_chosen_by_its_place(row, amount):
    assert chosen(file="three.parquet", row=row).event["amount"] == amount


def test_an_event_is_chosen_by_its_id():
    found = chosen(file="three.parquet", id_column="payment", event_id="7").event
    assert found == {"payment": 7, "amount": 1.0, "country": "SE"}
    assert chosen(file="three.parquet", id_column="country", event_id="DK").event["payment"] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "name one event"),
        ({"text": "{}", "file": "three.parquet"}, "name one event"),
        ({"text": "{}", "row": 0}, "belong to --events"),
        ({"text": "{}", "id_column": "payment"}, "belong to --events"),
        ({"text": "{}", "event_id": "7"}, "belong to --events"),
        ({"text": "{}", "line": 0}, "--line belongs to --log"),
        ({"file": "three.parquet"}, "wants --row, or --id and --event"),
        ({"file": "three.parquet", "id_column": "payment"}, "wants --row, or --id and --event"),
        ({"file": "three.parquet", "event_id": "7"}, "wants --row, or --id and --event"),
        (
            {"file": "three.parquet", "row": 0, "id_column": "payment", "event_id": "7"},
            "wants --row, or --id and --event",
        ),
        ({"file": "three.parquet", "row": 0, "event_id": "7"}, "wants --row, or --id and --event"),
    ],
)
def test_options_that_name_no_event_or_several(options, message):
    with pytest.raises(typer.BadParameter, match=message):
        chosen(**options)


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ({"row": 3}, "none"),
        ({"row": -1}, "none"),
        ({"id_column": "payment", "event_id": "9"}, "none"),
        ({"id_column": "payment", "event_id": "8"}, "several"),
    ],
)
def test_an_event_that_is_not_there_or_there_twice(options, got):
    with pytest.raises(EventError, match="no single event was found") as raised:
        chosen(file="three.parquet", **options)
    assert raised.value.got == got


def test_a_column_that_is_not_there():
    with pytest.raises(EventError, match="no such column") as raised:
        chosen(file="three.parquet", id_column="order", event_id="7")
    assert raised.value.got == "order"


@pytest.mark.parametrize("text", ["{", "amount: 3", ""])
def test_text_that_is_not_json(text):
    with pytest.raises(EventError, match="the event is not JSON"):
        chosen(text)


@pytest.mark.parametrize(("text", "kind"), [("[1]", "list"), ("3", "int"), ("null", "NoneType")])
def test_json_that_is_no_object(text, kind):
    with pytest.raises(EventError, match="no JSON object") as raised:
        chosen(text)
    assert raised.value.got == kind


@pytest.mark.parametrize(("event_id", "line"), [(None, None), ("7", 0)])
def test_a_log_wants_an_event_or_a_line(event_id, line):
    with pytest.raises(typer.BadParameter, match="one of --event and --line"):
        event_of_log("log.sqlite", LAW, event_id, line)


def test_a_decision_of_a_log_brings_its_record(typed):
    assert typed("decide law.yaml events.parquet --out d.parquet --log log.sqlite --target python")[0] == 0
    for found in (event_of_log("log.sqlite", LAW, "1", None), event_of_log("log.sqlite", LAW, None, 1)):
        assert found.record.outcome == "approve"
        assert found.event["amount"] == 12.5
        assert found.ruleset.digest == found.record.ruleset
    with pytest.raises(RulekitError, match="no such record"):
        event_of_log("log.sqlite", LAW, "2", None)
