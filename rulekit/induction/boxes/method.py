"""The method ``boxes`` of ``auto``: from the candidate rules of all methods to refined rulesets of every size."""

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
    from rulekit.induction.boxes.search_data import SearchData
    from rulekit.induction.selection.context import InductionContext

BOXES = "boxes"

SPEND_STEPS = (0.1, 0.2, 0.3, 0.4, *(step / 20 for step in range(10, 27)))
"""Multiples of the budget that the variants of a candidate ruleset are expected to spend. Calibration then takes
the largest that keeps to the budget."""

PATH_SIZES = (5, 10, 15, 25, 35, 50, 75, 100, 150, 200)
"""Sizes of the path, in literals."""

MOST_EVENTS = 40_000
"""The most events that are searched: those the teacher likes, and a share of the others at more weight."""

_LIKED = 4.0
_LITERALS_PER_RULE = 12


class BinnedEvents(NamedTuple):
    """A grid, and the codes of the fit and selection folds on it, shape (axes, events)."""

    grid: BinGrid
    codes: Codes


def bin_events(context: InductionContext) -> BinnedEvents:
    """Return the fit and selection folds on a grid that is made from them."""
    search = context.folds.search
    caps, likes = context.caps, search.weights * context.signal_search
    grid = make_grid(search.frame, context.schema, likes, forbidden=caps.forbidden, numerics=caps.numerics)
    return BinnedEvents(grid, grid.code(search.frame))


class StartingBoxes(NamedTuple):
    """Where a search begins: regions that may become rules, and whole rulesets that other methods made."""

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
    """Search for rulesets on the first events of the fit and selection folds.

    Parameters
    ----------
    starts : what other methods found.
    context : folds, budget and caps.
    binned : the folds on their grid.
    events : how many events may be seen; the fit fold comes first.
    deadline : by the monotonic clock; None is no limit.
    every : search at every n-th price of literals. At 1 a solver then chooses from the boxes that were met. At 0
        nothing is searched yet.

    Raises
    ------
    MissingExtraError
        when numba is not installed.

    """
    try:
        from rulekit.induction.boxes.search import BoxSearch
    except ImportError:
        raise MissingExtraError("numba", "induction") from None

    def boxes(regions: Sequence[Region]) -> list[Box]:
        return [box_of(region, context.encoding, binned.grid) for region in regions]

    search = BoxSearch(_search_data(context, binned, events), boxes(starts.regions))
    for ruleset in starts.rulesets:
        search.archive.add(boxes(ruleset))
    if every and search.sweep(deadline, every) and every == 1:
        search.optimise(most_literals(context.budget), EFFORT)
    return search


def _search_data(context: InductionContext, binned: BinnedEvents, events: int) -> SearchData:
    """Return the first events with what accepting each is expected to bring and to cost."""
    from rulekit.induction.boxes.search_data import SearchData

    sample = context.folds.search.take(np.arange(events))
    signal, charged = context.signal_search[:events], sample.budget_weights(context.budget.kind)
    rows, factor = _thinned(sample, context)
    can_decide = decided(sample.frame, context.schema)
    gain = sample.weights * signal * can_decide
    cost = sample.weights * (1.0 if context.budget.kind == "alert_rate" else 1 - signal) * can_decide
    liked = sample.scores >= context.threshold
    return SearchData(
        grid=binned.grid,
        codes=np.ascontiguousarray(binned.codes[:, rows]),
        gain=gain[rows] * factor,
        cost=cost[rows] * factor,
        allowed=context.budget.rate * float(charged.sum()),
        reachable=float(gain[liked].sum()),
        least=max(10, int(0.0005 * len(rows))),
        caps=context.caps,
    )


def most_literals(budget: Budget) -> int:
    """Return the cap on literals; where there is none, what so many rules have at most in practice."""
    return budget.literals or budget.rules * _LITERALS_PER_RULE


def _thinned(sample: Sample, context: InductionContext) -> tuple[np.ndarray, Weights]:
    """Return the positions of the events to search on, and how many events each stands for."""
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


def candidate_of(search: BoxSearch, literals: int, selection: Selection | None = None) -> CandidateRuleset:
    """Return the best rulesets of a search up to a number of literals, one variant for each amount to spend."""
    places: dict[bytes, int] = {}
    archive = search.archive
    variants = [
        tuple(places.setdefault(box, len(places)) for box in boxes)
        for boxes in archive.variants(literals, SPEND_STEPS)
    ]
    conditions = tuple(archive.condition(archive.boxes[box]) for box in places)
    return CandidateRuleset(BOXES, HitPolicy.ANY, conditions, variants=tuple(variants), selection=selection)


def path_sizes_below(literals: int) -> list[int]:
    """Return the sizes of the path below a number of literals."""
    return [size for size in PATH_SIZES if size < literals]
