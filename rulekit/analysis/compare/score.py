"""Where two laws that sum points decide differently: by the rules that are not alike, and the sum of the others.

The space is cut along the single boxes only (:mod:`rulekit.analysis.compare.joint`). In each cell the two
laws differ by a constant, so an outcome changes exactly where the sum of all other points is in some range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rulekit.analysis.compare.first_hit import find_in
from rulekit.analysis.compare.joint import Joint, Side
from rulekit.analysis.compare.regions import Region, Told, merged
from rulekit.analysis.search.predicates import Decides
from rulekit.analysis.search.search import Budget, UndecidedError, find_all
from rulekit.analysis.space.deciders import SumDecider
from rulekit.analysis.space.space import Box
from rulekit.analysis.space.witness import witness

_Points = tuple[int | None, int | None]


class _Change(NamedTuple):
    """A range of the points of rules alike in both laws, the points of others, and the outcomes, then and now."""

    points: _Points
    old: int
    new: int
    before: str
    after: str

    @property
    def then(self) -> _Points:
        """The range of all points in the old law."""
        low, high = (None if end is None else end + self.old for end in self.points)
        return low, high


@dataclass(frozen=True, slots=True)
class _Cells:
    """Pieces that every single box holds all or nothing of."""

    single: int

    def point(self, hits: int) -> Literal[True]:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        del hits
        return True

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        return None if touched & self.single & ~inside else True

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        return touched & self.single & ~inside, True


def resummed(joint: Joint, budget: int) -> Iterator[Region | None]:
    """Yield the regions; None for what the search was given up on; see :func:`.first_hit.amended`."""
    index, single = joint.index, joint.single
    cells: dict[int, list[Box]] = {}
    try:
        for piece in find_all(index, index.space.everything, _Cells(single), Budget(budget)):
            cells.setdefault(index.look(piece)[1] & single, []).append(piece)
    except UndecidedError:
        yield None
    for held, pieces in cells.items():
        together = merged(pieces)
        for change in _changes(joint, _sum(joint.old, held), _sum(joint.new, held)):
            try:
                yield from _look(joint, together, change, budget, held)
            except UndecidedError:
                yield None


def _sum(side: Side, held: int) -> int:
    """Return the points of the rules that have one of some boxes."""
    rules = zip(side.bits, side.ruleset.rules, strict=False)
    return sum(rule.points or 0 for bits, rule in rules if bits & held)


def _changes(joint: Joint, old: int, new: int) -> Iterator[_Change]:
    """Yield the sums of all other points with which the laws, given points of their own, decide differently."""
    sides = [(SumDecider((), side.ruleset.ladder, side.ruleset.otherwise), points)
             for side, points in ((joint.old, old), (joint.new, new))]  # fmt: skip
    cuts = sorted({least - own for law, own in sides for _, least in law.ladder})
    for low, above in pairwise([None, *cuts, None]):
        high = None if above is None else above - 1
        some = low if low is not None else high or 0
        before, after = (law.named(some + own) for law, own in sides)
        if before != after:
            yield _Change((low, high), old, new, before, after)


def _look(joint: Joint, pieces: Sequence[Box], change: _Change, budget: int, held: int) -> Iterator[Region]:
    """Yield the region of some pieces where the rules alike in both laws give a sum in a range, if there is any."""
    common, everywhere = _common(joint, change.points), frozenset(["within"])
    found = find_in(joint, pieces, Decides(common, lambda name: name == "within"), Budget(budget))
    if found is not None:
        always = all(common.possible(*joint.index.look(piece)) == everywhere for piece in pieces)
        yield Region(
            tuple(pieces),
            witness(joint.index.space, found[0]),
            Told(change.before),
            Told(change.after),
            found[1],
            points=(None, None) if always else change.then,
            shift=change.new - change.old,
            through=tuple(dict.fromkeys((*joint.old.ids(held), *joint.new.ids(held)))),
        )


def _common(joint: Joint, points: _Points) -> SumDecider:
    """Return the sum of the rules alike in both laws, named by whether it is within a range."""
    both = joint.old.all & joint.new.all
    bits = zip(joint.old.bits, joint.old.ruleset.rules, strict=False)
    rules = [(own & both, rule.points or 0) for own, rule in bits if own & both]
    low, high = points
    ladder = [
        *([] if low is None else [("within", low)]),
        *([] if high is None else [("beyond", high + 1)]),
    ]
    return SumDecider(rules, ladder, "within" if low is None else "beyond")
