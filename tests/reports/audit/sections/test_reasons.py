"""The catalogue of reasons, counted against the reference semantics."""

from __future__ import annotations

import pytest
from shop import SCHEMA, audited_of, law, make_events, score_law

from rulekit.ir.semantics import decide
from rulekit.reports.audit.sections.reasons import reasons_of
from rulekit.reports.replay.recompute import hit_matrix

EVENTS = make_events(200, seed=4)
RAW = EVENTS.select(feature["name"] for feature in SCHEMA["features"]).to_dicts()


def test_the_first_rule_that_hits_is_the_reason() -> None:
    audited = audited_of(law(), EVENTS)
    decided = [decide(law(), event) for event in RAW]
    codes = {reason.code: reason for reason in reasons_of(audited, None)}
    assert list(codes) == ["many-cards", "away", "known", "dear", "otherwise", "invalid"]
    for rule in law().rules:
        assert codes[rule.id].decided == sum(one.rule == rule.id for one in decided)
        assert codes[rule.id].outcome == rule.then
    assert codes["many-cards"].title == "Many cards"
    assert codes["away"].because == "Far away & dear."
    assert codes["dear"].title == "dear"
    assert codes["otherwise"].decided == sum(one.rule is None and one.outcome == "approve" for one in decided)
    assert codes["invalid"].decided == sum(one.outcome == "invalid" for one in decided)
    assert sum(reason.decided or 0 for reason in codes.values()) == EVENTS.height
    assert "amount" in codes["invalid"].title


def test_points_count_where_the_outcome_is_another_one() -> None:
    ruleset = score_law()
    audited = audited_of(ruleset, EVENTS)
    codes = {reason.code: reason for reason in reasons_of(audited, hit_matrix(ruleset, audited.decisions))}
    decided = [decide(ruleset, event) for event in RAW]
    for rule in ruleset.rules:
        hit = sum(rule.id in (one.hits or ()) and one.outcome != "approve" for one in decided)
        assert codes[rule.id].decided == hit
    assert codes["known"].outcome == "take away 2 points"
    assert codes["otherwise"].title == "The points reach no threshold."


def test_without_hits_points_can_not_be_counted() -> None:
    found = reasons_of(audited_of(score_law(), EVENTS), None)
    assert [reason.decided for reason in found[:4]] == [None] * 4


@pytest.mark.parametrize("required", [True, False])
def test_invalid_is_a_reason_where_something_is_required(required: bool) -> None:  # noqa: FBT001 - a parameter
    features = [
        {**feature, "required": required and feature["name"] == "amount"} for feature in SCHEMA["features"]
    ]
    ruleset = law(schema={**SCHEMA, "features": features})
    codes = [reason.code for reason in reasons_of(audited_of(ruleset, EVENTS), None)]
    assert ("invalid" in codes) == required
