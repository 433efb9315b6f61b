"""Intervals of shares and of paired differences, against the equations that define them."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.statistics.intervals import Proportion, Shift, paired_shift, proportion

Z95 = 1.959963984540054
COUNTS = st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(COUNTS)
def test_each_end_of_wilsons_interval_solves_the_score_equation(counts: tuple[int, int]) -> None:
    part, whole = counts
    found = proportion(part, whole)
    for end in (found.low, found.high):
        if 0 < end < 1:  # (p - share)**2 = z**2 p (1 - p) / n
            assert (end - part / whole) ** 2 == pytest.approx(
                Z95**2 * end * (1 - end) / whole, rel=1e-6, abs=1e-15
            )
    assert found.low <= part / whole <= found.high
    assert (found.low == 0) == (part == 0)
    assert (found.high == 1) == (part == whole)


@given(COUNTS)
def test_the_interval_of_the_others_is_its_mirror(counts: tuple[int, int]) -> None:
    part, whole = counts
    one, other = proportion(part, whole), proportion(whole - part, whole)
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)
    assert one.value == pytest.approx(1 - other.value, abs=1e-12)


@given(COUNTS, st.integers(2, 50))
def test_fewer_effective_events_give_a_wider_interval(counts: tuple[int, int], times: int) -> None:
    part, whole = counts
    plain, weighted = proportion(part, whole), proportion(part * times, whole * times, whole)
    assert weighted.value == pytest.approx(plain.value)
    assert (weighted.low, weighted.high) == pytest.approx((plain.low, plain.high))
    assert (weighted.part, weighted.whole) == (part * times, whole * times)
    narrow = proportion(part * times, whole * times)
    assert narrow.high - narrow.low < plain.high - plain.low


def test_wilsons_interval_covers_about_as_often_as_it_says() -> None:
    """Exact: over the binomial distribution of 60 events, for every true share in steps of a hundredth."""
    count = 60
    intervals = [proportion(part, count) for part in range(count + 1)]
    covered = []
    for percent in range(5, 96):
        true = percent / 100
        chances = [math.comb(count, k) * true**k * (1 - true) ** (count - k) for k in range(count + 1)]
        covered.append(
            sum(chance for chance, one in zip(chances, intervals, strict=True) if one.low <= true <= one.high)
        )
    assert 0.94 < sum(covered) / len(covered) < 0.965
    assert min(covered) > 0.9


@pytest.mark.parametrize(
    ("confidence", "low", "high"),
    [(0.95, 0.5 - 0.096175, 0.5 + 0.096175), (0.6826894921, 0.5 - 0.049752, 0.5 + 0.049752)],
)
def test_other_confidences(confidence: float, low: float, high: float) -> None:
    """For a share of a half the half width is ``z / (2 sqrt(n + z**2))``: worked by hand for 100 events."""
    found = proportion(50, 100, confidence=confidence)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


def test_sums_of_floats_stay_shares() -> None:
    assert proportion(1.0000000001, 1.0).value == 1.0
    assert proportion(-1e-12, 1.0).value == 0.0


def test_a_share_of_nothing() -> None:
    found = proportion(0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, 1.0)
    assert found.to_document() == {"value": None, "low": 0.0, "high": 1.0, "part": 0, "whole": 0}
    json.dumps(found.to_document(), allow_nan=False)


PAIRS = st.integers(1, 2000).flatmap(
    lambda whole: st.integers(0, whole).flatmap(
        lambda gained: st.tuples(st.just(gained), st.integers(0, whole - gained), st.just(whole))
    )
)


@given(PAIRS)
def test_paired_shifts_are_bonetts_and_prices(counts: tuple[int, int, int]) -> None:
    gained, lost, whole = counts
    found = paired_shift(gained, lost, whole)
    assert Fraction(found.value).limit_denominator(whole) == Fraction(gained - lost, whole)
    more, less = Fraction(gained + 1, whole + 2), Fraction(lost + 1, whole + 2)
    half = Z95 * math.sqrt((more + less - (more - less) ** 2) / (whole + 2))
    assert found.low == pytest.approx(max(-1.0, float(more - less) - half), abs=1e-9)
    assert found.high == pytest.approx(min(1.0, float(more - less) + half), abs=1e-9)


@given(PAIRS)
def test_the_other_way_round_a_shift_is_its_negative(counts: tuple[int, int, int]) -> None:
    gained, lost, whole = counts
    one, other = paired_shift(gained, lost, whole), paired_shift(lost, gained, whole)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low), abs=1e-12)


@given(PAIRS, st.floats(0.01, 100))
def test_the_unit_of_weights_does_not_matter(counts: tuple[int, int, int], unit: float) -> None:
    gained, lost, whole = counts
    plain = paired_shift(gained, lost, whole)
    scaled = paired_shift(gained * unit, lost * unit, whole * unit, whole)
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx(
        (plain.value, plain.low, plain.high), abs=1e-9
    )


def test_a_shift_of_nothing() -> None:
    found = paired_shift(0, 0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (-1.0, 1.0)
    assert found.to_document()["value"] is None


def test_values_are_tuples_that_name_their_parts() -> None:
    assert Proportion(0.5, 0.4, 0.6, 1, 2)._fields == ("value", "low", "high", "part", "whole")
    assert Shift(0.0, -0.1, 0.1, 1, 1, 9)._fields == ("value", "low", "high", "gained", "lost", "whole")
