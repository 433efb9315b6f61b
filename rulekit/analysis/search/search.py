"""Search by splitting: an event that satisfies a predicate, or the proof that there is none.

The space is cut along the boxes of rules until each piece is decided as a whole. Every cut settles one box, so the
search ends. A budget bounds its length; running out of it is an answer of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rulekit.analysis.space.index import Index, random_point
from rulekit.analysis.space.space import Box
from rulekit.errors import UndecidedError

BUDGET = 20_000
"""Pieces of the space that one search may look at."""

PROBE = 8
"""Before splitting, test one random event in every PROBE-th piece."""


class Predicate(Protocol):
    """What is searched for."""

    def point(self, hits: int) -> bool:
        """Say whether an event that exactly these boxes hold satisfies it."""

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """Say whether all events of a piece satisfy it (True), or none does (False); None if not known yet.

        ``intersecting`` are the boxes that intersect the piece, ``containing`` those that contain all of it.
        """

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """Return boxes along one of which to cut a piece that is not decided yet.

        The boxes intersect the piece and do not contain it. The second value says whether the part inside the box
        may satisfy the predicate.
        """


@dataclass(slots=True)
class SearchBudget:
    """How many pieces may still be looked at."""

    left: int = BUDGET

    def spend(self) -> None:
        """Count one piece.

        Raises
        ------
        UndecidedError
            when none is left.

        """
        self.left -= 1
        if self.left < 0:
            raise UndecidedError("the search was given up", hint="a larger budget may decide it")


def find(
    index: Index,
    start: Box,
    predicate: Predicate,
    budget: SearchBudget | None = None,
    near: Box | None = None,
) -> Box | None:
    """Return a piece of ``start`` all of whose events satisfy a predicate; None proves that there is none.

    Parameters
    ----------
    index : the boxes that the predicate refers to.
    start : the part of the space to search.
    predicate : what is searched for.
    budget : the budget of this search, or of several; default: 20,000 pieces.
    near : events that satisfied a similar predicate; an event next to them is tried first.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    budget = budget or SearchBudget()
    point = near and all(start) and _next_to(index, start, predicate, near)
    if point:
        return _exactly(point)
    chance = random.Random(0)  # noqa: S311 - it only picks where to look first, the same place in every run
    for piece, decided in _walk(index, start, predicate, budget):
        if decided:
            return piece
        if budget.left % PROBE == 0:
            point = random_point(piece, chance)
            if predicate.point(index.hits(point)):
                return _exactly(point)
    return None


def find_all(index: Index, start: Box, predicate: Predicate, budget: SearchBudget) -> Iterator[Box]:
    """Yield disjoint pieces of ``start`` that together are all events that satisfy a predicate.

    Raises
    ------
    UndecidedError
        when the budget is spent: the pieces so far are right, and there may be more.

    """
    return (piece for piece, decided in _walk(index, start, predicate, budget) if decided)


def _walk(index: Index, start: Box, predicate: Predicate, budget: SearchBudget) -> Iterator[tuple[Box, bool]]:
    """Yield pieces all of whose events satisfy a predicate (True), and pieces that are cut next (False)."""
    stack = [start] if all(start) else []
    while stack:
        piece = stack.pop()
        budget.spend()
        intersecting, containing = index.query(piece)
        verdict = predicate.piece(intersecting, containing)
        if verdict is None:
            yield piece, False
            boxes, inner_counts = predicate.cut(intersecting, containing)
            outside, inner = index.pieces(piece, index.fewest_cuts(piece, boxes))
            stack += outside[::-1]  # the first piece is the largest, and taken next
            stack += [inner] if inner_counts else []
        elif verdict:
            yield piece, True


def _next_to(index: Index, start: Box, predicate: Predicate, near: Box) -> list[int] | None:
    """Return a point of ``start`` that satisfies the predicate and differs from ``near`` on one axis at most."""
    point, moved = [], None
    for place, (atoms, theirs) in enumerate(zip(start, near, strict=True)):
        both = atoms & theirs
        if not both:
            if moved is not None:
                return None
            moved, both = place, atoms
        point.append((both & -both).bit_length() - 1)
    if moved is None:
        return point if predicate.point(index.hits(point)) else None
    for other, hits in enumerate(index.along(point, moved)):
        if start[moved] >> other & 1 and predicate.point(hits):
            point[moved] = other
            return point
    return None


def _exactly(point: Sequence[int]) -> Box:
    return tuple(1 << place for place in point)
