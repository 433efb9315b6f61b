"""Drift: periods of equal counts, rates with their bands, and a shift that is planted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from shop import audited_of, law, make_events

from rulekit.errors import EventError
from rulekit.reports.audit.sections.drift import LEAST, PERIODS, drift_of
from rulekit.reports.replay.recompute import hit_matrix

EVENTS = make_events(1200, seed=6)


def drift(events: pl.DataFrame, **options):
    audited = audited_of(law(), events, **options)
    return drift_of(audited, hit_matrix(law(), audited.decisions))


def test_without_a_column_of_time_the_order_counts() -> None:
    found = drift(EVENTS)
    assert found is not None
    assert (found.column, found.untimed, found.reference) == (None, 0, "the first period")
    assert [period.events for period in found.periods] == [120] * PERIODS
    assert [period.first for period in found.periods][:3] == ["1", "121", "241"]
    assert found.periods[-1].last == "1,200"


@pytest.mark.parametrize(
    ("count", "periods"), [(2 * LEAST - 1, None), (2 * LEAST, 2), (750, 7), (3000, PERIODS)]
)
def test_periods_hold_enough_events(count: int, periods: int | None) -> None:
    found = drift(make_events(count))
    assert (None if found is None else len(found.periods)) == periods
    if found is not None:
        sizes = [period.events for period in found.periods]
        assert sum(sizes) == count
        assert min(sizes) >= LEAST
        assert max(sizes) - min(sizes) <= 1


def test_rates_of_each_period_are_counts_of_its_events() -> None:
    found = drift(EVENTS)
    assert found is not None
    audited = audited_of(law(), EVENTS)
    hits = hit_matrix(law(), audited.decisions)
    assert [rate.id for rate in found.rates] == [None, *(rule.id for rule in law().rules)]
    assert [rate.number for rate in found.rates] == [None, 1, 2, 3, 4]
    for rate in found.rates:
        series = audited.accepted if rate.id is None else hits[rate.id]
        assert rate.expected.part == series.sum()
        for place, band in enumerate(rate.periods):
            assert band.rate.part == series.slice(120 * place, 120).sum()
            assert band.outside == (not band.low <= (band.rate.value or 0) <= band.high)
    assert found.tests == len(found.rates) * PERIODS


def test_a_planted_shift_is_outside_its_band_and_nothing_else() -> None:
    calm = EVENTS.with_columns(cards=pl.lit(1, pl.Int32), amount=pl.lit(60, pl.Float32))
    late = pl.int_range(pl.len()) >= 1080
    moved = calm.with_columns(cards=pl.when(late).then(pl.lit(5, pl.Int32)).otherwise("cards"))
    found = drift(moved)
    assert found is not None
    outside = {rate.id: [band.outside for band in rate.periods] for rate in found.rates}
    assert outside["many-cards"][-1]
    assert not any(outside["dear"])
    index = {each.feature: each.psi for each in found.features}
    assert index["cards"][0] is None
    assert (index["cards"][-1] or 0) > 1
    assert all(abs(value or 0) < 1e-9 for value in index["amount"])


def test_time_orders_events_and_equal_times_stay_together() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    times = [start + timedelta(hours=place // 300) for place in range(1200)]
    timed = EVENTS.with_columns(at=pl.Series(times)).sample(fraction=1.0, shuffle=True, seed=3)
    found = drift(timed, time="at")
    assert found is not None
    assert (found.column, [period.events for period in found.periods]) == ("at", [300] * 4)
    assert found.periods[0].first == found.periods[0].last
    assert found.periods[0].first.startswith("2026-03-01 00:00")


def test_events_without_a_time_belong_to_no_period() -> None:
    clock = pl.Series([None if place % 4 == 0 else float(place) for place in range(1200)]).fill_null(
        float("nan")
    )
    found = drift(EVENTS.with_columns(clock=clock), time="clock")
    assert found is not None
    assert found.untimed == 300
    assert sum(period.events for period in found.periods) == 900
    assert found.periods[0].first == "1"


def test_reference_events_give_the_expected_rates() -> None:
    reference = make_events(900, seed=77)
    found = drift(EVENTS, reference=reference)
    assert found is not None
    assert found.reference == "a frame in memory"
    other = audited_of(law(), reference)
    assert found.rates[0].expected.part == other.accepted.sum()
    assert found.rates[0].expected.whole == 900
    assert found.features[0].psi[0] is not None


def test_what_can_not_be_ordered() -> None:
    for options, says in (
        ({"time": "country"}, "holds no times"),
        ({"time": "when"}, "no time column"),
        ({"reference": make_events(5).head(0)}, "holds no events"),
    ):
        with pytest.raises(EventError, match=says):
            drift(EVENTS, **options)


def test_nothing_is_told_without_events_or_hits() -> None:
    audited = audited_of(law(), EVENTS)
    assert drift_of(audited, None) is None
