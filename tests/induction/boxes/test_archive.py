from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.induction.boxes.grid import BinGrid, FeatureBins
from rulekit.induction.selection.constraints import make_constraints
from rulekit.ir.condition import literals
from rulekit.ir.schema import Feature, Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

from rulekit.induction.boxes.archive import POOL_SIZE, VARIANTS_APART, Archive
from rulekit.induction.boxes.search_data import SearchData

SCHEMA = Schema(
    name="square", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "xy")
)
BINS = 100
GRID = BinGrid(tuple(FeatureBins(feature, tuple(np.arange(1, BINS) / BINS)) for feature in SCHEMA.features))
FRAME = pl.DataFrame({name: np.random.default_rng(place).random(500) for place, name in enumerate("xy")})
GAIN = np.random.default_rng(7).random(500)


def _data(**budget: float) -> SearchData:
    caps = make_constraints(Budget(**({"alert_rate": 0.1} | budget)), SCHEMA)  # type: ignore[arg-type]
    return SearchData(GRID, GRID.code(FRAME), GAIN, 1 - GAIN, 60.0, 100.0, 10, caps)


def _box(x: slice, y: slice | None = None) -> np.ndarray:
    box = GRID.free()
    for row, inside in zip(box, (x, y), strict=True):
        if inside is not None:
            row[:] = 0
            row[inside] = 1
    return box


FIRST, SECOND = _box(slice(0, 20)), _box(slice(40, 60), slice(0, 50))
THIRD = _box(slice(75, 100), slice(60, 90))


def _hits(box: np.ndarray) -> np.ndarray:
    """Which events lie in a box, by its definition."""
    codes = GRID.code(FRAME)
    return np.array(
        [all(box[axis, codes[axis, event]] for axis in range(2)) for event in range(FRAME.height)]
    )


def _sums(*boxes: np.ndarray) -> tuple[float, float]:
    taken = np.any([_hits(box) for box in boxes], axis=0)
    return float(GAIN[taken].sum()), float((1 - GAIN)[taken].sum())


@pytest.mark.parametrize("box", [FIRST, SECOND, THIRD, GRID.free()])
def test_the_events_of_a_box_are_those_whose_codes_it_allows(box: np.ndarray) -> None:
    assert _data().hits(box).tolist() == _hits(box).tolist()


def test_sums_and_the_unit_of_prices() -> None:
    data = _data()
    assert data.sums(_hits(FIRST)) == pytest.approx(_sums(FIRST))
    assert data.unit == 100 / 60


def test_a_ruleset_and_its_beginnings_are_archived_with_what_they_bring() -> None:
    archive = Archive(_data())
    archive.add([FIRST, SECOND, THIRD], (1.5, 0.01))
    sizes = sorted(len(key) for key in archive.rulesets)
    assert sizes == [1, 2, 3]
    for found in archive.rulesets.values():
        boxes = [archive.boxes[key] for key in found.boxes]
        assert (found.gain, found.cost) == pytest.approx(_sums(*boxes))
        assert found.literals == sum(len([*literals(archive.condition(box))]) for box in boxes)
        assert (found.prices == (1.5, 0.01)) == (len(boxes) == 3)


def test_beginnings_take_the_best_ratio_first() -> None:
    archive = Archive(_data())
    archive.add([FIRST, SECOND, THIRD])
    (alone,) = (found for found in archive.rulesets.values() if len(found.boxes) == 1)
    ratios = {
        box.tobytes(): gain / (cost + 1e-3 * 60)
        for box in (FIRST, SECOND, THIRD)
        for gain, cost in [_sums(box)]
    }
    assert alone.boxes[0] == max(ratios, key=lambda key: ratios[key])


def test_the_order_of_boxes_makes_no_other_ruleset() -> None:
    found = []
    for order in permutations([FIRST, SECOND, THIRD]):
        archive = Archive(_data())
        archive.add(order)
        archive.add(order[::-1])
        found.append({key: (one.gain, one.cost, one.literals) for key, one in archive.rulesets.items()})
    assert all(one.keys() == found[0].keys() for one in found)
    assert len(found[0]) == 3


def test_the_first_prices_of_a_ruleset_stay() -> None:
    archive = Archive(_data())
    archive.add([FIRST], (2.0, 0.01))
    archive.add([FIRST], (1.0, 0.02))
    assert [found.prices for found in archive.rulesets.values()] == [(2.0, 0.01)]


def _full() -> Archive:
    archive = Archive(_data())
    for start in range(0, 100, 10):
        for width in (5, 15, 25):
            archive.add([_box(slice(start, start + width))], (1.0, width / 100))
            archive.add([_box(slice(start, start + width)), THIRD])
    return archive


@pytest.mark.parametrize("most", [1, 2, 4, 6])
@pytest.mark.parametrize("cost", [0.0, 10.0, 40.0, 90.0])
def test_the_best_is_the_best_of_all_within_the_caps(cost: float, most: int) -> None:
    archive = _full()
    within = [one for one in archive.rulesets.values() if one.cost <= cost and one.literals <= most]
    found = archive.best(cost, most)
    if not within:
        assert found is None
    else:
        assert found is not None
        assert found.gain == max(one.gain for one in within)


def test_caps_beside_the_size_bind_the_best() -> None:
    free, bound = Archive(_data()), Archive(_data(rules=1, features=1))
    for archive in (free, bound):
        archive.add([FIRST, SECOND])
        archive.add([THIRD])
        archive.add([FIRST])
    best = free.best(200, 20)
    assert best is not None
    assert len(best.boxes) == 2
    best = bound.best(200, 20)
    assert best is not None
    assert best.boxes == (FIRST.tobytes(),)  # THIRD asks for two features


def test_prices_are_those_of_the_best_of_each_size_within_the_budget() -> None:
    archive = _full()
    expected = {}
    for one in archive.rulesets.values():
        if one.prices and one.cost <= 60 and one.gain > expected.get(one.literals, (0, None))[0]:
            expected[one.literals] = (one.gain, one.prices)
    assert archive.prices() == {size: prices for size, (_, prices) in expected.items()} != {}


def test_the_pool_holds_the_boxes_of_the_nearest_rulesets_once() -> None:
    archive = _full()
    pool = archive.pool(4)
    assert len(pool) == len(set(pool)) <= POOL_SIZE
    assert set(pool) <= archive.boxes.keys()

    def worth(found) -> float:  # type: ignore[no-untyped-def]
        return found.gain - 100 / 60 * max(0.0, found.cost - 60)

    nearest = max((one for one in archive.rulesets.values() if one.literals <= 8), key=worth)
    assert set(nearest.boxes) <= set(pool[: len(nearest.boxes)])
    assert archive.pool(0) == []


def test_a_condition_is_made_once() -> None:
    archive = Archive(_data())
    assert archive.condition(FIRST) is archive.condition(FIRST.copy())
    assert archive.literals([FIRST, SECOND]) == 1 + 3  # x <= 0.2; 0.4 < x <= 0.6 and y <= 0.5


def test_variants_fill_the_room_between_two_rulesets() -> None:
    archive = Archive(_data())
    archive.add([SECOND])
    variants = [*archive.variants(10, (0.5, 1.3))]
    spent = [_sums(*(archive.boxes[key] for key in keys))[1] for keys in variants]
    assert variants[0] == (SECOND.tobytes(),)
    assert len(variants) > 3
    assert (np.diff(spent) >= VARIANTS_APART * 60).all()
    assert spent[-1] <= 1.3 * 60
    for keys in variants:
        for key in keys:
            assert (archive.boxes[key] >= SECOND).all()  # wider, never narrower


def test_no_ruleset_within_reach_has_no_variants() -> None:
    archive = Archive(_data())
    assert [*archive.variants(10, (0.5, 1.3))] == []
    archive.add([SECOND])
    assert [*archive.variants(1, (0.5, 1.3))] == []
