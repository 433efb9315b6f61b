from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.induction.samples.sample import Sample
from rulekit.induction.samples.teacher_labels import expected_signal, label_sets, threshold_at


def _sample(scores: list[float], truth: list[int] | None, weights: list[float] | None = None) -> Sample:
    count = len(scores)
    known = None if truth is None else np.array(truth, dtype=bool)
    heavy = np.ones(count) if weights is None else np.array(weights)
    return Sample(pl.DataFrame({"x": scores}), np.array(scores), heavy, known)


def test_threshold_spends_the_budget_and_no_more() -> None:
    scores = [float(number) for number in range(100)]
    sample = _sample(scores, [number % 2 for number in range(100)])
    assert threshold_at(sample, Budget(alert_rate=0.1)) == 90
    assert threshold_at(sample, Budget(false_positive_rate=0.1)) == 89  # 90, 92, ... 98 are background
    assert threshold_at(sample, Budget(alert_rate=0.1), 2.0) == 80
    assert threshold_at(sample, Budget(alert_rate=0.001)) == 99


def test_ties_are_accepted_together_or_not_at_all() -> None:
    sample = _sample([1.0] * 50 + [2.0] * 30 + [3.0] * 20, None)
    assert threshold_at(sample, Budget(alert_rate=0.3)) == 3.0
    assert threshold_at(sample, Budget(alert_rate=0.5)) == 2.0
    assert threshold_at(sample, Budget(alert_rate=0.1)) == 3.0


def test_weights_move_the_threshold() -> None:
    sample = _sample([1.0, 2.0, 3.0, 4.0], None, [1.0, 1.0, 1.0, 7.0])
    assert threshold_at(sample, Budget(alert_rate=0.8)) == 3.0
    assert threshold_at(sample, Budget(alert_rate=0.7)) == 4.0


def test_label_sets_are_all_different() -> None:
    sample = _sample([0.0] * 90 + [1.0] * 10, None)
    assert len(label_sets(sample, Budget(alert_rate=0.1), (0.5, 1.0, 2.0, 4.0))) == 1
    assert label_sets(_sample([1.0] * 10, None), Budget(alert_rate=0.1), (1.0,)) == []


def test_expected_signal_is_the_calibrated_share() -> None:
    scores, truth = [1.0] * 4 + [2.0] * 4, [0, 0, 0, 1, 0, 1, 1, 1]
    sample = _sample(scores, truth)
    assert expected_signal(sample, np.array([1.0, 2.0, 9.0]), 0.0) == pytest.approx([0.25, 0.75, 0.75])
    heavy = _sample(scores, truth, [1, 1, 1, 3, 1, 1, 1, 1])
    assert expected_signal(heavy, np.array([1.0]), 0.0) == pytest.approx([0.5])
    assert expected_signal(_sample(scores, None), np.array([1.0, 2.0]), 2.0).tolist() == [0.0, 1.0]
