"""Wishes: which outcomes an event should get, and which boxes it has to enter or leave for that.

A *move* is a box that an event enters (``on``) or leaves. From where an event is, every way to a wanted outcome
makes some of the moves of one alternative, whose points together reach its need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset
from rulekit.analysis.space.outcome_functions import ScoreOutcome, lowest
from rulekit.ir.ruleset import HitPolicy


class Move(NamedTuple):
    """A box to enter, or to leave: its bit, the rule whose points that brings nearer, and how many."""

    box: int
    enter: bool
    rule: int
    gain: int


class AlternativeMoves(NamedTuple):
    """Switches, and the points that those which are made bring together, at least."""

    need: int
    moves: list[Move]


class Goal(Protocol):
    """What is wished for."""

    def point(self, hits: int) -> bool:
        """Say whether an event that exactly these boxes hold gets it."""

    def alternatives(self, hits: int) -> Iterator[AlternativeMoves]:
        """Yield what has to be done about an event that does not: each way there is one alternative's."""


@dataclass(frozen=True, slots=True)
class FirstHitGoal:
    """That the first hit is a wanted one.

    Attributes
    ----------
    predicate : says which are wanted.

    """

    predicate: FirstHit

    def point(self, hits: int) -> bool:
        """See :class:`Goal`."""
        return self.predicate.point(hits)

    def alternatives(self, hits: int) -> Iterator[AlternativeMoves]:
        """See :class:`Goal`: a wanted box before the first hit is entered, or the first hit is left.

        Where no box is wanted before others that are hit, all of them are left: the costliest then counts.
        """
        wanted = self.predicate.wanted
        held = hits & (wanted | self.predicate.unwanted)
        first = held & -held
        before = wanted & (first - 1 if first else -1)
        left = first if before else held & ((wanted & -wanted) - 1 if wanted else -1)
        need = left.bit_count() or 1
        entered = [Move(box, enter=True, rule=box, gain=need) for box in places(before)]
        yield AlternativeMoves(
            need, entered + [Move(box, enter=False, rule=box, gain=1) for box in places(left)]
        )


@dataclass(frozen=True)
class ScoreGoal:
    """That the sum of points lies in one of some spans.

    Attributes
    ----------
    sums : says what the points are.
    owners : the rule that each box belongs to.
    spans : the least and largest sum of each, None where there is no end; rising, and apart.

    """

    sums: ScoreOutcome
    owners: Mapping[int, int]
    spans: Sequence[tuple[int | None, int | None]]

    def point(self, hits: int) -> bool:
        """See :class:`Goal`."""
        score = self._score(hits)
        return any(
            (low is None or low <= score) and (high is None or score <= high) for low, high in self.spans
        )

    def _score(self, hits: int) -> int:
        rules = {self.owners[box] for box in places(hits)}
        return self.sums.base + sum(self.sums.rules[rule][1] for rule in rules)

    def alternatives(self, hits: int) -> Iterator[AlternativeMoves]:
        """See :class:`Goal`: the sum rises to the span above, or falls to the one below."""
        score = self._score(hits)
        above = [low - score for low, _ in self.spans if low is not None and low > score]
        below = [score - high for _, high in self.spans if high is not None and high < score]
        for sign, needs in ((1, above), (-1, below)):
            if needs:
                yield AlternativeMoves(min(needs), list(self._moves(hits, sign)))

    def _moves(self, hits: int, sign: int) -> Iterator[Move]:
        for boxes, entering in self._entering[sign]:
            if not boxes & hits:
                yield from entering
        for rule in {self.owners[box] for box in places(hits)}:
            boxes, points = self.sums.rules[rule]
            if sign * points < 0:
                yield Move(lowest(boxes & hits), enter=False, rule=rule, gain=-sign * points)

    @cached_property
    def _entering(self) -> dict[int, list[tuple[int, list[Move]]]]:
        """The boxes of each rule that brings points, and what it is to enter them, by the sign of the points."""
        found: dict[int, list[tuple[int, list[Move]]]] = {1: [], -1: []}
        for rule, (boxes, points) in enumerate(self.sums.rules):
            if points:
                entering = [Move(box, enter=True, rule=rule, gain=abs(points)) for box in places(boxes)]
                found[1 if points > 0 else -1].append((boxes, entering))
        return found


def goal_of(law: BoxedRuleset, wanted: frozenset[str]) -> Goal:
    """Return the goal that a law gives one of some outcomes."""
    ruleset = law.ruleset
    if ruleset.hit_policy is HitPolicy.SCORE:
        assert isinstance(law.outcome_function, ScoreOutcome)  # noqa: S101 - points are summed under SCORE
        return ScoreGoal(law.outcome_function, law.owners, _spans(law.outcome_function, wanted))
    yes = sum(bits for bits, rule in zip(law.bits, ruleset.rules, strict=True) if rule.then in wanted)
    return FirstHitGoal(FirstHit(yes, law.all & ~yes, ruleset.otherwise in wanted))


def _spans(sums: ScoreOutcome, wanted: frozenset[str]) -> list[tuple[int | None, int | None]]:
    """Return the sums that give a wanted outcome: of each step of the ladder, neighbours as one."""
    found: list[tuple[int | None, int | None]] = []
    steps = [(sums.otherwise, None), *sums.ladder]
    ends = [least - 1 for _, least in sums.ladder]
    for (outcome, low), high in zip(steps, [*ends, None], strict=True):
        if outcome not in wanted:
            continue
        if found and low is not None and found[-1][1] == low - 1:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found
