from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from contexts import corner_context

from rulekit.budget import Budget
from rulekit.induction.points.soft_labels import Emphasis, LogOdds, SoftLabels, make_soft_labels
from rulekit.ir.schema import Schema


def test_soft_labels_rise_with_the_odds_and_weigh_what_matters() -> None:
    odds = np.array([-8.0, -1.0, 0.0, 1.0, 8.0])
    soft = SoftLabels((LogOdds(odds, 0.0),), np.ones(5))
    labels, weights = soft.labels(Emphasis(0.5, 0.0))
    assert (np.diff(labels) > 0).all()
    assert labels[2] == 0.5
    assert weights[2] == 0
    assert weights[0] > weights[1] > 0
    sharper, even = soft.labels(Emphasis(0.25, 1.0))
    assert sharper[3] > labels[3]
    assert even.tolist() == [1.0] * 5


def test_soft_labels_climb_every_step() -> None:
    odds = np.linspace(-8, 8, 9)
    soft = SoftLabels((LogOdds(odds, 0.0), LogOdds(odds - 6, 0.0)), np.ones(9))
    labels, weights = soft.labels(Emphasis(0.25, 0.0))
    assert labels[4] == pytest.approx(0.25)
    assert labels[5:7] == pytest.approx([0.5, 0.5], abs=0.01)
    assert labels[7] == pytest.approx(0.75)
    assert (weights > 0).all()


def test_without_truth_the_odds_are_those_of_the_tail() -> None:
    context = corner_context(Budget(alert_rate=0.1), 300, truth=False)
    soft, rows = make_soft_labels(context, 210, 1000)
    assert rows.tolist() == list(range(210))
    assert soft.weights.tolist() == [1.0] * 210
    (step,) = soft.steps
    scores = context.folds.search.scores
    expected = []
    for score in scores:
        above = (scores > score).sum() + 0.5  # an event lies half above itself
        expected.append(np.log(0.1 * 210 / (above + 0.5)))
    assert step.odds == pytest.approx(np.clip(expected, -8, 8))
    assert step.centre == 0.0


def test_with_truth_the_odds_rise_with_the_score_and_are_even_at_the_threshold() -> None:
    context = corner_context(Budget(false_positive_rate=0.05), 400)
    soft, _ = make_soft_labels(context, 280, 1000)
    (step,) = soft.steps
    scores = context.folds.search.scores
    assert (np.diff(step.odds[np.argsort(scores)]) >= 0).all()
    liked = scores >= context.threshold
    assert step.odds[liked].min() == 0.0
    assert (step.odds[~liked] <= 0).all()
    assert np.abs(step.odds).max() <= 8


def test_a_step_of_a_scale_has_odds_of_its_own() -> None:
    context = corner_context(Budget(false_positive_rate=0.05), 300)
    both = replace(context, above=(corner_context(Budget(false_positive_rate=0.2), 300),))
    soft, _ = make_soft_labels(both, 210, 1000)
    assert len(soft.steps) == 2
    low, high = ((step.odds >= 0).sum() for step in soft.steps)
    assert low < high


def test_events_without_a_required_feature_are_left_out() -> None:
    context = corner_context(Budget(alert_rate=0.1), 300)
    features = tuple(feature.model_copy(update={"required": True}) for feature in context.schema.features)
    strict = Schema(name="s", version="1.0.0", features=features)
    fit = context.folds.fit
    lacking = replace(fit, frame=fit.frame.with_columns(x=pl.when(pl.int_range(pl.len()) % 3 > 0).then("x")))
    folds = replace(context.folds, fit=lacking)
    _, rows = make_soft_labels(replace(context, folds=folds, schema=strict), 150, 1000)
    assert rows.tolist() == [row for row in range(150) if row % 3]


def test_of_many_events_some_stand_for_several() -> None:
    context = corner_context(Budget(alert_rate=0.05), 1000)
    soft, rows = make_soft_labels(context, 700, 300)
    assert len(rows) == len(soft.weights) == 300
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert soft.weights.sum() == pytest.approx(700)
    liked = np.flatnonzero(context.folds.search.scores >= context.threshold)
    assert set(liked) <= set(rows.tolist())
    assert (soft.weights[np.isin(rows, liked)] == 1).all()
