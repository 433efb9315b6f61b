from __future__ import annotations

import numpy as np
import pytest

from rulekit.induction.points.soft_labels import Emphasis, LogOdds, SoftLabels

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")


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
