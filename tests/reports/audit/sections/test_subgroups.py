"""Subgroups and periods, against counting event by event."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rulekit.errors import EventError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.page.drift import drift_page
from rulekit.statistics.bands import beta_binomial_band, hypergeometric_band
from rulekit.statistics.ratios import WeightSums, ratio_to_rest
from rulekit.statistics.stability_index import psi

Record = Callable[..., Path]
ACCEPTED = {"block", "review"}


def accepted_of(path: Path) -> list[bool]:
    return [outcome in ACCEPTED for outcome in pl.read_parquet(path)["outcome"].to_list()]


@pytest.mark.parametrize("weight", [None, "weight"])
def test_subgroups_of_a_category(
    record: Record, ruleset: Ruleset, events: pl.DataFrame, weight: str | None
) -> None:
    path = record(ruleset, events)
    (table,) = audit(path, truth="fraud", weight=weight).subgroups
    taken, fraud = accepted_of(path), events["fraud"].to_list()
    weights = events["weight"].to_list() if weight else [1.0] * events.height
    words = events["country"].to_list()
    assert table.column == "country"
    assert {(group.name, group.kind) for group in table.groups} == {
        ("SE", "value"), ("NO", "value"), ("DK", "value"), ("XX", "unknown"), ("missing", "missing"),
    }  # fmt: skip
    assert [group.events for group in table.groups[:-1]] == sorted(
        (group.events for group in table.groups[:-1]), reverse=True
    )
    for group in table.groups:
        name = None if group.kind == "missing" else group.name
        mine = [word == name for word in words]

        def tally(of: Any, among: Any, *, inside: bool, mine: list[bool] = mine) -> WeightSums:
            rows = [n for n in range(len(words)) if mine[n] == inside and among(n)]
            whole = sum(weights[n] for n in rows)
            return WeightSums(
                sum(weights[n] for n in rows if of(n)), whole, sum(weights[n] ** 2 for n in rows)
            )

        assert group.events == sum(mine)
        for found, among in (
            (group.rate, lambda _: True),
            (group.efficiency, fraud.__getitem__),
            (group.false_positive_rate, lambda n: not fraud[n]),
        ):
            ours = tally(taken.__getitem__, among, inside=True)
            rest = tally(taken.__getitem__, among, inside=False)
            assert (found.share.part, found.share.whole) == pytest.approx((ours.part, ours.whole))
            expected = ratio_to_rest(ours, rest)
            for field in ("value", "low", "high", "p"):
                assert getattr(found.ratio, field) == pytest.approx(getattr(expected, field))
        purity = tally(fraud.__getitem__, taken.__getitem__, inside=True)
        assert (group.purity.part, group.purity.whole) == pytest.approx((purity.part, purity.whole))
    assert table.tests == 3 * len(table.groups)


def test_a_group_that_is_treated_otherwise_is_marked(record: Record, ruleset: Ruleset) -> None:
    rng = random.Random(8)  # noqa: S311 - made-up events
    rows = [
        {"payment": str(n), "amount": 60.0, "cards": 5 if rng.random() < (0.6 if n % 3 else 0.3) else 1,
         "country": "SE", "device_age": 1.0, "online": False, "branch": n % 3, "day": 0.5}
        for n in range(1500)
    ]  # fmt: skip
    types = {"amount": pl.Float32, "cards": pl.Int32, "branch": pl.Int8}
    path = record(ruleset, pl.DataFrame(rows, schema_overrides=types))
    (table,) = audit(path, by=("branch",)).subgroups
    marks = {group.name: group.rate.ratio.marked for group in table.groups}
    assert marks == {"0": True, "1": True, "2": True}
    assert table.tests == 3
    assert {group.name: group.rate.ratio.value < 1 for group in table.groups}["0"]
    (alone,) = audit(path).subgroups
    assert [(group.name, group.rate.ratio.p) for group in alone.groups] == [("SE", None)]
    with pytest.raises(EventError, match="'day' makes no groups"):
        audit(path, by=("day",))
    with pytest.raises(EventError, match="is it the column 'branch'"):
        audit(path, by=("brunch",))


def test_small_groups_are_pooled(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    names = [f"shop {n % 40}" if n < 400 else "market" for n in range(600)]
    path = record(ruleset, events.with_columns(shop=pl.Series(names)))
    (table,) = audit(path, by=("shop",)).subgroups
    assert [(group.name, group.kind, group.events, group.pooled) for group in table.groups] == [
        ("market", "value", 200, 0),
        ("others", "others", 400, 40),
    ]
    many = [f"shop {n % 60}" for n in range(3000)]
    frame = pl.concat([events] * 5).with_columns(shop=pl.Series(many), payment=pl.int_range(3000))
    (table,) = audit(record(ruleset, frame), by=("shop",)).subgroups
    assert (len(table.groups), table.groups[-1].pooled) == (26, 35)
    assert sum(group.events for group in table.groups) == 3000


def test_no_category_makes_no_subgroups(
    record: Record, amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    schema = {"name": "shop.card", "version": "1.0.0", "features": [{"name": "cards", "dtype": "int32"}]}
    law = amend(schema=schema, rules=[{"id": "many", "when": ["cards >= 4"], "then": "block"}])
    found = audit(record(law, events))
    assert found.subgroups == ()
    assert "Subgroups" in {note.what for note in found.left_out}


@pytest.mark.parametrize("weight", [None, "weight"])
def test_rates_by_period(record: Record, ruleset: Ruleset, events: pl.DataFrame, weight: str | None) -> None:
    path = record(ruleset, events)
    drift = audit(path, weight=weight).drift
    assert drift is not None
    assert (drift.column, drift.reference, drift.untimed) == (None, "the first period", 0)
    assert [(p.first, p.last, p.events) for p in drift.periods] == [
        (str(n + 1), str(n + 100), 100) for n in range(0, 600, 100)
    ]
    assert [rate.id for rate in drift.rates] == [None, "many-cards", "away", "known", "dear"]
    assert drift.tests == 5 * 6
    hits = pl.read_parquet(path)["hits"].to_list()
    weights = events["weight"].to_list() if weight else [1.0] * 600
    for rate in drift.rates:
        taken = accepted_of(path) if rate.id is None else [rate.id in ids for ids in hits]
        for n, band in enumerate(rate.periods):
            rows = range(100 * n, 100 * n + 100)
            assert band.rate.part == pytest.approx(sum(weights[r] for r in rows if taken[r]))
            assert band.rate.whole == pytest.approx(sum(weights[r] for r in rows))
            if weight is None:
                low, high = hypergeometric_band(100, sum(taken), 600, 1 - 0.05 / 30)
                assert (band.low, band.high) == (low / 100, high / 100)
            assert band.outside == (not band.low <= band.rate.value <= band.high)
        assert rate.expected.value == pytest.approx(
            sum(w for w, mine in zip(weights, taken, strict=True) if mine) / sum(weights)
        )


def test_records_without_drift_stay_inside_their_bands(
    record: Record, ruleset: Ruleset, events: pl.DataFrame
) -> None:
    outside = 0
    for seed in range(30):
        shuffled = events.sample(fraction=1.0, shuffle=True, seed=seed)
        drift = audit(record(ruleset, shuffled), sample=0).drift
        outside += any(band.outside for rate in drift.rates for band in rate.periods)
    assert outside <= 5  # the bands of one record all hold together in 95 of 100


def test_drift_is_seen(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    later = pl.int_range(events.height, eager=True) >= 400
    moved = events.with_columns(
        cards=pl.when(later).then(6).otherwise(pl.col("cards")).cast(pl.Int32),
        country=pl.when(later).then(None).otherwise(pl.col("country")),
    )
    found = audit(record(ruleset, moved))
    drift, page = found.drift, drift_page(found)
    assert drift is not None
    assert page is not None
    many = drift.rates[1]
    assert [band.outside for band in many.periods[4:]] == [True, True]
    assert page.rates[1].outside.endswith("5, 6")
    by_name = {row.feature: row for row in page.features}
    assert [cell.mark for cell in by_name["cards"].cells] == ["", "", "", "", "large", "large"]
    assert by_name["country"].cells[4].mark == "large"
    assert by_name["amount"].cells[4].mark == ""
    assert "outside the band in period" in page.rates[1].spark.description
    assert [mark.outside for mark in page.rates[1].spark.marks[4:]] == [True, True]
    assert page.marked == sum(bool(cell.mark) for row in page.features for cell in row.cells)


def test_index_of_a_category_by_period(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    drift = audit(record(ruleset, events)).drift
    assert drift is not None
    row = next(each for each in drift.features if each.feature == "country")
    words = ["unknown" if word == "XX" else word for word in events["country"].to_list()]
    periods = [Counter(words[100 * n : 100 * n + 100]) for n in range(6)]
    assert row.psi[0] is None
    assert row.bins == 5
    for n in range(1, 6):
        assert row.psi[n] == pytest.approx(psi(periods[0], periods[n]))
        assert row.noise[n] == pytest.approx(4 * (1 / 100 + 1 / 100))


def test_reference_events(record: Record, ruleset: Ruleset, events: pl.DataFrame, tmp_path: Path) -> None:
    reference = tmp_path / "reference.parquet"
    events.head(450).write_parquet(reference)
    path = record(ruleset, events)
    found = audit(path, reference=str(reference))
    drift, taken = found.drift, accepted_of(path)
    assert drift is not None
    assert drift.reference == str(reference)
    assert drift.rates[0].expected.part == sum(taken[:450])
    band = drift.rates[0].periods[2]
    low, high = beta_binomial_band(100, sum(taken[:450]), 450, 1 - 0.05 / 30)
    assert (band.low, band.high) == (low / 100, high / 100)
    assert all(row.psi[0] is not None for row in drift.features)
    assert [source.role for source in found.origin.sources] == [
        "decisions",
        "manifest",
        "events",
        "reference",
    ]
    assert audit(path, reference=events.head(450)).drift.reference == "a frame in memory"
    with pytest.raises(EventError, match="no events"):
        audit(path, reference=events.head(0))


def test_periods_of_a_time_column(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    days = [None if n < 50 else start + dt.timedelta(days=(n * 7) % 300) for n in range(600)]
    path = record(ruleset, events.with_columns(at=pl.Series(days)))
    drift = audit(path, time="at").drift
    assert drift is not None
    assert (drift.column, drift.untimed, len(drift.periods)) == ("at", 50, 5)
    assert sum(period.events for period in drift.periods) == 550
    assert all(abs(period.events - 110) <= 2 for period in drift.periods)
    edges = [edge for period in drift.periods for edge in (period.first, period.last)]
    assert edges == sorted(edges)
    assert edges[0].startswith("2026-01-01")
    few = record(ruleset, events.with_columns(at=pl.Series([float(n >= 150) for n in range(600)])))
    drift = audit(few, time="at").drift
    assert [(period.first, period.events) for period in drift.periods] == [("0", 150), ("1", 450)]
    with pytest.raises(EventError, match="'country' holds no times"):
        audit(few, time="country")
    with pytest.raises(EventError, match="no time column 'when'"):
        audit(few, time="when")


def test_few_events_have_no_drift(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    found = audit(record(ruleset, events.head(199)))
    assert found.drift is None
    assert "fewer than 200 events with a time" in next(
        note.why for note in found.left_out if note.what == "Drift"
    )
    assert len(audit(record(ruleset, events.head(200))).drift.periods) == 2
    timeless = events.with_columns(at=pl.lit(None, pl.Datetime))
    assert audit(record(ruleset, timeless), time="at").drift is None
    at_once = audit(record(ruleset, events.with_columns(at=pl.lit(1))), time="at").drift
    assert [(period.first, period.last, period.events) for period in at_once.periods] == [("1", "1", 600)]
