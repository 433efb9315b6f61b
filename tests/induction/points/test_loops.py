from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

from rulekit.induction.points.loops import Derivatives, Space, best_literal, derive, passing

EVENTS, SIZES = 300, (6, 4, 5)


def _space(directions: tuple[int, ...] = (0, 0, 0), opened: tuple[bool, ...] = (True, True, True)) -> Space:
    """Two axes with an order and one of categories; the code after the last is for missing values."""
    rng = np.random.default_rng(1)
    codes = np.stack([rng.integers(0, size + 1, EVENTS) for size in SIZES]).astype(np.uint16)
    return Space(
        codes, codes.astype(np.uint8), np.array(SIZES), np.array(SIZES), np.array([False, False, True]),
        np.array(opened), np.array(directions, dtype=np.int8),
    )  # fmt: skip


def _derivatives(seed: int = 0, least: int = 10) -> Derivatives:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=EVENTS), rng.uniform(0.05, 0.25, EVENTS)
    return Derivatives(first, second, float(first.sum()), float(second.sum()), 1.0, least)


def _gain(inside: np.ndarray, found: Derivatives, *, rising: bool) -> float:
    """What one Newton step on the weight of a rule takes off the loss, while the constant steps along.

    The quadratic model of the loss has the Hessian [[B, b], [b, b + ridge]] and the slope (A, a) in the constant
    and the weight; minimising over the constant first leaves slope a - b A / B, curvature b - b * b / B + ridge.
    """
    a, b = found.first[inside].sum(), found.second[inside].sum()
    slope = a - b * found.first_sum / found.second_sum
    curvature = b - b * b / found.second_sum + found.ridge
    if rising and slope > 0:
        return -1.0
    return 0.5 * slope**2 / curvature


def _literals(space: Space, axis: int, found: Derivatives) -> list[np.ndarray]:
    """Every row that one literal of an axis may have."""
    size, direction = SIZES[axis], int(space.directions[axis])
    order = np.arange(size)
    if space.categories[axis]:
        codes = space.codes[axis]
        sums = [(found.first[codes == code].sum(), found.second[codes == code].sum()) for code in range(size)]
        order = np.argsort([first / (second + 1e-9) for first, second in sums])
    rows = []
    for cut in range(1, size):
        for inside, barred in ((order[:cut], direction > 0), (order[cut:], direction < 0)):
            row = np.zeros(size + 1, dtype=np.uint8)
            row[inside] = 1
            rows += [] if barred else [row]
    if (
        direction == 0
        and min((space.codes[axis] == size).sum(), (space.codes[axis] < size).sum()) >= found.least
    ):
        rows += [np.eye(size + 1, dtype=np.uint8)[size], 1 - np.eye(size + 1, dtype=np.uint8)[size]]
    return rows


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rising", [False, True])
@pytest.mark.parametrize("directions", [(0, 0, 0), (1, -1, 0)])
def test_the_best_literal_is_the_best_of_all(seed: int, rising: bool, directions: tuple[int, ...]) -> None:  # noqa: FBT001
    space, found = _space(directions), _derivatives(seed)
    row = np.zeros(max(SIZES) + 1, dtype=np.uint8)
    axis, gain = best_literal(space, np.arange(EVENTS), found, rising, row)
    tried = {}
    for one in range(3):
        for literal in _literals(space, one, found):
            inside = literal[space.codes[one]] != 0
            if inside.sum() >= found.least:
                must_rise = rising or directions[one] != 0
                tried[one, literal.tobytes()] = _gain(inside, found, rising=must_rise)
    best = max(tried.values())
    assert gain == pytest.approx(best)
    assert tried[axis, row[: SIZES[axis] + 1].tobytes()] == pytest.approx(best)


def test_a_closed_axis_has_no_literal() -> None:
    row = np.zeros(max(SIZES) + 1, dtype=np.uint8)
    for axis in range(3):
        space = _space(opened=tuple(one == axis for one in range(3)))
        assert best_literal(space, np.arange(EVENTS), _derivatives(), False, row)[0] == axis
    assert best_literal(_space(opened=(False,) * 3), np.arange(EVENTS), _derivatives(), False, row) == (
        -1,
        0.0,
    )


def test_a_literal_holds_the_least_number_of_events() -> None:
    row = np.zeros(max(SIZES) + 1, dtype=np.uint8)
    assert best_literal(_space(), np.arange(EVENTS), _derivatives(least=EVENTS), False, row)[0] == -1


@pytest.mark.parametrize("but", [-1, 0, 1])
def test_events_that_pass_are_those_that_every_literal_allows(but: int) -> None:
    space, rng = _space(), np.random.default_rng(4)
    axes, rows = np.array([2, 0]), rng.integers(0, 2, (2, max(SIZES) + 1)).astype(np.uint8)
    expected = [
        event
        for event in range(EVENTS)
        if all(rows[place, space.codes[axis, event]] for place, axis in enumerate(axes) if place != but)
    ]
    assert passing(space.codes, axes, rows, but).tolist() == expected


def test_the_loss_and_its_derivatives_are_those_of_logistic_regression() -> None:
    rng = np.random.default_rng(6)
    score, target, weights = rng.normal(0, 2, 50), rng.random(50), rng.uniform(0.5, 2, 50)

    def loss(at: np.ndarray) -> float:
        chance = 1 / (1 + np.exp(-at))
        return float(-(weights * (target * np.log(chance) + (1 - target) * np.log(1 - chance))).sum())

    first, second = np.empty(50), np.empty(50)
    assert derive(score, target, weights, first, second) == pytest.approx(loss(score))
    for event in range(0, 50, 7):
        step = np.zeros(50)
        step[event] = 1e-4
        up, down, here = loss(score + step), loss(score - step), loss(score)
        assert first[event] == pytest.approx((up - down) / 2e-4, rel=1e-5, abs=1e-7)
        assert second[event] == pytest.approx((up - 2 * here + down) / 1e-8, rel=1e-3)


def test_the_loss_of_far_scores_is_finite_and_keeps_a_curvature() -> None:
    first, second = np.empty(2), np.empty(2)
    loss = derive(np.array([800.0, -800.0]), np.array([0.0, 1.0]), np.ones(2), first, second)
    assert loss == pytest.approx(1600.0)
    assert first.tolist() == [1.0, -1.0]
    assert (second > 0).all()
