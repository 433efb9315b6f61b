"""Ratios of two independent shares, and which of many ratios differ from 1 by more than chance.

The interval is that of the logarithm of the ratio (D. Katz et al., Biometrics 34, 1978), with half an event
added to either side (S. D. Walter, Biometrika 62, 1975), so that it exists for a share of zero. Of many ratios,
those are marked that S. Holm's sequence of tests rejects (Scand. J. Stat. 6, 1979): if there is no difference, any
of them is marked with a probability below 5 %, however the ratios depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

from rulekit.ir.schema import Model
from rulekit.statistics.intervals import CONFIDENCE


class WeightSums(NamedTuple):
    """Sums of weights of some events (``part``) and of all (``whole``), and the sum of all squared weights."""

    part: float
    whole: float
    square: float

    def without(self, other: WeightSums) -> WeightSums:
        """Return the sums without another group's; rounding errors below zero are cut off."""
        return WeightSums(*(max(0.0, ours - theirs) for ours, theirs in zip(self, other, strict=True)))

    @property
    def effective(self) -> float:
        """Kish's effective number of events."""
        return self.whole * self.whole / self.square if self.square > 0 else 0.0


class GroupRatio(Model):
    """The share of a group divided by that of all others, with its 95 % interval; None if there is none to compare.

    ``p`` is the probability of a ratio at least this far from 1 if there is no difference; ``marked`` tells that it
    is below 5 % after Holm's correction.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    marked: bool = False


def ratio_to_rest(group: WeightSums, rest: WeightSums) -> GroupRatio:
    """Return the share of a group divided by that of all others."""
    if min(group.effective, rest.effective) <= 0:
        return GroupRatio(value=None, low=None, high=None, p=None)
    ours, theirs = group.part / group.whole, rest.part / rest.whole
    logs, variance = 0.0, 0.0
    for sign, share, count in ((1, ours, group.effective), (-1, theirs, rest.effective)):
        taken = share * count + 0.5
        logs += sign * math.log(taken / (count + 0.5))
        variance += max(0.0, 1 / taken - 1 / (count + 0.5))
    deviation = math.sqrt(variance)
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * deviation
    p = 1.0 if deviation == 0 else 2 * NormalDist().cdf(-abs(logs) / deviation)
    return GroupRatio(
        value=ours / theirs if theirs > 0 else None,
        low=0.0 if ours == 0 else math.exp(logs - z),
        high=None if theirs == 0 else math.exp(logs + z),
        p=p,
    )


def mark_significant(ratios: Sequence[GroupRatio]) -> list[GroupRatio]:
    """Return the ratios, with those marked that differ from 1 by Holm's sequence of tests."""
    tested = sorted((ratio.p, place) for place, ratio in enumerate(ratios) if ratio.p is not None)
    rejected = set()
    for passed, (p, place) in enumerate(tested):
        if p > (1 - CONFIDENCE) / (len(tested) - passed):
            break
        rejected.add(place)
    return [
        ratio.model_copy(update={"marked": True}) if place in rejected else ratio
        for place, ratio in enumerate(ratios)
    ]
