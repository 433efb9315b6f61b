"""The race between all methods."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rulekit.induction.boxes.method import BOXES, Seeds, ladder, most_literals, search_boxes, survey
from rulekit.induction.boxes.method import smaller as sizes_below
from rulekit.induction.learners.base import Candidate, Proposal
from rulekit.induction.learners.methods import POOL, Entrant
from rulekit.induction.points.method import POINTS, score_drafts
from rulekit.induction.regions.region import Region, key_of
from rulekit.induction.selection.context import Arena, Result, judge, merit
from rulekit.induction.selection.draft import Draft
from rulekit.induction.selection.drafting import draft_any, drafts_of, propose, relaxed
from rulekit.ir.ruleset import HitPolicy

if TYPE_CHECKING:
    from rulekit.induction.boxes.search import Prices


SOFT, HARD = 0.0, 1.0
"""How much of what is expected of an event is its truth, and not its probability: tried by boxes."""

_LOST_BY_SIZE = 0.01
"""So much less than smaller rulesets a larger one may reach on the selection fold; else it has learned noise."""


class Race(NamedTuple):
    """Every entrant's draft with what it reached, the best first; and drafts of smaller sizes, smallest first.

    ``stopped`` says why the race ended early, if it did; ``pool`` are the candidates of all, ``prices`` those at
    which the search for boxes found a ruleset of so many literals.
    """

    ranked: list[tuple[Draft, Result]]
    smaller: tuple[Draft, ...]
    stopped: str | None = None
    pool: tuple[Candidate, ...] = ()
    prices: Mapping[int, Prices] = MappingProxyType({})

    def prices_of(self, literals: int) -> Prices:
        """Return the prices at which the largest ruleset up to a size was found."""
        known = [size for size in self.prices if size <= literals]
        return self.prices[max(known, default=min(self.prices))]


def run_race(
    racing: list[Entrant],
    arena: Arena,
    time_limit: float | None,
    step: Callable[[str], None],
    *,
    own: Sequence[Region] = (),
    incumbent: Draft | None = None,
) -> Race:
    """Let every entrant run; equals stay in order. Where there is none, points alone tell steps of a scale apart.

    An interrupt, too, leaves what was found until then.

    ``own`` are regions of the teacher itself: the pool and the boxes start from them, too, and from those of the
    ``incumbent``, which runs first.
    """
    runners = _Runners(arena, None if time_limit is None else time.monotonic() + time_limit, step)
    stopped = None
    try:
        if incumbent is not None:
            runners.run_incumbent(incumbent)
        for entrant in racing:
            if runners.found and runners.late:
                break
            runners.run(entrant)
        together = sum(entrant.policy is HitPolicy.ANY for entrant in racing) > 1
        if together and not runners.late:
            runners.pool.extend(
                relaxed(Proposal(HitPolicy.ANY, tuple(map(Candidate, own))), arena).candidates
            )
            runners.run_pool()
            runners.run_boxes()
        scale = not racing and arena.above
        if scale or (len(racing) > 1 and racing[0].policy is HitPolicy.SCORE and not runners.late):
            runners.run_points()
    except KeyboardInterrupt:
        if not runners.found:
            raise
        stopped = "interrupted"
    if stopped is None and runners.late:
        stopped = f"time limit of {time_limit:g} s"
    ranked = sorted(runners.found, key=lambda pair: -merit(pair[1]))
    return Race(ranked, runners.smaller, stopped, tuple(runners.distinct), runners.prices)


class _Runners:
    """What has run so far."""

    def __init__(self, arena: Arena, deadline: float | None, step: Callable[[str], None]) -> None:
        self.arena, self.deadline, self.step = arena, deadline, step
        self.found: list[tuple[Draft, Result]] = []
        self.smaller: tuple[Draft, ...] = ()
        self.pool: list[Candidate] = []
        self.prices: dict[int, Prices] = {}

    @property
    def late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def distinct(self) -> list[Candidate]:
        """The candidates of everyone, each region once."""
        return list({key_of(candidate.region): candidate for candidate in self.pool}.values())

    def run(self, entrant: Entrant) -> None:
        """Run one inducer; of what it proposes the best by the selection fold stays."""
        self.step(entrant.method)
        proposals = propose(entrant.inducer, entrant.policy, self.arena)
        if entrant.policy is HitPolicy.ANY:
            self.pool.extend(candidate for proposal in proposals for candidate in proposal.candidates)
        judged = (
            (draft, judge(draft, size, self.arena))
            for draft, size in drafts_of(entrant, proposals, self.arena)
        )
        self.found.append(max(judged, key=lambda pair: merit(pair[1])))

    def run_incumbent(self, draft: Draft) -> None:
        """Judge the ruleset in force as it stands, and take its rules as candidates."""
        self.pool.extend(map(Candidate, draft.regions))
        if draft.conditions:
            self.found.append((draft, judge(draft, len(draft.conditions), self.arena)))

    def run_pool(self) -> None:
        """Choose from the candidates of everyone."""
        self.step(POOL)
        draft, size = draft_any(POOL, self.pool, self.arena)
        self.found.append((draft, judge(draft, size, self.arena)))

    def run_boxes(self) -> None:
        """Judge what refining boxes reaches when it sees the fit fold alone; then refine on all it may see."""
        self.step(BOXES)
        regions, arena = [candidate.region for candidate in self.distinct], self.arena
        terrain, most, fit = survey(arena), most_literals(arena.budget), len(arena.folds.fit)
        seeds = Seeds(regions, [draft.regions for draft, _ in self.found if draft.regions])
        tried = {}
        for hardness in (SOFT,) if arena.folds.fit.truth is None else (SOFT, HARD):
            seen = search_boxes(seeds, arena.hardened(hardness), terrain, fit, self.deadline, every=3)
            drafts = {cap: ladder(seen, cap) for cap in (*sizes_below(most), most)}
            tried[hardness] = _worth_its_size(
                {cap: judge(draft, len(regions), arena) for cap, draft in drafts.items()}
            )
            self.step(BOXES)
        hardness = HARD if HARD in tried and _is_better(tried[HARD][1], tried[SOFT][1]) else SOFT
        most, result = tried[hardness]
        self.step(f"{BOXES}, on all events")
        everything = fit + len(arena.folds.selection)
        cover = search_boxes(seeds, arena.hardened(hardness), terrain, everything, self.deadline)
        self.found.append((ladder(cover, most, cover.optimum), result))
        self.prices = cover.prices()
        shorter = (ladder(cover, cap) for cap in sizes_below(most))
        self.smaller = tuple(draft for draft in shorter if draft.rungs)

    def run_points(self) -> None:
        """Judge sums that were fitted on the fit fold alone; then fit on all that may be seen."""
        self.step(POINTS)
        arena, most = self.arena, most_literals(self.arena.budget)
        made = score_drafts(arena, survey(arena), [*sizes_below(most), most], self.deadline)
        if made.drafts:
            result = judge(replace(made.blind[-1], whole=True), len(made.drafts), arena)
            *smaller, largest = (replace(draft, whole=True) for draft in made.drafts)
            self.found.append((largest, result))
            self.smaller = tuple(smaller)


def _worth_its_size(results: Mapping[int, Result]) -> tuple[int, Result]:
    """Return the largest cap on literals that reaches about as much as any, and what it reaches."""
    best = max(map(merit, results.values()))
    fits = [pair for pair in results.items() if merit(pair[1]) >= best - _LOST_BY_SIZE * abs(best)]
    return fits[-1]


def _is_better(hard: Result, soft: Result) -> bool:
    """Say whether hard costs are clearly better than soft ones, by what each expects and what was there.

    A count of true signal differs from fold to fold; what is expected differs less, and soft costs use that. So
    hard ones have to be better by more than the interval of the efficiency.
    """
    if hard.measures is None or soft.measures is None:
        return soft.measures is None
    one, other = hard.measures.efficiency, soft.measures.efficiency
    if one is None or other is None:
        return False
    return merit(hard) + one.value > merit(soft) + other.value + (other.high - other.low)
