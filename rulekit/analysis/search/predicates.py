"""What can be searched for: a first hit of some kind, a sum of points, a difference between two laws.

All speak of boxes by their bits in an :class:`rulekit.analysis.space.index.Index`. Under SCORE, a rule of
several boxes hits when any of them does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rulekit.analysis.space.deciders import Decider, _candidates


@dataclass(frozen=True, slots=True)
class FirstHit:
    """Events whose first hit, among the boxes asked about, is a wanted one.

    Attributes
    ----------
    wanted, unwanted : boxes.
    nothing : whether an event that none of them holds is wanted as well.

    """

    wanted: int
    unwanted: int
    nothing: bool

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        found = hits & (self.wanted | self.unwanted)
        return bool(found & -found & self.wanted) if found else self.nothing

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        first, final = _candidates(touched & (self.wanted | self.unwanted), inside)
        wanted, unwanted = bool(first & self.wanted), bool(first & self.unwanted)
        if final:
            wanted, unwanted = wanted or self.nothing, unwanted or not self.nothing
        return None if wanted and unwanted else wanted

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        wanted = touched & self.wanted
        first = wanted & -wanted
        before = touched & self.unwanted & ~inside & (first - 1 if first else -1)
        return (before, False) if before else (first, True)


@dataclass(frozen=True, slots=True)
class Decides:
    """Events that a law gives an outcome for which ``wanted`` is true."""

    law: Decider
    wanted: Callable[[object], bool]

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        return self.wanted(self.law.point(hits))

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        found = {self.wanted(outcome) for outcome in self.law.possible(touched, inside)}
        return found.pop() if len(found) == 1 else None

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        return self.law.open(touched, inside), True


@dataclass(frozen=True, slots=True)
class Differs:
    """Events that two laws decide differently."""

    old: Decider
    new: Decider

    def point(self, hits: int) -> bool:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        return self.old.point(hits) != self.new.point(hits)

    def piece(self, touched: int, inside: int) -> bool | None:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        old, new = self.old.possible(touched, inside), self.new.possible(touched, inside)
        if not old & new:
            return True
        return False if len(old) == len(new) == 1 else None

    def cut(self, touched: int, inside: int) -> tuple[int, bool]:
        """See :class:`rulekit.analysis.search.search.Judge`."""
        unsure = self.old if len(self.old.possible(touched, inside)) > 1 else self.new
        return unsure.open(touched, inside), True
