"""Curves and working points of scores, against a search over every threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import law, score_law

from rulekit.errors import TeacherError
from rulekit.measures import EventLabels, measure
from rulekit.reports.audit.inputs.curves import (
    law_curve,
    point,
    score_curve,
    scores_of,
    teacher_curve,
    teacher_table,
    threshold_at,
)

ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(1, 4), st.booleans()), min_size=1, max_size=40
)


class Given:
    """A teacher that gives what it is told to give."""

    name = "given"

    def __init__(self, values: Any) -> None:
        self.values = values

    def scores(self, frame: pl.DataFrame) -> Any:  # noqa: ARG002 - the protocol asks for it
        return self.values


def test_scores_are_one_finite_number_for_each_event() -> None:
    frame = pl.DataFrame({"x": [1, 2, 3]})
    assert scores_of(Given(np.array([1, 2, 3])), frame).to_list() == [1.0, 2.0, 3.0]
    for values, said in (
        ([1.0, 2.0], "2 values of Float64"),
        (["a", "b", "c"], "3 values of String"),
    ):
        with pytest.raises(TeacherError, match="gives no scores") as raised:
            scores_of(Given(values), frame)
        assert (raised.value.expected, raised.value.got) == ("3 numbers", said)
    with pytest.raises(TeacherError, match="gives 2 scores that are no finite number"):
        scores_of(Given([1.0, math.nan, None]), frame)


@given(ROWS, st.integers(0, 120))
def test_the_threshold_is_the_best_of_all(rows: list[tuple[int, bool, int, bool]], wanted: int) -> None:
    scores = pl.Series([float(row[0]) for row in rows])
    weights = pl.Series([float(row[2]) for row in rows])
    found = threshold_at(scores, weights, wanted)
    taken = {
        threshold: sum(weight for score, weight in zip(scores, weights, strict=True) if score >= threshold)
        for threshold in {*scores, math.inf}
    }
    least = min(abs(total - wanted) for total in taken.values())
    assert found == min(threshold for threshold, total in taken.items() if abs(total - wanted) == least)


@given(ROWS)
def test_the_teacher_accepts_as_much_background_as_the_law(rows: list[tuple[int, bool, int, bool]]) -> None:
    scores, truth, weights, accepted = (pl.Series(each) for each in zip(*rows, strict=True))
    events = EventLabels(len(rows), truth=truth, weights=weights)
    table, chosen = teacher_table("model", scores.cast(pl.Float64), accepted, events)
    assert table.matched == "false-positive rate"
    assert chosen.to_list() == [
        table.threshold is not None and score >= table.threshold for score in scores.to_list()
    ]
    background = events.weights.filter(~truth)

    def of_background(selected: pl.Series) -> float:
        return float(background.filter(selected.filter(~truth)).sum())

    ours, theirs = of_background(accepted), of_background(chosen)
    others = [of_background(scores >= threshold) for threshold in scores.unique().to_list()]
    assert abs(theirs - ours) == min(abs(other - ours) for other in [0.0, *others])


def test_without_truth_rates_are_matched() -> None:
    scores = pl.Series([0.1, 0.9, 0.5, 0.7])
    table, chosen = teacher_table("model", scores, pl.Series([True, False, True, False]), EventLabels(4))
    assert (table.matched, table.threshold) == ("rate", 0.7)
    assert chosen.to_list() == [False, True, False, True]
    assert table.measures.efficiency is None
    nothing, _ = teacher_table("model", scores, pl.Series([False] * 4), EventLabels(4))
    assert nothing.threshold is None
    assert nothing.measures.rate.value == 0


@given(ROWS)
def test_every_threshold_is_a_point_of_the_curve(rows: list[tuple[int, bool, int, bool]]) -> None:
    scores, truth, weights, _ = (pl.Series(each) for each in zip(*rows, strict=True))
    events = EventLabels(len(rows), truth=truth, weights=weights)
    curve = score_curve("law", scores.cast(pl.Float64), events, None, "points")
    thresholds = sorted(set(scores.to_list()), reverse=True)
    assert [one.label for one in curve.points] == [f"points {threshold}" for threshold in thresholds]
    for one, threshold in zip(curve.points, thresholds, strict=True):
        expected = measure(scores >= threshold, events)
        assert one.efficiency.part == pytest.approx(expected.efficiency.part)
        assert one.false_positive_rate.part == pytest.approx(expected.false_positive_rate.part)
        assert one.efficiency.high == pytest.approx(expected.efficiency.high)
        assert one.false_positive_rate.low == pytest.approx(expected.false_positive_rate.low)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(5000) < 0.2
    scores = pl.Series(rng.normal(size=5000) + truth)
    curve = score_curve("law", scores, EventLabels(5000, truth=pl.Series(truth)), None, "score")
    assert 30 < len(curve.points) < 400
    rates = [one.false_positive_rate.value for one in curve.points]
    assert rates == sorted(rates)
    assert rates[-1] == 1
    assert curve.points[0].label == f"score {scores.max():g}"
    assert [one.efficiency.value for one in curve.points] == sorted(
        one.efficiency.value for one in curve.points
    )


def test_points_of_a_curve_need_signal_and_background() -> None:
    taken = pl.Series([True, False])
    assert point("p", measure(taken, EventLabels(2))) is None
    assert point("p", measure(taken, EventLabels(2, truth=pl.Series([True, True])))) is None
    assert point("p", measure(taken, EventLabels(2, truth=pl.Series([False, False])))) is None
    found = point("p", measure(taken, EventLabels(2, truth=pl.Series([True, False]))))
    assert found is not None
    assert (found.label, found.efficiency.value, found.false_positive_rate.value) == ("p", 1.0, 0.0)


def test_the_curve_of_a_law_adds_its_rules() -> None:
    ruleset = law()
    truth = pl.Series([True, True, False, False])
    events = EventLabels(4, truth=truth)
    steps = [pl.Series([number > place for place in range(4)]) for number in range(1, 5)]
    path = [measure(step, events) for step in steps]
    curve = law_curve(ruleset, pl.DataFrame(), path, events, path[-1])
    assert curve is not None
    assert [one.label for one in curve.points] == [
        f"rules 1 to {number}: {rule.id}" for number, rule in enumerate(ruleset.rules, start=1)
    ]
    assert [one.efficiency.value for one in curve.points] == [0.5, 1, 1, 1]
    assert [one.false_positive_rate.value for one in curve.points] == [0, 0, 0.5, 1]
    assert curve.working is not None
    assert curve.working.label == "working point"
    assert law_curve(ruleset, pl.DataFrame(), path, EventLabels(4), measure(steps[0], EventLabels(4))) is None


def test_the_curve_of_points_leaves_invalid_events_at_its_end() -> None:
    decisions = pl.DataFrame({"score": [7, 3, None, 0]})
    events = EventLabels(4, truth=pl.Series([True, False, True, False]))
    working = measure(pl.Series([True, False, False, False]), events)
    curve = law_curve(score_law(), decisions, [], events, working)
    assert curve is not None
    assert [one.label for one in curve.points] == ["points 7", "points 3", "points 0"]
    assert [one.efficiency.value for one in curve.points] == [0.5, 0.5, 0.5]
    assert curve.points[-1].false_positive_rate.value == 1


def test_the_teachers_curve_marks_where_it_is_compared() -> None:
    scores, truth = pl.Series([0.9, 0.8, 0.3, 0.1]), pl.Series([True, False, True, False])
    events = EventLabels(4, truth=truth)
    table, _ = teacher_table("model", scores, pl.Series([True, True, False, False]), events)
    curve = teacher_curve(table, scores, events)
    assert (curve.kind, curve.name) == ("teacher", "model")
    assert curve.working is not None
    assert curve.working.false_positive_rate.value == 0.5
    assert curve.working.efficiency.value == 1.0
