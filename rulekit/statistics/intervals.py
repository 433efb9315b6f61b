"""Confidence intervals of proportions and of paired differences."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

from pydantic import JsonValue

CONFIDENCE = 0.95


class Proportion(NamedTuple):
    """A measured share with its interval; NaN for a share of nothing.

    ``part`` and ``whole`` are sums of weights; without weights, counts.
    """

    value: float
    low: float
    high: float
    part: float
    whole: float

    def to_document(self) -> dict[str, JsonValue]:
        """Return a JSON-ready dict; NaN becomes null."""
        return {name: None if math.isnan(number) else number for name, number in self._asdict().items()}


def proportion(
    part: float, whole: float, effective: float | None = None, confidence: float = CONFIDENCE
) -> Proportion:
    """Return ``part / whole`` with its Wilson interval.

    Parameters
    ----------
    part, whole : sums of weights, or counts.
    effective : effective number of events behind ``whole``; default: ``whole``, for counts.
    confidence : two-sided coverage of the interval.

    """
    if whole <= 0:
        return Proportion(math.nan, 0.0, 1.0, part, whole)
    share = min(1.0, max(0.0, part / whole))
    count = whole if effective is None else effective
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    low = 0.0 if share == 0.0 else max(0.0, centre - half)
    high = 1.0 if share == 1.0 else min(1.0, centre + half)
    return Proportion(share, low, high, part, whole)


class Shift(NamedTuple):
    """The difference of two shares of the same events, second minus first, with the interval of paired shares.

    ``gained`` and ``lost`` are the sums of weights of the events that only the second share counts, and
    that only the first one counts; ``whole`` is the sum of all weights.
    """

    value: float
    low: float
    high: float
    gained: float
    lost: float
    whole: float

    def to_document(self) -> dict[str, JsonValue]:
        """Return a JSON-ready dict; NaN becomes null."""
        return {name: None if math.isnan(number) else number for name, number in self._asdict().items()}


def paired_shift(
    gained: float, lost: float, whole: float, effective: float | None = None, confidence: float = CONFIDENCE
) -> Shift:
    """Return ``(gained - lost) / whole`` with Wald's interval as adjusted by Bonett and Price.

    Parameters
    ----------
    gained, lost, whole : sums of weights, or counts.
    effective : effective number of events behind ``whole``; default: ``whole``, for counts.
    confidence : two-sided coverage of the interval.

    """
    if whole <= 0:
        return Shift(math.nan, -1.0, 1.0, gained, lost, whole)
    count = whole if effective is None else effective
    more = (gained / whole * count + 1) / (count + 2)
    less = (lost / whole * count + 1) / (count + 2)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    half = z * math.sqrt((more + less - (more - less) ** 2) / (count + 2))
    low, high = max(-1.0, more - less - half), min(1.0, more - less + half)
    return Shift((gained - lost) / whole, low, high, gained, lost, whole)
