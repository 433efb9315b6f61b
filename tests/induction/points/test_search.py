from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.induction.boxes.grid import BinGrid, FeatureBins
from rulekit.ir.schema import Feature

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")
from rulekit.induction.points.loops import Derivatives
from rulekit.induction.points.search import FoundRule, RuleFinder, SumLimits, tidied

COUNT = 1200
EDGES = tuple(np.arange(1, 10) / 10)


def _codes(seed: int = 0) -> tuple[BinGrid, np.ndarray]:
    rng = np.random.default_rng(seed)
    grid = BinGrid(tuple(FeatureBins(Feature(name=name, dtype="float64"), EDGES) for name in "xyz"))
    return grid, grid.code(pl.DataFrame({name: rng.random(COUNT) for name in "xyz"}))


def _finder(limits: SumLimits, directions: dict[str, int] | None = None) -> RuleFinder:
    grid, codes = _codes()
    return RuleFinder.on(codes, grid, directions or {}, np.ones(COUNT), limits)


def _derivatives(wanted: np.ndarray, ridge: float = 1.0, least: int = 20) -> Derivatives:
    """Those of the logistic loss at a score of 0, of labels that are likely where wanted."""
    first, second = 0.5 - np.where(wanted, 0.9, 0.1), np.full(COUNT, 0.25)
    return Derivatives(first, second, float(first.sum()), float(second.sum()), ridge, least)


def _gain(inside: np.ndarray, found: Derivatives) -> float:
    """What one Newton step on the weight of a rule takes off the loss, while the constant steps along."""
    a, b = found.first[inside].sum(), found.second[inside].sum()
    slope = a - b * found.first_sum / found.second_sum
    return 0.5 * slope**2 / (b - b * b / found.second_sum + found.ridge)


def _inside(rule: FoundRule, codes: np.ndarray) -> np.ndarray:
    return np.all([row[codes[axis]] != 0 for axis, row in zip(rule.axes, rule.rows, strict=True)], axis=0)


def test_a_single_literal_is_the_best_of_all_thresholds() -> None:
    _, codes = _codes()
    found = _derivatives((codes[1] > 6) ^ (codes[0] == 2))
    rule = _finder(SumLimits(rules=5)).propose(found, frozenset(), 1)
    assert rule is not None
    tried = {
        (axis, cut, is_upper): _gain((codes[axis] >= cut) == is_upper, found)
        for axis in range(3) for cut in range(1, 10) for is_upper in (False, True)
    }  # fmt: skip
    assert rule.gain == pytest.approx(max(tried.values()))
    assert _gain(_inside(rule, codes), found) == pytest.approx(max(tried.values()))
    assert rule.axes.tolist() == [1]


def test_a_pair_is_found_whose_literals_are_worth_nothing_alone() -> None:
    _, codes = _codes()
    high = codes > 4
    found = _derivatives(high[0] ^ high[2])
    alone = max(_gain((codes[axis] >= cut), found) for axis in range(3) for cut in range(1, 10))
    rule = _finder(SumLimits(rules=5)).propose(found, frozenset(), 2)
    assert rule is not None
    assert sorted(rule.axes.tolist()) == [0, 2]
    corners = [(high[0] == one) & (high[2] == other) for one in (True, False) for other in (True, False)]
    assert rule.gain >= max(_gain(corner, found) for corner in corners) - 1e-9
    assert rule.gain > 5 * alone
    assert rule.gain == pytest.approx(_gain(_inside(rule, codes), found))


def test_a_price_on_rules_makes_longer_rules_worth_it() -> None:
    _, codes = _codes()
    corner = (codes[0] > 4) & (codes[1] > 1)
    found = _derivatives(corner)
    single, pair = _gain(codes[0] > 4, found), _gain(corner, found)
    assert (
        single < pair < 2 * single
    )  # per literal the single one gains more; at 21 and 22 a rule the pair does
    lengths = []
    for price in (0.0, 20.0):
        rule = _finder(SumLimits(rules=5, rule_price=price)).propose(found, frozenset(), 2)
        assert rule is not None
        lengths.append(len(rule.axes))
    assert lengths == [1, 2]
    assert SumLimits(rules=5, rule_price=1.5).price(3) == 4.5


def test_axes_that_cannot_be_afforded_are_closed() -> None:
    _, codes = _codes()
    found = _derivatives(codes[1] > 6)
    asked: list[frozenset[int]] = []

    def affords(axes: frozenset[int]) -> bool:
        asked.append(axes)
        return 1 not in axes

    rule = _finder(SumLimits(rules=5, affords=affords)).propose(found, frozenset({2}), 2)
    assert rule is None or 1 not in rule.axes
    assert all(2 in axes for axes in asked)  # what the sum asks for already counts, too
    none = _finder(SumLimits(rules=5, affords=lambda _: False))
    assert none.propose(found, frozenset(), 2) is None


@pytest.mark.parametrize("direction", [1, -1])
def test_a_literal_asks_only_in_its_direction(direction: int) -> None:
    _, codes = _codes()
    rule = _finder(SumLimits(rules=5), {"x": direction}).propose(
        _derivatives((codes[0] > 6) if direction > 0 else (codes[0] < 3)), frozenset(), 1
    )
    assert rule is not None
    allowed = np.flatnonzero(rule.rows[0][:10])
    assert allowed.tolist() == ([7, 8, 9] if direction > 0 else [0, 1, 2])


def test_literals_that_another_one_implies_are_dropped() -> None:
    wide, narrow, free = np.array([[0, 1, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0]], dtype=np.uint8)
    axes, rows = tidied(np.array([0, 1, 0]), np.stack([wide, free, narrow]))
    assert axes.tolist() == [1, 0]
    assert rows.tolist() == [free.tolist(), narrow.tolist()]
    # of two equal ones the last stays; of two that only overlap both
    axes, rows = tidied(np.array([0, 0]), np.stack([narrow, narrow]))
    assert rows.tolist() == [narrow.tolist()]
    axes, rows = tidied(np.array([0, 0]), np.stack([wide, np.array([1, 1, 0, 1], dtype=np.uint8)]))
    assert axes.tolist() == [0, 0]
