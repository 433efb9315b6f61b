"""The population stability index: how far a feature's values have moved from a reference.

``sum (q - p) ln(q / p)`` over bins, p and q the shares of the reference and of now: H. Jeffreys' divergence
(Proc. R. Soc. A 186, 1946), as credit scoring uses it (N. Siddiqi, Credit Risk Scorecards, 2006), whose marks
are 0.1 for a small shift and 0.25 for a large one. Without any shift it is not 0: its mean is about (bins -
1)(1/n + 1/m) for n and m events, and it is distributed as that times a chi-square over its degrees of freedom
(B. Yurdakul and J. Naranjo, J. Risk Model Validation 14(4), 2020); the quantile is by E. B. Wilson and M. M.
Hilferty (PNAS 17, 1931). Half an event is added to every bin, so that an empty one gives no infinity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import polars as pl

from rulekit.ir.schema import Feature

SMALL, LARGE = 0.1, 0.25
"""The usual limits for a small and a large shift."""

_UNKNOWN = "\N{NULL}unknown"

Bins = Mapping[str | int | None, int]
"""Events by bin; None is the bin of missing values."""


def bin_values(feature: Feature, values: pl.Series, reference: pl.Series) -> pl.Series:
    """Return the bin of each value: the decile of the reference, or the category; null if it is missing."""
    if feature.dtype.is_number:
        return _by_edges(values, edges_of(reference))
    words = values.cast(pl.String)
    if feature.categories is None:
        return words
    known = words.is_in(list(feature.categories))
    return pl.select(pl.when(known | words.is_null()).then(words).otherwise(pl.lit(_UNKNOWN))).to_series()


def edges_of(reference: pl.Series) -> pl.Series:
    """Return the distinct deciles of the values that are not null, in rising order."""
    ordered = reference.drop_nulls().sort()
    places = [ordered.len() * step // 10 for step in range(1, 10)] if ordered.len() else []
    return ordered.gather(places).unique().sort()


def _by_edges(values: pl.Series, edges: pl.Series) -> pl.Series:
    """Return how many edges lie below each value."""
    below = edges.search_sorted(values, side="left")
    return pl.select(pl.when(values.is_not_null()).then(below.cast(pl.Int64))).to_series()


def psi(reference: Bins, now: Bins) -> float:
    """Return the index of two sets of counts by bin."""
    bins = {**reference, **now}
    n, m = (sum(each.values()) + 0.5 * len(bins) for each in (reference, now))
    shares = (((reference.get(name, 0) + 0.5) / n, (now.get(name, 0) + 0.5) / m) for name in bins)
    return math.fsum((q - p) * math.log(q / p) for p, q in shares)


def noise_mean(bins: int, reference: int, now: int) -> float:
    """Return the mean of the index without any shift, for these numbers of bins and events."""
    return (bins - 1) * (1 / reference + 1 / now) if reference and now else 0.0


def noise_limit(bins: int, reference: int, now: int) -> float:
    """Return the value that the index exceeds once in a hundred times without any shift."""
    mean = noise_mean(bins, reference, now)
    spread = 2 / (9 * max(1, bins - 1))
    return mean * (1 - spread + NormalDist().inv_cdf(0.99) * math.sqrt(spread)) ** 3
