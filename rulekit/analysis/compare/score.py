"""Finds the differences of two rulesets under SCORE, from the rules that changed and the points of the others.

The space is cut along the single boxes only (:mod:`rulekit.analysis.compare.merged_boxes`). In each cell the two
sums differ by a constant, so an outcome changes exactly where the points of the unchanged rules lie in some range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rulekit.analysis.compare.first_hit import find_in
from rulekit.analysis.compare.merged_boxes import MergedBoxes, Side
from rulekit.analysis.compare.regions import DecidedAs, DifferingRegion, merge_adjacent
from rulekit.analysis.search.predicates import Decides
from rulekit.analysis.search.search import SearchBudget, find_all
from rulekit.analysis.space.outcome_functions import ScoreOutcome
from rulekit.analysis.space.space import Box
from rulekit.analysis.space.witness import witness
from rulekit.errors import UndecidedError

_Points = tuple[int | None, int | None]


class _Change(NamedTuple):
    """A range of the points of unchanged rules, the points of the others, and the outcomes before and after."""

    points: _Points
    old: int
    new: int
    before: str
    after: str

    @property
    def then(self) -> _Points:
        """The range of the sum of all points in the old ruleset."""
        low, high = (None if end is None else end + self.old for end in self.points)
        return low, high


@dataclass(frozen=True, slots=True)
class _Cells:
    """The predicate "every single box holds all of the piece or none of it": cuts the space into cells."""

    single: int

    def point(self, hits: int) -> Literal[True]:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        del hits
        return True

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        return None if intersecting & self.single & ~containing else True

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        return intersecting & self.single & ~containing, True


def score_changes(merged: MergedBoxes, budget: int) -> Iterator[DifferingRegion | None]:
    """Yield the regions; None where the search ran out of budget; see :func:`.first_hit.first_hit_changes`."""
    index, single = merged.index, merged.single
    cells: dict[int, list[Box]] = {}
    try:
        for piece in find_all(index, index.space.everything, _Cells(single), SearchBudget(budget)):
            cells.setdefault(index.query(piece)[1] & single, []).append(piece)
    except UndecidedError:
        yield None
    for held, pieces in cells.items():
        together = merge_adjacent(pieces)
        for change in _changes(merged, _sum(merged.old, held), _sum(merged.new, held)):
            try:
                yield from _look(merged, together, change, budget, held)
            except UndecidedError:
                yield None


def _sum(side: Side, held: int) -> int:
    """Return the points of the rules that own any of some boxes."""
    rules = zip(side.bits, side.ruleset.rules, strict=False)
    return sum(rule.points or 0 for bits, rule in rules if bits & held)


def _changes(merged: MergedBoxes, old: int, new: int) -> Iterator[_Change]:
    """Yield the ranges of the unchanged points in which the two rulesets give different outcomes."""
    sides = [(ScoreOutcome((), side.ruleset.ladder, side.ruleset.otherwise), points)
             for side, points in ((merged.old, old), (merged.new, new))]  # fmt: skip
    # With `own` points already given, a rung of the ladder is reached from `least - own` other points on. Between
    # two such sums neither outcome changes, so one sum of each interval stands for all.
    cuts = sorted({least - own for law, own in sides for _, least in law.ladder})
    for low, above in pairwise([None, *cuts, None]):
        high = None if above is None else above - 1
        some = low if low is not None else high or 0
        before, after = (law.named(some + own) for law, own in sides)
        if before != after:
            yield _Change((low, high), old, new, before, after)


def _look(
    merged: MergedBoxes, pieces: Sequence[Box], change: _Change, budget: int, held: int
) -> Iterator[DifferingRegion]:
    """Yield the region of some pieces where the unchanged points lie in a range, if it has an event."""
    common, everywhere = _common(merged, change.points), frozenset(["within"])
    found = find_in(merged, pieces, Decides(common, lambda name: name == "within"), SearchBudget(budget))
    if found is not None:
        always = all(common.possible(*merged.index.query(piece)) == everywhere for piece in pieces)
        yield DifferingRegion(
            tuple(pieces),
            witness(merged.index.space, found[0]),
            DecidedAs(change.before),
            DecidedAs(change.after),
            found[1],
            points=(None, None) if always else change.then,
            shift=change.new - change.old,
            through=tuple(dict.fromkeys((*merged.old.ids(held), *merged.new.ids(held)))),
        )


def _common(merged: MergedBoxes, points: _Points) -> ScoreOutcome:
    """Return the points of the unchanged rules, named by whether they lie in a range."""
    both = merged.old.all & merged.new.all
    bits = zip(merged.old.bits, merged.old.ruleset.rules, strict=False)
    rules = [(own & both, rule.points or 0) for own, rule in bits if own & both]
    low, high = points
    ladder = [
        *([] if low is None else [("within", low)]),
        *([] if high is None else [("beyond", high + 1)]),
    ]
    return ScoreOutcome(rules, ladder, "within" if low is None else "beyond")
