"""The nearest event that satisfies a goal, by best-first search over pieces of the space.

A node is a piece of the space and its point nearest to the event. Nothing in the piece is nearer than that point,
so the first node, in order of cost, whose point satisfies the goal is the answer. Any other node is replaced by
smaller ones: every solution in its piece makes some of the moves that the goal names. The moves are sorted by
their least cost, and the node for one move forbids the moves after it. So no set of moves is searched twice, and a
move that cannot reach the need together with those before it needs no node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from rulekit.analysis.nearest.distance import Distances
from rulekit.analysis.nearest.goals import AlternativeMoves, Goal, Move
from rulekit.analysis.search.search import SearchBudget
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.space import Box


@dataclass(frozen=True, slots=True)
class Nearest:
    """A point of the space, one atom per axis, and its cost in steps."""

    point: tuple[int, ...]
    cost: int


class _Node(NamedTuple):
    """A piece, its nearest point, the cost on each axis, their sum, and the forbidden moves (``banned``)."""

    piece: list[int]
    point: list[int]
    costs: list[int]
    cost: int
    banned: tuple[int, int]


class _DeferredNode(NamedTuple):
    """Nodes that are built only when their cost comes up: for the moves of a node from a position on."""

    node: _Node
    priced: list[tuple[int, Move]]
    place: int


def nearest(
    index: Index, start: Box, goal: Goal, distances: Distances, budget: SearchBudget | None = None
) -> Nearest | None:
    """Return the point nearest to an event that satisfies a goal; None proves that there is none.

    Of equally near points one that changes the fewest features is taken, and of these one that changes the
    earliest features.

    Parameters
    ----------
    index : the boxes that the goal refers to.
    start : on every axis, where the event may be moved.
    goal : what is wanted.
    distances : from the event.
    budget : pieces that may be looked at; default: 20,000.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    if not all(start):
        return None
    budget = budget or SearchBudget()
    search = _Search(index, goal, distances)
    search.push(search.root(start))
    return search.run(budget)


class _Search:
    """The open nodes, ordered by cost, then by the features that their points change."""

    def __init__(self, index: Index, goal: Goal, distances: Distances) -> None:
        self.index = index
        self.goal = goal
        self.distances = distances
        self.heap: list[tuple[int, int, tuple[int, ...], int, _Node | _DeferredNode]] = []
        self.numbers = count()

    def root(self, start: Sequence[int]) -> _Node:
        found = [self.distances.nearest(axis, atoms) for axis, atoms in enumerate(start)]
        costs = [cost for cost, _ in found]
        return _Node(list(start), [place for _, place in found], costs, sum(costs), (0, 0))

    def push(self, node: _Node) -> None:
        changed = tuple(axis for axis, cost in enumerate(node.costs) if cost)
        heappush(self.heap, (node.cost, len(changed), changed, next(self.numbers), node))

    def defer(self, node: _Node, priced: list[tuple[int, Move]], place: int) -> None:
        if place < len(priced):
            defer = _DeferredNode(node, priced, place)
            heappush(self.heap, (priced[place][0], 0, (), next(self.numbers), defer))

    def run(self, budget: SearchBudget) -> Nearest | None:
        while self.heap:
            *_, node = heappop(self.heap)
            if isinstance(node, _DeferredNode):
                self.defer(node.node, node.priced, node.place + 1)
                for kept in self.keep(node):
                    self.push(kept)
                continue
            budget.spend()
            hits = self.index.hits(node.point)
            if self.goal.point(hits):
                return Nearest(tuple(node.point), node.cost)
            for alternative in self.goal.alternatives(hits):
                self.branch(node, alternative)
        return None

    def branch(self, node: _Node, alternative: AlternativeMoves) -> None:
        """Defer the nodes for the moves of an alternative that reach its need together with cheaper ones."""
        # A solution makes a set of moves with enough points. Let the costliest of them stand for the set: its node
        # forbids all costlier moves, so the sets of different nodes are disjoint. A move that does not reach the
        # need with all cheaper ones cannot be the costliest of such a set, so the first nodes start where it can.
        # Two boxes of one rule give its points once, hence `counted`.
        priced = sorted(self.priced(node, alternative.moves))
        reached, counted = 0, set[int]()
        for place, (_, move) in enumerate(priced):
            if move.rule not in counted:
                counted.add(move.rule)
                reached += move.gain
            if reached >= alternative.need:
                self.defer(node, priced, place)
                break

    def priced(self, node: _Node, moves: Sequence[Move]) -> Iterator[tuple[int, Move]]:
        """Yield the moves that are possible in a node, each with the least cost of the node after it."""
        enters, leaves = node.banned
        regions = self.index.regions
        for move in moves:
            if (enters if move.enter else leaves) >> move.box & 1:
                continue
            price = self.entering if move.enter else self.leaving
            cost = price(node, regions[move.box])
            if cost is not None:
                yield cost, move

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

    def keep(self, defer: _DeferredNode) -> Iterator[_Node]:
        """Yield the nodes of a deferred move: one to enter a box, one per axis to leave it."""
        node, priced, place = defer
        move, banned = priced[place][1], _banned(node.banned, priced[place + 1 :])
        region = self.index.regions[move.box]
        if move.enter:
            yield self.within(node, region, banned)
            return
        inside: dict[int, int] = {}
        for axis, atoms in region.items():
            if node.piece[axis] & ~atoms:
                yield self.within(node, {**inside, axis: ~atoms}, banned)
                inside[axis] = atoms

    def within(self, node: _Node, region: Mapping[int, int], banned: tuple[int, int]) -> _Node:
        """Return the part of a node in a region that it intersects."""
        piece, point, costs = node.piece.copy(), node.point.copy(), node.costs.copy()
        for axis, atoms in region.items():
            piece[axis] &= atoms
            costs[axis], point[axis] = self.distances.nearest(axis, piece[axis])
        return _Node(piece, point, costs, sum(costs), banned)


def _banned(banned: tuple[int, int], priced: Iterable[tuple[int, Move]]) -> tuple[int, int]:
    """Return the boxes not to enter and not to leave, after further moves are forbidden."""
    enters, leaves = banned
    for _, move in priced:
        if move.enter:
            enters |= 1 << move.box
        else:
            leaves |= 1 << move.box
    return enters, leaves
