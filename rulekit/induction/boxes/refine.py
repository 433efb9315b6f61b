"""Box refinement: the best range or set of categories of one feature, while all others stay.

A box is a table of what it allows: one row per axis of the grid, one cell per code, the last used cell for
missing values. One pass over the events fills a histogram for each axis: what each code would bring if that
axis were free. An event counts there when it fails no other axis. The best interval of a histogram is found in
one sweep (J. Bentley, Commun. ACM 27, 1984), with a price on each end. The axis that gains most is changed
first, until none gains: the patient rule induction of J. Friedman and N. Fisher (Stat. Comput. 9, 1999), with
exact steps in place of peeling and pasting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_MOST_STEPS = 60
_NOTHING = -1e300
_STEP = 1e-9


@njit(cache=True, nogil=True)
def hits(codes: Any, allowed: Any, sizes: Any) -> Any:
    """Return whether each event lies in a box, shape (events,).

    Parameters
    ----------
    codes : uint16, shape (axes, events).
    allowed : uint8, shape (axes, cells): the box.
    sizes : int64, shape (axes,): codes of each axis; the cell after them is for missing values.

    """
    used = np.empty(len(sizes), np.int64)
    count = _used(allowed, sizes, used)
    found = np.ones(codes.shape[1], np.bool_)
    for place in range(count):
        axis = used[place]
        for event in range(codes.shape[1]):
            found[event] &= allowed[axis, codes[axis, event]] != 0
    return found


@njit(cache=True, nogil=True)
def refine(codes: Any, values: Any, allowed: Any, axes: Any, least: int) -> float:
    """Improve a box in place, and return its value: what its events bring, less the price of its literals.

    Parameters
    ----------
    codes : uint16, shape (axes, events).
    values : float64, shape (events,): what taking each event brings.
    allowed : uint8, shape (axes, cells): the box, changed in place.
    axes : sizes, whether categories, directions (1: only lower bounds, -1: only upper ones, 0: both), prices of
        each edge and of a whole literal, as :class:`rulekit.induction.boxes.grid.AxisArrays` holds them.
    least : number of events that a new range must hold.

    """
    sizes, categories, directions, prices, literals = axes
    sums, counts = np.zeros(allowed.shape), np.zeros(allowed.shape, np.int64)
    used, row, best_row = np.empty(len(sizes), np.int64), np.zeros_like(allowed[0]), np.zeros_like(allowed[0])
    paid = np.zeros(len(sizes))
    for axis in range(len(sizes)):
        paid[axis] = row_price(allowed[axis], sizes[axis], categories[axis], prices[axis], literals[axis])
    worth = _NOTHING
    for _ in range(_MOST_STEPS):
        inside = _tally(codes, values, allowed, used[: _used(allowed, sizes, used)], sums, counts)
        worth = inside - paid.sum()
        best, gain = -1, _STEP * max(1.0, abs(worth))
        for axis in range(len(sizes)):
            if categories[axis]:
                value = _best_set(sums[axis], counts[axis], sizes[axis], literals[axis], least, row)
            else:
                end = (sizes[axis], directions[axis], least)
                value = _best_range(sums[axis], counts[axis], end, prices[axis], literals[axis], row)
            if value - (inside - paid[axis]) > gain:
                best, gain = axis, value - (inside - paid[axis])
                best_row[:] = row
        if best < 0:
            break
        allowed[best] = best_row
        paid[best] = row_price(best_row, sizes[best], categories[best], prices[best], literals[best])
    return worth


@njit(cache=True, nogil=True)
def row_price(row: Any, size: int, category: bool, prices: Any, literal: float) -> float:  # noqa: FBT001
    """Return the price of the literals of one axis: each end of a range, a set, and whether missing is allowed."""
    inside = 0
    for code in range(size):
        inside += row[code]
    missing = row[size] != 0
    if inside == size:
        return 0.0 if missing else literal
    if category or inside == 0:
        return literal * 2 if missing and inside else literal
    low = 0
    while not row[low]:
        low += 1
    high = low + inside
    price = literal if missing else 0.0
    if low > 0:
        price += prices[low]
    if high < size:
        price += prices[high]
    return price


@njit(cache=True, nogil=True)
def _used(allowed: Any, sizes: Any, used: Any) -> int:
    """Write the axes that exclude some code into ``used``, and return how many there are."""
    count = 0
    for axis in range(len(sizes)):
        for code in range(sizes[axis] + 1):
            if not allowed[axis, code]:
                used[count] = axis
                count += 1
                break
    return count


@njit(cache=True, nogil=True)
def _tally(codes: Any, values: Any, allowed: Any, used: Any, sums: Any, counts: Any) -> float:
    """Fill the histograms of all axes, and return what the box brings."""
    sums[:] = 0.0
    counts[:] = 0
    inside = 0.0
    for event in range(codes.shape[1]):
        failed, failures = -1, 0
        for place in range(len(used)):
            if not allowed[used[place], codes[used[place], event]]:
                failed = used[place]
                failures += 1
                if failures == 2:
                    break
        if failures == 0:
            inside += values[event]
            for axis in range(codes.shape[0]):
                sums[axis, codes[axis, event]] += values[event]
                counts[axis, codes[axis, event]] += 1
        elif failures == 1:
            sums[failed, codes[failed, event]] += values[event]
            counts[failed, codes[failed, event]] += 1
    return inside


@njit(cache=True, nogil=True)
def _best_set(sums: Any, counts: Any, size: int, literal: float, least: int, row: Any) -> float:
    """Write the best set of categories into a row, and return its value."""
    total, chosen, held = 0.0, 0.0, 0
    for code in range(size + 1):
        total += sums[code]
        row[code] = sums[code] > 0 and code < size
        if row[code]:
            chosen += sums[code]
            held += counts[code]
    if total >= chosen - literal or held < least:
        row[: size + 1] = 1
        return total
    return chosen - literal


@njit(cache=True, nogil=True)
def _best_range(sums: Any, counts: Any, end: Any, prices: Any, literal: float, row: Any) -> float:
    """Write the best range, with or without missing values, into a row, and return its value."""
    size, direction, least = end
    low, high, value = _interval(sums, size, direction, prices)
    takes = sums[size] > literal
    if takes:
        value += sums[size] - literal
    asks = counts[size] > 0 and sums[size] < -literal
    whole = sums[:size].sum() + (-literal if asks else sums[size])
    row[:] = 0
    if whole >= value or counts[low:high].sum() < least:
        row[:size] = 1
        row[size] = not asks
        return float(whole)
    row[low:high] = 1
    row[size] = takes
    return float(value)


@njit(cache=True, nogil=True)
def _interval(sums: Any, size: int, direction: int, prices: Any) -> tuple[int, int, float]:
    """Return the interval of codes, but not all of them, with the highest sum less the prices of its ends."""
    best, best_low, best_high = _NOTHING, 0, 0
    before, start, low = 0.0, 0.0, 0
    inner, inner_low = -_NOTHING, 0  # the best start that is not the first code: what may end at the last one
    for high in range(1, size + 1):
        begun = before + prices[high - 1]
        if high > 1 and direction >= 0 and begun < inner:
            inner, inner_low = begun, high - 1
            if begun < start:
                start, low = begun, high - 1
        before += sums[high - 1]
        if high < size:
            if direction <= 0 and before - start - prices[high] > best:
                best, best_low, best_high = before - start - prices[high], low, high
        elif before - inner > best:
            best, best_low, best_high = before - inner, inner_low, high
    return best_low, best_high, best
