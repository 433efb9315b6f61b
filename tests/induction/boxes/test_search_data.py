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

FEATURES = (
    Feature(name="x", dtype="float64"),
    Feature(name="kind", dtype="category", categories=("r", "g", "b")),
)
SCHEMA = Schema(name="s", version="1.0.0", features=FEATURES)
FRAME = pl.DataFrame({
    "x": [0.05, 0.15, None, 0.95, 0.45, 0.15],
    "kind": ["r", "g", "b", None, "r", "b"],
})  # fmt: skip


@pytest.fixture
def data() -> SearchData:
    grid = BinGrid((FeatureBins(FEATURES[0], (0.1, 0.2, 0.9)), FeatureBins(FEATURES[1], ("r", "g", "b"))))
    return SearchData(
        grid, grid.code(FRAME), gain=np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]), cost=np.full(6, 0.5),
        allowed=4.0, reachable=12.0, least=1, caps=make_constraints(Budget(alert_rate=0.1), SCHEMA),
    )  # fmt: skip


def test_a_free_box_holds_every_event(data: SearchData) -> None:
    assert data.hits(data.grid.free()).all()


def test_a_box_holds_the_events_whose_codes_it_allows(data: SearchData) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        box = data.grid.free()
        box[:] = rng.integers(0, 2, box.shape)
        expected = [all(box[axis, data.codes[axis, event]] for axis in range(2)) for event in range(6)]
        assert data.hits(box).tolist() == expected


def test_missing_values_have_a_code_of_their_own(data: SearchData) -> None:
    box = data.grid.free()
    box[0, data.codes[0, 2]] = 0
    assert data.hits(box).tolist() == [True, True, False, True, True, True]
    box = data.grid.free()
    box[0, data.codes[0, 1]] = 0  # the bin from 0.1 to 0.2
    assert data.hits(box).tolist() == [True, False, True, True, True, False]


def test_sums_are_of_the_events_that_are_taken(data: SearchData) -> None:
    taken = np.array([True, False, True, False, False, True])
    assert data.sums(taken) == (37.0, 1.5)
    assert data.sums(np.zeros(6, dtype=np.bool_)) == (0.0, 0.0)


def test_the_unit_is_what_the_teacher_brings_for_one_unit_of_the_budget(data: SearchData) -> None:
    assert data.unit == 3.0
