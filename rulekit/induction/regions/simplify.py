"""Remove literals that earn nothing.

A tree's path has a literal for every split on the way, also for splits that the rule does not need beside the
other rules. Each end of each range is tried. It is removed where the whole ruleset brings more without it, at
the price of its dearest rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rulekit.induction.regions.region import Region, Span, hits
from rulekit.induction.samples.encoding import Encoding
from rulekit.labels import Mask, Weights


def simplify(regions: list[Region], encoding: Encoding, gain: Weights, cost: Weights) -> list[Region]:
    """Return the regions without literals that earn nothing.

    Parameters
    ----------
    regions : in rank order; the last one is the dearest.
    encoding : of the fit fold.
    gain, cost : what accepting each event of the fit fold brings and costs, shape (events,).

    """
    found = list(regions)
    masks = [hits(region, encoding) for region in found]
    if not masks:
        return []
    value = gain - _price(masks, gain, cost) * cost
    for index in reversed(range(len(found))):
        others = _union(masks[:index] + masks[index + 1 :], len(gain))
        found[index], masks[index] = _shorten(
            found[index], masks[index], encoding, np.where(others, 0.0, value)
        )
    return found


def _union(masks: list[Mask], count: int) -> Mask:
    return np.logical_or.reduce(masks) if masks else np.zeros(count, dtype=np.bool_)


def _price(masks: list[Mask], gain: Weights, cost: Weights) -> float:
    """Return gain over cost of what the dearest rule adds to the rules before it."""
    seen = np.zeros(len(gain), dtype=np.bool_)
    ratios = []
    for mask in masks:
        added = mask & ~seen
        seen |= mask
        if added.any():
            ratios.append(float(gain[added].sum()) / max(float(cost[added].sum()), 1e-9))
    return min(ratios, default=1.0)


def _shorten(region: Region, mask: Mask, encoding: Encoding, value: Weights) -> tuple[Region, Mask]:
    """Remove the end whose absence is worth most, again and again, while nothing is lost."""
    worth = float(value[mask].sum())
    while True:
        options = [(shorter, hits(shorter, encoding)) for shorter in _shorter(region, encoding) if shorter]
        if not options:
            return region, mask
        values = [float(value[option[1]].sum()) for option in options]
        best = int(np.argmax(values))
        if values[best] < worth:
            return region, mask
        (region, mask), worth = options[best], values[best]


def _shorter(region: Region, encoding: Encoding) -> Iterator[Region]:
    """Yield the region without one end of a range, or without one feature."""
    for name, part in region.items():
        column = encoding.columns[encoding.column_of(name)]
        if isinstance(part, Span) and not part.is_empty and part.low > 0 and part.high < len(column.values):
            yield {**region, name: replace(part, low=0)}
            yield {**region, name: replace(part, high=len(column.values))}
        yield {other: allowed for other, allowed in region.items() if other != name}
