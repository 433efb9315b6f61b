"""The entrant of ``auto`` that refines boxes: from everybody's candidates to ladders of rulesets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rulekit.budget import Budget
from rulekit.errors import MissingExtraError
from rulekit.induction.boxes.grid import Box, Codes, Grid, box_of, make_grid
from rulekit.induction.regions.region import Region
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.cp_sat import EFFORT, Selection
from rulekit.induction.selection.draft import Draft
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema
from rulekit.labels import Mask, Weights

if TYPE_CHECKING:
    from rulekit.induction.boxes.search import Cover
    from rulekit.induction.selection.context import Arena

BOXES = "boxes"

STEPS = (0.1, 0.2, 0.3, 0.4, *(step / 20 for step in range(10, 27)))
"""Rungs of a ladder, as multiples of the budget that a ruleset is expected to spend; the cut decides."""

CAPS = (5, 10, 15, 25, 35, 50, 75, 100, 150, 200)
"""Sizes of the path, in literals."""

MOST_EVENTS = 40_000
"""So many events are searched on at most: all that the teacher likes, and a share of the others at more weight."""

_LIKED = 4.0
_LITERALS_PER_RULE = 12


class Terrain(NamedTuple):
    """The grid, and the codes of the fit and selection folds on it, shape (axes, events)."""

    grid: Grid
    codes: Codes


def survey(arena: Arena) -> Terrain:
    """Return the terrain of an arena."""
    search = arena.folds.search
    caps, likes = arena.caps, search.weights * arena.signal_search
    grid = make_grid(search.frame, arena.schema, likes, forbidden=caps.forbidden, numerics=caps.numerics)
    return Terrain(grid, grid.code(search.frame))


class Seeds(NamedTuple):
    """Where a search begins: regions that may become rules, and whole rulesets that others made of them."""

    regions: Sequence[Region]
    rulesets: Sequence[Sequence[Region]] = ()


def search_boxes(
    seeds: Seeds,
    arena: Arena,
    terrain: Terrain,
    events: int,
    deadline: float | None = None,
    *,
    every: int = 1,
) -> Cover:
    """Search on the first ``events`` events of the fit and selection folds, from seeds that others found.

    The search is made at ``every`` so many prices of literals; with 0 nothing is searched yet. A solver chooses
    from what was met where all prices are tried.

    Raises
    ------
    MissingExtraError
        when numba is not installed.

    """
    try:
        from rulekit.induction.boxes.ground import Ground
        from rulekit.induction.boxes.search import Cover
    except ImportError:
        raise MissingExtraError("numba", "induction") from None
    sample = arena.folds.search.take(np.arange(events))
    signal, charged = arena.signal_search[:events], sample.charged(arena.budget.kind)
    rows, factor = _thinned(sample, arena)
    gain = sample.weights * signal * _decided(sample, arena.schema)
    unit = 1.0 if arena.budget.kind == "alert_rate" else 1 - signal
    cost = sample.weights * unit * _decided(sample, arena.schema)
    liked = sample.scores >= arena.threshold
    ground = Ground(
        terrain.grid,
        np.ascontiguousarray(terrain.codes[:, rows]),
        gain[rows] * factor,
        cost[rows] * factor,
        arena.budget.rate * float(charged.sum()),
        float(gain[liked].sum()),
        max(10, int(0.0005 * len(rows))),
        arena.caps,
    )

    def boxes(regions: Sequence[Region]) -> list[Box]:
        return [box_of(region, arena.encoding, terrain.grid) for region in regions]

    cover = Cover(ground, boxes(seeds.regions))
    for ruleset in seeds.rulesets:
        cover.keep(boxes(ruleset))
    if every and cover.sweep(deadline, every) and every == 1:
        cover.optimise(most_literals(arena.budget), EFFORT)
    return cover


def most_literals(budget: Budget) -> int:
    """Return the cap on literals, or what so many rules have at most in practice."""
    return budget.literals or budget.rules * _LITERALS_PER_RULE


def _decided(sample: Sample, schema: Schema) -> Mask:
    """Return which events have all that is required: no rule decides the others."""
    found: Mask = np.ones(len(sample), dtype=np.bool_)
    for name in schema.required:
        found &= sample.frame[name].is_not_null().to_numpy()
    return found


def _thinned(sample: Sample, arena: Arena) -> tuple[np.ndarray, Weights]:
    """Return which events to search on, and how many each stands for."""
    count = len(sample)
    if count <= MOST_EVENTS:
        return np.arange(count), np.ones(count)
    order = np.argsort(-sample.scores, kind="stable")
    liked = min(int(_LIKED * max((sample.scores >= arena.threshold).sum(), 1)), MOST_EVENTS // 2)
    rest = order[liked:]
    some = np.random.default_rng(arena.seed).permutation(rest)[: MOST_EVENTS - liked]
    rows = np.concatenate([order[:liked], some])
    factor = np.concatenate([np.ones(liked), np.full(len(some), len(rest) / len(some))])
    ascending = np.argsort(rows)
    return rows[ascending], factor[ascending]


def ladder(cover: Cover, literals: int, selection: Selection | None = None) -> Draft:
    """Return the best rulesets of at most so many literals, one for each rate that may be spent."""
    places: dict[bytes, int] = {}
    rungs = [
        tuple(places.setdefault(box, len(places)) for box in boxes) for boxes in cover.ladder(literals, STEPS)
    ]
    conditions = tuple(cover.condition(cover.boxes[box]) for box in places)
    return Draft(BOXES, HitPolicy.ANY, conditions, rungs=tuple(rungs), selection=selection)


def smaller(literals: int) -> list[int]:
    """Return the sizes of the path below the one asked for."""
    return [cap for cap in CAPS if cap < literals]
