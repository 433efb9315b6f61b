"""The population stability index, its bins, and how large it is by chance."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from rulekit.ir.schema import DType, Feature
from rulekit.statistics.stability_index import bin_values, edges_of, noise_limit, noise_mean, psi

NUMBER = Feature(name="x", dtype=DType.FLOAT64)
WORD = Feature(name="w", dtype=DType.CATEGORY, categories=("a", "b"))
VALUES = st.lists(st.one_of(st.none(), st.integers(-9, 9)), max_size=60)
COUNTS = st.dictionaries(st.integers(0, 5), st.integers(0, 500), min_size=1)


@given(VALUES)
def test_edges_are_the_deciles_by_rank(values: list[int | None]) -> None:
    known = sorted(value for value in values if value is not None)
    expected = sorted({known[len(known) * tenth // 10] for tenth in range(1, 10)}) if known else []
    assert edges_of(pl.Series(values, dtype=pl.Int64)).to_list() == expected


@given(VALUES, VALUES)
def test_the_bin_of_a_number_is_how_many_edges_lie_below_it(
    values: list[int | None], reference: list[int | None]
) -> None:
    series, then = (pl.Series(each, dtype=pl.Int64) for each in (values, reference))
    edges = edges_of(then).to_list()
    expected = [None if value is None else sum(edge < value for edge in edges) for value in values]
    assert bin_values(NUMBER, series, then).to_list() == expected


def test_bins_of_words() -> None:
    words = pl.Series(["a", "b", "zz", None, "a"])
    found = bin_values(WORD, words, words).to_list()
    assert (found[0], found[1], found[3], found[4]) == ("a", "b", None, "a")
    assert found[2] not in {"a", "b", "zz", None}
    flags = pl.Series([True, False, None])
    assert bin_values(Feature(name="f", dtype=DType.BOOL), flags, flags).to_list() == ["true", "false", None]


@given(COUNTS, COUNTS)
def test_the_index_as_it_is_defined(reference: dict[int, int], now: dict[int, int]) -> None:
    bins = sorted({*reference, *now})
    first = [reference.get(name, 0) + 0.5 for name in bins]
    second = [now.get(name, 0) + 0.5 for name in bins]
    p, q = ([value / sum(each) for value in each] for each in (first, second))
    expected = sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))
    assert psi(reference, now) == pytest.approx(expected, abs=1e-12)
    assert psi(now, reference) == pytest.approx(expected, abs=1e-12)
    assert psi(reference, now) >= 0


@given(COUNTS)
def test_without_a_shift_the_index_is_zero(counts: dict[int, int]) -> None:
    assert psi(counts, counts) == 0


def test_a_shift_worked_by_hand() -> None:
    """Half against a quarter: (0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5) = 0.2747."""
    assert psi({0: 500_000, 1: 500_000}, {0: 250_000, 1: 750_000}) == pytest.approx(
        0.25 * math.log(3), rel=1e-5
    )


def test_the_mean_without_a_shift_is_that_of_draws() -> None:
    pick, bins, first, second = random.Random(5), 8, 800, 400  # noqa: S311 - a simulation
    found = []
    for _ in range(400):
        then, now = (dict.fromkeys(range(bins), 0) for _ in range(2))
        for counts, number in ((then, first), (now, second)):
            for value in pick.choices(range(bins), k=number):
                counts[value] += 1
        found.append(psi(then, now))
    mean = sum(found) / len(found)
    assert mean == pytest.approx(noise_mean(bins, first, second), rel=0.1)
    beyond = sum(value > noise_limit(bins, first, second) for value in found)
    assert 0 <= beyond <= 12  # four are expected; 12 and more come once in a thousand such tests


@pytest.mark.parametrize("bins", [2, 5, 10, 30])
def test_the_limit_is_the_quantile_of_chi_square(bins: int) -> None:
    exact = chi2.ppf(0.99, bins - 1) * (1 / 300 + 1 / 900)
    assert noise_limit(bins, 300, 900) == pytest.approx(exact, rel=0.02)


def test_nothing_to_compare_is_no_noise() -> None:
    assert noise_mean(10, 0, 100) == noise_mean(10, 100, 0) == noise_limit(10, 0, 5) == 0
    assert noise_mean(1, 10, 10) == noise_limit(1, 10, 10) == 0
