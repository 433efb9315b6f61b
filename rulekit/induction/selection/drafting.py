"""From an inducer's proposals to drafts: labels in, regions out, ranked, rounded and put into order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rulekit.induction.learners.base import Candidate, Inducer, Proposal, Task
from rulekit.induction.learners.methods import Entrant
from rulekit.induction.regions.region import Region, hits, key_of
from rulekit.induction.regions.rounding import TOLERANCE, write
from rulekit.induction.regions.simplify import simplify
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.samples.teacher_labels import label_sets
from rulekit.induction.selection.context import Arena, costs, spend
from rulekit.induction.selection.draft import Draft, hit_matrix
from rulekit.induction.selection.greedy import Limits, Pool, choose
from rulekit.ir.condition import Condition, count_literals
from rulekit.ir.ruleset import HitPolicy
from rulekit.labels import Mask, Weights

MOST_CANDIDATES = 400
"""So many candidates of a pool, the best ones by the fit fold, are rounded, compiled and ranked."""


MOST_POINTS = 100
"""Points of the weightiest rule of a sum."""


def propose(inducer: Inducer, policy: HitPolicy, arena: Arena) -> list[Proposal]:
    """Let an inducer answer at every working point, on at most as many events as it can take."""
    fit, rows = arena.folds.fit, _rows(len(arena.folds.fit), inducer.most_events, arena.seed)
    found: list[Proposal] = []
    for labels in label_sets(fit, arena.budget, inducer.working_points):
        chosen = labels[rows]
        if chosen.any() and not chosen.all():
            encoding = Encoding(arena.encoding.columns, np.asfortranarray(arena.encoding.matrix[rows]))
            task = Task(
                encoding, chosen, arena.signal_fit[rows], fit.weights[rows], arena.budget.rules, arena.seed
            )
            found.extend(inducer.propose(task, policy))
    if arena.caps.directions:
        found = [relaxed(proposal, arena) for proposal in found]
    return found


def relaxed(proposal: Proposal, arena: Arena) -> Proposal:
    """Return a proposal whose rules keep to the directions."""
    relaxed = (c._replace(region=arena.caps.relaxed(c.region, arena.encoding)) for c in proposal.candidates)
    return proposal._replace(candidates=tuple(candidate for candidate in relaxed if candidate.region))


def _rows(count: int, most: int, seed: int) -> slice | np.ndarray:
    if count <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def drafts_of(entrant: Entrant, proposals: list[Proposal], arena: Arena) -> list[tuple[Draft, int]]:
    """Return what an entrant's proposals become, each with the number of candidates behind it."""
    if entrant.policy is HitPolicy.ANY:
        return [draft_any(entrant.method, (c for proposal in proposals for c in proposal.candidates), arena)]
    build = draft_score if entrant.policy is HitPolicy.SCORE else draft_first
    return [
        build(entrant.method, proposal.candidates, arena) for proposal in proposals if proposal.candidates
    ]


def draft_any(method: str, candidates: Iterable[Candidate], arena: Arena) -> tuple[Draft, int]:
    """Return the draft of a pool of rules, and the size of the pool."""
    regions = _distinct(candidates)
    pool = _promising(regions, arena)
    shorter = simplify(_select(pool, arena), arena.encoding, *_fit_values(arena))
    chosen = _select([*shorter, *pool], arena)
    pairs = _rounded(chosen, arena)
    written = tuple(condition for _, condition in pairs)
    return Draft(method, HitPolicy.ANY, written, regions=tuple(region for region, _ in pairs)), len(regions)


def _distinct(candidates: Iterable[Candidate]) -> list[Region]:
    return list({key_of(candidate.region): candidate.region for candidate in candidates}.values())


def _promising(regions: list[Region], arena: Arena) -> list[Region]:
    """Return the regions that could be part of a ruleset within the budget, by the fit fold."""
    gain, cost = _fit_values(arena)
    allowed = 1.5 * arena.budget.rate * float(cost.sum())
    at_budget = arena.folds.fit.scores >= arena.threshold
    price = float(gain[at_budget].sum()) / max(float(cost[at_budget].sum()), allowed / 1.5)
    worth = np.full(len(regions), -np.inf)
    for index, region in enumerate(regions):
        mask: Mask = hits(region, arena.encoding)
        spent, brought = float(cost[mask].sum()), float(gain[mask].sum())
        if spent <= allowed and brought > 0:
            worth[index] = brought - 0.5 * price * spent
    order = np.argsort(-worth, kind="stable")[:MOST_CANDIDATES]
    return [regions[index] for index in order if np.isfinite(worth[index])]


def _fit_values(arena: Arena) -> tuple[Weights, Weights]:
    """Return what accepting each event of the fit fold is expected to bring, and to cost."""
    fit = arena.folds.fit
    return fit.weights * arena.signal_fit, costs(fit, arena.signal_fit, arena.budget.kind)


def _select(regions: list[Region], arena: Arena) -> list[Region]:
    """Return the regions to keep, in rank order, by the fit and the selection fold."""
    pairs, search = _rounded(regions, arena), arena.folds.search
    conditions = [condition for _, condition in pairs]
    pool = Pool(
        hit_matrix(conditions, search, arena.schema),
        np.array([count_literals(condition) for condition in conditions], dtype=np.int64),
        search.weights * arena.signal_search,
        costs(search, arena.signal_search, arena.budget.kind),
    )
    allowed = spend(arena) * float(search.charged(arena.budget.kind).sum())
    limits = Limits(allowed, arena.budget.rules, arena.budget.literals)
    return [pairs[index][0] for index in choose(pool, limits)]


def _rounded(regions: Iterable[Region], arena: Arena) -> list[tuple[Region, Condition]]:
    """Return regions with their rounded conditions; of those that read alike the first."""
    found: dict[str, tuple[Region, Condition]] = {}
    for region in regions:
        condition = write(region, arena.encoding, arena.folds.fit.weights, TOLERANCE)
        found.setdefault(repr(condition), (region, condition))
    return list(found.values())


def _written(candidates: Iterable[Candidate], arena: Arena) -> tuple[Condition, ...]:
    weights = arena.folds.fit.weights
    return tuple(write(candidate.region, arena.encoding, weights, TOLERANCE) for candidate in candidates)


def draft_score(method: str, candidates: Sequence[Candidate], arena: Arena) -> tuple[Draft, int]:
    """Return the draft of a sum: the weights become whole points, the largest one ``MOST_POINTS``."""
    largest = max(abs(candidate.value) for candidate in candidates)
    points = [round(candidate.value / largest * MOST_POINTS) for candidate in candidates]
    kept = [index for index, number in enumerate(points) if number]
    conditions = _written((candidates[index] for index in kept), arena)
    return Draft(method, HitPolicy.SCORE, conditions, points=tuple(points[index] for index in kept)), len(
        candidates
    )


def draft_first(method: str, candidates: Sequence[Candidate], arena: Arena) -> tuple[Draft, int]:
    """Return the draft of a rule list: its exits accept in order of expected gain over cost."""
    conditions = _written(candidates, arena)
    search = arena.folds.search
    matrix = hit_matrix(conditions, search, arena.schema)
    first = matrix & (np.cumsum(matrix, axis=0) == 1)
    cost = costs(search, arena.signal_search, arena.budget.kind)
    gains, spent = first @ (search.weights * arena.signal_search), first @ cost
    ratio = gains / (spent + 0.5 * cost.mean())
    exits = tuple(int(index) for index in np.argsort(-ratio, kind="stable") if gains[index] > 0)
    return Draft(method, HitPolicy.FIRST, conditions, exits=exits), len(candidates)
