import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.measures import EventLabels, cutflow, measure, measure_rules, measure_shifts, overlap
from rulekit.statistics.intervals import paired_shift, proportion


def test_wilson_interval_of_a_textbook_case():
    """Wilson at 95 % for 15 of 148, as Newcombe (Stat. Med. 17, 1998, table I) prints it: .0624 to .1605."""
    share = proportion(15, 148)
    assert (round(share.low, 4), round(share.high, 4)) == (0.0624, 0.1605)


@pytest.mark.parametrize(("part", "whole", "low", "high"), [(0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0)])
def test_wilson_interval_at_the_ends(part, whole, low, high):
    share = proportion(part, whole)
    assert (share.low, round(share.high, 4)) == (low, high) or (round(share.low, 4), share.high) == (
        low,
        high,
    )


def test_a_share_of_nothing_is_unknown():
    share = proportion(0, 0)
    assert math.isnan(share.value)
    assert share.to_document()["value"] is None


columns = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=40
)


@given(columns)
def test_measures_against_exact_fractions(rows):
    accepted, truth, teacher, weights = zip(*rows, strict=True)
    events = EventLabels(
        len(rows),
        truth=pl.Series(truth),
        teacher=pl.Series(teacher),
        weights=pl.Series(weights, dtype=pl.Float64),
    )
    found = measure(pl.Series(accepted), events)

    def share(of, among):
        whole = sum(w for w, yes in zip(weights, among, strict=True) if yes)
        part = sum(w for w, yes, also in zip(weights, among, of, strict=True) if yes and also)
        return float(Fraction(part, whole)) if whole else math.nan

    everything = [True] * len(rows)
    background = [not signal for signal in truth]
    for got, wanted in (
        (found.rate, share(accepted, everything)),
        (found.efficiency, share(accepted, truth)),
        (found.false_positive_rate, share(accepted, background)),
        (found.purity, share(truth, accepted)),
        (found.fidelity, share([a == t for a, t in zip(accepted, teacher, strict=True)], everything)),
    ):
        assert got.value == wanted or (math.isnan(got.value) and math.isnan(wanted))
        assert math.isnan(got.value) or got.low <= got.value <= got.high


def test_doubling_every_event_narrows_and_doubling_every_weight_does_not():
    accepted, truth = pl.Series([True, False, True, False]), pl.Series([True, True, False, False])
    once = measure(accepted, EventLabels(4, truth=truth)).efficiency
    twice = measure(
        pl.concat([accepted, accepted]), EventLabels(8, truth=pl.concat([truth, truth]))
    ).efficiency
    heavy = measure(accepted, EventLabels(4, truth=truth, weights=pl.Series([2.0] * 4))).efficiency
    assert (heavy.low, heavy.high) == (once.low, once.high)
    assert once.low < twice.low < twice.high < once.high


def test_rejection_is_one_over_the_false_positive_rate():
    truth = pl.Series([True] + [False] * 9)
    found = measure(pl.Series([True, True] + [False] * 8), EventLabels(10, truth=truth))
    assert found.rejection[0] == 9.0
    assert found.rejection[1] < 9.0 < found.rejection[2]
    nothing = measure(pl.Series([True] + [False] * 9), EventLabels(10, truth=truth))
    assert nothing.rejection[0] == math.inf
    assert nothing.to_document()["rejection"][0] is None


HITS = pl.DataFrame({"a": [True, True, False, False], "b": [True, False, True, False]})
TRUTH = pl.Series([True, True, False, True])


def test_rule_measures():
    first, second = measure_rules(HITS, EventLabels(4, truth=TRUTH))
    assert (first.id, first.support, first.coverage.value, first.unique.value) == ("a", 2, 0.5, 0.5)
    assert (first.purity.value, round(first.efficiency.value, 6)) == (1.0, 0.666667)
    assert second.purity.value == 0.5


def test_overlap_is_a_share_of_the_row():
    assert overlap(HITS, EventLabels(4)) == [[1.0, 0.5], [0.5, 1.0]]


def test_cutflow_accumulates():
    steps = cutflow(HITS, EventLabels(4, truth=TRUTH))
    assert [step.accepted.rate.part for step in steps] == [2.0, 3.0]
    assert [step.accepted.false_positive_rate.value for step in steps] == [0.0, 1.0]


def test_paired_interval_of_a_textbook_case():
    """Response before and after therapy: 6 only before, 16 only after, 161 in all; by hand from the formula."""
    shift = paired_shift(6, 16, 161)
    assert round(shift.value, 4) == -0.0621
    assert (round(shift.low, 4), round(shift.high, 4)) == (-0.1195, -0.0032)
    assert paired_shift(16, 6, 161).high == -shift.low


def test_paired_shifts_at_the_ends():
    none = paired_shift(0, 0, 1000)
    assert none.value == 0
    assert none.high == -none.low
    assert 2.7 / 1000 < none.high < 2.8 / 1000
    every = paired_shift(3, 0, 3)
    assert (every.value, every.high) == (1.0, 1.0)
    unknown = paired_shift(0, 0, 0)
    assert math.isnan(unknown.value)
    assert (unknown.to_document()["value"], unknown.low, unknown.high) == (None, -1.0, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1))
def test_shifts_are_differences_of_shares(rows):
    before, after, truth, weights = (pl.Series(column) for column in zip(*rows, strict=True))
    events = EventLabels(len(rows), truth=truth, weights=weights)
    found = measure_shifts(before, after, events)
    for got, among in ((found.rate, None), (found.efficiency, truth), (found.false_positive_rate, ~truth)):
        one, two = events.share(before, among), events.share(after, among)
        if math.isnan(one.value):
            assert math.isnan(got.value)
            continue
        assert got.value == pytest.approx(two.value - one.value, abs=1e-12)
        assert (got.gained - got.lost, got.whole) == (two.part - one.part, one.whole)
        assert -1 <= got.low <= got.value <= got.high <= 1


def test_equal_weights_say_nothing_and_unequal_ones_widen_the_interval():
    before, after = pl.Series([True, False] * 50), pl.Series([True, True] * 20 + [True, False] * 30)
    plain = measure_shifts(before, after, EventLabels(100)).rate
    scaled = measure_shifts(before, after, EventLabels(100, weights=pl.repeat(7, 100, eager=True))).rate
    assert scaled.low == pytest.approx(plain.low)
    assert (scaled.gained, plain.gained, plain.lost) == (140, 20, 0)
    uneven = EventLabels(100, weights=pl.Series([1.0] * 50 + [1.0, 1.0, 1.0, 1.0, 46.0] * 10))
    wide = uneven.shift(before, after)
    assert wide.high - wide.low > plain.high - plain.low


def test_shifts_without_truth_are_of_the_rate_alone():
    before, after = pl.Series([True, False]), pl.Series([True, True])
    assert set(measure_shifts(before, after, EventLabels(2)).to_document()) == {"rate"}
