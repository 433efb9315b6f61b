"""The archive of a box search: every ruleset it met, from which one is chosen for any size and budget."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rulekit.induction.boxes.grid import Box, condition_of
from rulekit.induction.boxes.search_data import SearchData
from rulekit.induction.boxes.widen import widened
from rulekit.ir.condition import AllOf, count_literals
from rulekit.labels import Mask

VARIANTS_APART = 0.03
"""Variants differ in cost by about this share of the budget, from half the budget on."""

_DENSE = 0.5

POOL_SIZE = 120
"""The most boxes that are given to the solver."""

Prices = tuple[float, float]
"""The price of a unit of the budget, in units of :attr:`SearchData.unit`, and that of a literal, as a share of
:attr:`SearchData.reachable`."""


class ArchivedRuleset(NamedTuple):
    """One ruleset: its boxes as bytes, its size, what it brings and costs, and the prices at which it was met."""

    boxes: tuple[bytes, ...]
    literals: int
    gain: float
    cost: float
    prices: Prices | None = None


class Archive:
    """The rulesets that a search met on some data.

    Attributes
    ----------
    data : the events of the search.
    rulesets : each ruleset by its boxes, whatever their order.
    boxes : each box by its bytes.

    """

    def __init__(self, data: SearchData) -> None:
        self.data = data
        self.rulesets: dict[tuple[bytes, ...], ArchivedRuleset] = {}
        self.boxes: dict[bytes, Box] = {}
        self._conditions: dict[bytes, AllOf] = {}

    def condition(self, box: Box) -> AllOf:
        """Return the condition of a box; each is made once."""
        key = box.tobytes()
        if key not in self._conditions:
            self._conditions[key] = condition_of(box, self.data.grid)
        return self._conditions[key]

    def literals(self, boxes: Sequence[Box]) -> int:
        """Return the number of literals of some boxes together."""
        return sum(count_literals(self.condition(box)) for box in boxes)

    def add(self, boxes: Sequence[Box], prices: Prices | None = None) -> None:
        """Add a ruleset, and each shorter one that begins with its best boxes by gain over cost."""
        masks = [self.data.hits(box) for box in boxes]
        taken = np.zeros(len(self.data.gain), dtype=np.bool_)
        order: list[int] = []
        while len(order) < len(boxes):
            rest = [index for index in range(len(boxes)) if index not in order]
            best = max(rest, key=lambda index: self._ratio(masks[index] & ~taken))
            order.append(best)
            taken |= masks[best]
            whole = prices if len(order) == len(boxes) else None
            self._record([boxes[index] for index in order], taken, whole)

    def _ratio(self, added: Mask) -> float:
        gain, cost = self.data.sums(added)
        return gain / (cost + 1e-3 * self.data.allowed)

    def _record(self, boxes: Sequence[Box], taken: Mask, prices: Prices | None) -> None:
        keys = tuple(box.tobytes() for box in boxes)
        if tuple(sorted(keys)) in self.rulesets:
            return
        self.boxes.update(zip(keys, boxes, strict=True))
        found = ArchivedRuleset(keys, self.literals(boxes), *self.data.sums(taken), prices)
        self.rulesets[tuple(sorted(keys))] = found

    def best(self, cost: float, literals: int) -> ArchivedRuleset | None:
        """Return the ruleset that brings most within a cost, a number of literals and all other caps."""
        within = [
            found for found in self.rulesets.values() if found.cost <= cost and found.literals <= literals
        ]
        within.sort(key=lambda found: (-found.gain, found.literals, found.boxes))
        return next((found for found in within if not self._violations(found)), None)

    def _violations(self, found: ArchivedRuleset) -> list[str]:
        return self.data.caps.violations([self.condition(self.boxes[key]) for key in found.boxes])

    def prices(self) -> dict[int, Prices]:
        """Return the prices at which the best ruleset of each size within the budget was met."""
        best: dict[int, ArchivedRuleset] = {}
        for found in self.rulesets.values():
            if found.prices and found.cost <= self.data.allowed:
                known = best.get(found.literals)
                if known is None or found.gain > known.gain:
                    best[found.literals] = found
        return {size: found.prices for size, found in best.items() if found.prices}

    def pool(self, literals: int) -> list[bytes]:
        """Return the boxes of the rulesets that bring most around the budget, for a solver to choose from."""
        near = [found for found in self.rulesets.values() if found.literals <= 2 * literals]

        def worth(found: ArchivedRuleset) -> float:
            return found.gain - self.data.unit * max(0.0, found.cost - self.data.allowed)

        near.sort(key=lambda found: (-worth(found), found.boxes))
        pool: dict[bytes, None] = {}
        for found in near:
            pool.update(dict.fromkeys(found.boxes))
            if len(pool) >= POOL_SIZE:
                break
        return list(pool)[:POOL_SIZE]

    def variants(self, literals: int, steps: Sequence[float]) -> Iterator[tuple[bytes, ...]]:
        """Yield the best ruleset for each multiple of the budget, the strictest first, and more between them.

        Parameters
        ----------
        literals : the most literals of a ruleset.
        steps : rising multiples of the budget.

        """
        best: dict[tuple[bytes, ...], ArchivedRuleset] = {}
        for step in steps:
            found = self.best(step * self.data.allowed, literals)
            if found is not None:
                best.setdefault(found.boxes, found)
        end = steps[-1] * self.data.allowed
        for here, above in itertools.zip_longest(best.values(), [*best.values()][1:]):
            yield here.boxes
            if here.cost >= _DENSE * self.data.allowed or above is None:
                yield from self._between(here, end if above is None else above.cost, above)

    def _between(
        self, here: ArchivedRuleset, most: float, above: ArchivedRuleset | None
    ) -> Iterator[tuple[bytes, ...]]:
        """Yield widened rulesets that spend more than one and less than the next, at least a step apart."""
        apart = VARIANTS_APART * self.data.allowed
        cost = here.cost
        for boxes in widened(self.data, [self.boxes[key] for key in here.boxes], apart):
            gain, spent = self.data.sums(np.any([self.data.hits(box) for box in boxes], axis=0))
            if spent > most - apart / 2 or (above is not None and gain >= above.gain):
                return
            if spent >= cost + apart:
                cost = spent
                keys = tuple(dict.fromkeys(box.tobytes() for box in boxes))
                self.boxes.update((box.tobytes(), box) for box in boxes)
                yield keys
