"""The search: an event of a kind, or the proof that there is none, or the reason why neither was found.

The space is cut along the boxes of rules until each piece is decided as a whole. Every cut asks about one box, so
the search ends; how long it takes is bounded by a budget, and to run out of it is an answer of its own.
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
"""Pieces of the space that one question may look at."""

PROBE = 8
"""In every so manieth piece one event is tried before the piece is cut."""


class Predicate(Protocol):
    """What is searched for."""

    def point(self, hits: int) -> bool:
        """Say whether an event that exactly these boxes hold is of the kind."""

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """Say whether all events of a piece are of the kind, or none is; None where it is not known yet.

        ``intersecting`` are the boxes that meet the piece, ``containing`` those of them that hold all of it.
        """

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """Return boxes, intersecting and not containing, along one of which to cut a piece that is not known yet.

        With them, whether what is containing of the box may be of the kind.
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
    """Return a piece of ``start`` all of whose events are of the kind; None proves that there is none.

    Parameters
    ----------
    index : of the boxes that the predicate speaks of.
    start : the part of the space to search.
    predicate : says what is searched for.
    budget : of this question, or of several.
    near : events that were of some like kind: one next to them is tried first.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    budget = budget or SearchBudget()
    point = near and all(start) and _next_to(index, start, predicate, near)
    if point:
        return _exactly(point)
    chance = random.Random(0)  # noqa: S311 - it picks where to look first, and the same place in every run
    for piece, decided in _walk(index, start, predicate, budget):
        if decided:
            return piece
        if budget.left % PROBE == 0:
            point = random_point(piece, chance)
            if predicate.point(index.hits(point)):
                return _exactly(point)
    return None


def find_all(index: Index, start: Box, predicate: Predicate, budget: SearchBudget) -> Iterator[Box]:
    """Yield disjoint pieces of ``start`` that together are all events of the kind; see :func:`find`.

    Raises
    ------
    UndecidedError
        when the budget is spent: the pieces so far are of the kind, and there may be more.

    """
    return (piece for piece, decided in _walk(index, start, predicate, budget) if decided)


def _walk(index: Index, start: Box, predicate: Predicate, budget: SearchBudget) -> Iterator[tuple[Box, bool]]:
    """Yield pieces all of whose events are of the kind (true), and those that are cut next (false)."""
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
    """Return a point of ``start`` that is of the kind and differs from others in one axis, if one is found."""
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
