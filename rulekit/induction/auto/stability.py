"""Stability: how often a rule is found again on resampled events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from rulekit.errors import BudgetError
from rulekit.labels import Groups, Mask, Weights


def bootstrap(events: int, times: int, seed: int, groups: Groups | None = None) -> Iterator[Weights]:
    """Yield how often each event is drawn in each resample, with replacement.

    A resample has as many events as there are (B. Efron, Ann. Stat. 7, 1979). Used as weights, the counts make a
    fit on a resample without a copy of the events. Whole groups are drawn where there are groups (A. C. Davison,
    D. V. Hinkley, Bootstrap Methods, 1997, section 3.8).

    Parameters
    ----------
    events : number of events.
    times : number of resamples.
    seed : the only source of chance; resample k is the same for any number of ``times``.
    groups : number of the group of each event, int64, shape (events,).

    Yields
    ------
    float64 counts, shape (events,).

    """
    member = np.arange(events) if groups is None else np.unique(groups, return_inverse=True)[1]
    units = int(member.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    for _ in range(times):
        drawn = np.bincount(rng.integers(0, max(units, 1), units), minlength=units)
        yield drawn[member].astype(np.float64)


def overlaps(one: Mask, other: Mask, weights: Weights | None = None) -> npt.NDArray[np.float64]:
    """Return the Jaccard overlap of each rule with each other one: shared hits over the hits of either.

    Rules are compared by the events they hit, so that thresholds may differ where no event is, and any two
    conditions can be compared (P. Jaccard, New Phytologist 11, 1912).

    Parameters
    ----------
    one, other : which rule hits which event, shapes (rules, events) and (others, events).
    weights : weight of each event, shape (events,); default: 1.

    Returns
    -------
    float64 from 0 to 1, shape (rules, others); 0 for two rules that hit nothing.

    """
    counted = one * (np.ones(one.shape[1]) if weights is None else weights)
    both = counted @ other.T.astype(np.float64)
    mass = other @ (np.ones(other.shape[1]) if weights is None else weights)
    either = counted.sum(axis=1)[:, None] + mass[None, :] - both
    found = np.zeros_like(both)
    np.divide(both, either, out=found, where=either > 0)
    return found


def reappearance(
    rules: Mask, resampled: Iterable[Mask], least: float = 0.5, weights: Weights | None = None
) -> npt.NDArray[np.float64]:
    """Return in which share of the resamples each rule was found again.

    A rule is found again when some rule of the resample overlaps it by ``least`` or more. That is the criterion
    by which a cluster counts as not dissolved (C. Hennig, Comput. Stat. Data Anal. 52, 2007). All rules are
    compared on the same events, not on the resampled ones.

    Parameters
    ----------
    rules : which rule hits which event, shape (rules, events).
    resampled : the same for the rules found on each resample; there may be any number of them, or none.
    least : the overlap (:func:`overlaps`) at which two rules count as the same.
    weights : weight of each event, shape (events,); default: 1.

    Returns
    -------
    float64 shares, shape (rules,).

    Raises
    ------
    BudgetError
        when there are no resamples.

    """
    found, times = np.zeros(len(rules)), 0
    for others in resampled:
        found += overlaps(rules, others, weights).max(axis=1, initial=0.0) >= least
        times += 1
    if not times:
        raise BudgetError("no resample tells whether a rule reappears", expected="at least 1", got="0")
    return found / times
