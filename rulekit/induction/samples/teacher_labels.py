"""What the teacher says about each event: labels at working points, and the expected signal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rulekit.budget import Budget
from rulekit.induction.samples.sample import Sample
from rulekit.induction.teachers.base import Scores
from rulekit.labels import Mask, Weights

_MOST = 0.9


def threshold_at(sample: Sample, budget: Budget, multiple: float = 1.0) -> float:
    """Return the lowest score at which the teacher keeps to a multiple of the budget's rate.

    Where even the highest score has more events than that, the highest score is returned.
    """
    charged = sample.budget_weights(budget.kind)
    values, inverse = np.unique(sample.scores, return_inverse=True)
    at = np.bincount(inverse, weights=charged, minlength=len(values))
    above = np.cumsum(at[::-1])[::-1]
    allowed = min(budget.rate * multiple, _MOST) * charged.sum() * (1 + 1e-12)
    fits = np.flatnonzero(above <= allowed)
    return float(values[fits[0]]) if len(fits) else float(values[-1])


def label_sets(sample: Sample, budget: Budget, multiples: Sequence[float]) -> list[Mask]:
    """Return the labels at each working point, without repeats and without those that accept all events or none."""
    found: list[Mask] = []
    for multiple in multiples:
        labels = sample.scores >= threshold_at(sample, budget, multiple)
        is_new = not any(np.array_equal(labels, known) for known in found)
        if labels.any() and not labels.all() and is_new:
            found.append(labels)
    return found


def expected_signal(sample: Sample, scores: Scores, threshold: float) -> Weights:
    """Return the probability that each of the scores is signal, shape (scores,).

    With truth it is an isotonic regression of the truth on the teacher's score (R. Barlow et al., Statistical
    Inference under Order Restrictions, 1972). Without truth it is the teacher's label at the threshold: 0 or 1.
    """
    if sample.truth is None:
        return (scores >= threshold).astype(np.float64)
    from sklearn.isotonic import IsotonicRegression

    finite = np.nan_to_num(sample.scores)
    curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    curve.fit(finite, sample.truth.astype(np.float64), sample_weight=sample.weights)
    found: Weights = curve.predict(np.nan_to_num(scores))
    return found
