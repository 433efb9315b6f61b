from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.induction.boxes.grid import AxisArrays

boxes = pytest.importorskip(
    "rulekit.induction.boxes.refine", reason="pip install 'rulekit-engine[induction]'"
)

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def _axes(sizes: list[int], direction: int, literal: float) -> AxisArrays:
    count, cells = len(sizes), max(sizes) + 1
    return AxisArrays(
        np.array(sizes),
        np.zeros(count, dtype=np.bool_),
        np.full(count, direction, dtype=np.int8),
        np.full((count, cells), literal),
        np.full(count, literal),
    )


def _free(sizes: list[int]) -> np.ndarray:
    box = np.zeros((len(sizes), max(sizes) + 1), dtype=np.uint8)
    for row, size in zip(box, sizes, strict=True):
        row[: size + 1] = 1
    return box


def _worth(codes: np.ndarray, values: np.ndarray, box: np.ndarray, axes: AxisArrays) -> float:
    price = sum(
        boxes.row_price(row, size, False, prices, literal)
        for row, size, prices, literal in zip(box, axes.sizes, axes.prices, axes.literals, strict=True)
    )
    return float(values[boxes.hits(codes, box, axes.sizes)].sum()) - price


@st.composite
def problems(draw: st.DrawFn) -> tuple[Arrays, float, int]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    size, events = draw(st.integers(2, 8)), draw(st.integers(1, 40))
    codes = rng.integers(0, size + 1, (1, events)).astype(np.uint16)  # the last code is for missing
    values = rng.integers(-8, 9, events) / 4
    return (
        (codes, values, np.array([size])),
        draw(st.sampled_from([0.0, 0.5, 2.0])),
        draw(st.sampled_from([-1, 0, 1])),
    )


@settings(max_examples=200, deadline=None)
@given(problems())
def test_one_axis_is_solved_exactly(problem: tuple[Arrays, float, int]) -> None:
    (codes, values, sizes), literal, direction = problem
    size = int(sizes[0])
    axes, box = _axes([size], direction, literal), _free([size])
    found = boxes.refine(codes, values, box, axes, 0)
    best = -np.inf
    for low, high in itertools.combinations(range(size + 1), 2):
        if (direction > 0 and high < size) or (direction < 0 and low > 0):
            continue
        for missing in (0, 1):
            other = np.zeros_like(box)
            other[0, low:high] = 1
            other[0, size] = missing
            best = max(best, _worth(codes, values, other, axes))
    assert found == pytest.approx(best, abs=1e-6)
    assert _worth(codes, values, box, axes) == pytest.approx(found, abs=1e-9)
    inside = np.flatnonzero(box[0, :size])
    assert direction <= 0 or inside[-1] == size - 1
    assert direction >= 0 or inside[0] == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.3]), st.integers(0, 12))
def test_refining_never_loses_and_keeps_its_support(seed: int, literal: float, least: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [5, 7, 3]
    codes = np.stack([rng.integers(0, size + 1, 200) for size in sizes]).astype(np.uint16)
    values = rng.normal(-0.2, 1, 200) + 2 * ((codes[0] > 2) & (codes[1] < 4))
    axes, box = _axes(sizes, 0, literal), _free(sizes)
    before = _worth(codes, values, box, axes)
    found = boxes.refine(codes, values, box, axes, least)
    assert found >= before - 1e-9
    assert _worth(codes, values, box, axes) == pytest.approx(found, abs=1e-6)
    assert boxes.hits(codes, box, axes.sizes).sum() >= min(least, 200) or box.all()
    again = box.copy()
    assert boxes.refine(codes, values, again, axes, least) == pytest.approx(found, abs=1e-6)


def test_a_planted_box_is_found() -> None:
    rng = np.random.default_rng(1)
    sizes = [20, 20]
    codes = rng.integers(0, 20, (2, 4000)).astype(np.uint16)
    inside = (codes[0] >= 5) & (codes[0] < 12) & (codes[1] >= 9)
    box, axes = _free(sizes), _axes(sizes, 0, 1.0)
    boxes.refine(codes, np.where(inside, 1.0, -1.0), box, axes, 10)
    assert (boxes.hits(codes, box, axes.sizes) == inside).all()
    assert np.flatnonzero(box[0, :20]).tolist() == list(range(5, 12))


def test_a_set_of_categories_costs_one_literal() -> None:
    codes = np.array([[0, 1, 2, 3, 4, 4]], dtype=np.uint16)
    values = np.array([1.0, -1.0, 1.0, -1.0, -1.0, -1.0])
    axes = _axes([4], 0, 0.5)._replace(categories=np.array([True]))
    box = _free([4])
    assert boxes.refine(codes, values, box, axes, 0) == 1.5
    assert box[0].tolist() == [1, 0, 1, 0, 0]


def test_no_price_buys_a_literal_of_a_closed_axis() -> None:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 6, (2, 500)).astype(np.uint16)
    values = np.where(codes[0] > 2, 1.0, -1.0)
    axes = _axes([5, 5], 0, 0.1)
    axes.prices[0], axes.literals[0] = np.inf, np.inf
    box = _free([5, 5])
    boxes.refine(codes, values, box, axes, 0)
    assert box[0].all()
