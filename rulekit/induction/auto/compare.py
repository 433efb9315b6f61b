"""The race between all methods."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rulekit.induction.boxes.method import (
    BOXES,
    StartingBoxes,
    bin_events,
    candidate_of,
    most_literals,
    path_sizes_below,
    search_boxes,
)
from rulekit.induction.learners.base import CandidateRule, Proposal
from rulekit.induction.learners.methods import POOL, Method
from rulekit.induction.points.method import POINTS, fit_sums
from rulekit.induction.regions.region import Region, key_of
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.candidates import propose, ruleset_of_pool, rulesets_of, with_directions
from rulekit.induction.selection.context import InductionContext, MethodResult, evaluate, selection_score
from rulekit.ir.ruleset import HitPolicy

if TYPE_CHECKING:
    from rulekit.induction.boxes.archive import Prices


EXPECTED, OBSERVED = 0.0, 1.0
"""How much of what is expected of an event is its truth, and not its probability: tried by boxes."""

_LOST_BY_SIZE = 0.01
"""So much less than smaller rulesets a larger one may reach on the selection fold; else it has learned noise."""


class MethodComparison(NamedTuple):
    """Every entrant's draft with what it reached, the best first; and drafts of smaller sizes, smallest first.

    ``stopped`` says why the race ended early, if it did; ``pool`` are the candidates of all, ``prices`` those at
    which the search for boxes found a ruleset of so many literals.
    """

    ranked: list[tuple[CandidateRuleset, MethodResult]]
    smaller: tuple[CandidateRuleset, ...]
    stopped: str | None = None
    pool: tuple[CandidateRule, ...] = ()
    prices: Mapping[int, Prices] = MappingProxyType({})

    def prices_of(self, literals: int) -> Prices:
        """Return the prices at which the largest ruleset up to a size was found."""
        known = [size for size in self.prices if size <= literals]
        return self.prices[max(known, default=min(self.prices))]


def compare_methods(
    methods: list[Method],
    context: InductionContext,
    time_limit: float | None,
    step: Callable[[str], None],
    *,
    own: Sequence[Region] = (),
    incumbent: CandidateRuleset | None = None,
) -> MethodComparison:
    """Let every entrant run; equals stay in order. Where there is none, points alone tell steps of a scale apart.

    An interrupt, too, leaves what was found until then.

    ``own`` are regions of the teacher itself: the pool and the boxes start from them, too, and from those of the
    ``incumbent``, which runs first.
    """
    running = _Comparison(context, None if time_limit is None else time.monotonic() + time_limit, step)
    stopped = None
    try:
        if incumbent is not None:
            running.run_incumbent(incumbent)
        for method in methods:
            if running.found and running.late:
                break
            running.run(method)
        together = sum(method.policy is HitPolicy.ANY for method in methods) > 1
        if together and not running.late:
            running.pool.extend(
                with_directions(Proposal(HitPolicy.ANY, tuple(map(CandidateRule, own))), context).candidates
            )
            running.run_pool()
            running.run_boxes()
        scale = not methods and context.above
        if scale or (len(methods) > 1 and methods[0].policy is HitPolicy.SCORE and not running.late):
            running.run_points()
    except KeyboardInterrupt:
        if not running.found:
            raise
        stopped = "interrupted"
    if stopped is None and running.late:
        stopped = f"time limit of {time_limit:g} s"
    ranked = sorted(running.found, key=lambda pair: -selection_score(pair[1]))
    return MethodComparison(ranked, running.smaller, stopped, tuple(running.distinct), running.prices)


class _Comparison:
    """What has run so far."""

    def __init__(
        self, context: InductionContext, deadline: float | None, step: Callable[[str], None]
    ) -> None:
        self.context, self.deadline, self.step = context, deadline, step
        self.found: list[tuple[CandidateRuleset, MethodResult]] = []
        self.smaller: tuple[CandidateRuleset, ...] = ()
        self.pool: list[CandidateRule] = []
        self.prices: dict[int, Prices] = {}

    @property
    def late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def distinct(self) -> list[CandidateRule]:
        """The candidates of everyone, each region once."""
        return list({key_of(candidate.region): candidate for candidate in self.pool}.values())

    def run(self, method: Method) -> None:
        """Run one inducer; of what it proposes the best by the selection fold stays."""
        self.step(method.method)
        proposals = propose(method.inducer, method.policy, self.context)
        if method.policy is HitPolicy.ANY:
            self.pool.extend(candidate for proposal in proposals for candidate in proposal.candidates)
        evaluated = (
            (candidate, evaluate(candidate, size, self.context))
            for candidate, size in rulesets_of(method, proposals, self.context)
        )
        self.found.append(max(evaluated, key=lambda pair: selection_score(pair[1])))

    def run_incumbent(self, candidate: CandidateRuleset) -> None:
        """Judge the ruleset in force as it stands, and take its rules as candidates."""
        self.pool.extend(map(CandidateRule, candidate.regions))
        if candidate.conditions:
            self.found.append((candidate, evaluate(candidate, len(candidate.conditions), self.context)))

    def run_pool(self) -> None:
        """Choose from the candidates of everyone."""
        self.step(POOL)
        candidate, size = ruleset_of_pool(POOL, self.pool, self.context)
        self.found.append((candidate, evaluate(candidate, size, self.context)))

    def run_boxes(self) -> None:
        """Judge what refining boxes reaches when it sees the fit fold alone; then refine on all it may see."""
        self.step(BOXES)
        regions, context = [candidate.region for candidate in self.distinct], self.context
        binned, most, fit = bin_events(context), most_literals(context.budget), len(context.folds.fit)
        starts = StartingBoxes(
            regions, [candidate.regions for candidate, _ in self.found if candidate.regions]
        )
        tried = {}
        for truth_share in (EXPECTED,) if context.folds.fit.truth is None else (EXPECTED, OBSERVED):
            seen = search_boxes(starts, context.with_truth(truth_share), binned, fit, self.deadline, every=3)
            rulesets = {cap: candidate_of(seen, cap) for cap in (*path_sizes_below(most), most)}
            tried[truth_share] = _worth_its_size(
                {cap: evaluate(candidate, len(regions), context) for cap, candidate in rulesets.items()}
            )
            self.step(BOXES)
        truth_share = (
            OBSERVED if OBSERVED in tried and _is_better(tried[OBSERVED][1], tried[EXPECTED][1]) else EXPECTED
        )
        most, result = tried[truth_share]
        self.step(f"{BOXES}, on all events")
        everything = fit + len(context.folds.selection)
        search = search_boxes(starts, context.with_truth(truth_share), binned, everything, self.deadline)
        self.found.append((candidate_of(search, most, search.optimum), result))
        self.prices = search.archive.prices()
        shorter = (candidate_of(search, cap) for cap in path_sizes_below(most))
        self.smaller = tuple(candidate for candidate in shorter if candidate.variants)

    def run_points(self) -> None:
        """Judge sums that were fitted on the fit fold alone; then fit on all that may be seen."""
        self.step(POINTS)
        context, most = self.context, most_literals(self.context.budget)
        made = fit_sums(context, bin_events(context), [*path_sizes_below(most), most], self.deadline)
        if made.rulesets:
            result = evaluate(replace(made.on_fit_fold[-1], whole=True), len(made.rulesets), context)
            *smaller, largest = (replace(candidate, whole=True) for candidate in made.rulesets)
            self.found.append((largest, result))
            self.smaller = tuple(smaller)


def _worth_its_size(results: Mapping[int, MethodResult]) -> tuple[int, MethodResult]:
    """Return the largest cap on literals that reaches about as much as any, and what it reaches."""
    best = max(map(selection_score, results.values()))
    fits = [pair for pair in results.items() if selection_score(pair[1]) >= best - _LOST_BY_SIZE * abs(best)]
    return fits[-1]


def _is_better(hard: MethodResult, soft: MethodResult) -> bool:
    """Say whether hard costs are clearly better than soft ones, by what each expects and what was there.

    A count of true signal differs from fold to fold; what is expected differs less, and soft costs use that. So
    hard ones have to be better by more than the interval of the efficiency.
    """
    if hard.measures is None or soft.measures is None:
        return soft.measures is None
    one, other = hard.measures.efficiency, soft.measures.efficiency
    if one is None or other is None:
        return False
    return selection_score(hard) + one.value > selection_score(soft) + other.value + (other.high - other.low)
