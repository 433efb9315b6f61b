"""An audit put together: each section has what it is asked for, and says so where it can't be had."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from lawfolders import make_law
from shop import RULES, audited_of, law, make_events

from rulekit.errors import RulekitError
from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.sections.replay import Replayed, replay_decisions

EVENTS = make_events(200, seed=5)
IDS = tuple(rule["id"] for rule in RULES)


class Model:
    name = "model"

    def scores(self, frame: pl.DataFrame) -> Any:
        return frame["model"].to_numpy()


def made(**options: Any) -> Audit:
    audited = audited_of(law(), EVENTS, **options)
    return assemble(audited, replay_decisions(audited, 10, 0))


def test_every_table_by_rule_has_every_rule() -> None:
    found = made(truth="fraud")
    assert tuple(row.id for row in found.rules) == IDS
    assert len(found.cutflow) == len(found.overlap) == len(IDS)
    assert all(row.removal is not None for row in found.rules)
    assert found.cutflow[-1].accepted == sum(row.count for row in found.outcomes if row.accepted)


def test_without_hits_the_tables_by_rule_are_empty_and_that_is_told() -> None:
    audited = audited_of(law(), EVENTS, truth="fraud")
    replayed = replay_decisions(audited, 10, 0)
    found = assemble(audited, Replayed(replayed.replay, None))
    assert (found.rules, found.cutflow, found.overlap) == ((), (), ())
    assert found.left_out != made(truth="fraud").left_out
    assert found.measures == made(truth="fraud").measures, "what is accepted is known without hits"


@pytest.mark.parametrize(
    ("options", "curves"),
    [
        ({}, 0),
        ({"teacher": Model()}, 0),
        ({"truth": "fraud"}, 1),
        ({"truth": "fraud", "teacher": Model()}, 2),
        ({"truth": "fraud", "previous": law(rules=RULES[1:])}, 2),
        ({"truth": "fraud", "teacher": Model(), "previous": law(rules=RULES[1:])}, 3),
    ],
    ids=["nothing", "teacher", "truth", "both", "previous", "all"],
)
def test_sections_appear_with_what_they_need(options: dict[str, Any], curves: int) -> None:
    found = made(**options)
    assert len(found.curves) == curves
    assert (found.truth is None) == ("truth" not in options) == (found.measures.efficiency is None)
    assert (found.teacher is None) == ("teacher" not in options) == (found.disagreement is None)
    assert (found.previous is None) == ("previous" not in options)
    assert found.weight is None


def test_a_folder_brings_its_charter_and_a_command_is_named(tmp_path) -> None:
    audited = audited_of(law(), EVENTS)
    replayed = replay_decisions(audited, 10, 0)
    bare = assemble(audited, replayed)
    found = assemble(audited, replayed, make_law(tmp_path / "law"), "rulekit audit x")
    assert not bare.charter
    assert any("Stop card testing" in passage.text for passage in found.charter)
    assert found.origin.audited_by == "rulekit audit x" != bare.origin.audited_by


def test_weights_are_named_and_counted() -> None:
    found = made(weight="weight")
    assert found.weight == "weight"
    assert found.measures.rate.whole == pytest.approx(EVENTS["weight"].sum())
    assert made().measures.rate.whole == EVENTS.height


def test_an_expectation_that_is_none_is_refused() -> None:
    with pytest.raises(RulekitError):
        made(expect=("beauty >= 0.5",))
