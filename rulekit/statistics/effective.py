"""The effective number of weighted events."""

from __future__ import annotations

from rulekit.labels import Weights


def effective_count(weights: Weights) -> float:
    """Return how many equal weights are as precise: ``(sum w)**2 / sum w**2`` (L. Kish, Survey Sampling, 1965)."""
    square = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / square if square else 0.0
