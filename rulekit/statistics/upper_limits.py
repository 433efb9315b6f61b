"""Upper limits on a rate that hold with a stated confidence, and how many events they need.

The events of the calibration fold must be independent draws from the events that will be decided; the limits say
nothing about other events. Events of one card or one engine resemble each other: give their groups, or the
limits are too low.
"""

from __future__ import annotations

import math

import numpy as np

from rulekit.labels import Groups, Mask, Weights

_STAKES = (1e-6, 1 - 1e-12)
"""The range of stakes that is searched; its ends mean a limit of 1e13 heaviest events, and none accepted."""


def upper_limit(
    accepted: Mask, weights: Weights, confidence: float, choices: int = 1, groups: Groups | None = None
) -> float:
    """Return the one-sided upper limit on the rate ``sum(w a) / sum(w)`` of future events.

    Equal weights: the exact limit (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934). It also holds for
    independent events that are not alike, as those of a stratified fold (W. Hoeffding, Ann. Math. Stat. 27,
    1956).

    Other weights: a bet against each rate (I. Waudby-Smith, A. Ramdas, J. R. Stat. Soc. B 86, 2024). Scale
    the weights by the heaviest, let ``W`` be their sum and ``m = r W`` the accepted sum to be expected at the
    rate r. With any stake ``s`` in [0, 1) the capital ``exp(s m) * prod(1 - s w)`` over the accepted events
    has an expectation of at most 1 if the rate is r, so that it reaches ``1 / alpha`` with a probability of
    at most alpha. The stake for each m is the best one for equal weights, ``m (s + (1 - s) log(1 - s)) =
    log(1 / alpha)``, which makes the limit Chernoff's there; accepted events that are light count for less
    than their weight. The limit is the only m whose capital is ``1 / alpha``: below the accepted sum plus
    about ``sqrt(2 m log(1 / alpha))``, and never below ``log(1 / alpha)``.

    Assumptions: events (or groups) are independent, the future has the fold's mix of weights, and nothing
    in it is heavier than the heaviest of the fold. If the weights are drawn with the events, alpha is right
    to a relative error of about the rate.

    Parameters
    ----------
    accepted : shape (events,).
    weights : what each event counts, shape (events,), not negative. Events of weight zero (signal, in a
        false-positive rate) are ignored.
    confidence : probability with which the limit holds.
    choices : the number of rulesets among which these events chose this one (C. E. Bonferroni, 1936).
    groups : number of the group of each event, from 0, int64, shape (events,): the bet is then on whole groups.

    Returns
    -------
    A fraction between 0 and 1; 1 when no event counts.

    """
    charged = weights > 0
    taken, held = accepted[charged], weights[charged]
    if not len(held):
        return 1.0
    level = math.log(max(choices, 1) / (1 - confidence))
    if groups is None and held.min() == held.max():
        return _clopper_pearson(int(taken.sum()), len(held), math.exp(-level))
    units = np.arange(len(held)) if groups is None else groups[charged]
    found = np.bincount(units, weights=held * taken)
    heaviest = float(np.bincount(units, weights=held).max())
    return min(1.0, _largest_sum(found[found > 0] / heaviest, level) / (float(held.sum()) / heaviest))


def _clopper_pearson(count: int, events: int, alpha: float) -> float:
    from scipy.stats import beta

    return 1.0 if count == events else float(beta.ppf(1 - alpha, count + 1, events - count))


def _largest_sum(found: Weights, level: float) -> float:
    """Return the expected sum against which the capital is ``exp(level)``; found are the weights accepted, <= 1."""
    from scipy.optimize import brentq

    def divergence(stake: float) -> float:
        return stake + (1 - stake) * math.log1p(-stake)

    def excess(stake: float) -> float:
        # The first term falls with the stake and the second rises, so that there is one root at most.
        won = -level * (1 - stake) * math.log1p(-stake) / divergence(stake)
        return won + float(np.log1p(-stake * found).sum())

    low, high = _STAKES
    stake = high if excess(high) >= 0 else brentq(excess, low, high)
    return level / divergence(stake)


def least_events(rate: float, confidence: float, choices: int = 1) -> int:
    """Return how many events of equal weight, none of them accepted, certify a rate.

    That is ``log(alpha) / log(1 - rate)`` with ``alpha = (1 - confidence) / choices``, rounded up: about
    three over the rate at 95 %, the rule of three (J. A. Hanley, A. Lippman-Hand, JAMA 249, 1983).
    """
    return math.ceil(-math.log(max(choices, 1) / (1 - confidence)) / math.log1p(-rate))
