"""Where two laws decide differently by their first hits: for each rule of the old law and each of the new one.

An event that no single box holds is decided alike (:mod:`rulekit.analysis.compare.merged_boxes`). So one of the
two rules that decide an event differently hits it with a single box, and the pairs to look at are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rulekit.analysis.compare.merged_boxes import MergedBoxes, Side
from rulekit.analysis.compare.regions import DifferingRegion, merge_adjacent
from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.search.search import Predicate, SearchBudget, find, find_all
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.outcome_functions import lowest
from rulekit.analysis.space.space import Box
from rulekit.analysis.space.witness import witness
from rulekit.errors import UndecidedError

PAIRS = 5_000
"""Pairs of rules that are looked at."""

_FEW, _SMALL = 8, 48
"""Of how many boxes it is tried to do without exceptions, and the pieces that may be looked at for it."""


def first_hit_changes(merged: MergedBoxes, budget: int) -> Iterator[DifferingRegion | None]:
    """Yield the regions by the two rules that decide; None for a pair of which the search was given up.

    Parameters
    ----------
    merged : the laws.
    budget : pieces that may be looked at for one pair; ten times as many for all.

    """
    pairs, whole = _pairs(merged), SearchBudget(10 * budget)
    for (old, new), areas in list(pairs.items())[:PAIRS]:
        blocked = merged.old.before[old] | merged.new.before[new]
        predicate, own = (
            FirstHit(wanted=0, unwanted=blocked, nothing=True),
            SearchBudget(min(budget, whole.left)),
        )
        whole.left -= own.left
        try:
            found = find_in(merged, areas, predicate, own)
        except UndecidedError:
            yield None
            continue
        whole.left += own.left
        if found is not None:
            yield _region(merged, (old, new), areas, found)
    yield from [None] * len(list(pairs)[PAIRS:])


def _pairs(merged: MergedBoxes) -> dict[tuple[int, int], list[Box]]:
    """Return the boxes that two rules of different outcomes have in common, by their places."""
    found: dict[tuple[int, int], list[Box]] = {}
    index, everything = merged.index, merged.index.space.everything
    for bit in places(merged.single):
        box = index.space.box(index.regions[bit], everything)
        ours, theirs = (merged.old, merged.new) if merged.old.all >> bit & 1 else (merged.new, merged.old)
        mine = ours.owner[bit]
        for other in _others(merged, theirs, box, bit, ours.outcomes[mine]):
            pair = (mine, theirs.owner[other]) if ours is merged.old else (theirs.owner[other], mine)
            areas = found.setdefault(pair, [])
            if areas or len(found) <= PAIRS:
                areas.append(index.space.box(index.regions[other], box))
    return found


def _others(merged: MergedBoxes, theirs: Side, box: Box, bit: int, outcome: str) -> Iterator[int]:
    """Yield boxes of the other law, behind one, that can be its first hit there and have another outcome."""
    intersecting, containing = merged.index.query(box)
    behind = intersecting & theirs.all & ~((2 << bit) - 1)
    sure = behind & containing
    if sure:
        behind &= (2 << lowest(sure)) - 1
    return places(behind & ~theirs.by_outcome.get(outcome, 0))


def find_in(
    merged: MergedBoxes, areas: Sequence[Box], predicate: Predicate, budget: SearchBudget
) -> tuple[Box, bool] | None:
    """Return a piece of some boxes that a predicate looks for, plausible if any is, and whether it is.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    likely = merged.index.space.plausible
    for within in (likely, merged.index.space.everything):
        for area in areas:
            start = tuple(map(int.__and__, area, within))
            piece = find(merged.index, start, predicate, budget)
            if piece is not None:
                return piece, within is likely
    return None


def _region(
    merged: MergedBoxes, pair: tuple[int, int], areas: list[Box], found: tuple[Box, bool]
) -> DifferingRegion:
    old, new = merged.old.before[pair[0]], merged.new.before[pair[1]]
    pieces, intersecting = merge_adjacent(areas), 0
    for area in areas:
        intersecting |= merged.index.query(area)[0]
    left = _left(merged, areas, (old | new) & intersecting, len(pieces))
    if left is not None:
        pieces, intersecting = left, 0
    return DifferingRegion(
        tuple(pieces),
        witness(merged.index.space, found[0]),
        merged.old.decided_as(pair[0]),
        merged.new.decided_as(pair[1]),
        found[1],
        merged.old.ids(old & intersecting),
        merged.new.ids(new & intersecting),
    )


def _left(merged: MergedBoxes, areas: list[Box], blocked: int, most: int) -> list[Box] | None:
    """Return what earlier rules leave of some boxes, where that takes no more boxes than naming the rules does."""
    if blocked.bit_count() > _FEW:
        return None
    predicate, budget, found = (
        FirstHit(wanted=0, unwanted=blocked, nothing=True),
        SearchBudget(_SMALL),
        list[Box](),
    )
    try:
        for area in areas:
            found += find_all(merged.index, area, predicate, budget)
    except UndecidedError:
        return None
    pieces = merge_adjacent(found)
    return pieces if len(pieces) <= most else None
