"""The tables of an audit, against loops over the reference semantics."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from shop import audited_of, law, make_events, score_law

from rulekit.ir.semantics import decide
from rulekit.measures import EventLabels
from rulekit.reports.audit.sections.tables import (
    accepted_by_prefix,
    cutflow_rows,
    data_of,
    measure_table,
    outcome_rows,
    overlap_rows,
    rule_rows,
    scores_accepted,
)
from rulekit.reports.replay.recompute import hit_matrix

EVENTS = make_events(150, seed=11)
LAWS = pytest.mark.parametrize(
    "ruleset", [law(), score_law(), law(hit_policy="collect")], ids=["first", "score", "collect"]
)


def raw_events() -> list[dict[str, object]]:
    names = [feature.name for feature in law().schema.features]
    return EVENTS.select(names).to_dicts()


def hits_of(ruleset) -> list[set[str]]:
    return [set(decide(ruleset, event).hits or ()) for event in raw_events()]


@LAWS
def test_what_is_accepted_when_the_ruleset_stops_after_each_rule(ruleset) -> None:
    audited = audited_of(ruleset, EVENTS)
    hits = hit_matrix(ruleset, audited.decisions)
    found = accepted_by_prefix(ruleset, audited.decisions, hits, audited.accept)
    assert len(found) == len(ruleset.rules) + 1
    for number, series in enumerate(found):
        shorter = replace(ruleset, rules=ruleset.rules[:number])
        expected = [decide(shorter, event).outcome in audited.accept for event in raw_events()]
        assert series.to_list() == expected


@LAWS
def test_the_cutflow_counts_what_each_rule_adds(ruleset) -> None:
    audited = audited_of(ruleset, EVENTS, truth="fraud")
    hits = hit_matrix(ruleset, audited.decisions)
    accepted = accepted_by_prefix(ruleset, audited.decisions, hits, audited.accept)
    rows, path = cutflow_rows(ruleset, hits, accepted, audited.known)
    assert [row.id for row in rows] == [rule.id for rule in ruleset.rules]
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert sum(row.new for row in rows) == rows[-1].accepted - int(accepted[0].sum())
    truth = EVENTS["fraud"].to_list()
    for row, series, measures in zip(rows, accepted[1:], path, strict=True):
        taken = [one for one, chosen in zip(truth, series, strict=True) if chosen]
        assert row.accepted == len(taken)
        assert row.purity is not None
        assert row.purity.part == sum(taken)
        assert measures.rate.part == len(taken)
        assert row.hits == sum(row.id in each for each in hits_of(ruleset))


@LAWS
def test_each_rule_is_counted_by_its_hits(ruleset) -> None:
    audited = audited_of(ruleset, EVENTS, truth="fraud")
    rows = rule_rows(ruleset, audited.decisions, hit_matrix(ruleset, audited.decisions), audited.known)
    hits, decided = hits_of(ruleset), [decide(ruleset, event).rule for event in raw_events()]
    for row in rows:
        taken = [place for place, each in enumerate(hits) if row.id in each]
        assert row.support == len(taken)
        assert row.unique_count == sum(hits[place] == {row.id} for place in taken)
        assert row.decided == (None if ruleset.hit_policy == "score" else decided.count(row.id))
        assert row.efficiency is not None
        assert row.efficiency.part == sum(EVENTS["fraud"][place] for place in taken)
        assert row.removal is None


def test_overlap_is_the_share_of_hits_that_both_take() -> None:
    audited = audited_of(law(), EVENTS)
    hits = hit_matrix(law(), audited.decisions)
    found, sets = overlap_rows(hits, EventLabels(EVENTS.height)), hits_of(law())
    names = [rule.id for rule in law().rules]
    for i, first in enumerate(names):
        taken = [each for each in sets if first in each]
        for j, second in enumerate(names):
            assert found[i][j] == pytest.approx(sum(second in each for each in taken) / len(taken))
    never = hits.with_columns(dear=pl.lit(value=False))
    assert overlap_rows(never, EventLabels(EVENTS.height))[3] == (None, None, None, None)


def test_outcomes_of_the_law_come_first_and_strange_ones_after() -> None:
    audited = audited_of(law(), EVENTS, truth="fraud")
    odd = audited.decisions.with_columns(
        outcome=pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("strange")).otherwise("outcome")
    )
    rows = outcome_rows(law(), odd, audited.accept, audited.known)
    assert [row.outcome for row in rows] == ["block", "review", "approve", "invalid", "strange"]
    assert [row.accepted for row in rows] == [True, True, False, False, False]
    assert sum(row.count for row in rows) == EVENTS.height
    assert rows[-1].count == 2
    for row in rows:
        assert row.signal is not None
        assert row.background is not None
        assert row.signal.part + row.background.part == row.count
    bare = outcome_rows(law(), odd, audited.accept, EventLabels(EVENTS.height))
    assert {(row.signal, row.background) for row in bare} == {(None, None)}


@pytest.mark.parametrize("accept", [("block",), ("review", "block"), ("approve",), ()])
def test_a_sum_of_points_is_accepted_by_its_outcome(accept: tuple[str, ...]) -> None:
    scores = list(range(-3, 9))
    found = scores_accepted(score_law(), pl.Series(scores), accept)
    expected = ["block" if score >= 5 else "review" if score >= 3 else "approve" for score in scores]
    assert found.to_list() == [outcome in accept for outcome in expected]


def test_facts_about_the_events() -> None:
    audited = audited_of(law(), EVENTS, truth="fraud")
    data = data_of(law(), audited.decisions, EVENTS, audited.known, weighted=False)
    assert (data.events, data.weighted) == (150, False)
    lacking = EVENTS["amount"].null_count()
    assert (data.invalid, data.invalid_missing) == (lacking, {"amount": lacking})
    assert data.features is not None
    facts = {feature.name: feature for feature in data.features}
    amounts = EVENTS["amount"].drop_nulls()
    assert facts["amount"].missing.part == lacking
    assert facts["amount"].outside == int(((amounts < 0) | (amounts > 900)).sum())
    assert (facts["amount"].lowest, facts["amount"].highest) == (amounts.min(), amounts.max())
    ages = [age for age in EVENTS["device_age"].to_list() if age is not None and age == age]  # noqa: PLR0124 - NaN
    assert facts["device_age"].missing.part == EVENTS.height - len(ages)
    assert (facts["device_age"].lowest, facts["device_age"].highest) == (min(ages), max(ages))
    assert facts["country"].outside == EVENTS["country"].to_list().count("XX")
    assert (facts["country"].lowest, facts["online"].highest) == (None, None)
    assert data.signal is not None
    assert data.signal.part == EVENTS["fraud"].sum()


def test_without_events_only_the_record_is_told_of() -> None:
    audited = audited_of(law(), EVENTS)
    data = data_of(law(), audited.decisions, None, EventLabels(EVENTS.height), weighted=True)
    assert (data.features, data.invalid_missing, data.signal, data.weighted) == (None, None, None, True)
    assert data.invalid == EVENTS["amount"].null_count()


def test_measures_of_a_selector() -> None:
    taken = pl.Series([True, False, True, False])
    table = measure_table(taken, EventLabels(4, truth=pl.Series([True, True, False, False])))
    assert table.efficiency is not None
    assert (table.events, table.rate.value, table.efficiency.value) == (4, 0.5, 0.5)
