"""Run all methods and compare what they reach on the selection fold."""

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
"""How much the truth of an event counts beside its expected signal; the method ``boxes`` tries both."""

_LOST_BY_SIZE = 0.01
"""A larger ruleset may reach this share less than a smaller one on the selection fold; with less it fits noise."""


class MethodComparison(NamedTuple):
    """What every method reached.

    Attributes
    ----------
    ranked : the candidate ruleset of each method and its result on the selection fold, the best first.
    smaller : candidate rulesets of smaller sizes, for the path, the smallest first.
    stopped : why the comparison ended early; None when every method ran.
    pool : the candidate rules of all methods, each region once.
    prices : the prices at which the box search found the best ruleset of each number of literals.

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
    """Run every method, and rank them by the selection fold; equal methods keep their order.

    Where several methods give rules for ANY, the methods ``pool`` and ``boxes`` run on the rules of all of them;
    where several give sums, or classes are steps of a scale, the method ``points`` runs. An interrupt ends the
    comparison early, and what was found until then stays.

    Parameters
    ----------
    methods : the inducers and their hit policies.
    context : folds, budget and caps.
    time_limit : in seconds; no method starts after it. None is no limit.
    step : called with the name of each step as it begins.
    own : regions of the teacher's own trees; the pool and the boxes start from them, too.
    incumbent : the rules in force; they are evaluated first, and their regions join the pool.

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
        is_scale = not methods and context.above
        if is_scale or (len(methods) > 1 and methods[0].policy is HitPolicy.SCORE and not running.late):
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
    """The methods that have run so far, and what they found."""

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
        """The candidate rules of all methods, each region once."""
        return list({key_of(candidate.region): candidate for candidate in self.pool}.values())

    def run(self, method: Method) -> None:
        """Run one inducer, and keep the best of its proposals by the selection fold."""
        self.step(method.name)
        proposals = propose(method.inducer, method.policy, self.context)
        if method.policy is HitPolicy.ANY:
            self.pool.extend(candidate for proposal in proposals for candidate in proposal.candidates)
        evaluated = (
            (candidate, evaluate(candidate, size, self.context))
            for candidate, size in rulesets_of(method, proposals, self.context)
        )
        self.found.append(max(evaluated, key=lambda pair: selection_score(pair[1])))

    def run_incumbent(self, candidate: CandidateRuleset) -> None:
        """Evaluate the rules in force as they are, and add them to the pool."""
        self.pool.extend(map(CandidateRule, candidate.regions))
        if candidate.conditions:
            self.found.append((candidate, evaluate(candidate, len(candidate.conditions), self.context)))

    def run_pool(self) -> None:
        """Choose a ruleset from the candidate rules of all methods."""
        self.step(POOL)
        candidate, size = ruleset_of_pool(POOL, self.pool, self.context)
        self.found.append((candidate, evaluate(candidate, size, self.context)))

    def run_boxes(self) -> None:
        """Evaluate a box search that sees the fit fold alone; then search again on the fit and selection folds."""
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
        """Evaluate sums that were fitted on the fit fold alone; keep those fitted on both folds."""
        self.step(POINTS)
        context, most = self.context, most_literals(self.context.budget)
        made = fit_sums(context, bin_events(context), [*path_sizes_below(most), most], self.deadline)
        if made.rulesets:
            result = evaluate(replace(made.on_fit_fold[-1], whole=True), len(made.rulesets), context)
            *smaller, largest = (replace(candidate, whole=True) for candidate in made.rulesets)
            self.found.append((largest, result))
            self.smaller = tuple(smaller)


def _worth_its_size(results: Mapping[int, MethodResult]) -> tuple[int, MethodResult]:
    """Return the largest cap on literals whose result is about as good as the best, and that result."""
    best = max(map(selection_score, results.values()))
    fits = [pair for pair in results.items() if selection_score(pair[1]) >= best - _LOST_BY_SIZE * abs(best)]
    return fits[-1]


def _is_better(observed: MethodResult, expected: MethodResult) -> bool:
    """Return whether searching by the observed truth is clearly better than by the expected signal.

    A count of true signal differs more from fold to fold than its expectation. So the observed truth has to be
    better by more than the interval of the efficiency.
    """
    if observed.measures is None or expected.measures is None:
        return expected.measures is None
    one, other = observed.measures.efficiency, expected.measures.efficiency
    if one is None or other is None:
        return False
    return selection_score(observed) + one.value > selection_score(expected) + other.value + (
        other.high - other.low
    )
