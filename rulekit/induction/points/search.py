"""The search for the next rule of a sum: one literal, a corner of two axes, or one of these made longer.

Every threshold of every axis is tried for a single literal, and for each further literal. Such steps miss pairs
of literals that are worth nothing alone, as in an exclusive or. So all pairs of axes are searched on a coarser
grid, and the best of them are refined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.induction.boxes.grid import BinGrid, Codes
from rulekit.induction.points.loops import Derivatives, Space, best_literal, best_pairs, passing, refine
from rulekit.labels import Weights

_BINS = 24
_MOST_PAIRED = 24
_PAIRS_KEPT = 5
_PAIRS_FOLLOWED = 30
_ALL_PAIRS_EVERY = 8
_EXTENDED = 3
_LEAST_GAIN = 1e-6


class SumLimits(NamedTuple):
    """The limits on a sum while it grows.

    Attributes
    ----------
    rules, longest : the most rules, and the most literals of one rule.
    rule_price : price of a rule beside its literals, in literals.
    least : number of events that a rule must hold.
    ridge : penalty on squared weights, for event weights of 1 on average.
    affords : returns whether rules may together ask for a set of axes.

    """

    rules: int
    longest: int = 3
    rule_price: float = 0.0
    least: int = 20
    ridge: float = 1.0
    affords: Callable[[frozenset[int]], bool] = lambda _: True

    def price(self, literals: int) -> float:
        """Return the price of a rule with this number of literals."""
        return literals + self.rule_price


class FoundRule(NamedTuple):
    """A rule that could join the sum.

    Attributes
    ----------
    gain : by how much it lowers the loss.
    axes : int64, shape (literals,).
    rows : uint8, shape (literals, cells): which codes of its axis each literal allows.

    """

    gain: float
    axes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.uint8]


class RuleFinder:
    """Finds the next rule of a sum on some events."""

    def __init__(self, space: Space, limits: SumLimits, lasts: list[npt.NDArray[np.intp]]) -> None:
        self.space, self.limits = space, limits
        self._lasts = lasts
        self._cells = int(space.sizes.max()) + 1
        self._all = np.arange(space.codes.shape[1])
        self._orders: dict[int, npt.NDArray[np.intp]] = {}
        self._pairs = np.zeros((0, 0), dtype=np.bool_)
        self._followed = self._pairs
        self._since = 0

    @classmethod
    def on(
        cls, codes: Codes, grid: BinGrid, directions: Mapping[str, int], mass: Weights, limits: SumLimits
    ) -> RuleFinder:
        """Return the search on events with these codes, shape (axes, events).

        Parameters
        ----------
        directions : 1 for features of which literals may only ask for more, -1 where only for less.
        mass : shape (events,); coarse codes hold about equal sums of it.

        """
        facts = grid.arrays(0.0, directions)
        coarse, lasts = np.zeros(codes.shape, dtype=np.uint8), []
        for axis, size in enumerate(facts.sizes):
            last = _last_codes(np.bincount(codes[axis], weights=mass, minlength=size + 1)[:size])
            if not facts.categories[axis]:
                coarse[axis] = np.searchsorted(last, codes[axis])
            elif size > _BINS:
                last = last[:0]
            lasts.append(last)
        bins, opened = np.array([len(last) for last in lasts]), np.ones(len(lasts), dtype=np.bool_)
        space = Space(codes, coarse, facts.sizes, bins, facts.categories, opened, facts.directions)
        return cls(space, limits, lasts)

    def propose(self, derivatives: Derivatives, used: frozenset[int], longest: int) -> FoundRule | None:
        """Return the rule that gains most for its price; None where none gains.

        Parameters
        ----------
        derivatives : of the loss.
        used : axes that the sum asks for already.
        longest : the most literals of the rule.

        """
        self._prepare(derivatives, used)
        nothing = FoundRule(0.0, np.empty(0, np.int64), np.empty((0, self._cells), np.uint8))
        found = [*self._longer(nothing, derivatives)]
        if longest > 1:
            found += self._corners(derivatives)
        for length in range(2, longest + 1):
            last = sorted((one for one in found if len(one.axes) == length - 1), key=lambda one: -one.gain)
            found += [longer for one in last[:_EXTENDED] for longer in self._longer(one, derivatives)]
        allowed = [one for one in found if self.limits.affords(used | {*map(int, one.axes)})]
        return max(allowed, key=lambda one: one.gain / self.limits.price(len(one.axes)), default=None)

    def _prepare(self, derivatives: Derivatives, used: frozenset[int]) -> None:
        """Close the axes that can't be afforded, and order categories by their slopes."""
        axes = range(len(self.space.sizes))
        opened = np.array([self.limits.affords(used | {axis}) for axis in axes], dtype=np.bool_)
        self.space = self.space._replace(open=opened)
        for axis in map(int, np.flatnonzero(self.space.categories)):
            size, codes = int(self.space.sizes[axis]), self.space.codes[axis]
            first, second = (np.bincount(codes, part, size + 1)[:size] for part in derivatives[:2])
            self._orders[axis] = np.argsort(first / (second + 1e-9), kind="stable")
            if size <= _BINS:
                self.space.coarse[axis] = np.append(np.argsort(self._orders[axis]), size)[codes]
        if not self._pairs.size:
            promising = self._promising(derivatives)
            self._pairs = promising[:, None] & promising

    def _promising(self, derivatives: Derivatives) -> npt.NDArray[np.bool_]:
        """Return whether each axis is searched in pairs: where there are many, those that gain most alone."""
        count = len(self.space.sizes)
        if count <= _MOST_PAIRED:
            return np.ones(count, dtype=np.bool_)
        gains, row = np.empty(count), np.empty(self._cells, np.uint8)
        for axis in range(count):
            alone = self.space._replace(open=np.arange(count) == axis)
            gains[axis] = best_literal(alone, self._all, derivatives, False, row)[1]
        return np.isin(np.arange(count), np.argsort(-gains, kind="stable")[:_MOST_PAIRED])

    def _longer(self, base: FoundRule, derivatives: Derivatives) -> Iterator[FoundRule]:
        """Yield a rule with the further literal that gains most, if any gains."""
        events = passing(self.space.codes, base.axes, base.rows, -1) if len(base.axes) else self._all
        row, rising = np.empty(self._cells, np.uint8), bool(self.space.directions[base.axes].any())
        axis, gain = best_literal(self.space, events, derivatives, rising, row)
        if axis >= 0 and gain > base.gain * (1 + _LEAST_GAIN):
            yield self._refined(gain, np.append(base.axes, axis), np.vstack([base.rows, row]), derivatives)

    def _corners(self, derivatives: Derivatives) -> Iterator[FoundRule]:
        """Yield the best corners of two axes.

        One more rule hardly changes what pairs gain, so most times only the best pairs of the last full search are
        searched again.
        """
        count = len(self.space.sizes)
        gains, corners = np.empty((count, count)), np.empty((count, count, 4), np.int64)
        everyone = not self._followed.size or self._since >= _ALL_PAIRS_EVERY
        wanted = self._pairs if everyone else self._followed
        affordable = self.space.open[:, None] & self.space.open
        best_pairs(self.space, derivatives, wanted & affordable, gains, corners)
        self._since = 1 if everyone else self._since + 1
        if everyone:
            self._followed = gains >= np.sort(gains, axis=None)[-min(_PAIRS_FOLLOWED, gains.size)]
        for place in np.argsort(-gains, axis=None, kind="stable")[:_PAIRS_KEPT]:
            one, other = divmod(int(place), count)
            if gains[one, other] > 0:
                start, is_upper, begin, is_right = map(int, corners[one, other])
                rows = np.stack([self._side(one, start, is_upper), self._side(other, begin, is_right)])
                yield self._refined(float(gains[one, other]), np.array([one, other]), rows, derivatives)

    def _side(self, axis: int, start: int, is_upper: int) -> npt.NDArray[np.uint8]:
        """Return the row of a literal: the codes before a coarse code begins, or all others."""
        row, order = np.zeros(self._cells, np.uint8), self._orders.get(axis)
        if order is None:
            order, start = np.arange(self.space.sizes[axis]), int(self._lasts[axis][start - 1]) + 1
        row[order[start:] if is_upper else order[:start]] = 1
        return row

    def _refined(
        self, gain: float, axes: npt.NDArray[np.int64], rows: npt.NDArray[np.uint8], derivatives: Derivatives
    ) -> FoundRule:
        """Return a rule with its literals moved to where they gain most, without literals that ask for nothing."""
        gain = refine(self.space, axes, rows, derivatives, gain)
        return FoundRule(gain, *tidied(axes, rows))


def tidied(
    axes: npt.NDArray[np.int64], rows: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return the literals of a rule without those that another one of the same axis implies."""
    kept: list[int] = []
    for place in range(len(axes)):
        others = [other for other in range(len(axes)) if other != place and axes[other] == axes[place]]
        implied = [other for other in others if not (rows[other] > rows[place]).any()]
        if not any(other in kept or other > place for other in implied):
            kept.append(place)
    return axes[kept], rows[kept]


def _last_codes(mass: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the last code of each coarse code."""
    if len(mass) <= _BINS:
        return np.arange(len(mass))
    share = np.cumsum(mass) / mass.sum()
    inner = np.unique(np.searchsorted(share, np.arange(1, _BINS) / _BINS))
    return np.append(inner[inner < len(mass) - 1], len(mass) - 1)
