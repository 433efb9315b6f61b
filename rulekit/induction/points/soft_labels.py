"""Soft labels: how clearly the teacher puts each event on one side of the budget's threshold.

They come from the log-odds of signal as a smooth function of the teacher's score, so that the scale of the score
does not matter: an isotonic fit whose steps are joined at their centres (A. Oron and N. Flournoy, Biometrika 104,
2017). Without truth they come from the share of events with higher scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.induction.samples.sample import Sample, decided
from rulekit.labels import Weights

if TYPE_CHECKING:
    from rulekit.induction.selection.context import InductionContext

_LIKED = 4.0
_FARTHEST = 8.0
_HALF = 0.5


class Emphasis(NamedTuple):
    """How labels are made.

    Attributes
    ----------
    softness : distance in log-odds from the threshold at which a label is about three quarters or one quarter.
    even : share of the weight that is equal for all events; the rest grows with what a right decision is worth.

    """

    softness: float
    even: float


class LogOdds(NamedTuple):
    """Log-odds of signal of each event relative to the threshold, shape (events,), and those at the threshold."""

    odds: Weights
    centre: float

    def worth(self) -> Weights:
        """Return what a right decision about each event is worth, shape (events,)."""
        return np.abs(_chance(self.odds + self.centre) - _chance(np.array([self.centre])))


class SoftLabels(NamedTuple):
    """The material of labels: log-odds for each threshold that the sum has to reach, and event weights."""

    steps: tuple[LogOdds, ...]
    weights: Weights

    def labels(self, emphasis: Emphasis) -> tuple[Weights, Weights]:
        """Return labels in [0, 1] and event weights, both shape (events,); for several thresholds their means."""
        labels = [_chance(step.odds / emphasis.softness) for step in self.steps]
        shares = [self._share(step, emphasis) for step in self.steps]
        return np.mean(labels, axis=0), self.weights * np.mean(shares, axis=0)

    def _share(self, step: LogOdds, emphasis: Emphasis) -> Weights:
        worth = step.worth()
        mean = float(np.average(worth, weights=self.weights))
        if mean <= 0:
            return np.ones(len(worth))
        return emphasis.even + (1 - emphasis.even) * worth / mean


def make_soft_labels(
    context: InductionContext, events: int, most: int
) -> tuple[SoftLabels, npt.NDArray[np.int64]]:
    """Return soft labels for the first events of the fit and selection folds, and the positions of those used.

    Events that lack a required feature are left out. Where there are more than ``most``, those that the teacher
    likes stay, and a share of the others at more weight.
    """
    contexts = (context, *context.above)
    samples = [one.folds.search.take(np.arange(events)) for one in contexts]
    sample = samples[0]
    rows, factor = _thinned(np.flatnonzero(decided(sample.frame, context.schema)), sample, context, most)
    steps = []
    for one, of_step in zip(contexts, samples, strict=True):
        odds, centre = _log_odds(of_step, one.signal_search[:events], one)
        steps.append(LogOdds(odds[rows], centre))
    return SoftLabels(tuple(steps), sample.weights[rows] * factor), rows


def _thinned(
    rows: npt.NDArray[np.int64], sample: Sample, context: InductionContext, most: int
) -> tuple[npt.NDArray[np.int64], Weights]:
    """Return the positions of the events to fit on, and how many events each stands for."""
    if len(rows) <= most:
        return rows, np.ones(len(rows))
    order = rows[np.argsort(-sample.scores[rows], kind="stable")]
    liked = min(int(_LIKED * max((sample.scores[rows] >= context.threshold).sum(), 1)), most // 2)
    rest = order[liked:]
    some = np.random.default_rng(context.seed).permutation(rest)[: most - liked]
    factor = np.concatenate([np.ones(liked), np.full(len(some), len(rest) / len(some))])
    found = np.concatenate([order[:liked], some])
    ascending = np.argsort(found)
    return found[ascending], factor[ascending]


def _log_odds(sample: Sample, signal: Weights, context: InductionContext) -> tuple[Weights, float]:
    """Return the log-odds of signal relative to the threshold, shape (events,), and those at the threshold."""
    liked = sample.scores >= context.threshold
    if sample.truth is None or signal.min() == signal.max():
        return _by_tail(sample, sample.budget_weights(context.budget.kind), context.budget.rate), 0.0
    odds = _joined(sample, signal)
    centre = float(odds[liked].min()) if liked.any() else float(odds.max())
    return np.clip(odds - centre, -_FARTHEST, _FARTHEST), centre


def _joined(sample: Sample, signal: Weights) -> Weights:
    """Return the log-odds of an isotonic fit, whose steps are joined at the centres of their ranks."""
    order = np.argsort(sample.scores, kind="stable")
    ends = np.cumsum(sample.weights[order])
    ranks = np.empty(len(order))
    ranks[order] = ends - _HALF * sample.weights[order]
    values, step = np.unique(signal, return_inverse=True)
    mass = np.bincount(step, weights=sample.weights)
    centres = np.bincount(step, weights=ranks * sample.weights) / mass
    unsure = _HALF / (mass / sample.weights.mean() + 1)
    chance = np.maximum.accumulate(np.clip(values, unsure, 1 - unsure))
    found: Weights = np.interp(ranks, centres, np.log(chance / (1 - chance)))
    return found


def _by_tail(sample: Sample, charged: Weights, rate: float) -> Weights:
    """Return the logarithm of the budget's rate over the share of events with higher scores."""
    values, place = np.unique(sample.scores, return_inverse=True)
    at = np.bincount(place, weights=charged, minlength=len(values))
    above = np.cumsum(at[::-1])[::-1] - _HALF * at
    least = _HALF * charged[charged > 0].mean()
    odds: Weights = np.log(rate * charged.sum() / (above + least))[place]
    return np.clip(odds, -_FARTHEST, _FARTHEST)


def _chance(odds: Weights) -> Weights:
    """Return the probability of log-odds."""
    found: Weights = _HALF * (1 + np.tanh(_HALF * odds))
    return found
