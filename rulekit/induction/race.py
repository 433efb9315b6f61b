"""From an inducer's proposals to drafts, and the race between them on the selection fold."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from pydantic import JsonValue

from rulekit.errors import BudgetError
from rulekit.induction.boxed import BOXES, Seeds, ladder, most_literals, search_boxes, survey
from rulekit.induction.boxed import smaller as sizes_below
from rulekit.induction.budget import Budget
from rulekit.induction.constraints import Constraints
from rulekit.induction.drafts import Draft, count_literals, hit_matrix, last_within
from rulekit.induction.encoding import Encoding, encode
from rulekit.induction.entrants import POOL, Entrant
from rulekit.induction.folds import Folds, Mask, Sample, Weights, decidable, effective_count
from rulekit.induction.proposals import Candidate, Inducer, Proposal, Task
from rulekit.induction.regions import Region, hits, key_of
from rulekit.induction.select import Limits, Pool, choose
from rulekit.induction.simplify import simplify
from rulekit.induction.working_points import expected_signal, label_sets, threshold_at
from rulekit.induction.writing import TOLERANCE, write
from rulekit.ir.condition import Condition
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema
from rulekit.measures import Measures, measure

if TYPE_CHECKING:
    from rulekit.induction.cover import Prices

MOST_CANDIDATES = 600
"""So many candidates of a pool, the best ones by the fit fold, are rounded, compiled and ranked."""

_LEAST_SPENT = 0.5

_MARGIN = {"false_positive_rate": 1.0, "alert_rate": 0.5}
"""Standard deviations to stay below the budget. Rules that were chosen for looking pure take more background
elsewhere; how many events they take is known better. By cross-validation within the train parts of two data sets.
"""

MOST_POINTS = 100
"""Points of the weightiest rule of a sum."""


@dataclass(frozen=True)
class Arena:
    """What every method is given.

    Attributes
    ----------
    signal : expected signal of each event of the fit fold, and of the fit and selection folds together.
    threshold : the teacher's score at the budget.
    caps : all that binds a ruleset but the rate.

    """

    folds: Folds
    encoding: Encoding
    schema: Schema
    budget: Budget
    caps: Constraints
    seed: int
    threshold: float
    signal_fit: Weights
    signal_search: Weights


class Result(NamedTuple):
    """What one method reached on the selection fold, cut at the budget there.

    ``expected_efficiency`` is the share of the *expected* signal that is accepted. It differs less from fold to
    fold than the count of true signal does, and decides the race where the truth is known.
    """

    method: str
    policy: str
    candidates: int
    rules: int
    literals: int
    measures: Measures | None
    expected_efficiency: float | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON."""
        measures = None if self.measures is None else self.measures.to_json()
        return {**self._asdict(), "measures": measures}


def open_arena(folds: Folds, caps: Constraints, seed: int) -> Arena:
    """Encode the fit fold, and calibrate the teacher on the fit and the selection fold.

    Raises
    ------
    BudgetError
        when the features say nothing.

    """
    schema, budget = caps.schema, caps.budget
    folds = replace(folds, fit=decidable(folds.fit, schema))
    search = folds.search
    threshold = threshold_at(search, budget)
    signal = expected_signal(search, search.scores, threshold)
    encoding = encode(folds.fit.frame, schema, caps.forbidden)
    if not encoding.columns:
        raise BudgetError(
            "no rule can be found: no feature has two different values", expected="events that differ"
        )
    return Arena(folds, encoding, schema, budget, caps, seed, threshold, signal[: len(folds.fit)], signal)


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
    own: Sequence[Region] = (),
) -> Race:
    """Let every entrant run; equals stay in order. An interrupt, too, leaves what was found until then.

    ``own`` are regions of the teacher itself: the pool and the boxes start from them, too.
    """
    runners = _Runners(arena, None if time_limit is None else time.monotonic() + time_limit, step)
    stopped = None
    try:
        for entrant in racing:
            if runners.found and runners.late:
                break
            runners.run(entrant)
        together = sum(entrant.policy is HitPolicy.ANY for entrant in racing) > 1
        if together and not runners.late:
            runners.pool.extend(
                _relaxed(Proposal(HitPolicy.ANY, tuple(map(Candidate, own))), arena).candidates
            )
            runners.run_pool()
            runners.run_boxes()
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
        blind = ladder(search_boxes(seeds, arena, terrain, fit, self.deadline), most)
        result = judge(blind, len(regions), arena)
        self.step(f"{BOXES}, on all events")
        everything = fit + len(arena.folds.selection)
        cover = search_boxes(seeds, arena, terrain, everything, self.deadline)
        self.found.append((ladder(cover, most, cover.optimum), result))
        self.prices = cover.prices()
        drafts = [ladder(cover, cap) for cap in sizes_below(most)]
        self.smaller = tuple(draft for draft in drafts if draft.rungs)


def _distinct(candidates: Iterable[Candidate]) -> list[Region]:
    return list({key_of(candidate.region): candidate.region for candidate in candidates}.values())


def drafts_of(entrant: Entrant, proposals: list[Proposal], arena: Arena) -> list[tuple[Draft, int]]:
    """Return what an entrant's proposals become, each with the number of candidates behind it."""
    if entrant.policy is HitPolicy.ANY:
        return [draft_any(entrant.method, (c for proposal in proposals for c in proposal.candidates), arena)]
    build = draft_score if entrant.policy is HitPolicy.SCORE else draft_first
    return [
        build(entrant.method, proposal.candidates, arena) for proposal in proposals if proposal.candidates
    ]


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


def propose(inducer: Inducer, policy: HitPolicy, arena: Arena) -> list[Proposal]:
    """Let an inducer answer at every working point, on at most as many events as it can take."""
    fit, rows = arena.folds.fit, _rows(len(arena.folds.fit), inducer.most_events, arena.seed)
    found: list[Proposal] = []
    for labels in label_sets(fit, arena.budget, inducer.working_points):
        chosen = labels[rows]
        if chosen.any() and not chosen.all():
            encoding = Encoding(arena.encoding.columns, np.asfortranarray(arena.encoding.matrix[rows]))
            task = Task(encoding, chosen, fit.weights[rows], arena.budget.rules, arena.seed)
            found.extend(inducer.propose(task, policy))
    if arena.caps.directions:
        found = [_relaxed(proposal, arena) for proposal in found]
    return found


def _relaxed(proposal: Proposal, arena: Arena) -> Proposal:
    """Return a proposal whose rules keep to the directions."""
    relaxed = (c._replace(region=arena.caps.relaxed(c.region, arena.encoding)) for c in proposal.candidates)
    return proposal._replace(candidates=tuple(candidate for candidate in relaxed if candidate.region))


def _rows(count: int, most: int, seed: int) -> slice | np.ndarray:
    if count <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def costs(sample: Sample, signal: Weights, kind: str) -> Weights:
    """Return what accepting each event is expected to cost of the budget."""
    return sample.weights if kind == "alert_rate" else sample.weights * (1 - signal)


def draft_any(method: str, candidates: Iterable[Candidate], arena: Arena) -> tuple[Draft, int]:
    """Return the draft of a pool of rules, and the size of the pool."""
    regions = _distinct(candidates)
    pool = _promising(regions, arena)
    shorter = simplify(_select(pool, arena), arena.encoding, *_fit_values(arena))
    chosen = _select([*shorter, *pool], arena)
    pairs = _rounded(chosen, arena)
    written = tuple(condition for _, condition in pairs)
    return Draft(method, HitPolicy.ANY, written, regions=tuple(region for region, _ in pairs)), len(regions)


def _rounded(regions: Iterable[Region], arena: Arena) -> list[tuple[Region, Condition]]:
    """Return regions with their rounded conditions; of those that read alike the first."""
    found: dict[str, tuple[Region, Condition]] = {}
    for region in regions:
        condition = write(region, arena.encoding, arena.folds.fit.weights, TOLERANCE)
        found.setdefault(repr(condition), (region, condition))
    return list(found.values())


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


def spend(arena: Arena) -> float:
    """Return the rate that rules are chosen to spend: the budget, less some of the cut's standard deviation.

    On the calibration fold a rate is a count of events. Rules that are expected to fill the budget to the brim
    break it there every other time, and the cut then takes away a whole rule.
    """
    count = arena.budget.rate * effective_count(arena.folds.calibration.charged(arena.budget.kind))
    return arena.budget.rate * max(_LEAST_SPENT, 1 - _MARGIN[arena.budget.kind] / math.sqrt(max(count, 1.0)))


def _fit_values(arena: Arena) -> tuple[Weights, Weights]:
    """Return what accepting each event of the fit fold is expected to bring, and to cost."""
    fit = arena.folds.fit
    return fit.weights * arena.signal_fit, costs(fit, arena.signal_fit, arena.budget.kind)


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


def judge(draft: Draft, pool: int, arena: Arena) -> Result:
    """Cut a draft on the selection fold and measure it there."""
    sample = arena.folds.selection
    matrix = hit_matrix(draft.conditions, sample, arena.schema)
    cut = last_within(list(draft.cuts(matrix, sample, arena.caps)), sample, arena.budget)
    if cut is None:
        return Result(draft.method, draft.policy.value, pool, 0, 0, None)
    measures = measure(pl.Series(cut.accepted), sample.known(sample.scores >= arena.threshold))
    size, value = len(draft.kept(cut.size)), sample.weights * arena.signal_search[len(arena.folds.fit) :]
    expected = float(value[cut.accepted].sum() / value.sum()) if value.any() else 0.0
    return Result(draft.method, draft.policy.value, pool, size, draft.literals(cut.size), measures, expected)


def merit(result: Result) -> float:
    """Return what the race is decided by: expected efficiency, or without truth the F1 against the teacher."""
    if result.measures is None:
        return -1.0
    if result.measures.efficiency is not None:
        return result.expected_efficiency or 0.0
    return result.measures.teacher_f1 or 0.0
