"""Goals: which outcomes an event should get, and which boxes it must enter or leave for that.

A *move* is a box that an event enters or leaves. To reach a wanted outcome, an event must make moves of one
alternative whose points sum to at least its ``need``.
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
    """A box to enter or to leave.

    Attributes
    ----------
    box : its bit in the index.
    enter : whether it is entered; otherwise it is left.
    rule : the rule whose points the move gives or takes; a rule counts once, whichever of its boxes is moved.
    gain : the points towards the need.

    """

    box: int
    enter: bool
    rule: int
    gain: int


class AlternativeMoves(NamedTuple):
    """Moves, and the points that the moves made must reach together."""

    need: int
    moves: list[Move]


class Goal(Protocol):
    """What is wanted of an event."""

    def point(self, hits: int) -> bool:
        """Say whether an event that exactly these boxes hold satisfies the goal."""

    def alternatives(self, hits: int) -> Iterator[AlternativeMoves]:
        """Yield the alternatives for an event that does not satisfy it: every solution needs the moves of one."""


@dataclass(frozen=True, slots=True)
class FirstHitGoal:
    """The goal that the first hit is a wanted one.

    Attributes
    ----------
    predicate : says which boxes are wanted.

    """

    predicate: FirstHit

    def point(self, hits: int) -> bool:
        """See :class:`Goal`."""
        return self.predicate.point(hits)

    def alternatives(self, hits: int) -> Iterator[AlternativeMoves]:
        """See :class:`Goal`: enter a wanted box before the first hit, or leave the first hit.

        If no wanted box comes before others that are hit, all of these must be left; the costliest counts.
        """
        # Bits are in rule order, so "before" means lower bits. Where a wanted box comes before the first hit, one
        # move is enough. Where none does, all `need` boxes hit before the first wanted one must be left.
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
    """The goal that the sum of points lies in one of some intervals.

    Attributes
    ----------
    sums : gives the sum of points.
    owners : the rule that each box belongs to.
    spans : the least and the largest sum of each interval, None for no limit; rising and disjoint.

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
        """See :class:`Goal`: raise the sum to the interval above, or lower it to the one below."""
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
        """By the sign of the points: the boxes of each rule, and the moves that enter them."""
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
    """Return the intervals of sums that give a wanted outcome; adjacent intervals are merged."""
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
