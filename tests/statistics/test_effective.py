"""Kish's effective number of events."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.statistics.effective import effective_count

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=30)


@given(WEIGHTS)
def test_against_exact_fractions(weights: list[int]) -> None:
    square = sum(weight * weight for weight in weights)
    exact = Fraction(sum(weights) ** 2, square) if square else Fraction(0)
    assert effective_count(np.array(weights, dtype=float)) == pytest.approx(float(exact))


@given(WEIGHTS.filter(any), st.floats(0.001, 1000))
def test_the_unit_of_weights_does_not_matter(weights: list[int], unit: float) -> None:
    values = np.array(weights, dtype=float)
    assert effective_count(values * unit) == pytest.approx(effective_count(values))


@given(WEIGHTS.filter(any))
def test_at_most_the_number_of_events_that_count(weights: list[int]) -> None:
    counted = sum(weight > 0 for weight in weights)
    assert 1 - 1e-9 <= effective_count(np.array(weights, dtype=float)) <= counted + 1e-9


def test_equal_weights_count_as_they_are() -> None:
    assert effective_count(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_count(np.array([])) == 0.0
