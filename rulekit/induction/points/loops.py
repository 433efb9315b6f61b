"""The compiled loops of :mod:`rulekit.induction.points.fit`: the literals that gain most, and the fit of weights.

What a rule gains is what one Newton step on its weight takes off the loss, with the constant stepping along
(J. Friedman, T. Hastie and R. Tibshirani, Ann. Stat. 28, 2000). All gains come from sums of first and second
derivatives over the events of a rule, so that one pass over the events rates every threshold of an axis, and one
pass every pair of coarse thresholds of two axes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

_LEAST_CURVATURE = 1e-4
_LOW, _HIGH, _MISSING, _KNOWN = 0, 1, 2, 3
_MOST_MOVES = 12
_STILL = 1e-4
_PASSES = 4


class Space(NamedTuple):
    """Events on the grid, as compiled loops read them.

    Attributes
    ----------
    codes : uint16, shape (axes, events); the code after an axis's last one is for missing values.
    coarse : uint8, shape (axes, events): the same on a coarser grid.
    sizes, bins : int64, shape (axes,): number of codes, and of coarse codes.
    categories, open : bool, shape (axes,): whether codes have no order, and whether rules may ask for the axis.
    directions : int8, shape (axes,): 1 where rules may only ask for more, -1 for less, 0 for both.

    """

    codes: Any
    coarse: Any
    sizes: Any
    bins: Any
    categories: Any
    open: Any
    directions: Any


class Derivatives(NamedTuple):
    """First and second derivatives of the loss, shape (events,), and their sums.

    ``ridge`` is added to every second derivative; a rule must hold ``least`` events.
    """

    first: Any
    second: Any
    first_sum: float
    second_sum: float
    ridge: float
    least: int


@njit(cache=True, nogil=True)
def derive(score: Any, target: Any, weights: Any, first: Any, second: Any) -> float:
    """Return the logistic loss of scores against targets in [0, 1]; write its derivatives. All shape (events,)."""
    loss = 0.0
    for event in range(len(score)):
        small = np.exp(-abs(score[event]))
        chance = (1.0 if score[event] >= 0 else small) / (1.0 + small)
        loss += weights[event] * (max(score[event], 0.0) + np.log1p(small) - target[event] * score[event])
        first[event] = weights[event] * (chance - target[event])
        second[event] = weights[event] * max(chance * (1.0 - chance), _LEAST_CURVATURE)
    return loss


@njit(cache=True, nogil=True)
def slope_of(first: float, second: float, derivatives: Derivatives) -> float:
    """Return a rule's first derivative with the constant stepping along: negative where its weight should rise."""
    return first - second * derivatives.first_sum / derivatives.second_sum


@njit(cache=True, nogil=True)
def curvature_of(second: float, derivatives: Derivatives) -> float:
    """Return a rule's second derivative with the constant stepping along, and the ridge."""
    return derivatives.ridge + max(second - second * second / derivatives.second_sum, 0.0)


@njit(cache=True, nogil=True)
def _gain(first: float, second: float, derivatives: Derivatives, rising: bool) -> float:  # noqa: FBT001
    """Return what a rule takes off the loss; -1 where its weight must rise and would not."""
    slope = slope_of(first, second, derivatives)
    if rising and slope >= 0:
        return -1.0
    return float(0.5 * slope * slope / curvature_of(second, derivatives))


@njit(cache=True, nogil=True)
def _tally(code: Any, events: Any, derivatives: Derivatives, sums: Any) -> None:
    """Fill the sums over each code of an axis: first derivatives, second ones, events; shape (cells, 3)."""
    sums[:] = 0.0
    for event in events:
        into = sums[code[event]]
        into[0] += derivatives.first[event]
        into[1] += derivatives.second[event]
        into[2] += 1.0


@njit(cache=True, nogil=True)
def _best_row(sums: Any, space: Space, wanted: tuple[int, bool], derivatives: Derivatives, row: Any) -> float:
    """Write the literal of an axis that gains most into a row, and return the gain, or -1.

    ``wanted`` are the axis, and whether the weight must rise.
    """
    axis, rising = wanted
    size, direction = space.sizes[axis], space.directions[axis]
    order = (
        np.argsort(sums[:size, 0] / (sums[:size, 1] + 1e-9)) if space.categories[axis] else np.arange(size)
    )
    known, lower = np.zeros(3), np.zeros(3)
    for code in range(size):
        known += sums[code]
    best, kind, cut, rising = -1.0, _LOW, 0, rising or direction != 0
    for place in range(size - 1):
        lower += sums[order[place]]
        for side in range(2):
            part = lower if side == _LOW else known - lower
            barred = (direction > 0 and side == _LOW) or (direction < 0 and side == _HIGH)
            gain = (
                -1.0
                if barred or part[2] < derivatives.least
                else _gain(part[0], part[1], derivatives, rising)
            )
            if gain > best:
                best, kind, cut = gain, side, place
    if direction == 0 and min(known[2], sums[size, 2]) >= derivatives.least:
        for side in (_MISSING, _KNOWN):
            part = sums[size] if side == _MISSING else known
            gain = _gain(part[0], part[1], derivatives, rising)
            if gain > best:
                best, kind = gain, side
    row[:] = 0
    for place in range(size):
        row[order[place]] = kind == _KNOWN or (kind < _MISSING and (place > cut) == (kind == _HIGH))
    row[size] = kind == _MISSING
    return best


@njit(cache=True, nogil=True)
def best_literal(
    space: Space,
    events: Any,
    derivatives: Derivatives,
    rising: bool,  # noqa: FBT001
    row: Any,
) -> tuple[int, float]:
    """Return the axis, or -1, and the gain of the literal that gains most on some events; write its row."""
    sums, tried = np.empty((len(row), 3)), np.empty_like(row)
    best, chosen = 0.0, -1
    for axis in range(len(space.sizes)):
        if space.open[axis]:
            _tally(space.codes[axis], events, derivatives, sums)
            gain = _best_row(sums, space, (axis, rising), derivatives, tried)
            if gain > best:
                best, chosen = gain, axis
                row[:] = tried
    return chosen, best


@njit(cache=True, nogil=True)
def passing(codes: Any, axes: Any, rows: Any, but: int) -> Any:
    """Return which events pass all literals of a rule but one (-1: all), as rising positions."""
    found = np.empty(codes.shape[1], np.int64)
    count = 0
    for event in range(codes.shape[1]):
        passed = True
        for place in range(len(axes)):
            if place != but and not rows[place, codes[axes[place], event]]:
                passed = False
                break
        found[count] = event
        count += passed
    return found[:count].copy()


@njit(cache=True, nogil=True)
def refine(space: Space, axes: Any, rows: Any, derivatives: Derivatives, gain: float) -> float:
    """Move the literals of a rule one by one, in place, while that gains; return the gain."""
    sums, row = np.empty((rows.shape[1], 3)), np.empty_like(rows[0])
    rising = False
    for axis in axes:
        rising = rising or space.directions[axis] != 0
    still, place = 0, 0
    for _ in range(_MOST_MOVES):
        _tally(space.codes[axes[place]], passing(space.codes, axes, rows, place), derivatives, sums)
        found = _best_row(sums, space, (axes[place], rising), derivatives, row)
        still += 1
        if found > gain * (1 + 1e-9) + 1e-12:
            gain, still = found, 0
            rows[place] = row
        if still == len(axes):
            break
        place = (place + 1) % len(axes)
    return gain


@njit(cache=True, nogil=True)
def best_pairs(space: Space, derivatives: Derivatives, wanted: Any, gains: Any, corners: Any) -> None:
    """Find the best coarse corner of each pair of axes that is wanted.

    Parameters
    ----------
    wanted : bool, shape (axes, axes); read above the diagonal.
    gains : float64, shape (axes, axes), written above the diagonal: -1 where there is none.
    corners : int64, shape (axes, axes, 4), written: first code of the upper part, and whether it is the upper part
        that the rule asks for, of the one axis and of the other.

    """
    width = space.bins.max() + 1
    sums, below = np.empty((width, width, 3)), np.empty((width + 1, width + 1, 3))
    gains[:] = -1.0
    for one in range(len(space.bins)):
        for other in range(one + 1, len(space.bins)):
            if wanted[one, other]:
                sums[:] = 0.0
                for event in range(space.coarse.shape[1]):
                    into = sums[space.coarse[one, event], space.coarse[other, event]]
                    into[0] += derivatives.first[event]
                    into[1] += derivatives.second[event]
                    into[2] += 1.0
                _accumulate(sums, below, space.bins[one], space.bins[other])
                gains[one, other] = _best_corner(below, space, (one, other), derivatives, corners[one, other])


@njit(cache=True, nogil=True)
def _accumulate(sums: Any, below: Any, rows: int, columns: int) -> None:
    below[0] = 0.0
    for row in range(rows):
        below[row + 1, 0] = 0.0
        for part in range(3):
            run = 0.0
            for column in range(columns):
                run += sums[row, column, part]
                below[row + 1, column + 1, part] = below[row, column + 1, part] + run


@njit(cache=True, nogil=True)
def _best_corner(
    below: Any, space: Space, pair: tuple[int, int], derivatives: Derivatives, corner: Any
) -> float:
    """Write the best of the four corners at each crossing of two thresholds, and return its gain."""
    rows, columns = space.bins[pair[0]], space.bins[pair[1]]
    across, down = space.directions[pair[0]], space.directions[pair[1]]
    best, rising, part = -1.0, across != 0 or down != 0, np.empty(3)
    for row in range(1, rows):
        for column in range(1, columns):
            for side in range(4):
                upper, right = side // 2, side % 2
                if across * (2 * upper - 1) < 0 or down * (2 * right - 1) < 0:
                    continue
                for index in range(3):
                    low = (
                        below[rows, column, index] - below[row, column, index]
                        if upper
                        else below[row, column, index]
                    )
                    both = below[row, columns, index]
                    both = below[rows, columns, index] - both if upper else both
                    part[index] = both - low if right else low
                if part[2] < derivatives.least:
                    continue
                gain = _gain(part[0], part[1], derivatives, rising)
                if gain > best:
                    best = gain
                    corner[0], corner[1], corner[2], corner[3] = row, upper, column, right
    return best


@njit(cache=True, nogil=True)
def descend(hits: Any, starts: Any, weights: Any, rising: Any, derivatives: Derivatives) -> None:
    """Descend on the quadratic that the derivatives describe, one weight after the other, in place.

    Parameters
    ----------
    hits : int64: the events of all rules, one rule after the other.
    starts : int64, shape (rules + 1,): where each rule's events start.
    weights : float64, shape (rules + 1,): of the rules, and the constant.
    rising : bool, shape (rules,): whether the weight must not be negative.
    slopes : its first derivatives are kept up to date.

    """
    count, first, second = len(starts) - 1, derivatives.first, derivatives.second
    curvature = np.zeros(count)
    for rule in range(count):
        for place in range(starts[rule], starts[rule + 1]):
            curvature[rule] += second[hits[place]]
    for _ in range(_PASSES):
        largest = 0.0
        for rule in range(count):
            slope = derivatives.ridge * weights[rule]
            for place in range(starts[rule], starts[rule + 1]):
                slope += first[hits[place]]
            step = -slope / (curvature[rule] + derivatives.ridge)
            if rising[rule]:
                step = max(step, -weights[rule])
            weights[rule] += step
            largest = max(largest, abs(step))
            for place in range(starts[rule], starts[rule + 1]):
                first[hits[place]] += second[hits[place]] * step
        step = -first.sum() / derivatives.second_sum
        weights[count] += step
        for event in range(len(first)):
            first[event] += second[event] * step
        if max(largest, abs(step)) < _STILL:
            break
