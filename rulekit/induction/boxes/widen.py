"""Widen the ranges of a ruleset, one edge at a time, until a budget is used.

A search meets a few rulesets around a budget. Between two of them up to a fifth of the budget can stay unspent.
Wider ranges use it without a literal more: each step moves the edge that brings most for what it costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.induction.boxes.grid import Box

if TYPE_CHECKING:
    from rulekit.induction.boxes.search_data import SearchData


class Widening(NamedTuple):
    """One edge moved outwards.

    Attributes
    ----------
    rule, axis : the box and the axis of the edge.
    codes : the codes that the box takes from now on, too.
    gain, cost : what the events in them bring and cost.

    """

    rule: int
    axis: int
    codes: slice
    gain: float
    cost: float


def widened(data: SearchData, boxes: Sequence[Box], step: float) -> Iterator[tuple[Box, ...]]:
    """Yield rulesets that each take a little more than the one before; the first is wider than the given boxes.

    Parameters
    ----------
    data : the events.
    boxes : the rules to begin with; they are not changed.
    step : the most that one step may cost, in the unit of the costs of the data.

    """
    widener = _Widener(data, boxes)
    while (widening := widener.best(step)) is not None:
        widener.apply(widening)
        yield tuple(box.copy() for box in widener.boxes)


class _Widener:
    """The boxes at hand, with the number of axes that keep each event out of each box, shape (rules, events)."""

    def __init__(self, data: SearchData, boxes: Sequence[Box]) -> None:
        self.data = data
        self.boxes = [box.copy() for box in boxes]
        self.sizes = [axis.size for axis in data.grid.axes]
        self.out = np.stack([self._count(box) for box in self.boxes])
        self.taken = (self.out == 0).any(axis=0)

    def _count(self, box: Box) -> npt.NDArray[np.int16]:
        found = np.zeros(self.data.codes.shape[1], dtype=np.int16)
        for row, codes in zip(box, self.data.codes, strict=True):
            found += row[codes] == 0
        return found

    def best(self, step: float) -> Widening | None:
        """Return the widening that brings most for its cost; None when no edge can move."""
        widenings = [one for rule in range(len(self.boxes)) for one in self._widenings(rule, step)]
        return max(widenings, key=lambda one: one.gain / max(one.cost, 1e-12), default=None)

    def _widenings(self, rule: int, step: float) -> Iterator[Widening]:
        """Yield the best widening of each edge of a rule.

        An event can be gained by one edge alone only where a single axis keeps it out.
        """
        near = np.flatnonzero((self.out[rule] == 1) & ~self.taken)
        for axis, row in enumerate(self.boxes[rule]):
            size = self.sizes[axis]
            inside = np.flatnonzero(row[:size])
            if self.data.grid.axes[axis].is_category or not 0 < len(inside) < size:
                continue
            codes = self.data.codes[axis, near]
            first, last = int(inside[0]), int(inside[-1])
            for outside in (slice(last + 1, size), slice(0, first)):
                events = near[(codes >= outside.start) & (codes < outside.stop)]
                if len(events):
                    yield from self._moved(rule, axis, outside, events, step)

    def _moved(
        self, rule: int, axis: int, outside: slice, events: npt.NDArray[np.intp], step: float
    ) -> Iterator[Widening]:
        """Yield how far an edge is best moved outwards: never so far that the literal is gone."""
        width, downwards = outside.stop - outside.start, outside.start == 0
        codes = self.data.codes[axis, events].astype(np.int64)
        # How many codes away from the edge each event lies; sums over them tell what each distance brings.
        away = outside.stop - 1 - codes if downwards else codes - outside.start
        gain, cost = (
            np.cumsum(np.bincount(away, weights=part[events], minlength=width))
            for part in (self.data.gain, self.data.cost)
        )
        allowed = np.flatnonzero((cost <= step) & (gain > 0))
        allowed = allowed[allowed < width - 1]
        if len(allowed):
            far = int(allowed[np.argmax(gain[allowed] / np.maximum(cost[allowed], 1e-12))])
            codes_taken = (
                slice(outside.stop - 1 - far, outside.stop)
                if downwards
                else slice(outside.start, outside.start + far + 1)
            )
            yield Widening(rule, axis, codes_taken, float(gain[far]), float(cost[far]))

    def apply(self, widening: Widening) -> None:
        """Move the edge."""
        box = self.boxes[widening.rule]
        box[widening.axis, widening.codes] = 1
        self.out[widening.rule] = self._count(box)
        self.taken |= self.out[widening.rule] == 0
