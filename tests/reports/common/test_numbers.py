"""How numbers are written: as precise as their interval, and never without a unit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.reports.common.intervals import Change, Ratio, Share
from rulekit.reports.common.numbers import (
    NOTHING,
    count,
    exact,
    fraction,
    index,
    interval,
    percent,
    percent_with_interval,
    plain_percent,
    quantity,
    ratio,
    ratio_interval,
    share_text,
    shift,
    shift_interval,
    signed,
    times,
)
from rulekit.statistics.intervals import proportion

NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


def share(value: float | None, low: float = 0.0, high: float = 1.0) -> Share:
    return Share(value=value, low=low, high=high, part=0, whole=1)


def change(value: float | None, low: float = -1.0, high: float = 1.0) -> Change:
    return Change(value=value, low=low, high=high, gained=0, lost=0, whole=1)


@pytest.mark.parametrize(
    ("half", "text"),
    [  # half the interval in percent, and what 12.3456789 % becomes: two digits of it up to 354, one up to 949
        (30.0, "12"),
        (3.54, "12.3"),
        (3.56, "12"),
        (9.4, "12"),
        (9.6, "12"),
        (0.354, "12.35"),
        (0.4, "12.3"),
        (0.0354, "12.346"),
        (0.00096, "12.3457"),
        (1e-9, "12.345679"),
        (0.0, "12.35"),
    ],
)
def test_a_share_is_as_precise_as_half_its_interval(half: float, text: str) -> None:
    value = 0.123456789
    one = share(value, value - half / 100, value + half / 100)
    assert percent(one) == f"{text}{NBSP}%"


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_written_share_is_within_a_tenth_of_its_interval(part: int, whole: int) -> None:
    if part > whole:
        part, whole = whole, part
    one = Share.of(proportion(part, whole))
    written = float(percent(one).removesuffix(f"{NBSP}%"))
    assert abs(written - 100 * part / whole) <= max(0.2 * 100 * (one.high - one.low) / 2, 0.5e-2)
    low, high = (float(end) for end in interval(one).split(" to "))
    assert low <= written <= high


def test_nothing_and_all_are_whole_numbers() -> None:
    assert percent(share(0.0, 0.0, 0.003)) == f"0{NBSP}%"
    assert percent(share(1.0, 0.99, 1.0)) == f"100{NBSP}%"
    assert percent(share(None)) == percent(None) == NOTHING
    assert interval(share(None)) == interval(None) == ""
    assert percent_with_interval(None) == NOTHING
    assert percent_with_interval(share(0.5, 0.4, 0.6)) == f"50{NBSP}% (40 to 60)"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1234567, "1,234,567"), (3.0, "3"), (2.25, "2.2"), (1000.75, "1,000.8"), (-4, "-4")],
)
def test_counts_and_sums_of_weights(number: float, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOTHING),
        (0.0, "0"),
        (0.002, "<1"),
        (0.01, "1"),
        (0.99, "99"),
        (0.995, ">99"),
        (1.0, "100"),
        (0.345, "34"),
    ],
)
def test_shares_without_an_interval(value: float | None, text: str) -> None:
    assert plain_percent(value) == text


def test_ends_of_a_band_are_as_precise_as_a_measured_share() -> None:
    fine, coarse = share(0.5, 0.499, 0.501), share(0.5, 0.3, 0.7)
    assert share_text(0.12345, fine) == f"12.35{NBSP}%"
    assert share_text(0.12345, coarse) == f"12{NBSP}%"
    assert share_text(0.12345, None) == share_text(0.12345, share(None)) == f"12.345{NBSP}%"
    assert share_text(0.7, fine) == f"70{NBSP}%"
    assert share_text(0.1, coarse) == f"10{NBSP}%"


def test_rejections() -> None:
    assert ratio(None) == NOTHING
    assert ratio(Ratio(value=812.4, low=740.2, high=893.0)) == "1 in 812"
    assert ratio_interval(Ratio(value=812.4, low=740.2, high=893.0)) == "740 to 893"
    assert ratio(Ratio(value=3.14159, low=3.0, high=None)) == "1 in 3.14"
    assert ratio_interval(Ratio(value=3.14159, low=3.0, high=None)) == "3 to infinity"
    endless = Ratio(value=None, low=1234.5, high=None)
    assert (ratio(endless), ratio_interval(endless), ratio_interval(None)) == ("more than 1 in 1,234", "", "")


def test_shifts_have_a_sign() -> None:
    up, down = change(0.0123, 0.0119, 0.0127), change(-0.0123, -0.0127, -0.0119)
    assert shift(up) == f"+1.23{NBSP}%"
    assert shift(down) == f"{MINUS}1.23{NBSP}%"
    assert shift_interval(down) == f"{MINUS}1.27 to {MINUS}1.19"
    assert shift(change(0.0)) == f"0{NBSP}%"
    assert shift(None) == shift(change(None)) == NOTHING
    assert shift_interval(None) == shift_interval(change(None)) == ""


@pytest.mark.parametrize(("number", "text"), [(0, "+0"), (1500, "+1,500"), (-3, f"{MINUS}3")])
def test_signed_whole_numbers(number: int, text: str) -> None:
    assert signed(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, NOTHING),
        (12.0, "12"),
        (0.123456, "0.1235"),
        (1234.56, "1,235"),
        (-0.00001234, "-1.234e-05"),
        (1e18, "1e+18"),
        (math.inf, "inf"),
        (999.96, "1000"),
    ],
)
def test_values_of_features(number: float | None, text: str) -> None:
    assert quantity(number) == text


@given(st.integers(-(10**9), 10**9), st.integers(0, 20))
def test_fixed_point_numbers_keep_all_their_digits(code: int, fraction_bits: int) -> None:
    number = code / 2**fraction_bits
    assert float(exact(number).replace(",", "")) == pytest.approx(number, rel=1e-14)


def test_small_helpers() -> None:
    assert (fraction(None), fraction(0.98765)) == (NOTHING, "0.988")
    assert (times(None), times(1.316), times(9.999), times(12.6)) == ("\N{INFINITY}", "1.32", "10.00", "13")
    assert (index(None), index(0.0004), index(0.0126), index(0.0995), index(0.256)) == (
        NOTHING,
        "<0.001",
        "0.013",
        "0.10",
        "0.26",
    )
