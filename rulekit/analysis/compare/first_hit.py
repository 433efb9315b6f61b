"""Where two laws decide differently by their first hits: for each rule of the old law and each of the new one.

An event that no single box holds is decided alike (:mod:`rulekit.analysis.compare.joint`). So one of the
two rules that decide an event differently hits it with a single box, and the pairs to look at are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rulekit.analysis.compare.joint import Joint, Side
from rulekit.analysis.compare.regions import Region, merged
from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.search.search import Budget, Judge, UndecidedError, find, find_all
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.deciders import lowest
from rulekit.analysis.space.space import Box
from rulekit.analysis.space.witness import witness

PAIRS = 5_000
"""Pairs of rules that are looked at."""

_FEW, _SMALL = 8, 48
"""Of how many boxes it is tried to do without exceptions, and the pieces that may be looked at for it."""


def amended(joint: Joint, budget: int) -> Iterator[Region | None]:
    """Yield the regions by the two rules that decide; None for a pair of which the search was given up.

    Parameters
    ----------
    joint : the laws.
    budget : pieces that may be looked at for one pair; ten times as many for all.

    """
    pairs, whole = _pairs(joint), Budget(10 * budget)
    for (old, new), areas in list(pairs.items())[:PAIRS]:
        blocked = joint.old.before[old] | joint.new.before[new]
        judge, own = FirstHit(wanted=0, unwanted=blocked, nothing=True), Budget(min(budget, whole.left))
        whole.left -= own.left
        try:
            found = find_in(joint, areas, judge, own)
        except UndecidedError:
            yield None
            continue
        whole.left += own.left
        if found is not None:
            yield _region(joint, (old, new), areas, found)
    yield from [None] * len(list(pairs)[PAIRS:])


def _pairs(joint: Joint) -> dict[tuple[int, int], list[Box]]:
    """Return the boxes that two rules of different outcomes have in common, by their places."""
    found: dict[tuple[int, int], list[Box]] = {}
    index, everything = joint.index, joint.index.space.everything
    for bit in places(joint.single):
        box = index.space.box(index.regions[bit], everything)
        ours, theirs = (joint.old, joint.new) if joint.old.all >> bit & 1 else (joint.new, joint.old)
        mine = ours.owner[bit]
        for other in _others(joint, theirs, box, bit, ours.outcomes[mine]):
            pair = (mine, theirs.owner[other]) if ours is joint.old else (theirs.owner[other], mine)
            areas = found.setdefault(pair, [])
            if areas or len(found) <= PAIRS:
                areas.append(index.space.box(index.regions[other], box))
    return found


def _others(joint: Joint, theirs: Side, box: Box, bit: int, outcome: str) -> Iterator[int]:
    """Yield boxes of the other law, behind one, that can be its first hit there and have another outcome."""
    touched, inside = joint.index.look(box)
    behind = touched & theirs.all & ~((2 << bit) - 1)
    sure = behind & inside
    if sure:
        behind &= (2 << lowest(sure)) - 1
    return places(behind & ~theirs.by_outcome.get(outcome, 0))


def find_in(joint: Joint, areas: Sequence[Box], judge: Judge, budget: Budget) -> tuple[Box, bool] | None:
    """Return a piece of some boxes that a judge looks for, plausible if any is, and whether it is.

    Raises
    ------
    UndecidedError
        when the budget is spent.

    """
    likely = joint.index.space.plausible
    for within in (likely, joint.index.space.everything):
        for area in areas:
            start = tuple(map(int.__and__, area, within))
            piece = find(joint.index, start, judge, budget)
            if piece is not None:
                return piece, within is likely
    return None


def _region(joint: Joint, pair: tuple[int, int], areas: list[Box], found: tuple[Box, bool]) -> Region:
    old, new = joint.old.before[pair[0]], joint.new.before[pair[1]]
    pieces, touched = merged(areas), 0
    for area in areas:
        touched |= joint.index.look(area)[0]
    left = _left(joint, areas, (old | new) & touched, len(pieces))
    if left is not None:
        pieces, touched = left, 0
    return Region(
        tuple(pieces),
        witness(joint.index.space, found[0]),
        joint.old.told(pair[0]),
        joint.new.told(pair[1]),
        found[1],
        joint.old.ids(old & touched),
        joint.new.ids(new & touched),
    )


def _left(joint: Joint, areas: list[Box], blocked: int, most: int) -> list[Box] | None:
    """Return what earlier rules leave of some boxes, where that takes no more boxes than naming the rules does."""
    if blocked.bit_count() > _FEW:
        return None
    judge, budget, found = FirstHit(wanted=0, unwanted=blocked, nothing=True), Budget(_SMALL), list[Box]()
    try:
        for area in areas:
            found += find_all(joint.index, area, judge, budget)
    except UndecidedError:
        return None
    pieces = merged(found)
    return pieces if len(pieces) <= most else None
