"""From an inducer's proposals to candidate rulesets: rank the rules, round their thresholds, put them in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rulekit.induction.learners.base import CandidateRule, Inducer, Proposal, Task
from rulekit.induction.learners.methods import Method
from rulekit.induction.regions.region import Region, hits, key_of
from rulekit.induction.regions.rounding import TOLERANCE, write
from rulekit.induction.regions.simplify import simplify
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.samples.teacher_labels import label_sets
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset, hit_matrix
from rulekit.induction.selection.context import InductionContext, expected_costs, target_rate
from rulekit.induction.selection.greedy import Pool, SelectionLimits, choose
from rulekit.ir.condition import Condition, count_literals
from rulekit.ir.ruleset import HitPolicy
from rulekit.labels import Mask, Weights

MOST_CANDIDATES = 400
"""The most candidate rules of a pool that are rounded, compiled and ranked: the best by the fit fold."""


MOST_POINTS = 100
"""Points of the rule of a sum with the largest weight."""


def propose(inducer: Inducer, policy: HitPolicy, context: InductionContext) -> list[Proposal]:
    """Return the proposals of an inducer at all its working points, on at most as many events as it takes."""
    fit, rows = context.folds.fit, _rows(len(context.folds.fit), inducer.most_events, context.seed)
    found: list[Proposal] = []
    for labels in label_sets(fit, context.budget, inducer.working_points):
        chosen = labels[rows]
        if chosen.any() and not chosen.all():
            encoding = Encoding(context.encoding.columns, np.asfortranarray(context.encoding.matrix[rows]))
            task = Task(
                encoding,
                chosen,
                context.signal_fit[rows],
                fit.weights[rows],
                context.budget.rules,
                context.seed,
            )
            found.extend(inducer.propose(task, policy))
    if context.caps.directions:
        found = [with_directions(proposal, context) for proposal in found]
    return found


def with_directions(proposal: Proposal, context: InductionContext) -> Proposal:
    """Return a proposal whose rules keep to the monotone directions."""
    with_directions = (
        c._replace(region=context.caps.with_directions(c.region, context.encoding))
        for c in proposal.candidates
    )
    return proposal._replace(candidates=tuple(candidate for candidate in with_directions if candidate.region))


def _rows(count: int, most: int, seed: int) -> slice | np.ndarray:
    if count <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def rulesets_of(
    method: Method, proposals: list[Proposal], context: InductionContext
) -> list[tuple[CandidateRuleset, int]]:
    """Return the candidate rulesets of a method's proposals, each with the number of rules it was chosen from."""
    if method.policy is HitPolicy.ANY:
        return [
            ruleset_of_pool(method.name, (c for proposal in proposals for c in proposal.candidates), context)
        ]
    build = ruleset_of_sum if method.policy is HitPolicy.SCORE else ruleset_of_list
    return [build(method.name, proposal.candidates, context) for proposal in proposals if proposal.candidates]


def ruleset_of_pool(
    method: str, candidates: Iterable[CandidateRule], context: InductionContext
) -> tuple[CandidateRuleset, int]:
    """Return the candidate ruleset that is chosen from a pool of rules, and the size of the pool."""
    regions = _distinct(candidates)
    pool = _promising(regions, context)
    shorter = simplify(_select(pool, context), context.encoding, *_fit_values(context))
    chosen = _select([*shorter, *pool], context)
    pairs = _rounded(chosen, context)
    written = tuple(condition for _, condition in pairs)
    return CandidateRuleset(
        method, HitPolicy.ANY, written, regions=tuple(region for region, _ in pairs)
    ), len(regions)


def _distinct(candidates: Iterable[CandidateRule]) -> list[Region]:
    return list({key_of(candidate.region): candidate.region for candidate in candidates}.values())


def _promising(regions: list[Region], context: InductionContext) -> list[Region]:
    """Return the regions that could belong to a ruleset within the budget, by the fit fold; the best first."""
    gain, cost = _fit_values(context)
    allowed = 1.5 * context.budget.rate * float(cost.sum())
    at_budget = context.folds.fit.scores >= context.threshold
    price = float(gain[at_budget].sum()) / max(float(cost[at_budget].sum()), allowed / 1.5)
    worth = np.full(len(regions), -np.inf)
    for index, region in enumerate(regions):
        mask: Mask = hits(region, context.encoding)
        spent, brought = float(cost[mask].sum()), float(gain[mask].sum())
        if spent <= allowed and brought > 0:
            worth[index] = brought - 0.5 * price * spent
    order = np.argsort(-worth, kind="stable")[:MOST_CANDIDATES]
    return [regions[index] for index in order if np.isfinite(worth[index])]


def _fit_values(context: InductionContext) -> tuple[Weights, Weights]:
    """Return what accepting each event of the fit fold is expected to bring and to cost, both shape (events,)."""
    fit = context.folds.fit
    return fit.weights * context.signal_fit, expected_costs(fit, context.signal_fit, context.budget.kind)


def _select(regions: list[Region], context: InductionContext) -> list[Region]:
    """Return the regions to keep, in rank order, by the fit and selection folds."""
    pairs, search = _rounded(regions, context), context.folds.search
    conditions = [condition for _, condition in pairs]
    pool = Pool(
        hit_matrix(conditions, search, context.schema),
        np.array([count_literals(condition) for condition in conditions], dtype=np.int64),
        search.weights * context.signal_search,
        expected_costs(search, context.signal_search, context.budget.kind),
    )
    allowed = target_rate(context) * float(search.budget_weights(context.budget.kind).sum())
    limits = SelectionLimits(allowed, context.budget.rules, context.budget.literals)
    return [pairs[index][0] for index in choose(pool, limits)]


def _rounded(regions: Iterable[Region], context: InductionContext) -> list[tuple[Region, Condition]]:
    """Return regions with their rounded conditions; of equal conditions the first stays."""
    found: dict[str, tuple[Region, Condition]] = {}
    for region in regions:
        condition = write(region, context.encoding, context.folds.fit.weights, TOLERANCE)
        found.setdefault(repr(condition), (region, condition))
    return list(found.values())


def _written(candidates: Iterable[CandidateRule], context: InductionContext) -> tuple[Condition, ...]:
    weights = context.folds.fit.weights
    return tuple(write(candidate.region, context.encoding, weights, TOLERANCE) for candidate in candidates)


def ruleset_of_sum(
    method: str, candidates: Sequence[CandidateRule], context: InductionContext
) -> tuple[CandidateRuleset, int]:
    """Return the candidate ruleset of a sum; its weights become whole points, the largest ``MOST_POINTS``."""
    largest = max(abs(candidate.value) for candidate in candidates)
    points = [round(candidate.value / largest * MOST_POINTS) for candidate in candidates]
    kept = [index for index, number in enumerate(points) if number]
    conditions = _written((candidates[index] for index in kept), context)
    return CandidateRuleset(
        method, HitPolicy.SCORE, conditions, points=tuple(points[index] for index in kept)
    ), len(candidates)


def ruleset_of_list(
    method: str, candidates: Sequence[CandidateRule], context: InductionContext
) -> tuple[CandidateRuleset, int]:
    """Return the candidate ruleset of a rule list; its accepting rules are ordered by expected gain over cost."""
    conditions = _written(candidates, context)
    search = context.folds.search
    matrix = hit_matrix(conditions, search, context.schema)
    first = matrix & (np.cumsum(matrix, axis=0) == 1)
    cost = expected_costs(search, context.signal_search, context.budget.kind)
    gains, spent = first @ (search.weights * context.signal_search), first @ cost
    ratio = gains / (spent + 0.5 * cost.mean())
    accepting = tuple(int(index) for index in np.argsort(-ratio, kind="stable") if gains[index] > 0)
    return CandidateRuleset(method, HitPolicy.FIRST, conditions, accepting=accepting), len(candidates)
