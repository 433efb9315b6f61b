"""Searching for rulesets: a union of boxes, refined one by one, each on the events that the others leave.

For a price of one unit of the budget and a price per literal, the ruleset is grown greedily: the most promising
seeds are refined on the events that no rule takes yet, the best of them joins. Then each rule in turn is taken out
and refined anew, from where it was and from other seeds, on what the others leave, until nothing gains. Prices are
swept from dear to cheap, each search starting from the ruleset before it; whatever is met on the way is kept in an
archive, from which a ruleset is chosen for any size (Lagrangian relaxation: H. Everett, Oper. Res. 11, 1963).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rulekit.induction.boxes.grid import AxisArrays, Box, condition_of
from rulekit.induction.boxes.refine import hits, refine
from rulekit.induction.boxes.search_data import SearchData
from rulekit.induction.boxes.widen import widened
from rulekit.induction.selection.cp_sat import Problem, Selection, select
from rulekit.ir.condition import AllOf, count_literals, literals
from rulekit.labels import Mask, Weights

LITERAL_PRICES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016)
"""Shares of the signal that the teacher accepts at the budget: what a literal must bring at least."""

UNIT_PRICES = tuple(float(price) for price in np.geomspace(4.0, 0.1, 11))
"""Prices of the budget, in units of what the teacher brings for it on average."""

HARDWARE_PRICES = (*LITERAL_PRICES, 0.032, 0.064)
"""The same where look-up tables are capped: rulesets of a few comparators are wanted, too."""

VARIANTS_APART = 0.03
"""Rungs of a ladder are about so many budgets apart, from half the budget on."""

_DENSE = 0.5

POOL_SIZE = 120
"""So many boxes are given to the solver at most."""

_STARTS_TRIED, _STARTS_RENEWED = 5, 2
_MOST_STARTS = 400
_SWEEPS = 3


Prices = tuple[float, float]
"""The price of a unit of the budget and of a literal, as multiples of what :data:`UNIT_PRICES` and
:data:`LITERAL_PRICES` are in."""


class ArchivedRuleset(NamedTuple):
    """One ruleset: its boxes (as bytes), what it brings and costs where it was met, and at which prices."""

    boxes: tuple[bytes, ...]
    literals: int
    gain: float
    cost: float
    prices: Prices | None = None


class BoxSearch:
    """The search over unions of boxes."""

    def __init__(self, data: SearchData, starts: Iterable[Box]) -> None:
        self.data = data
        self.sizes = data.grid.arrays(0.0).sizes
        self.unit = data.reachable / data.allowed
        self.archive: dict[tuple[bytes, ...], ArchivedRuleset] = {}
        self.boxes: dict[bytes, Box] = {}
        self.closed: set[str] = set()
        self.optimum: Selection | None = None
        self._conditions: dict[bytes, AllOf] = {}
        self.starts, self.matrix = self._best(starts)

    def _best(self, starts: Iterable[Box]) -> tuple[list[Box], np.ndarray]:
        """Keep the seeds that look best at half the teacher's price, and which events they hit."""
        value = self.data.gain - 0.5 * self.unit * self.data.cost
        distinct = list({start.tobytes(): start for start in map(self._opened, starts)}.values())
        masks = [self.hits(start) for start in distinct]
        worth = np.array([float(value[mask].sum()) for mask in masks])
        order = np.argsort(-worth, kind="stable")[:_MOST_STARTS]
        shape = (0, len(value))
        matrix = np.stack([masks[index] for index in order]) if len(order) else np.empty(shape)
        return [distinct[index] for index in order], matrix.astype(np.float32)

    def _opened(self, box: Box) -> Box:
        """Return a box that asks nothing of the features that are closed."""
        found = box.copy()
        for row, axis in zip(found, self.data.grid.axes, strict=True):
            if axis.feature.name in self.closed:
                row[: axis.size + 1] = 1
        return found

    def hits(self, box: Box) -> Mask:
        """Return which events of the search a box takes, shape (events,)."""
        found: Mask = hits(self.data.codes, box, self.sizes)
        return found

    def sweep(self, deadline: float | None = None, every: int = 1) -> bool:
        """Search at every so many prices; say whether the time sufficed. The first search is never cut short."""
        rules = self.data.caps.budget.rules
        self._close_features(rules)
        for literal in (LITERAL_PRICES if self.data.caps.budget.lut is None else HARDWARE_PRICES)[::every]:
            chosen: list[Box] = []
            for price in UNIT_PRICES:
                if self.archive and deadline is not None and time.monotonic() > deadline:
                    return False
                chosen = self.solve(price * self.unit, literal * self.data.reachable, rules, chosen)
        return True

    def _close_features(self, rules: int) -> None:
        """Give up features, those first whose loss is smallest for what they cost, until the caps on them hold."""
        caps = self.data.caps.budget
        while caps.features is not None or caps.cost is not None:
            boxes = self.solve(self.unit, LITERAL_PRICES[1] * self.data.reachable, rules)
            used = self.features(boxes)
            if len(used) <= (caps.features or len(used)) and caps.cost_of(used) <= (caps.cost or np.inf):
                closed = {axis.feature.name for axis in self.data.grid.axes} - used
                self.closed |= closed if caps.features is not None else set()
                break
            self.closed.add(min(used, key=lambda name: (self._loss(boxes, name), name)))
            self.starts, self.matrix = self._best(self.starts)

    def features(self, boxes: Sequence[Box]) -> set[str]:
        """Return the features that some boxes ask for."""
        return {literal.feature for box in boxes for literal in literals(self.condition(box))}

    def _loss(self, boxes: Sequence[Box], name: str) -> float:
        """Return what closing a feature would lose of some boxes, for each unit of what it costs."""
        caps, value = self.data.caps.budget, self.data.gain - self.unit * self.data.cost
        cost = caps.feature_costs.get(name, 0.0) if caps.cost is not None else 1.0
        kept = [box for box in boxes if name not in self.features([box])]
        masks = [self.hits(box) for box in boxes], [self.hits(box) for box in kept]
        whole, rest = (float(value[np.any(part, axis=0)].sum()) if part else 0.0 for part in masks)
        return (whole - rest) / cost if cost else np.inf

    def solve(self, price: float, literal: float, rules: int, start: Sequence[Box] = ()) -> list[Box]:
        """Return the rules found at a price of the budget and a price per literal."""
        value = self.data.gain - price * self.data.cost
        state = _State(list(start), [self.hits(box) for box in start], len(value))
        axes = self.data.grid.arrays(literal, self.data.caps.directions, self.closed)
        before = -np.inf
        for _ in range(_SWEEPS + 1):
            self._renew(state, value, axes)
            while (
                len(state.boxes) < rules
                and (box := self._improve(state.left(value), axes, _STARTS_TRIED)) is not None
            ):
                state.add(box, self.hits(box))
            self.keep(state.boxes, (price / self.unit, literal / self.data.reachable))
            worth = float(value[state.taken > 0].sum()) - literal * self.literals(state.boxes)
            if worth <= before + 1e-6 * abs(before):
                break
            before = worth
        return state.boxes

    def _renew(self, state: _State, value: Weights, axes: AxisArrays) -> None:
        """Take each rule out, and put back the best that what the others leave allows, if any."""
        for place in reversed(range(len(state.boxes))):
            old = state.remove(place)
            box = self._improve(state.left(value), axes, _STARTS_RENEWED, (old,))
            if box is not None:
                state.add(box, self.hits(box), place)

    def _improve(
        self, value: Weights, axes: AxisArrays, starts: int, also: tuple[Box, ...] = ()
    ) -> Box | None:
        """Refine the most promising seeds on what is left, and return the best box that is worth its price."""
        left = np.flatnonzero(value)
        codes, values = np.ascontiguousarray(self.data.codes[:, left]), value[left]
        order = np.argsort(-(self.matrix @ value.astype(np.float32)), kind="stable")[:starts]
        best, worth = None, 1e-9 * self.data.reachable
        for start in (*also, *(self.starts[index] for index in order)):
            box = start.copy()
            found = refine(codes, values, box, axes, self.data.least)
            if found > worth:
                best, worth = box, found
        return best

    def condition(self, box: Box) -> AllOf:
        """Return a box in words; each only once."""
        key = box.tobytes()
        if key not in self._conditions:
            self._conditions[key] = condition_of(box, self.data.grid)
        return self._conditions[key]

    def literals(self, boxes: Sequence[Box]) -> int:
        """Return the number of literals of some boxes together."""
        return sum(count_literals(self.condition(box)) for box in boxes)

    def keep(self, boxes: Sequence[Box], prices: Prices | None = None) -> None:
        """Put a ruleset, and each of its beginnings by gain over cost, into the archive."""
        masks = [self.hits(box) for box in boxes]
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
        floor = 1e-3 * self.data.allowed
        return float(self.data.gain[added].sum()) / (float(self.data.cost[added].sum()) + floor)

    def _record(self, boxes: Sequence[Box], taken: Mask, prices: Prices | None) -> None:
        key = tuple(sorted(box.tobytes() for box in boxes))
        if key in self.archive:
            return
        self.boxes.update((box.tobytes(), box) for box in boxes)
        gain, cost = float(self.data.gain[taken].sum()), float(self.data.cost[taken].sum())
        self.archive[key] = ArchivedRuleset(
            tuple(box.tobytes() for box in boxes), self.literals(boxes), gain, cost, prices
        )

    def best(self, cost: float, literals: int) -> ArchivedRuleset | None:
        """Return the ruleset of the archive that brings most within these and all other caps."""
        within = [
            found for found in self.archive.values() if found.cost <= cost and found.literals <= literals
        ]
        within.sort(key=lambda found: (-found.gain, found.literals, found.boxes))
        caps = self.data.caps
        return next((found for found in within if not caps.violations(self._texts(found))), None)

    def prices(self) -> dict[int, Prices]:
        """Return at which prices the best ruleset of each size within the budget was met."""
        best: dict[int, ArchivedRuleset] = {}
        for found in self.archive.values():
            known = best.get(found.literals)
            if (
                found.prices
                and found.cost <= self.data.allowed
                and (known is None or found.gain > known.gain)
            ):
                best[found.literals] = found
        return {size: found.prices for size, found in best.items() if found.prices}

    def _texts(self, found: ArchivedRuleset) -> list[AllOf]:
        return [self.condition(self.boxes[key]) for key in found.boxes]

    def optimise(self, literals: int, effort: float) -> None:
        """Ask the solver for the best of the pool at the budget, and put what it finds into the archive."""
        pool = self._pool(literals)
        if not pool:
            return
        start = self.best(self.data.allowed, literals)
        hint = [place for place, key in enumerate(pool) if start is not None and key in start.boxes]
        boxes = [self.boxes[key] for key in pool]
        self.optimum = select(self._problem(boxes, literals), hint, effort)
        if self.optimum is not None and self.optimum.chosen:
            self.keep([boxes[place] for place in self.optimum.chosen])

    def _pool(self, literals: int) -> list[bytes]:
        """Return the boxes of the rulesets that came nearest: those that bring most around the budget."""
        near = [found for found in self.archive.values() if found.literals <= 2 * literals]

        def worth(found: ArchivedRuleset) -> float:
            return found.gain - self.unit * max(0.0, found.cost - self.data.allowed)

        near.sort(key=lambda found: (-worth(found), found.boxes))
        pool: dict[bytes, None] = {}
        for found in near:
            pool.update(dict.fromkeys(found.boxes))
            if len(pool) >= POOL_SIZE:
                break
        return list(pool)[:POOL_SIZE]

    def _problem(self, boxes: Sequence[Box], literals: int) -> Problem:
        data, caps = self.data, self.data.caps
        conditions = [self.condition(box) for box in boxes]
        sizes = [([count_literals(condition) for condition in conditions], literals)]
        return Problem(
            np.stack([self.hits(box) for box in boxes]),
            data.gain,
            data.cost,
            data.allowed,
            caps.budget.rules,
            sizes,
            list(caps.shared(conditions)),
        )

    def ladder(self, literals: int, steps: Sequence[float]) -> Iterator[tuple[bytes, ...]]:
        """Yield the best ruleset for each multiple of the budget, the strictest first, and more between them."""
        variants: dict[tuple[bytes, ...], ArchivedRuleset] = {}
        for step in steps:
            found = self.best(step * self.data.allowed, literals)
            if found is not None:
                variants.setdefault(found.boxes, found)
        end = steps[-1] * self.data.allowed
        for here, above in itertools.zip_longest(variants.values(), [*variants.values()][1:]):
            yield here.boxes
            if here.cost >= _DENSE * self.data.allowed or above is None:
                yield from self._between(here, end if above is None else above.cost, above)

    def _between(
        self, here: ArchivedRuleset, most: float, above: ArchivedRuleset | None
    ) -> Iterator[tuple[bytes, ...]]:
        """Yield rulesets that spend more than one and less than the next, a few hundredths of the budget apart."""
        apart = VARIANTS_APART * self.data.allowed
        cost = here.cost
        for boxes in widened(self.data, [self.boxes[key] for key in here.boxes], apart):
            taken = np.any([self.hits(box) for box in boxes], axis=0)
            spent, gain = float(self.data.cost[taken].sum()), float(self.data.gain[taken].sum())
            if spent > most - apart / 2 or (above is not None and gain >= above.gain):
                return
            if spent >= cost + apart:
                cost = spent
                keys = tuple(dict.fromkeys(box.tobytes() for box in boxes))
                self.boxes.update((box.tobytes(), box) for box in boxes)
                yield keys


class _State:
    """The rules at hand, which events each takes, and by how many rules each event is taken."""

    def __init__(self, boxes: list[Box], masks: list[Mask], events: int) -> None:
        self.boxes, self.masks = boxes, masks
        self.taken = np.zeros(events, dtype=np.int32)
        for mask in masks:
            self.taken += mask

    def left(self, value: Weights) -> Weights:
        return np.where(self.taken > 0, 0.0, value)

    def add(self, box: Box, mask: Mask, place: int | None = None) -> None:
        at = len(self.boxes) if place is None else place
        self.boxes.insert(at, box)
        self.masks.insert(at, mask)
        self.taken += mask

    def remove(self, place: int) -> Box:
        self.taken -= self.masks.pop(place)
        return self.boxes.pop(place)
