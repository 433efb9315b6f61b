"""Every number of an audit against brute force in plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rulekit.errors import EventError, RulekitError, TeacherError
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.inputs.curves import threshold_at
from rulekit.reports.audit.model.audit import Audit, Share
from rulekit.statistics.intervals import proportion

IDS = ("many-cards", "away", "known", "dear")
POINTS = (5, 3, -2, 2)
THEN = {"many-cards": "block", "away": "review", "known": "approve", "dear": "review"}

Rows = list[dict[str, Any]]


def hits_of(event: dict[str, Any]) -> list[bool]:
    amount, cards, age = event["amount"], event["cards"], event["device_age"]
    if amount is None:
        return [False] * 4
    no_age = age is None or math.isnan(age)
    abroad = event["country"] is not None and event["country"] not in {"SE", "NO"}
    return [
        cards is not None and cards >= 4 and amount > 50,
        (abroad or no_age) and amount >= 400,
        not no_age and 100 < age <= 300 and event["online"] is True,
        amount > 700,
    ]


def first_outcome(event: dict[str, Any], rules: int = 4) -> str:
    if event["amount"] is None:
        return "invalid"
    hit = next((name for name, hits in list(zip(IDS, hits_of(event), strict=True))[:rules] if hits), None)
    return "approve" if hit is None else THEN[hit]


def score_outcome(event: dict[str, Any], rules: int = 4) -> str:
    if event["amount"] is None:
        return "invalid"
    score = sum(points for points, hit in list(zip(POINTS, hits_of(event), strict=True))[:rules] if hit)
    return "block" if score >= 5 else "review" if score >= 3 else "approve"


def near(share: Share | None, part: float, whole: float) -> None:
    assert share is not None
    assert share.part == pytest.approx(part)
    assert share.whole == pytest.approx(whole)
    assert share.value == (pytest.approx(part / whole) if whole else None)


def total(rows: Rows, of: Any, among: Any = lambda _: True, weight: str | None = None) -> tuple[float, float]:
    counted = [(row, 1.0 if weight is None else row[weight]) for row in rows if among(row)]
    return sum(w for row, w in counted if of(row)), sum(w for _, w in counted)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_measures_of_a_first_match_ruleset(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, weight: str | None
) -> None:
    found = audit(record(ruleset, events), truth="fraud", weight=weight)
    rows = events.to_dicts()
    accepted = lambda row: first_outcome(row) in {"block", "review"}  # noqa: E731
    fraud, genuine = (lambda row: row["fraud"]), (lambda row: not row["fraud"])
    assert found.accept == ("block", "review")
    near(found.measures.rate, *total(rows, accepted, weight=weight))
    near(found.measures.efficiency, *total(rows, accepted, fraud, weight))
    near(found.measures.false_positive_rate, *total(rows, accepted, genuine, weight))
    near(found.measures.purity, *total(rows, fraud, accepted, weight))
    near(found.measures.accuracy, *total(rows, lambda row: accepted(row) == row["fraud"], weight=weight))
    false = found.measures.false_positive_rate.value
    assert found.measures.rejection.value == pytest.approx(1 / false)
    for outcome in found.outcomes:
        got = lambda row, name=outcome.outcome: first_outcome(row) == name  # noqa: E731
        assert outcome.count == sum(map(got, rows))
        near(outcome.rate, *total(rows, got, weight=weight))
        near(outcome.signal, *total(rows, got, fraud, weight))
        near(outcome.background, *total(rows, got, genuine, weight))
    assert {row.outcome for row in found.outcomes} == {"block", "review", "approve", "invalid"}
    near(found.data.signal, *total(rows, fraud, weight=weight))
    if weight is None:
        rate = found.measures.rate
        expected = proportion(rate.part, rate.whole)
        assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high))


def test_rules_cutflow_and_overlap(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events), truth="fraud")
    rows = events.to_dicts()
    hits = [hits_of(row) for row in rows]
    before = 0
    for index, rule in enumerate(found.rules):
        mine = [row for row, hit in zip(rows, hits, strict=True) if hit[index]]
        alone = [hit for hit in hits if hit[index] and sum(hit) == 1]
        first = [hit for hit in hits if hit[index] and not any(hit[:index])]
        assert (rule.id, rule.number, rule.support) == (IDS[index], index + 1, len(mine))
        assert (rule.unique_count, rule.decided) == (len(alone), len(first))
        near(rule.coverage, len(mine), len(rows))
        near(rule.unique, len(alone), len(mine))
        near(rule.purity, sum(row["fraud"] for row in mine), len(mine))
        near(rule.efficiency, sum(row["fraud"] for row in mine), sum(row["fraud"] for row in rows))
        step = [row for row in rows if first_outcome(row, index + 1) in {"block", "review"}]
        flow = found.cutflow[index]
        assert (flow.hits, flow.accepted, flow.new) == (len(mine), len(step), len(step) - before)
        near(flow.efficiency, sum(row["fraud"] for row in step), sum(row["fraud"] for row in rows))
        near(flow.purity, sum(row["fraud"] for row in step), len(step))
        before = len(step)
        for other, share in enumerate(found.overlap[index]):
            both = sum(hit[index] and hit[other] for hit in hits)
            assert share == pytest.approx(both / len(mine))
    assert found.cutflow[-1].accepted == sum(row.count for row in found.outcomes if row.accepted)


def test_score_ruleset(record: Callable[..., Path], score_ruleset: Ruleset, events: pl.DataFrame) -> None:
    found = audit(record(score_ruleset, events), truth="fraud")
    rows = events.to_dicts()
    assert found.holds
    assert [rule.decided for rule in found.rules] == [None] * 4
    for index, flow in enumerate(found.cutflow):
        step = [row for row in rows if score_outcome(row, index + 1) in {"block", "review"}]
        assert flow.accepted == len(step)
    assert found.cutflow[2].new < 0, "rule `known` takes points away"
    for outcome in found.outcomes:
        assert outcome.count == sum(score_outcome(row) == outcome.outcome for row in rows)
    ours = found.curves[0]
    assert [point.label for point in ours.points][:2] == ["points 10", "points 8"]
    strict = audit(record(score_ruleset, events), accept=("block",))
    assert strict.cutflow[-1].accepted == sum(score_outcome(row) == "block" for row in rows)
    between = audit(record(score_ruleset, events), accept=("review",))
    assert between.cutflow[-1].accepted == sum(score_outcome(row) == "review" for row in rows)


def test_path_ends_at_the_working_point(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    curve = audit(record(ruleset, events), truth="fraud").curves[0]
    assert curve.working.efficiency == curve.points[-1].efficiency
    assert curve.working.false_positive_rate == curve.points[-1].false_positive_rate
    assert len(curve.points) == 4


def test_otherwise_can_count_as_accepted(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    found = audit(record(ruleset, events), accept=("approve",))
    rows = events.to_dicts()
    for index, flow in enumerate(found.cutflow):
        assert flow.accepted == sum(first_outcome(row, index + 1) == "approve" for row in rows)
    assert found.cutflow[0].new < 0


@pytest.mark.parametrize("weight", [None, "weight"])
def test_teacher_stands_at_the_false_positive_rate_of_the_ruleset(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any, weight: str | None
) -> None:
    found = audit(record(ruleset, events), truth="fraud", teacher=teacher, weight=weight)
    rows = events.to_dicts()
    genuine = lambda row: not row["fraud"]  # noqa: E731
    wanted, _ = total(rows, lambda row: first_outcome(row) in {"block", "review"}, genuine, weight)

    def distance(threshold: float) -> float:
        return abs(total(rows, lambda row: row["model"] >= threshold, genuine, weight)[0] - wanted)

    threshold = found.teacher.threshold
    assert distance(threshold) == pytest.approx(min(distance(row["model"]) for row in rows))
    assert all(distance(row["model"]) > distance(threshold) for row in rows if row["model"] < threshold)
    chosen = lambda row: row["model"] >= threshold  # noqa: E731
    near(found.teacher.measures.efficiency, *total(rows, chosen, lambda row: row["fraud"], weight))
    accepted = lambda row: first_outcome(row) in {"block", "review"}  # noqa: E731
    near(found.measures.fidelity, *total(rows, lambda row: chosen(row) == accepted(row), weight=weight))
    both = total(rows, lambda row: chosen(row) and accepted(row), weight=weight)[0]
    either = total(rows, chosen, weight=weight)[0] + total(rows, accepted, weight=weight)[0]
    assert found.measures.teacher_f1 == pytest.approx(2 * both / either)
    assert found.curves[1].working.efficiency == found.teacher.measures.efficiency


@pytest.mark.parametrize(
    ("wanted", "threshold"), [(0.0, 0.8), (1.0, 0.6), (1.4, 0.6), (3.0, 0.5), (4.0, 0.1), (99.0, 0.1)]
)
def test_of_equally_near_thresholds_the_lowest_is_taken(wanted: float, threshold: float) -> None:
    scores = pl.Series([0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.1])
    weights = pl.Series([0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    assert threshold_at(scores, weights, wanted) == threshold
    assert threshold_at(scores, weights + 1.0, 0.0) == math.inf


def test_teacher_curve_holds_its_points(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any
) -> None:
    curve = audit(record(ruleset, events), truth="fraud", teacher=teacher).curves[1]
    rows = events.to_dicts()
    assert 20 < len(curve.points) <= 130
    for point in curve.points[::7]:
        threshold = float(point.label.removeprefix("score "))
        near_enough = [row for row in rows if row["fraud"] and row["model"] >= threshold - 1e-6]
        assert point.efficiency.part == pytest.approx(len(near_enough), abs=1)
    assert curve.points[-1].efficiency.value == 1.0
    rates = [point.false_positive_rate.value for point in curve.points]
    assert rates == sorted(rates)


def test_teacher_without_truth_stands_at_the_rate(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any
) -> None:
    found = audit(record(ruleset, events), teacher=teacher)
    assert found.teacher.matched == "rate"
    assert found.teacher.measures.rate.part == found.measures.rate.part
    assert found.curves == ()
    assert found.measures.efficiency is None


def test_teacher_of_a_ruleset_that_accepts_nothing_accepts_nothing(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame, teacher: Any
) -> None:
    never = amend(rules=[{"id": "never", "when": ["cards >= 999"], "then": "block"}])
    found = audit(record(never, events), truth="fraud", teacher=teacher)
    assert found.teacher.measures.false_positive_rate.value == 0.0
    assert found.measures.rejection.value is None
    assert found.measures.purity.value is None


def test_facts_about_the_events(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame) -> None:
    found = audit(record(ruleset, events))
    facts = {fact.name: fact for fact in found.data.features}
    amounts = [row["amount"] for row in events.to_dicts()]
    known = [amount for amount in amounts if amount is not None]
    assert facts["amount"].missing.part == len(amounts) - len(known)
    assert facts["amount"].outside == sum(not 0 <= amount <= 900 for amount in known)
    assert (facts["amount"].lowest, facts["amount"].highest) == (min(known), max(known))
    ages = events["device_age"].to_list()
    assert facts["device_age"].missing.part == sum(age is None or math.isnan(age) for age in ages)
    assert facts["country"].outside == events["country"].to_list().count("XX")
    assert (facts["online"].outside, facts["online"].lowest) == (None, None)
    assert found.data.invalid == len(amounts) - len(known)
    assert found.data.invalid_missing == {"amount": found.data.invalid}
    codes = [finding.code for finding in found.findings]
    assert codes == ["invalid-events", "out-of-bounds", "unknown-category"]
    assert found.findings[0].count == found.data.invalid


def test_fixed_point_record_holds(
    record: Callable[..., Path], amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    formats = {
        "amount": {"width": 16, "fraction": 4},
        "cards": {"width": 8, "fraction": 0},
        "device_age": {"width": 16, "fraction": 4},
    }
    found = audit(record(amend(), events, numerics=Fixed.model_validate({"formats": formats})))
    assert found.holds
    assert found.origin.numerics["formats"]["amount"]["fraction"] == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"truth": "frau"}, "is it the column 'fraud'"),
        ({"truth": "cards"}, "truth column 'cards'"),
        ({"weight": "payment"}, "holds no numbers"),
        ({"weight": "amount"}, "impossible weights"),
        ({"weight": "wait"}, "no weight column"),
    ],
)
def test_columns_that_are_none(
    record: Callable[..., Path],
    ruleset: Ruleset,
    events: pl.DataFrame,
    arguments: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(EventError, match=message):
        audit(record(ruleset, events), **arguments)


def test_weights_below_zero(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame) -> None:
    with pytest.raises(EventError, match="156 impossible weights"):
        audit(record(ruleset, events.with_columns(weight=pl.col("weight") - 0.5)), weight="weight")


def test_truth_as_numbers(record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame) -> None:
    numbers = events.with_columns(pl.col("fraud").cast(pl.Int8))
    assert audit(record(ruleset, numbers), truth="fraud").data.signal.part == events["fraud"].sum()
    nulls = events.with_columns(pl.when(pl.col("cards") == 6).then(None).otherwise("fraud").alias("fraud"))
    with pytest.raises(EventError):
        audit(record(ruleset, nulls), truth="fraud")


def test_unknown_outcome_to_accept(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame
) -> None:
    with pytest.raises(RulekitError, match="blok"):
        audit(record(ruleset, events), accept=("blok",))


class _Bad:
    name = "bad"

    def __init__(self, scores: Any) -> None:
        self._scores = scores

    def scores(self, frame: pl.DataFrame) -> Any:  # noqa: ARG002 - a teacher's signature
        return self._scores


@pytest.mark.parametrize("scores", [[1.0], [float("nan")] * 600, ["a"] * 600])
def test_scores_that_are_none(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, scores: list[Any]
) -> None:
    with pytest.raises(TeacherError):
        audit(record(ruleset, events), teacher=_Bad(scores))


def test_json_round_trip(
    record: Callable[..., Path], ruleset: Ruleset, events: pl.DataFrame, teacher: Any
) -> None:
    found = audit(record(ruleset, events), truth="fraud", teacher=teacher, command="rulekit audit")
    assert Audit.model_validate(found.to_document()) == found
