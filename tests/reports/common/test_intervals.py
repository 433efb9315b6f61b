"""Shares, changes and tables of measures as models: what is unknown stays unknown, and JSON gets no infinity."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest

from rulekit.measures import EventLabels, measure, measure_shifts
from rulekit.reports.common.intervals import Change, Changes, MeasureTable, Share
from rulekit.statistics.intervals import paired_shift, proportion

TRUTH = pl.Series([True, True, True, False, False, False, False, False])
TAKEN = pl.Series([True, True, False, False, False, False, False, False])
OTHER = pl.Series([True, False, False, True, False, False, False, False])


def test_a_share_is_the_proportion_it_was_made_of() -> None:
    found, made = proportion(3, 8), Share.of(proportion(3, 8))
    assert (made.value, made.low, made.high, made.part, made.whole) == tuple(found)
    assert Share.maybe(None) is None
    assert Share.maybe(found) == made
    assert Share.of(proportion(0, 0)).value is None


def test_a_change_is_the_shift_it_was_made_of() -> None:
    found = paired_shift(2, 1, 8)
    made = Change.maybe(found)
    assert made is not None
    assert (made.value, made.low, made.high, made.gained, made.lost, made.whole) == tuple(found)
    assert Change.maybe(None) is None


def test_a_table_of_all_measures() -> None:
    events = EventLabels(8, truth=TRUTH, teacher=OTHER)
    table = MeasureTable.of(measure(TAKEN, events))
    assert table.efficiency is not None
    assert table.efficiency.value == pytest.approx(2 / 3)
    assert table.purity is not None
    assert table.purity.value == 1
    assert table.accuracy is not None
    assert table.accuracy.value == pytest.approx(7 / 8)
    assert table.fidelity is not None
    assert table.fidelity.value == pytest.approx(6 / 8)
    assert table.teacher_f1 == pytest.approx(2 * 1 / (2 + 2))


def test_infinite_rejection_becomes_none() -> None:
    table = MeasureTable.of(measure(TAKEN, EventLabels(8, truth=TRUTH)))
    assert table.rejection is not None
    assert (table.rejection.value, table.rejection.high) == (None, None)
    assert table.rejection.low == pytest.approx(1 / proportion(0, 5).high)
    json.dumps(table.model_dump(), allow_nan=False)


def test_without_truth_and_teacher_only_the_rate_is_known() -> None:
    table = MeasureTable.of(measure(TAKEN, EventLabels(8)))
    known = {name for name, value in table.model_dump().items() if value is not None}
    assert known == {"events", "rate"}


def test_an_f1_of_nothing_is_unknown() -> None:
    nothing = pl.Series([False] * 8)
    measured = measure(nothing, EventLabels(8, teacher=nothing))
    assert math.isnan(measured.teacher_f1 or 0.0)
    assert MeasureTable.of(measured).teacher_f1 is None


def test_changes_of_all_of_signal_and_of_background() -> None:
    changes = Changes.of(measure_shifts(TAKEN, OTHER, EventLabels(8, truth=TRUTH)))
    assert (changes.rate.gained, changes.rate.lost, changes.rate.value) == (1, 1, 0)
    assert changes.signal is not None
    assert (changes.signal.gained, changes.signal.lost, changes.signal.whole) == (0, 1, 3)
    assert changes.background is not None
    assert (changes.background.gained, changes.background.lost, changes.background.whole) == (1, 0, 5)
    bare = Changes.of(measure_shifts(TAKEN, OTHER, EventLabels(8)))
    assert (bare.signal, bare.background) == (None, None)
