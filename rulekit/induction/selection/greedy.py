"""Choose rules from a pool: the most signal within the budget, with few rules.

There is a price for one unit of the budget. At that price rules are taken greedily by what they add (gain less
price times cost), and then exchanged one by one while that helps. The price is found by bisection, so that the
rules together spend the budget; further rules fill what is left. This is the Lagrangian relaxation of maximum
coverage under a budget (H. Everett, Oper. Res. 11, 1963; greedy coverage: G. Nemhauser, L. Wolsey, M. Fisher,
Math. Program. 14, 1978). Gains and costs are sums over events, so weights are respected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rulekit.labels import Mask, Weights

_PRICES = (1.0, 1e6)
"""Lowest and highest price tried, in units of the gain over the cost of an event picked at random. A rule must do
better than picking at random, however much of the budget is left."""

_ONE_RULE = 0.6
_BISECTIONS = 14
_EXCHANGES = 3


@dataclass(frozen=True)
class Pool:
    """Candidate rules on some events.

    Attributes
    ----------
    hits : whether each rule hits each event, shape (rules, events).
    literals : number of literals of each rule, shape (rules,).
    gain : what accepting each event brings, shape (events,).
    cost : what accepting each event costs, shape (events,).

    """

    hits: Mask
    literals: npt.NDArray[np.int64]
    gain: Weights
    cost: Weights


@dataclass(frozen=True)
class SelectionLimits:
    """The most that a selection may cost, in the unit of the pool's ``cost``, and how large it may be."""

    cost: float
    rules: int
    literals: int | None

    @property
    def one_rule(self) -> float:
        """The most that one of several rules may cost: a ruleset of one dear rule can't be made smaller."""
        return self.cost * (_ONE_RULE if self.rules > 1 else 1.0)


class _Search:
    """Sums over the events that no chosen rule takes; the hits are sparse, because most rules hit few events."""

    def __init__(self, pool: Pool, limits: SelectionLimits) -> None:
        from scipy.sparse import csr_matrix

        seen = pool.hits.any(axis=0)
        self.hits = pool.hits[:, seen]
        self.matrix = csr_matrix(self.hits.astype(np.float64))
        self.gain, self.cost = pool.gain[seen], pool.cost[seen]
        self.literals, self.limits = pool.literals, limits
        self.by_literal = False
        self.base = float(pool.gain.sum()) / max(float(pool.cost.sum()), 1e-300)
        self.affordable = self.matrix @ self.cost <= limits.one_rule

    def covered(self, chosen: list[int]) -> Mask:
        found: Mask = np.asarray(self.hits[chosen].any(axis=0))
        return found

    def gain_of(self, chosen: list[int]) -> float:
        return float(self.gain[self.covered(chosen)].sum())

    def worth(self, chosen: list[int], price: float) -> float:
        mask = self.covered(chosen)
        return float(self.gain[mask].sum()) - price * float(self.cost[mask].sum())

    def cost_of(self, chosen: list[int]) -> float:
        return float(self.cost[self.covered(chosen)].sum())

    def best_next(self, chosen: list[int], price: float, *, fill: bool = False) -> int | None:
        """Return the rule that adds most at a price; with ``fill`` only one that the rest of the budget can pay."""
        covered = self.covered(chosen)
        gains = self.matrix @ np.where(covered, 0.0, self.gain)
        expected_costs = self.matrix @ np.where(covered, 0.0, self.cost)
        added: Weights = gains - price * expected_costs
        fits = self.affordable.copy()
        if fill:
            fits &= expected_costs <= self.limits.cost - float(self.cost[covered].sum())
        if self.limits.literals is not None:
            added = added / self.literals if self.by_literal else added
            fits &= self.literals <= self.limits.literals - int(self.literals[chosen].sum())
        fits[chosen] = False
        best = int(np.argmax(np.where(fits, added, -np.inf)))
        return best if fits[best] and added[best] > 1e-12 * max(1.0, float(self.gain.sum())) else None

    def choose(self, price: float) -> list[int]:
        """Return the rules chosen at a price: greedily, then by exchanges."""
        chosen: list[int] = []
        while len(chosen) < self.limits.rules and (best := self.best_next(chosen, price)) is not None:
            chosen.append(best)
        for _ in range(_EXCHANGES):
            before = self.worth(chosen, price)
            for rule in list(chosen):
                rest = [other for other in chosen if other != rule]
                best = self.best_next(rest, price)
                chosen = rest if best is None else [*rest, best]
            if self.worth(chosen, price) <= before * (1 + 1e-9) + 1e-12:
                break
        return chosen


def choose(pool: Pool, limits: SelectionLimits) -> list[int]:
    """Return the places of the chosen rules in rank order, the best gain over cost first.

    Together they cost at most what is allowed. When every single rule costs more, the cheapest one is returned, for
    the caller to refuse.
    """
    if len(pool.hits) == 0:
        return []
    search = _Search(pool, limits)
    best = _bisect(search)
    if limits.literals is not None:  # with few literals to give, what a rule brings per literal counts
        search.by_literal = True
        best = max(best, _bisect(search), key=search.gain_of)
    return _rank(best or _cheapest(search), search)


def _bisect(search: _Search) -> list[int]:
    """Return the selection at the lowest price that keeps to the cost, with further rules that still fit."""
    low, high = _PRICES
    best: list[int] = []
    for _ in range(_BISECTIONS):
        price = float(np.sqrt(low * high))
        chosen = search.choose(search.base * price)
        if search.cost_of(chosen) <= search.limits.cost:
            high = price
            best = max(best, chosen, key=search.gain_of)
        else:
            low = price
    while (
        len(best) < search.limits.rules
        and (more := search.best_next(best, search.base * _PRICES[0], fill=True)) is not None
    ):
        best = [*best, more]
    return best


def _cheapest(search: _Search) -> list[int]:
    gains = search.matrix @ search.gain
    expected_costs = np.where(gains > 0, search.matrix @ search.cost, np.inf)
    return [int(np.argmin(expected_costs))]


def _rank(chosen: list[int], search: _Search) -> list[int]:
    """Order chosen rules by what each adds to those before it: gain over cost."""
    ordered: list[int] = []
    left = sorted(chosen)
    floor = 0.5 * float(search.cost.mean()) if search.cost.any() else 1.0
    while left:
        free = ~search.covered(ordered)
        gains = search.matrix[left] @ np.where(free, search.gain, 0.0)
        expected_costs = search.matrix[left] @ np.where(free, search.cost, 0.0)
        best = left[int(np.argmax(gains / (expected_costs + floor)))]
        ordered.append(best)
        left.remove(best)
    return ordered
