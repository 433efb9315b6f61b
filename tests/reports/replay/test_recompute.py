"""Decisions made again: by compiled rules, by the reference semantics, and from recorded hits alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import RULES, SCHEMA, audited_of, law, make_events, score_law

from rulekit.ir.numerics import Native
from rulekit.ir.semantics import decide
from rulekit.reports.replay.model import SHOWN
from rulekit.reports.replay.recompute import (
    BoundLaw,
    check_hits,
    compare,
    decisions_from_hits,
    hit_matrix,
    hits_of,
    recompute,
    replay_sample,
    without_prescales,
)

EVENTS = make_events(200, seed=12)
RAW = EVENTS.select(feature["name"] for feature in SCHEMA["features"]).to_dicts()
LAWS = pytest.mark.parametrize("ruleset", [law(), score_law()], ids=["first", "score"])


@LAWS
def test_recomputed_decisions_are_those_of_the_semantics(ruleset) -> None:
    found = recompute(BoundLaw(ruleset, Native()), EVENTS)
    for row, event in zip(found.iter_rows(named=True), RAW, strict=True):
        decision = decide(ruleset, event)
        assert (row["outcome"], row["rule"], row.get("score")) == (
            decision.outcome,
            decision.rule,
            decision.score,
        )
        assert tuple(row["hits"]) == (decision.hits or ())
        assert row["hits_text"] == " ".join(decision.hits or ())


@LAWS
def test_hits_are_one_boolean_column_per_rule(ruleset) -> None:
    matrix = hits_of(BoundLaw(ruleset, Native()), EVENTS)
    assert matrix.columns == [rule.id for rule in ruleset.rules]
    recorded = hit_matrix(ruleset, audited_of(ruleset, EVENTS).decisions)
    valid = EVENTS["amount"].is_not_null()
    assert matrix.filter(valid).equals(recorded.filter(valid))


@LAWS
def test_an_honest_record_has_no_difference(ruleset) -> None:
    decisions = audited_of(ruleset, EVENTS).decisions
    bound = BoundLaw(ruleset, Native())
    for check in (
        compare(decisions, recompute(bound, EVENTS)),
        replay_sample(bound, decisions, EVENTS, 50, 0),
        check_hits(ruleset, decisions),
    ):
        assert (check.wrong, check.shown) == (frozenset(), ())


@given(st.sets(st.integers(0, 199), max_size=30), st.sampled_from(["outcome", "rule"]))
def test_every_altered_decision_is_found(places: set[int], field: str) -> None:
    decisions = audited_of(law(), EVENTS).decisions
    altered = decisions.with_columns(
        pl.when(pl.int_range(pl.len()).is_in(list(places)))
        .then(pl.lit("forged"))
        .otherwise(field)
        .alias(field)
    )
    found = compare(altered, recompute(BoundLaw(law(), Native()), EVENTS))
    assert found.wrong == places
    assert found.compared == 200
    assert len(found.shown) == min(len(places), SHOWN)
    for mismatch in found.shown:
        assert [difference.field for difference in mismatch.differences] == [field]
        assert mismatch.differences[0].recorded == "forged"


def test_a_sample_is_seeded_and_finds_what_it_draws() -> None:
    decisions = audited_of(law(), EVENTS).decisions.with_columns(outcome=pl.lit("forged"))
    bound = BoundLaw(law(), Native())
    one, same, other = (replay_sample(bound, decisions, EVENTS, 20, seed) for seed in (1, 1, 2))
    assert one.compared == len(one.wrong) == 20
    assert one.wrong == same.wrong != other.wrong
    assert replay_sample(bound, decisions, EVENTS, 10_000, 0).compared == 200
    assert replay_sample(bound, decisions, EVENTS, 0, 0).compared == 0


@LAWS
def test_decisions_follow_from_their_hits(ruleset) -> None:
    decisions = audited_of(ruleset, EVENTS).decisions
    found = decisions_from_hits(ruleset, decisions)
    for row, event in zip(found.iter_rows(named=True), RAW, strict=True):
        decision = decide(ruleset, event)
        assert (row["outcome"], row["rule"], row["score"]) == (
            decision.outcome,
            decision.rule,
            decision.score,
        )


def test_unknown_ids_are_no_hits_and_order_is_that_of_the_text() -> None:
    decisions = pl.DataFrame(
        {"id": ["a", "b", "c", "d"], "outcome": ["x", "x", "invalid", None],
         "hits_text": ["dear many-cards", "strange dear", "dear", ""]}
    )  # fmt: skip
    found = decisions_from_hits(law(), decisions)
    assert found["hits_text"].to_list() == ["many-cards dear", "dear", "", ""]
    assert found["outcome"].to_list() == ["block", "review", "invalid", "approve"]
    assert found["rule"].to_list() == ["many-cards", "dear", None, None]
    assert check_hits(law(), decisions).wrong == {0, 1, 2, 3}


def test_prescales_are_set_aside_and_nothing_else() -> None:
    scaled = law(rules=[{**RULES[0], "prescale": 7}, *RULES[1:]], hit_policy="collect")
    plain = without_prescales(scaled)
    assert [rule.prescale for rule in plain.rules] == [1] * 4
    assert [rule.model_copy(update={"prescale": 1}) for rule in scaled.rules] == list(plain.rules)
    assert scaled.rules[0].prescale == 7


def test_a_law_that_reads_nothing_decides_every_event() -> None:
    empty = law(rules=[], schema={**SCHEMA, "features": [{"name": "unread", "dtype": "int32"}]})
    found = recompute(BoundLaw(empty, Native()), EVENTS)
    assert found.height == 200
    assert found["outcome"].unique().to_list() == ["approve"]
