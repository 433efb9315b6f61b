"""A decision of a log with everything that it was made from, and whether its law says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixtures import FRAUD
from lawfolders import make_law
from logs import events

import rulekit
from rulekit.errors import LawError, LogError
from rulekit.explanation.explainer import Explainer
from rulekit.explanation.recorded import mismatches, recorded_decision
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log

GRID = Fixed(
    formats={
        "amount": FixedFormat(width=20, fraction=2),
        "cards_per_device_1h": FixedFormat(width=12, fraction=0),
        "device_age": FixedFormat(width=20, fraction=4),
    }
)


def write(where: Path, numerics: Any = None) -> Path:
    runner = rulekit.compile(rulekit.load(FRAUD), "polars", numerics or Native()).load()
    with open_log(where) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(events(8))
        logged.batch(events(2))
    return where


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("log") / "log.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_law(tmp_path / "rules" / "fraud")


def test_a_decision_is_found_with_what_it_was_made_from(log: Path, folder: Path) -> None:
    digest = rulekit.load(FRAUD).digest
    for rules in (folder, folder.parent, folder / "ruleset.yaml"):
        found = recorded_decision(log, rules, line=3)
        assert (found.record.id, found.record.event, found.record.outcome) == (3, "t3", "block")
        assert (found.ruleset.digest, found.numerics) == (digest, Native())
        assert found.event == bind_event(found.ruleset.read, events(8).row(3, named=True))


def test_of_an_event_the_last_decision_is_found(log: Path, folder: Path) -> None:
    assert recorded_decision(log, folder, event="t1").record.id == 9
    assert recorded_decision(log, folder, event="t5").record.id == 5


def test_numerics_are_those_that_the_log_names(tmp_path: Path, folder: Path) -> None:
    found = recorded_decision(write(tmp_path / "fixed.sqlite", GRID), folder, event="t3")
    assert found.numerics == GRID


def test_what_can_not_be_found_is_told(log: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no such record"):
        recorded_decision(log, folder, event="nobody")
    with pytest.raises(LogError, match="no such log"):
        recorded_decision(tmp_path / "none.sqlite", folder, line=0)
    other = make_law(tmp_path / "other", FRAUD.replace("amount > 5000", "amount > 6000"))
    for rules in (other, other / "ruleset.yaml"):
        with pytest.raises(LawError):
            recorded_decision(log, rules, line=0)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "approve"},
        {"rule": None},
        {"score": 3},
        {"hits": ("large-abroad", "large-abroad")},
        {"hits": ()},
        {"missing": ("amount",)},
    ],
    ids=str,
)
def test_a_record_that_its_law_does_not_decide_so_is_a_finding(
    log: Path, folder: Path, changes: dict[str, Any]
) -> None:
    found = recorded_decision(log, folder, line=3)
    told = Explainer(found.ruleset).explain(found.event)
    assert mismatches(found.record, told) == []
    (finding,) = mismatches(found.record.model_copy(update=changes), told)
    assert (finding.code, finding.subject, finding.level) == ("mismatch", "record 3", "error")
    by = "" if "rule" in changes else " by large-abroad"
    assert finding.message == f"the log says {changes.get('outcome', 'block')}{by}, and the law does not"
