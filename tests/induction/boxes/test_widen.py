from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.induction.boxes.grid import BinGrid, FeatureBins
from rulekit.induction.selection.constraints import make_constraints
from rulekit.ir.schema import Feature, Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

from rulekit.induction.boxes.search_data import SearchData
from rulekit.induction.boxes.widen import widened

SCHEMA = Schema(
    name="dial", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "xy")
)
GRID = BinGrid(tuple(FeatureBins(feature, tuple(np.arange(1, 100) / 100)) for feature in SCHEMA.features))


def _ground() -> SearchData:
    """A square of signal in the middle; the nearer an event lies to it, the more it brings."""
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.random(3000) for name in "xy"})
    away = np.max([np.abs(frame[name].to_numpy() - 0.5) for name in "xy"], axis=0)
    gain, codes = np.clip(1 - 2 * away, 0, 1), GRID.code(frame)
    caps = make_constraints(Budget(alert_rate=0.1), SCHEMA)
    return SearchData(GRID, codes, gain, 1 - gain, 300.0, float(gain.sum()), 10, caps)


def _taken(data: SearchData, boxes: tuple[np.ndarray, ...]) -> np.ndarray:
    inside = [
        np.all([row[codes] == 1 for row, codes in zip(box, data.codes, strict=True)], axis=0) for box in boxes
    ]
    return np.any(inside, axis=0)


def _start() -> np.ndarray:
    box = GRID.free()
    for row in box:
        row[:100] = 0
        row[40:60] = 1
    return box


def test_each_turn_takes_more_by_small_steps() -> None:
    data, start = _ground(), _start()
    before, variants = _taken(data, (start,)), 0
    for boxes in widened(data, [start], step=20.0):
        taken = _taken(data, boxes)
        assert taken[before].all()
        assert 0 < data.cost[taken & ~before].sum() <= 20.0
        before, variants = taken, variants + 1
        for row in boxes[0]:
            assert not row[:100].all(), "a literal is gone"
    assert variants > 5


def test_the_first_turn_is_the_best_for_its_cost() -> None:
    data, start = _ground(), _start()
    boxes = next(widened(data, [start], step=20.0))
    added = _taken(data, boxes) & ~_taken(data, (start,))
    reached = data.gain[added].sum() / data.cost[added].sum()
    for axis in range(2):
        for outside in (slice(60, 61), slice(60, 70), slice(39, 40), slice(30, 40)):
            other = start.copy()
            other[axis, outside] = 1
            more = _taken(data, (other,)) & ~_taken(data, (start,))
            if data.cost[more].sum() <= 20.0:
                assert data.gain[more].sum() / data.cost[more].sum() <= reached + 1e-12


def test_boxes_stay_as_they_are_and_a_step_too_small_moves_nothing() -> None:
    data, start = _ground(), _start()
    before = start.copy()
    assert list(widened(data, [start], step=1e-9)) == []
    next(widened(data, [start], step=20.0))
    assert (start == before).all()


def test_no_literal_is_lost_at_the_end_of_a_range() -> None:
    data, start = _ground(), _start()
    for row in start:
        row[98] = 1
        row[60:98] = 1
    for boxes in widened(data, [start], step=1e6):
        assert all(not row[:100].all() for row in boxes[0])
        assert all(not (row[99] and row[0]) for row in boxes[0])


def test_what_another_rule_takes_already_brings_nothing() -> None:
    data, start = _ground(), _start()
    beside = start.copy()
    beside[0, :100], beside[0, 60:90] = 0, 1
    before = _taken(data, (start, beside))
    for boxes in widened(data, [start, beside], step=20.0):
        taken = _taken(data, boxes)
        assert taken.sum() > before.sum()
        before = taken
