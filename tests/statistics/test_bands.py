"""Bands of counts against distributions that are summed in exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.statistics.bands import beta_binomial_band, hypergeometric_band


def hypergeometric(events: int, part: int, whole: int) -> list[Fraction]:
    ways = comb(whole, events)
    return [
        Fraction(comb(part, k) * comb(whole - part, events - k), ways) if k <= part else Fraction(0)
        for k in range(events + 1)
    ]


def rising(start: Fraction, steps: int) -> Fraction:
    found = Fraction(1)
    for step in range(steps):
        found *= start + step
    return found


def beta_binomial(events: int, part: int, whole: int) -> list[Fraction]:
    a, b = part + Fraction(1, 2), whole - part + Fraction(1, 2)
    return [
        comb(events, k) * rising(a, k) * rising(b, events - k) / rising(a + b, events)
        for k in range(events + 1)
    ]


def is_band(terms: list[Fraction], band: tuple[int, int], confidence: float) -> None:
    """Both tails beyond the band hold at most half of the rest, and one more step would hold more."""
    assert sum(terms) == 1
    low, high = band
    tail = (1 - confidence) / 2
    slack = 1e-9
    assert sum(terms[:low]) <= tail + slack
    assert sum(terms[high + 1 :]) <= tail + slack
    assert sum(terms[: low + 1]) > tail - slack
    assert sum(terms[high:]) > tail - slack


CONFIDENCES = st.sampled_from([0.5, 0.9, 0.95, 0.9995])


@pytest.mark.parametrize(
    ("band", "law"),
    [(hypergeometric_band, hypergeometric), (beta_binomial_band, beta_binomial)],
    ids=["drawn", "foretold"],
)
@given(whole=st.integers(1, 60), data=st.data(), confidence=CONFIDENCES)
def test_bands(
    band: Callable[..., tuple[int, int]],
    law: Callable[..., list[Fraction]],
    whole: int,
    data: st.DataObject,
    confidence: float,
) -> None:
    part = data.draw(st.integers(0, whole))
    events = data.draw(st.integers(1, whole))
    is_band(law(events, part, whole), band(events, part, whole, confidence), confidence)


def test_bands_of_many_events() -> None:
    low, high = hypergeometric_band(100_000, 9_764, 1_000_000, 0.95)
    sigma = (100_000 * 0.009764 * (1 - 0.009764) * 0.9) ** 0.5
    assert low == pytest.approx(976.4 - 1.96 * sigma, abs=1.5)
    assert high == pytest.approx(976.4 + 1.96 * sigma, abs=1.5)
    assert hypergeometric_band(1_000, 0, 1_000_000, 0.95) == (0, 0)
    assert hypergeometric_band(500, 1_000, 1_000, 0.95) == (500, 500)
    assert beta_binomial_band(1_000, 0, 1_000, 0.99)[0] == 0
    assert 3 <= beta_binomial_band(1_000, 0, 1_000, 0.99)[1] <= 8
