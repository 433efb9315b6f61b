"""Ratios to the rest, Holm's marks, and the stability index."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.schema import DType, Feature
from rulekit.statistics.ratios import GroupRatio, WeightSums, mark_significant, ratio_to_rest
from rulekit.statistics.stability_index import bin_values, edges_of, noise_limit, noise_mean, psi


def tally(part: int, whole: int) -> WeightSums:
    return WeightSums(part, whole, whole)


def test_a_ratio_as_it_is_worked_by_hand() -> None:
    found = ratio_to_rest(tally(30, 100), tally(20, 100))
    assert found.value == pytest.approx(1.5)
    centre = math.log(30.5 / 20.5)
    deviation = math.sqrt(1 / 30.5 - 1 / 100.5 + 1 / 20.5 - 1 / 100.5)
    assert found.low == pytest.approx(math.exp(centre - 1.959964 * deviation))
    assert found.high == pytest.approx(math.exp(centre + 1.959964 * deviation))
    assert found.p == pytest.approx(math.erfc(centre / deviation / math.sqrt(2)))


def test_ratios_where_nothing_was_taken() -> None:
    none = ratio_to_rest(tally(0, 50), tally(10, 50))
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high is not None
    assert none.high < 1
    endless = ratio_to_rest(tally(10, 50), tally(0, 50))
    assert (endless.value, endless.high) == (None, None)
    assert endless.low is not None
    assert endless.low > 1
    assert ratio_to_rest(tally(0, 0), tally(1, 2)).p is None


def test_weights_count_as_effective_events() -> None:
    heavy = ratio_to_rest(WeightSums(300, 1000, 10_000), tally(20, 100))
    assert heavy == ratio_to_rest(tally(30, 100), tally(20, 100))


def test_intervals_cover() -> None:
    rng = random.Random(5)  # noqa: S311 - made-up events
    covered = 0
    for _ in range(400):
        ours, theirs = (sum(rng.random() < share for _ in range(300)) for share in (0.06, 0.04))
        found = ratio_to_rest(tally(ours, 300), tally(theirs, 300))
        covered += (found.low or 0.0) <= 1.5 <= (found.high or math.inf)
    assert 0.92 <= covered / 400 <= 0.985


def ratio(p: float | None) -> GroupRatio:
    return GroupRatio(value=1.0, low=0.5, high=2.0, p=p)


def test_holm_by_hand() -> None:
    found = mark_significant([ratio(p) for p in (0.012, 0.03, 0.01, None, 0.6)])
    assert [each.marked for each in found] == [True, False, True, False, False]
    assert [each.marked for each in mark_significant([ratio(0.02), ratio(0.04)])] == [True, True]
    assert [each.marked for each in mark_significant([ratio(0.03), ratio(0.04)])] == [False, False]


def test_index_by_hand() -> None:
    found = psi({0: 50, 1: 50}, {0: 30, 1: 70})
    p, q = [50.5 / 101, 50.5 / 101], [30.5 / 101, 70.5 / 101]
    assert found == pytest.approx(sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True)))
    assert psi({0: 5, None: 5}, {0: 5, None: 5}) == 0
    assert psi({0: 10}, {None: 10}) > 1
    assert noise_mean(11, 100_000, 50_000) == pytest.approx(10 * (1e-5 + 2e-5))


def test_the_index_of_noise_is_the_noise() -> None:
    rng = random.Random(6)  # noqa: S311 - made-up events
    feature = Feature(name="x", dtype=DType.FLOAT64)

    def counts(codes: pl.Series) -> dict[int, int]:
        return dict(codes.value_counts().iter_rows())

    found = []
    for _ in range(300):
        then, now = (pl.Series([rng.random() for _ in range(400)]) for _ in range(2))
        found.append(psi(counts(bin_values(feature, then, then)), counts(bin_values(feature, now, then))))
    assert sum(found) / 300 == pytest.approx(noise_mean(10, 400, 400), rel=0.15)
    assert 0 <= sum(value > noise_limit(10, 400, 400) for value in found) <= 9
    assert noise_limit(10, 400, 400) == pytest.approx(
        21.67 / 200, rel=0.005
    )  # the quantile of chi-square for 9


@given(st.lists(st.one_of(st.none(), st.integers(-(2**60), 2**60)), min_size=1, max_size=60))
def test_bins_of_integers(values: list[int | None]) -> None:
    series = pl.Series(values, dtype=pl.Int64)
    edges = edges_of(series).to_list()
    assert edges == sorted(set(edges))
    codes = bin_values(Feature(name="x", dtype=DType.INT64), series, series).to_list()
    expected = [None if value is None else sum(edge < value for edge in edges) for value in values]
    assert codes == expected


def test_bins_of_words() -> None:
    country = Feature(name="c", dtype=DType.CATEGORY, categories=("SE", "NO"))
    codes = bin_values(country, pl.Series(["SE", None, "XX", "YY"]), pl.Series(["SE"])).to_list()
    assert codes[:2] == ["SE", None]
    assert codes[2] == codes[3] != "XX"
    flags = bin_values(Feature(name="b", dtype=DType.BOOL), pl.Series([True, None, False]), pl.Series([True]))
    assert flags.to_list() == ["true", None, "false"]
