"""Finds the differences of two rulesets that decide by the first hit, one pair of deciding rules at a time.

An event that no single box holds (:mod:`rulekit.analysis.compare.merged_boxes`) is decided alike. So one of the
two rules that decide an event differently hits it with a single box, and few pairs remain to look at.
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
"""The largest number of pairs of rules that are searched."""

_FEW, _SMALL = 8, 48
"""Exceptions are cut out of a region only up to this many boxes, with a search of at most this many pieces."""


def first_hit_changes(merged: MergedBoxes, budget: int) -> Iterator[DifferingRegion | None]:
    """Yield the region of each pair of deciding rules; None for a pair whose search ran out of budget.

    Parameters
    ----------
    merged : the two rulesets.
    budget : pieces that the search may look at for one pair; ten times as many for all pairs together.

    """
    pairs, whole = _pairs(merged), SearchBudget(10 * budget)
    for (old, new), areas in list(pairs.items())[:PAIRS]:
        blocked = merged.old.before[old] | merged.new.before[new]
        predicate, own = (
            FirstHit(wanted=0, unwanted=blocked, nothing=True),
            SearchBudget(min(budget, whole.left)),
        )
        # The pair takes its share from the common budget first, and gives back below what it did not use. If it
        # is given up, nothing comes back, so that hard pairs together cannot take more than the whole.
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
    """Return, for each pair of rules with different outcomes, the boxes that they have in common."""
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
    """Yield boxes of the other ruleset after ``bit`` that can be its first hit in ``box`` with another outcome."""
    # Later boxes can be the first hit only up to the first one that contains all of `box`.
    intersecting, containing = merged.index.query(box)
    behind = intersecting & theirs.all & ~((2 << bit) - 1)
    sure = behind & containing
    if sure:
        behind &= (2 << lowest(sure)) - 1
    return places(behind & ~theirs.by_outcome.get(outcome, 0))


def find_in(
    merged: MergedBoxes, areas: Sequence[Box], predicate: Predicate, budget: SearchBudget
) -> tuple[Box, bool] | None:
    """Return a piece of some boxes that satisfies a predicate, and whether it is plausible; plausible pieces first.

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
    """Return the boxes less what earlier rules take, if that needs no more boxes than naming the rules does."""
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
