"""The nearest event of a kind: best-first search over pieces of the space, exact, or given up at a budget.

A node is a piece of the space and its point nearest to the event. Nothing in the piece is nearer than that point,
so the first node, in the order of cost, whose point is wanted is the answer. Another node is replaced by smaller
ones: any wanted point in its piece makes some of the switches that the wish names. They are sorted by what each
costs at least, and the node that stands for one switch forbids those after it. So no set of switches is looked at
twice, and a switch that can't reach the need together with those before it stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from rulekit.analysis.nearest.distance import Distances
from rulekit.analysis.nearest.goals import Family, Switch, Wish
from rulekit.analysis.search.search import Budget
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.space import Box


@dataclass(frozen=True, slots=True)
class Nearest:
    """A point of the space, one atom per axis, and what it costs to get there, in steps."""

    point: tuple[int, ...]
    cost: int


class _Node(NamedTuple):
    """A piece, and its nearest point with the cost on each axis; the switches that are ``banned`` are not made."""

    piece: list[int]
    point: list[int]
    costs: list[int]
    cost: int
    banned: tuple[int, int]


class _Promise(NamedTuple):
    """Nodes that are not made yet: of another node, for the switches that can be made in it, from a place on."""

    node: _Node
    offers: list[tuple[int, Switch]]
    place: int


def nearest(
    index: Index, start: Box, wish: Wish, distances: Distances, budget: Budget | None = None
) -> Nearest | None:
    """Return the nearest point to an event that gets a wish; None proves that there is none.

    Of equally near points one that changes the fewest features is taken, and of those the features that come first.

    Parameters
    ----------
    index : of the boxes that the wish speaks of.
    start : where the event may be moved, on every axis.
    wish : what is wished for.
    distances : from the event.
    budget : pieces that may be looked at.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    if not all(start):
        return None
    budget = budget or Budget()
    search = _Search(index, wish, distances)
    search.push(search.root(start))
    return search.run(budget)


class _Search:
    """The open nodes, by cost, then by the features that their points change."""

    def __init__(self, index: Index, wish: Wish, distances: Distances) -> None:
        self.index = index
        self.wish = wish
        self.distances = distances
        self.heap: list[tuple[int, int, tuple[int, ...], int, _Node | _Promise]] = []
        self.numbers = count()

    def root(self, start: Sequence[int]) -> _Node:
        found = [self.distances.nearest(axis, atoms) for axis, atoms in enumerate(start)]
        costs = [cost for cost, _ in found]
        return _Node(list(start), [place for _, place in found], costs, sum(costs), (0, 0))

    def push(self, node: _Node) -> None:
        changed = tuple(axis for axis, cost in enumerate(node.costs) if cost)
        heappush(self.heap, (node.cost, len(changed), changed, next(self.numbers), node))

    def promise(self, node: _Node, offers: list[tuple[int, Switch]], place: int) -> None:
        if place < len(offers):
            promise = _Promise(node, offers, place)
            heappush(self.heap, (offers[place][0], 0, (), next(self.numbers), promise))

    def run(self, budget: Budget) -> Nearest | None:
        while self.heap:
            *_, node = heappop(self.heap)
            if isinstance(node, _Promise):
                self.promise(node.node, node.offers, node.place + 1)
                for kept in self.keep(node):
                    self.push(kept)
                continue
            budget.spend()
            hits = self.index.hits(node.point)
            if self.wish.point(hits):
                return Nearest(tuple(node.point), node.cost)
            for family in self.wish.families(hits):
                self.branch(node, family)
        return None

    def branch(self, node: _Node, family: Family) -> None:
        """Promise the nodes for the switches of a family which, with those before them, reach its need."""
        offers = sorted(self.offers(node, family.switches))
        reached, counted = 0, set[int]()
        for place, (_, switch) in enumerate(offers):
            if switch.rule not in counted:
                counted.add(switch.rule)
                reached += switch.gain
            if reached >= family.need:
                self.promise(node, offers, place)
                break

    def offers(self, node: _Node, switches: Sequence[Switch]) -> Iterator[tuple[int, Switch]]:
        """Yield the switches that can be made in a node with what its point costs then, at least."""
        enters, leaves = node.banned
        regions = self.index.regions
        for switch in switches:
            if (enters if switch.on else leaves) >> switch.box & 1:
                continue
            price = self.entering if switch.on else self.leaving
            cost = price(node, regions[switch.box])
            if cost is not None:
                yield cost, switch

    def entering(self, node: _Node, region: Mapping[int, int]) -> int | None:
        cost, (piece, point, costs, *_) = node.cost, node
        for axis, atoms in region.items():
            if not atoms >> point[axis] & 1:
                left = piece[axis] & atoms
                if not left:
                    return None
                cost += self.distances.nearest(axis, left)[0] - costs[axis]
        return cost

    def leaving(self, node: _Node, region: Mapping[int, int]) -> int | None:
        outside = ((axis, left) for axis, atoms in region.items() if (left := node.piece[axis] & ~atoms))
        costs = (self.distances.nearest(axis, left)[0] - node.costs[axis] for axis, left in outside)
        least = min(costs, default=None)
        return None if least is None else node.cost + least

    def keep(self, promise: _Promise) -> Iterator[_Node]:
        """Yield the nodes that were promised: one where a box is entered, one per axis where it is left."""
        node, offers, place = promise
        switch, banned = offers[place][1], _banned(node.banned, offers[place + 1 :])
        region = self.index.regions[switch.box]
        if switch.on:
            yield self.within(node, region, banned)
            return
        inside: dict[int, int] = {}
        for axis, atoms in region.items():
            if node.piece[axis] & ~atoms:
                yield self.within(node, {**inside, axis: ~atoms}, banned)
                inside[axis] = atoms

    def within(self, node: _Node, region: Mapping[int, int], banned: tuple[int, int]) -> _Node:
        """Return the part of a node that is in a region, which it meets."""
        piece, point, costs = node.piece.copy(), node.point.copy(), node.costs.copy()
        for axis, atoms in region.items():
            piece[axis] &= atoms
            costs[axis], point[axis] = self.distances.nearest(axis, piece[axis])
        return _Node(piece, point, costs, sum(costs), banned)


def _banned(banned: tuple[int, int], offers: Iterable[tuple[int, Switch]]) -> tuple[int, int]:
    """Return the boxes that are not entered, and those that are not left, once further switches are forbidden."""
    enters, leaves = banned
    for _, switch in offers:
        if switch.on:
            enters |= 1 << switch.box
        else:
            leaves |= 1 << switch.box
    return enters, leaves
