"""Records of a log against what their ruleset says."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from shop import RULES, law, score_law

from rulekit.ir.numerics import Native
from rulekit.ir.prescale import keeps
from rulekit.ir.semantics import decide
from rulekit.reports.replay.compare_records import RecordChecker, differences, differing

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LISTS = pl.List(pl.String)


def table(**columns: list) -> pl.DataFrame:
    types = {"outcome": pl.String, "rule": pl.String, "score": pl.Int64, "hits": LISTS}
    return pl.DataFrame(columns, schema_overrides={name: types[name] for name in columns if name in types})


def with_facts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        seq=pl.int_range(10, 10 + frame.height, eager=True),
        at=pl.lit(NOW),
        event=pl.lit("e"),
        ruleset=pl.lit("r"),
    )


def test_null_equals_null_and_nothing_else() -> None:
    ours = table(outcome=["a", "b", None, None], rule=["r", None, "r", None])
    theirs = table(outcome=["a", "b", None, "a"], rule=["r", "r", "r", None])
    assert differing(ours, theirs).to_list() == [False, True, False, True]


def test_lists_are_equal_in_order() -> None:
    ours, theirs = table(hits=[["a", "b"], ["a"], []]), table(hits=[["b", "a"], ["a"], []])
    assert differing(ours, theirs).to_list() == [True, False, False]


def test_one_row_per_field_that_differs_in_the_order_of_the_log() -> None:
    ours = with_facts(table(outcome=["a", "b"], score=[1, None], hits=[["x", "y"], []]))
    theirs = table(outcome=["a", "c"], score=[2, 3], hits=[["x"], []])
    found = differences(ours, theirs, "compiled rules")
    rows = found.select("seq", "field", "recorded", "recomputed").rows()
    assert rows == [
        (10, "score", "1", "2"),
        (10, "hits", "x y", "x"),
        (11, "outcome", "b", "c"),
        (11, "score", None, "3"),
    ]
    assert found["by"].unique().to_list() == ["compiled rules"]
    assert found.columns == ["seq", "at", "event", "ruleset", "by", "field", "recorded", "recomputed"]
    assert differences(ours, ours.select("outcome", "score", "hits"), "recorded hits").height == 0


@pytest.mark.parametrize("ruleset", [law(), score_law()], ids=["first", "score"])
def test_decisions_follow_from_recorded_hits(ruleset) -> None:
    checker = RecordChecker(ruleset, Native(), "polars", None)
    event = {"amount": 800.0, "cards": 5, "country": "DK"}
    decision = decide(ruleset, event)
    records = table(outcome=["whatever", "invalid", "x"], hits=[list(decision.hits or ()), ["dear"], []])
    found = checker.follow(records)
    assert found["outcome"].to_list() == [decision.outcome, "invalid", "approve"]
    assert found["score"].to_list()[0] == decision.score
    assert found["hits"].to_list() == [list(decision.hits or ()), [], []]


SCALED = law(rules=[{**RULES[0], "prescale": 3}, *RULES[1:]], hit_policy="collect")


def prescaled(seed: int | None, kind: str, event: str, recorded: list[str] | None = None) -> list[str]:
    checker = RecordChecker(SCALED, Native(), "polars", seed)
    records = pl.DataFrame(
        {"event": [event], "event_kind": [kind], "suppressed": [recorded]},
        schema_overrides={"suppressed": LISTS},
    )
    hits = pl.Series("hits", [["many-cards", "dear"]], dtype=LISTS)
    return checker._suppressed(records, hits).to_list()[0]


@pytest.mark.parametrize("number", range(12))
def test_suppressed_hits_are_those_that_the_prescale_drops(number: int) -> None:
    kept = keeps(5, "many-cards", number, 3)
    assert prescaled(5, "integer", str(number)) == ([] if kept else ["many-cards"])
    worded = keeps(5, "many-cards", f"e{number}", 3)
    assert prescaled(5, "text", f"e{number}") == ([] if worded else ["many-cards"])


def test_without_the_seed_or_the_id_the_record_is_believed() -> None:
    assert prescaled(None, "integer", "1", ["many-cards", "dear"]) == ["many-cards"]
    assert prescaled(5, "hashed", "abc", ["many-cards"]) == ["many-cards"]
    assert prescaled(5, "hashed", "abc", None) == []
    assert RecordChecker(SCALED, Native(), "polars", None).guesses
    assert not RecordChecker(SCALED, Native(), "polars", 1).guesses
    assert not RecordChecker(law(), Native(), "polars", None).guesses
