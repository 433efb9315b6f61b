"""The band in which a count is expected: exact discrete distributions, from ratios of neighbouring terms.

A period of a record in which nothing drifts is a draw without replacement from the record: its hits are
hypergeometric. Where the expected share was itself measured, on other events, the count to come is beta-binomial,
with Jeffreys' prior for the share (L. D. Brown, T. T. Cai and A. DasGupta, Stat. Sci. 16, 2001).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

_TRACE = 1e-18


@lru_cache(maxsize=4096)
def hypergeometric_band(events: int, part: int, whole: int, confidence: float) -> tuple[int, int]:
    """Return the band of the hits among ``events`` that are drawn from ``whole``, of which ``part`` are hits.

    Events are drawn without replacement.
    Each tail outside the band has at most probability ``(1 - confidence) / 2``.
    """
    least, most = max(0, events + part - whole), min(events, part)

    def ratio(k: int) -> float:
        return (part - k) * (events - k) / ((k + 1) * (whole - part - events + k + 1))

    mode = (events + 1) * (part + 1) // (whole + 2)
    return _band(ratio, min(most, max(least, mode)), (least, most), confidence)


@lru_cache(maxsize=4096)
def beta_binomial_band(events: int, part: float, whole: float, confidence: float) -> tuple[int, int]:
    """Return the band of hits among ``events`` future events, if ``part`` of ``whole`` were hits before."""
    a, b = part + 0.5, whole - part + 0.5

    def ratio(k: int) -> float:
        return (events - k) * (k + a) / ((k + 1) * (events - k - 1 + b))

    return _band(ratio, min(events, int(events * a / (a + b))), (0, events), confidence)


def _band(
    ratio: Callable[[int], float], start: int, ends: tuple[int, int], confidence: float
) -> tuple[int, int]:
    """Return the band of a distribution whose term ``k + 1`` is ``ratio(k)`` times term ``k``."""
    least, most = ends
    terms, below, above = {start: 1.0}, start, start
    top = 1.0
    while above < most and terms[above] > _TRACE * top:
        terms[above + 1] = terms[above] * ratio(above)
        above += 1
        top = max(top, terms[above])
    while below > least and terms[below] > _TRACE * top:
        terms[below - 1] = terms[below] / ratio(below - 1)
        below -= 1
        top = max(top, terms[below])
    tail = (1 - confidence) / 2 * sum(terms.values())
    return _cut(terms, range(below, above + 1), tail), _cut(terms, range(above, below - 1, -1), tail)


def _cut(terms: dict[int, float], order: range, tail: float) -> int:
    """Return the first position from one end where the sum of the terms exceeds ``tail``."""
    reached = 0.0
    for place in order:
        reached += terms[place]
        if reached > tail:
            return place
    return order[-1]
