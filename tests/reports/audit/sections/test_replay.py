"""The verdict on recorded decisions, as far as they can be replayed."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from shop import audited_of, decisions_of, law, make_events, score_law

from rulekit.findings import Finding
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import open_input
from rulekit.reports.audit.sections.replay import replay_decisions

EVENTS = make_events(120, seed=3)


def bare(audited):
    return open_input(audited.record, AlignedEvents(audited.decisions, None, why="gone"), audited.options)


def forged(*places: int) -> pl.DataFrame:
    here = pl.int_range(pl.len()).is_in(list(places))
    return decisions_of(law(), EVENTS).with_columns(
        outcome=pl.when(here).then(pl.lit("forged")).otherwise("outcome")
    )


def test_an_honest_record_holds_and_brings_its_hits() -> None:
    found = replay_decisions(audited_of(law(), EVENTS), 30, 7)
    assert (found.replay.verdict, found.replay.compared, found.replay.sampled) == ("holds", 120, 30)
    assert found.replay.sentence == (
        "All 120 decisions were recomputed with the compiled rules, and a sample of 30 (seed 7) was replayed by "
        "the reference semantics: outcome, rule and hits are equal in every one."
    )
    assert found.hits is not None
    assert found.hits.columns == [rule.id for rule in law().rules]


def test_under_score_the_score_is_compared_too() -> None:
    sentence = replay_decisions(audited_of(score_law(), EVENTS), 5, 0).replay.sentence
    assert "outcome, rule, score and hits are equal" in sentence


@pytest.mark.parametrize("places", [(4,), (0, 50, 119)])
def test_altered_decisions_are_counted_once(places: tuple[int, ...]) -> None:
    found = replay_decisions(audited_of(law(), EVENTS, forged(*places)), 120, 0).replay
    assert (found.verdict, found.mismatched) == ("does not hold", len(places))
    assert found.sentence == f"{len(places)} of 120 recorded decisions are not what the law says."
    assert {mismatch.event for mismatch in found.mismatches} == {f"p{place:04d}" for place in places}
    assert {mismatch.by for mismatch in found.mismatches} == {"compiled rules", "reference semantics"}


def test_a_record_that_does_not_fit_its_manifest_does_not_hold() -> None:
    audited = audited_of(law(), EVENTS)
    finding = Finding(code="mismatch", subject="ruleset", message="another")
    found = replay_decisions(
        replace(audited, record=replace(audited.record, findings=(finding,))), 5, 0
    ).replay
    assert (found.verdict, found.mismatched) == ("does not hold", 0)
    assert found.sentence == "The record does not fit its manifest or its events: see the findings."


def test_without_events_decisions_are_checked_against_their_hits() -> None:
    honest = replay_decisions(bare(audited_of(law(), EVENTS)), 30, 0)
    assert (honest.replay.verdict, honest.replay.compared, honest.replay.sampled) == ("not replayed", 0, 0)
    assert honest.replay.sentence.endswith("Each decision follows from its own recorded hits.")
    assert honest.hits is not None
    broken = replay_decisions(bare(audited_of(law(), EVENTS, forged(9))), 30, 0).replay
    assert (broken.verdict, broken.mismatched) == ("does not hold", 1)


def test_without_events_and_hits_nothing_can_be_said() -> None:
    audited = audited_of(law(), EVENTS)
    decided = audited.decisions.drop("hits", "hits_text")
    record = replace(audited.record, decisions=decided)
    lone = open_input(record, AlignedEvents(decided, None), audited.options)
    found = replay_decisions(lone, 5, 0)
    assert found.hits is None
    assert found.replay.sentence.endswith("No hits were recorded either.")
    again = replay_decisions(open_input(record, AlignedEvents(decided, EVENTS), audited.options), 5, 0)
    assert again.replay.verdict == "holds"
    assert again.hits is not None
    assert again.hits.equals(replay_decisions(audited, 0, 0).hits)


def test_an_empty_record() -> None:
    found = replay_decisions(audited_of(law(), EVENTS.head(0)), 10, 0).replay
    assert (found.verdict, found.compared) == ("holds", 0)
    assert found.sentence == "The record holds no decision, and there is no event that it lacks."
