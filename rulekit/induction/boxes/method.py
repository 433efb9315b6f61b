"""The entrant of ``auto`` that refines boxes: from everybody's candidates to ladders of rulesets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rulekit.budget import Budget
from rulekit.errors import MissingExtraError
from rulekit.induction.boxes.grid import BinGrid, Box, Codes, box_of, make_grid
from rulekit.induction.regions.region import Region
from rulekit.induction.samples.sample import Sample, decided
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.cp_sat import EFFORT, Selection
from rulekit.ir.ruleset import HitPolicy
from rulekit.labels import Weights

if TYPE_CHECKING:
    from rulekit.induction.boxes.search import BoxSearch
    from rulekit.induction.selection.context import InductionContext

BOXES = "boxes"

SPEND_STEPS = (0.1, 0.2, 0.3, 0.4, *(step / 20 for step in range(10, 27)))
"""Rungs of a ladder, as multiples of the budget that a ruleset is expected to spend; the cut decides."""

PATH_SIZES = (5, 10, 15, 25, 35, 50, 75, 100, 150, 200)
"""Sizes of the path, in literals."""

MOST_EVENTS = 40_000
"""So many events are searched on at most: all that the teacher likes, and a share of the others at more weight."""

_LIKED = 4.0
_LITERALS_PER_RULE = 12


class BinnedEvents(NamedTuple):
    """The grid, and the codes of the fit and selection folds on it, shape (axes, events)."""

    grid: BinGrid
    codes: Codes


def bin_events(context: InductionContext) -> BinnedEvents:
    """Return the terrain of an arena."""
    search = context.folds.search
    caps, likes = context.caps, search.weights * context.signal_search
    grid = make_grid(search.frame, context.schema, likes, forbidden=caps.forbidden, numerics=caps.numerics)
    return BinnedEvents(grid, grid.code(search.frame))


class StartingBoxes(NamedTuple):
    """Where a search begins: regions that may become rules, and whole rulesets that others made of them."""

    regions: Sequence[Region]
    rulesets: Sequence[Sequence[Region]] = ()


def search_boxes(
    starts: StartingBoxes,
    context: InductionContext,
    binned: BinnedEvents,
    events: int,
    deadline: float | None = None,
    *,
    every: int = 1,
) -> BoxSearch:
    """Search on the first ``events`` events of the fit and selection folds, from seeds that others found.

    The search is made at ``every`` so many prices of literals; with 0 nothing is searched yet. A solver chooses
    from what was met where all prices are tried.

    Raises
    ------
    MissingExtraError
        when numba is not installed.

    """
    try:
        from rulekit.induction.boxes.search import BoxSearch
        from rulekit.induction.boxes.search_data import SearchData
    except ImportError:
        raise MissingExtraError("numba", "induction") from None
    sample = context.folds.search.take(np.arange(events))
    signal, charged = context.signal_search[:events], sample.budget_weights(context.budget.kind)
    rows, factor = _thinned(sample, context)
    gain = sample.weights * signal * decided(sample.frame, context.schema)
    unit = 1.0 if context.budget.kind == "alert_rate" else 1 - signal
    cost = sample.weights * unit * decided(sample.frame, context.schema)
    liked = sample.scores >= context.threshold
    data = SearchData(
        binned.grid,
        np.ascontiguousarray(binned.codes[:, rows]),
        gain[rows] * factor,
        cost[rows] * factor,
        context.budget.rate * float(charged.sum()),
        float(gain[liked].sum()),
        max(10, int(0.0005 * len(rows))),
        context.caps,
    )

    def boxes(regions: Sequence[Region]) -> list[Box]:
        return [box_of(region, context.encoding, binned.grid) for region in regions]

    search = BoxSearch(data, boxes(starts.regions))
    for ruleset in starts.rulesets:
        search.keep(boxes(ruleset))
    if every and search.sweep(deadline, every) and every == 1:
        search.optimise(most_literals(context.budget), EFFORT)
    return search


def most_literals(budget: Budget) -> int:
    """Return the cap on literals, or what so many rules have at most in practice."""
    return budget.literals or budget.rules * _LITERALS_PER_RULE


def _thinned(sample: Sample, context: InductionContext) -> tuple[np.ndarray, Weights]:
    """Return which events to search on, and how many each stands for."""
    count = len(sample)
    if count <= MOST_EVENTS:
        return np.arange(count), np.ones(count)
    order = np.argsort(-sample.scores, kind="stable")
    liked = min(int(_LIKED * max((sample.scores >= context.threshold).sum(), 1)), MOST_EVENTS // 2)
    rest = order[liked:]
    some = np.random.default_rng(context.seed).permutation(rest)[: MOST_EVENTS - liked]
    rows = np.concatenate([order[:liked], some])
    factor = np.concatenate([np.ones(liked), np.full(len(some), len(rest) / len(some))])
    ascending = np.argsort(rows)
    return rows[ascending], factor[ascending]


def ladder(search: BoxSearch, literals: int, selection: Selection | None = None) -> CandidateRuleset:
    """Return the best rulesets of at most so many literals, one for each rate that may be spent."""
    places: dict[bytes, int] = {}
    variants = [
        tuple(places.setdefault(box, len(places)) for box in boxes)
        for boxes in search.ladder(literals, SPEND_STEPS)
    ]
    conditions = tuple(search.condition(search.boxes[box]) for box in places)
    return CandidateRuleset(BOXES, HitPolicy.ANY, conditions, variants=tuple(variants), selection=selection)


def smaller(literals: int) -> list[int]:
    """Return the sizes of the path below the one asked for."""
    return [cap for cap in PATH_SIZES if cap < literals]
