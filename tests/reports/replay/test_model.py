"""The result of a replay: what it says of itself, as a line, as JSON and in a notebook."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pages import Page

from rulekit.errors import RulekitError
from rulekit.findings import Finding
from rulekit.reports.replay.model import LawReplay, LogReplay, ReplayOptions

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LAW = LawReplay(
    name="shop<b>",
    version="1.2.3",
    digest="sha256:0",
    place="rules",
    numerics=("native",),
    records=1250,
    equal=1200,
    different=30,
    withheld=20,
    sampled=10,
    first=NOW,
    last=NOW,
    not_in_force=None,
)
BROKEN = Finding(
    code="mismatch", subject="shop 1.2.3", message="30 of 1,250 records are not what it says", level="error"
)


def replay(**changes: object) -> LogReplay:
    given = {
        "where": "log.sqlite",
        "log": "l1",
        "created": "2026-05-01T00:00:00Z",
        "options": ReplayOptions(),
        "verification": None,
        "records": 1252,
        "equal": 1200,
        "different": 30,
        "withheld": 20,
        "unknown_law": 0,
        "damaged": 2,
        "laws": (LAW,),
        "unknown": (),
        "sampled_away": {},
        "lost": {},
        "mismatches": (),
        "findings": (BROKEN,),
        "notes": (),
        **changes,
    }
    return LogReplay.model_validate(given)


def test_counts_in_a_line_without_those_that_are_none() -> None:
    assert str(replay()) == (
        "log.sqlite: 1,252 records, 1,200 equal, 30 different, 20 withheld, 2 damaged; 1 finding"
    )
    assert repr(replay()) == f"LogReplay({replay()})"
    nothing = replay(records=0, equal=0, different=0, withheld=0, damaged=0, findings=())
    assert str(nothing) == "log.sqlite: 0 records, none; 0 findings"


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, False),
        ({"records": 1200, "different": 0, "withheld": 0, "damaged": 0, "findings": ()}, True),
        ({"records": 1220, "different": 0, "damaged": 0, "findings": ()}, False),
        ({"records": 1200, "different": 0, "withheld": 0, "damaged": 0}, False),
        (
            {"records": 1200, "different": 0, "withheld": 0, "damaged": 0,
             "findings": (BROKEN.model_copy(update={"level": "note"}),)},
            True,
        ),
    ],
)  # fmt: skip
def test_whether_a_log_holds(changes: dict, holds: bool) -> None:  # noqa: FBT001 - a parameter
    assert replay(**changes).holds == holds


def test_json_gives_the_result_back() -> None:
    found = replay()
    assert json.loads(found.to_json()) == found.to_document()
    assert LogReplay.model_validate(json.loads(found.to_json())) == found


def test_a_notebook_shows_a_row_for_each_law() -> None:
    page = Page(replay()._repr_html_())
    assert "Replay of log.sqlite" in page.text
    assert "shop<b> 1.2.3 1,250 1,200 30 20" in page.text
    assert "30 of 1,250 records are not what it says" in page.text
    assert "no findings" in Page(replay(findings=())._repr_html_()).text


@pytest.mark.parametrize("options", [{"sample": -1}, {"since": datetime(2026, 1, 1)}, {"targt": "polars"}])  # noqa: DTZ001
def test_options_that_make_no_sense(options: dict) -> None:
    with pytest.raises(RulekitError):
        ReplayOptions(**options)
