"""Searching for rulesets: a union of boxes, refined one by one, each on the events that the others leave.

There is a price for one unit of the budget and a price for each literal. At given prices the ruleset grows
greedily: the most promising starting boxes are refined on the events that no rule takes yet, and the best of them
joins. Then each rule in turn is taken out and refined anew on what the others leave, from where it was and from
other starting boxes, until nothing gains. Prices are swept from dear to cheap, each search starting from the
ruleset before it. Whatever is met goes into an archive, from which a ruleset is chosen for any size (Lagrangian
relaxation: H. Everett, Oper. Res. 11, 1963).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import numpy as np

from rulekit.induction.boxes.archive import Archive
from rulekit.induction.boxes.grid import AxisArrays, Box
from rulekit.induction.boxes.refine import refine
from rulekit.induction.boxes.search_data import SearchData
from rulekit.induction.selection.cp_sat import Problem, Selection, select
from rulekit.ir.condition import count_literals, literals
from rulekit.labels import Mask, Weights

LITERAL_PRICES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016)
"""Shares of the signal that the teacher accepts at the budget: the least that a literal must bring."""

UNIT_PRICES = tuple(float(price) for price in np.geomspace(4.0, 0.1, 11))
"""Prices of the budget, in units of what the teacher brings for it on average."""

HARDWARE_PRICES = (*LITERAL_PRICES, 0.032, 0.064)
"""Prices of literals where look-up tables are capped: rulesets of a few comparators are wanted, too."""

_STARTS_TRIED, _STARTS_RENEWED = 5, 2
_MOST_STARTS = 400
_ROUNDS = 3


class BoxSearch:
    """The search over unions of boxes.

    Attributes
    ----------
    data : the events of the search.
    archive : every ruleset that was met.
    closed : features that no box may ask for, because a cap on features or their cost leaves no room.
    optimum : what the solver chose; None before :meth:`optimise`.

    """

    def __init__(self, data: SearchData, starts: Iterable[Box]) -> None:
        self.data = data
        self.archive = Archive(data)
        self.closed: set[str] = set()
        self.optimum: Selection | None = None
        self.starts, self._matrix = self._best(starts)

    def _best(self, starts: Iterable[Box]) -> tuple[list[Box], np.ndarray]:
        """Keep the starting boxes that look best at half the teacher's price, and which events they hit."""
        value = self.data.gain - 0.5 * self.data.unit * self.data.cost
        distinct = list({start.tobytes(): start for start in map(self._without_closed, starts)}.values())
        masks = [self.data.hits(start) for start in distinct]
        worth = np.array([float(value[mask].sum()) for mask in masks])
        order = np.argsort(-worth, kind="stable")[:_MOST_STARTS]
        shape = (0, len(value))
        matrix = np.stack([masks[index] for index in order]) if len(order) else np.empty(shape)
        return [distinct[index] for index in order], matrix.astype(np.float32)

    def _without_closed(self, box: Box) -> Box:
        """Return a box that asks for no closed feature."""
        found = box.copy()
        for row, axis in zip(found, self.data.grid.axes, strict=True):
            if axis.feature.name in self.closed:
                row[: axis.size + 1] = 1
        return found

    def sweep(self, deadline: float | None = None, every: int = 1) -> bool:
        """Search at all prices, or at every n-th price of literals; return whether the time sufficed.

        The first search is never cut short.
        """
        rules = self.data.caps.budget.rules
        self._close_features(rules)
        for literal in (LITERAL_PRICES if self.data.caps.budget.lut is None else HARDWARE_PRICES)[::every]:
            chosen: list[Box] = []
            for price in UNIT_PRICES:
                if self.archive.rulesets and deadline is not None and time.monotonic() > deadline:
                    return False
                chosen = self.solve(price * self.data.unit, literal * self.data.reachable, rules, chosen)
        return True

    def _close_features(self, rules: int) -> None:
        """Close features until the caps on them hold: first those whose loss is smallest for their cost."""
        caps = self.data.caps.budget
        while caps.features is not None or caps.cost is not None:
            boxes = self.solve(self.data.unit, LITERAL_PRICES[1] * self.data.reachable, rules)
            used = self.features(boxes)
            if len(used) <= (caps.features or len(used)) and caps.cost_of(used) <= (caps.cost or np.inf):
                closed = {axis.feature.name for axis in self.data.grid.axes} - used
                self.closed |= closed if caps.features is not None else set()
                break
            self.closed.add(min(used, key=lambda name: (self._loss(boxes, name), name)))
            self.starts, self._matrix = self._best(self.starts)

    def features(self, boxes: Sequence[Box]) -> set[str]:
        """Return the features that some boxes ask for."""
        return {literal.feature for box in boxes for literal in literals(self.archive.condition(box))}

    def _loss(self, boxes: Sequence[Box], name: str) -> float:
        """Return what closing a feature would lose of some boxes, for each unit of what it costs."""
        caps, value = self.data.caps.budget, self.data.gain - self.data.unit * self.data.cost
        cost = caps.feature_costs.get(name, 0.0) if caps.cost is not None else 1.0
        kept = [box for box in boxes if name not in self.features([box])]
        masks = [self.data.hits(box) for box in boxes], [self.data.hits(box) for box in kept]
        whole, rest = (float(value[np.any(part, axis=0)].sum()) if part else 0.0 for part in masks)
        return (whole - rest) / cost if cost else np.inf

    def solve(self, price: float, literal: float, rules: int, start: Sequence[Box] = ()) -> list[Box]:
        """Return the boxes found at given prices.

        Parameters
        ----------
        price : of one unit of the budget.
        literal : price of each literal.
        rules : the most boxes.
        start : boxes to begin with.

        """
        value = self.data.gain - price * self.data.cost
        state = _State(list(start), [self.data.hits(box) for box in start], len(value))
        axes = self.data.grid.arrays(literal, self.data.caps.directions, self.closed)
        before = -np.inf
        for _ in range(_ROUNDS + 1):
            self._renew(state, value, axes)
            while (
                len(state.boxes) < rules
                and (box := self._improve(state.left(value), axes, _STARTS_TRIED)) is not None
            ):
                state.add(box, self.data.hits(box))
            self.archive.add(state.boxes, (price / self.data.unit, literal / self.data.reachable))
            worth = float(value[state.taken > 0].sum()) - literal * self.archive.literals(state.boxes)
            if worth <= before + 1e-6 * abs(before):
                break
            before = worth
        return state.boxes

    def _renew(self, state: _State, value: Weights, axes: AxisArrays) -> None:
        """Take each rule out, and put back the best one that the events left by the others allow, if any."""
        for place in reversed(range(len(state.boxes))):
            old = state.remove(place)
            box = self._improve(state.left(value), axes, _STARTS_RENEWED, (old,))
            if box is not None:
                state.add(box, self.data.hits(box), place)

    def _improve(
        self, value: Weights, axes: AxisArrays, starts: int, also: tuple[Box, ...] = ()
    ) -> Box | None:
        """Refine the most promising starting boxes on what is left; return the best that is worth its price."""
        left = np.flatnonzero(value)
        codes, values = np.ascontiguousarray(self.data.codes[:, left]), value[left]
        order = np.argsort(-(self._matrix @ value.astype(np.float32)), kind="stable")[:starts]
        best, worth = None, 1e-9 * self.data.reachable
        for start in (*also, *(self.starts[index] for index in order)):
            box = start.copy()
            found = refine(codes, values, box, axes, self.data.least)
            if found > worth:
                best, worth = box, found
        return best

    def optimise(self, literals: int, effort: float) -> None:
        """Ask the solver for the best choice from the archive's boxes at the budget, and archive what it finds."""
        pool = self.archive.pool(literals)
        if not pool:
            return
        start = self.archive.best(self.data.allowed, literals)
        hint = [place for place, key in enumerate(pool) if start is not None and key in start.boxes]
        boxes = [self.archive.boxes[key] for key in pool]
        self.optimum = select(self._problem(boxes, literals), hint, effort)
        if self.optimum is not None and self.optimum.chosen:
            self.archive.add([boxes[place] for place in self.optimum.chosen])

    def _problem(self, boxes: Sequence[Box], literals: int) -> Problem:
        data, caps = self.data, self.data.caps
        conditions = [self.archive.condition(box) for box in boxes]
        sizes = [([count_literals(condition) for condition in conditions], literals)]
        hits = np.stack([data.hits(box) for box in boxes])
        shared = list(caps.shared(conditions))
        return Problem(hits, data.gain, data.cost, data.allowed, caps.budget.rules, sizes, shared)


class _State:
    """The boxes at hand, which events each takes, and by how many boxes each event is taken."""

    def __init__(self, boxes: list[Box], masks: list[Mask], events: int) -> None:
        self.boxes, self.masks = boxes, masks
        self.taken = np.zeros(events, dtype=np.int32)
        for mask in masks:
            self.taken += mask

    def left(self, value: Weights) -> Weights:
        """Return the values of the events that no box takes; 0 for the others."""
        return np.where(self.taken > 0, 0.0, value)

    def add(self, box: Box, mask: Mask, place: int | None = None) -> None:
        """Add a box and the events it takes, at the end or at a place."""
        at = len(self.boxes) if place is None else place
        self.boxes.insert(at, box)
        self.masks.insert(at, mask)
        self.taken += mask

    def remove(self, place: int) -> Box:
        """Take a box out, and return it."""
        self.taken -= self.masks.pop(place)
        return self.boxes.pop(place)
