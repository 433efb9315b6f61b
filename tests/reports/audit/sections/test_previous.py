"""The previous version and the teacher on the same events, against the reference semantics event by event."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rulekit.errors import EventError, RulekitError
from rulekit.ir.condition import AllOf
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.audit.api import audit
from rulekit.reports.common.examples import evenly_spaced, extreme_scores

Record = Callable[..., Path]
ACCEPTED = {"block", "review"}


def outcomes(ruleset: Ruleset, events: pl.DataFrame) -> list[str]:
    return [decide(ruleset, row, None).outcome for row in events.iter_rows(named=True)]


@pytest.fixture
def previous(ruleset: Ruleset) -> Ruleset:
    """Return the law without its last rule, and with its first one wider."""
    wider = ruleset.rules[0].model_copy(
        update={"when": AllOf(ruleset.rules[0].when.terms[:1]), "id": "cards"}
    )
    return replace(ruleset, version="1.2.2", rules=(wider, *ruleset.rules[1:3]))


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
@pytest.mark.parametrize("weight", [None, "weight"])
def test_swap_set(
    request: pytest.FixtureRequest,
    record: Record,
    previous: Ruleset,
    events: pl.DataFrame,
    law: str,
    weight: str | None,
) -> None:
    now_law: Ruleset = request.getfixturevalue(law)
    found = audit(record(now_law, events), truth="fraud", weight=weight, previous=previous).previous
    assert found is not None
    now, then = outcomes(now_law, events), outcomes(previous, events)
    weights = events["weight"].to_list() if weight else [1.0] * events.height
    fraud = events["fraud"].to_list()
    pairs = Counter(pair for pair in zip(then, now, strict=True) if pair[0] != pair[1])
    assert {(swap.before, swap.after): swap.count for swap in found.swaps} == pairs
    for swap, kind in ((found.gained, (False, True)), (found.lost, (True, False))):
        chosen = [(a in ACCEPTED, b in ACCEPTED) == kind for a, b in zip(then, now, strict=True)]
        assert swap.count == sum(chosen)
        part = sum(w for w, mine in zip(weights, chosen, strict=True) if mine)
        assert swap.rate.part == pytest.approx(part)
        signal = sum(w for w, mine, bad in zip(weights, chosen, fraud, strict=True) if mine and bad)
        assert swap.purity.part == pytest.approx(signal)
        assert swap.purity.whole == pytest.approx(part)
    for swap in found.swaps:
        assert swap.rate.part == pytest.approx(
            sum(w for w, *pair in zip(weights, then, now, strict=True) if pair == [swap.before, swap.after])
        )
    assert found.gained.count + found.lost.count > 0
    then_weight = sum(w for w, outcome in zip(weights, then, strict=True) if outcome in ACCEPTED)
    assert found.measures.rate.part == pytest.approx(then_weight)
    assert found.changes.rate.gained == pytest.approx(found.gained.rate.part)
    assert found.changes.rate.lost == pytest.approx(found.lost.rate.part)
    assert (found.only_then, "many-cards" in found.only_now) == (("cards",), True)


def test_examples_of_the_swap_set(
    record: Record, ruleset: Ruleset, previous: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events), truth="fraud", previous=previous).previous
    rows = {row["payment"]: row for row in events.iter_rows(named=True)}
    assert found is not None
    assert len(found.newly) == min(10, found.gained.count)
    assert len({example.event for example in found.newly}) == len(found.newly)
    for example in (*found.newly, *found.no_longer):
        row = rows[example.event]
        now, then = (decide(each, row, None) for each in (ruleset, previous))
        assert example.decided == (f"{now.outcome}, by {now.rule}" if now.rule else now.outcome)
        assert example.otherwise == (f"{then.outcome}, by {then.rule}" if then.rule else then.outcome)
        assert example.truth == row["fraud"]
        assert list(example.values) == ["amount", "cards", "country", "device_age", "online"]
        for name, text in example.values.items():
            value = row[name]
            if value is None or value != value:  # noqa: PLR0124 - NaN
                assert text is None
            elif isinstance(value, bool):
                assert text == str(value).lower()
            elif isinstance(value, str):
                assert text == value
            else:
                assert pl.Series([text]).cast(events[name].dtype)[0] == value


def test_curve_of_the_previous_version(
    record: Record, ruleset: Ruleset, previous: Ruleset, events: pl.DataFrame, teacher: Any
) -> None:
    path = record(ruleset, events)
    found = audit(path, truth="fraud", teacher=teacher, previous=previous)
    assert [curve.kind for curve in found.curves] == ["law", "teacher", "previous"]
    alone = audit(record(previous, events), truth="fraud").curves[0]
    assert found.curves[2].points == alone.points
    assert found.curves[2].working == alone.working
    assert audit(record(ruleset, events), previous=previous).curves == ()


def test_the_same_law_changes_nothing(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    found = audit(record(ruleset, events), previous=ruleset).previous
    assert found is not None
    assert (found.swaps, found.gained.count, found.lost.count, found.newly) == ((), 0, 0, ())


def test_a_previous_version_that_does_not_fit(
    record: Record, ruleset: Ruleset, events: pl.DataFrame, amend: Callable[..., Ruleset]
) -> None:
    path = record(ruleset, events)
    other = amend(rules=[{"id": "other", "when": ["cards >= 4"], "then": "stop"}])
    with pytest.raises(RulekitError, match="none of the outcomes to accept"):
        audit(path, previous=other, accept=("block",))
    assert audit(path, previous=other).previous.accept == ("stop",)
    features = [*(f.model_dump() for f in ruleset.schema.features), {"name": "velocity", "dtype": "int32"}]
    schema = {"name": "shop.card", "version": "2.0.0", "features": features}
    unread = amend(schema=schema, rules=[{"id": "fast", "when": ["velocity > 3"], "then": "block"}])
    with pytest.raises(EventError, match="velocity"):
        audit(path, previous=unread)
    gone = audit(record(ruleset, events, events="elsewhere.parquet"), previous=other)
    assert gone.previous is None
    assert any("previous version" in note.what for note in gone.left_out)


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_disagreement(
    request: pytest.FixtureRequest, record: Record, events: pl.DataFrame, teacher: Any, law: str
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    path = record(ruleset, events)
    audited = audit(path, truth="fraud", teacher=teacher)
    found, hits = audited.disagreement, pl.read_parquet(path)["hits"].to_list()
    assert found is not None
    scores, fraud = events["model"].to_list(), events["fraud"].to_list()
    law_takes = [outcome in ACCEPTED for outcome in outcomes(ruleset, events)]
    takes = [score >= found.threshold for score in scores]
    both = list(zip(law_takes, takes, strict=True))
    assert found.only_law.part == sum(a and not b for a, b in both)
    assert found.only_teacher.part == sum(b and not a for a, b in both)
    assert found.signal_teacher.part == sum(
        b and not a and bad for (a, b), bad in zip(both, fraud, strict=True)
    )
    assert found.only_law.part + found.only_teacher.part == pytest.approx(
        events.height * (1 - audited.measures.fidelity.value)
    )
    assert sum(each.accepted.whole for each in found.bins) == events.height
    assert sum(each.accepted.part for each in found.bins) == sum(law_takes)
    for each in found.bins:
        inside = [n for n, score in enumerate(scores) if each.low <= score <= each.high]
        assert each.accepted.whole == each.events == len(inside)
        assert each.signal.part == sum(fraud[n] for n in inside)
        assert each.top == pytest.approx(sum(score >= each.low for score in scores) / events.height)
    assert min(each.events for each in found.bins) >= 20
    doubts = [doubt.rejected.value for doubt in found.rules]
    assert doubts == sorted(doubts, reverse=True)
    for doubt in found.rules:
        mine = [n for n, ids in enumerate(hits) if doubt.id in ids]
        assert doubt.rejected.whole == doubt.hits == len(mine)
        assert doubt.rejected.part == sum(not takes[n] for n in mine)
        ordered = sorted(scores[n] for n in mine)
        assert doubt.median == pytest.approx((ordered[(len(mine) - 1) // 2] + ordered[len(mine) // 2]) / 2)


def test_strongest_disagreement(record: Record, ruleset: Ruleset, events: pl.DataFrame, teacher: Any) -> None:
    path = record(ruleset, events)
    found = audit(path, truth="fraud", teacher=teacher).disagreement
    assert found is not None
    rows = list(
        zip(events["model"].to_list(), events["payment"].to_list(), outcomes(ruleset, events), strict=True)
    )
    left = sorted((row for row in rows if row[2] not in ACCEPTED), key=lambda row: -row[0])
    taken = sorted(row for row in rows if row[2] in ACCEPTED)
    assert [each.event for each in found.rejected] == [row[1] for row in left[:10]]
    assert [each.event for each in found.accepted] == [row[1] for row in taken[:10]]
    assert found.rejected[0].score == left[0][0]


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_near_misses(
    request: pytest.FixtureRequest, record: Record, events: pl.DataFrame, teacher: Any, law: str
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    found = audit(record(ruleset, events), truth="fraud", teacher=teacher).disagreement
    assert found is not None
    scores, now = events["model"].to_list(), outcomes(ruleset, events)
    left = [
        row
        for row, score, outcome in zip(events.iter_rows(named=True), scores, now, strict=True)
        if score >= found.threshold and outcome not in ACCEPTED
    ]
    helpful = [rule for rule in ruleset.rules if rule.then in ACCEPTED or (rule.points or 0) > 0]
    expected: Counter[tuple[str, int]] = Counter()
    far = 0
    for row in left:
        lacking = {
            rule.id: [n for n, met in enumerate(met_terms(ruleset, rule, row)) if not met] for rule in helpful
        }
        expected.update((name, terms[0]) for name, terms in lacking.items() if len(terms) == 1)
        far += min(map(len, lacking.values())) > 1
    assert found.far == far
    assert sum(expected.values()) == sum(miss.count for miss in found.misses) > 0
    assert Counter(miss.count for miss in found.misses) == Counter(expected.values())
    for miss in found.misses:
        assert miss.id in {rule.id for rule in helpful}
        assert miss.share.whole == len(left)
    assert any(miss.text == "amount > 700" for miss in found.misses)


def met_terms(ruleset: Ruleset, rule: Rule, row: dict[str, Any]) -> list[bool]:
    terms = rule.when.terms if isinstance(rule.when, AllOf) else (rule.when,)
    found = []
    for term in terms:
        one = Rule(id="one", when=term, then="met")
        law = replace(ruleset, rules=(one,), hit_policy=HitPolicy.FIRST, thresholds=None)
        found.append(decide(law, row, None).outcome == "met")
    return found


def test_without_a_teacher_there_is_no_disagreement(
    record: Record, ruleset: Ruleset, events: pl.DataFrame
) -> None:
    assert audit(record(ruleset, events), truth="fraud").disagreement is None


def test_a_teacher_of_one_score_and_a_law_of_no_rules(
    record: Record, amend: Callable[..., Ruleset], events: pl.DataFrame, teacher: Any
) -> None:
    flat = events.with_columns(model=pl.lit(0.5))
    found = audit(record(amend(rules=[]), flat), truth="fraud", teacher=teacher).disagreement
    assert found is not None
    assert [(each.low, each.high, each.top) for each in found.bins] == [(0.5, 0.5, 1.0)]
    assert (found.rules, found.misses, found.far) == ((), (), None)


def test_places_of_examples() -> None:
    chosen = pl.Series([True] * 95 + [False] * 5)
    assert evenly_spaced(chosen) == [0, 9, 19, 28, 38, 47, 57, 66, 76, 85]
    assert evenly_spaced(pl.Series([False, True])) == [1]
    score = pl.Series([0.5, 0.9, 0.5, math.pi])
    assert extreme_scores(score, pl.Series([True, True, True, False]), highest=True) == [1, 0, 2]
    assert extreme_scores(score, pl.Series([True, True, True, False]), highest=False) == [0, 2, 1]
