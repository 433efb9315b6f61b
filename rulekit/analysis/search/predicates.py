"""Predicates to search for: a kind of first hit, an outcome, a difference between two rulesets.

All refer to boxes by their bits in an :class:`rulekit.analysis.space.index.Index`. Under SCORE, a rule with
several boxes hits when any of them does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rulekit.analysis.space.outcome_functions import OutcomeFunction, _candidates


@dataclass(frozen=True, slots=True)
class FirstHit:
    """Events whose first hit, among the boxes named here, is a wanted one.

    Attributes
    ----------
    wanted, unwanted : the boxes.
    nothing : whether an event that none of them holds satisfies the predicate.

    """

    wanted: int
    unwanted: int
    nothing: bool

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        found = hits & (self.wanted | self.unwanted)
        return bool(found & -found & self.wanted) if found else self.nothing

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        first, final = _candidates(intersecting & (self.wanted | self.unwanted), containing)
        wanted, unwanted = bool(first & self.wanted), bool(first & self.unwanted)
        if final:
            wanted, unwanted = wanted or self.nothing, unwanted or not self.nothing
        return None if wanted and unwanted else wanted

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        # Cut along unwanted boxes before the first wanted one: what is inside of them is settled, hence False. If
        # there are none, cut along the first wanted box itself: its inside may satisfy the predicate.
        wanted = intersecting & self.wanted
        first = wanted & -wanted
        before = intersecting & self.unwanted & ~containing & (first - 1 if first else -1)
        return (before, False) if before else (first, True)


@dataclass(frozen=True, slots=True)
class Decides:
    """Events that a law gives an outcome for which ``wanted`` is true."""

    law: OutcomeFunction
    wanted: Callable[[object], bool]

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        return self.wanted(self.law.point(hits))

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        found = {self.wanted(outcome) for outcome in self.law.possible(intersecting, containing)}
        return found.pop() if len(found) == 1 else None

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        return self.law.open(intersecting, containing), True


@dataclass(frozen=True, slots=True)
class Differs:
    """Events that two laws decide differently."""

    old: OutcomeFunction
    new: OutcomeFunction

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        return self.old.point(hits) != self.new.point(hits)

    def piece(self, intersecting: int, containing: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        old, new = self.old.possible(intersecting, containing), self.new.possible(intersecting, containing)
        if not old & new:
            return True
        return False if len(old) == len(new) == 1 else None

    def cut(self, intersecting: int, containing: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Predicate`."""
        unsure = self.old if len(self.old.possible(intersecting, containing)) > 1 else self.new
        return unsure.open(intersecting, containing), True
