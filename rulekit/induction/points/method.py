"""The entrant of sums: rules with whole points, made anew for each size, that reach a threshold together.

What is fitted are not the labels of the teacher but soft ones: near the budget's threshold an event is a little
more or less worth accepting than the next, far from it that is settled. How soft they are, and how much the events
near the threshold count, is chosen for each size on the selection fold, by sums that have seen the fit fold alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.errors import MissingExtraError
from rulekit.induction.boxes.grid import Codes, condition_of
from rulekit.induction.boxes.method import most_literals
from rulekit.induction.points.soft_labels import Emphasis, soften
from rulekit.induction.selection.draft import Draft
from rulekit.ir.condition import Compare, Condition, literals
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.text import format_literal
from rulekit.labels import Weights

if TYPE_CHECKING:
    from rulekit.induction.boxes.method import Terrain
    from rulekit.induction.points.fit import Additive, Sum, Term
    from rulekit.induction.points.search import Limits
    from rulekit.induction.selection.context import Arena

POINTS = "points"

MOST_EVENTS = 40_000
"""So many events are fitted at most: all that the teacher likes, and a share of the others at more weight."""

LARGEST_POINTS = (20, 30, 50, 100)
"""Points of the weightiest rule: the first that fits about as well as the weights do."""

_LOST_BY_ROUNDING = 0.005
_RATES = (0.7, 0.85, 1.0, 1.2, 1.4)
_LOST_BY_SIZE = 0.01
_USUAL_LONGEST = 3
_LONGEST = 6


EMPHASES = (Emphasis(0.5, 1.0), Emphasis(0.5, 0.2), Emphasis(0.25, 0.2))


class Points(NamedTuple):
    """Drafts by rising size, each to be cut only as a whole; and those of the fit fold alone, at the same caps."""

    drafts: tuple[Draft, ...]
    blind: tuple[Draft, ...]


class _Fitted(NamedTuple):
    """A sum with its whole points, one for each of its rules."""

    sum: Sum
    points: npt.NDArray[np.int64]


def score_drafts(
    arena: Arena, terrain: Terrain, caps: Sequence[int], deadline: float | None = None
) -> Points:
    """Return one draft for each cap on literals at which a sum of rules is better than at all smaller ones.

    Parameters
    ----------
    terrain : the grid, and the fit and selection folds on it.
    caps : rising numbers of literals.
    deadline : by the monotonic clock; sizes that are not reached by then are left out.

    Raises
    ------
    MissingExtraError
        when numba is not installed.

    """
    fit, everything = len(arena.folds.fit), len(arena.folds.search)
    blind = _Fitting(arena, terrain, fit)
    tried = {emphasis: dict(blind.grown(emphasis, caps, deadline)) for emphasis in EMPHASES}
    chosen = _chosen(tried, arena, terrain.codes[:, fit:])
    full = _Fitting(arena, terrain, everything)
    final = {
        emphasis: dict(
            full.grown(emphasis, [cap for cap in caps if cap <= _largest(chosen, emphasis)], deadline)
        )
        for emphasis in dict.fromkeys(chosen.values())
    }
    kept = [(cap, emphasis) for cap, emphasis in chosen.items() if cap in final[emphasis]]
    pairs = [
        tuple(_draft(fitted[emphasis][cap], terrain) for fitted in (final, tried)) for cap, emphasis in kept
    ]
    return Points(tuple(draft for draft, _ in pairs), tuple(draft for _, draft in pairs))


def _largest(chosen: dict[int, Emphasis], emphasis: Emphasis) -> int:
    return max(cap for cap, other in chosen.items() if other == emphasis)


def _chosen(tried: dict[Emphasis, dict[int, _Fitted]], arena: Arena, codes: Codes) -> dict[int, Emphasis]:
    """Return the emphasis of each size that is worth its literals, by the selection fold."""
    found: dict[int, Emphasis] = {}
    best = 0.0
    for cap in sorted({cap for fitted in tried.values() for cap in fitted}):
        reached = {
            emphasis: _reached(fitted[cap].sum.scores(codes, fitted[cap].points), arena)
            for emphasis, fitted in tried.items()
            if cap in fitted and fitted[cap].points.any()
        }
        if reached and max(reached.values()) > best * (1 - _LOST_BY_SIZE):
            found[cap] = max(reached, key=lambda emphasis: reached[emphasis])
            best = max(best, reached[found[cap]])
    return found


def _reached(scores: Weights, arena: Arena) -> float:
    """Return the signal that scores should accept on the selection fold: a mean over rates near the budget."""
    sample, budget = arena.folds.selection, arena.budget
    signal = arena.signal_search[len(arena.folds.fit) :]
    cost = sample.weights * (1.0 if budget.kind == "alert_rate" else 1 - signal)
    values, inverse = np.unique(-scores, return_inverse=True)
    spent, gained = (
        np.append(0.0, np.cumsum(np.bincount(inverse, weights=part, minlength=len(values))))
        for part in (cost, sample.weights * signal)
    )
    allowed = np.array(_RATES) * budget.rate * sample.charged(budget.kind).sum()
    return float(gained[np.searchsorted(spent, allowed, side="right") - 1].mean())


class _Fitting:
    """Fitting on the first events of the fit and selection folds."""

    def __init__(self, arena: Arena, terrain: Terrain, events: int) -> None:
        self.arena, self.grid = arena, terrain.grid
        self.soft, rows = soften(arena, events, MOST_EVENTS)
        self.codes = np.ascontiguousarray(terrain.codes[:, rows])

    def grown(
        self, emphasis: Emphasis, caps: Sequence[int], deadline: float | None
    ) -> Iterator[tuple[int, _Fitted]]:
        """Yield the sum at each cap, until the time is up."""
        try:
            from rulekit.induction.points.fit import Additive
            from rulekit.induction.points.search import Finder
        except ImportError:
            raise MissingExtraError("numba", "induction") from None
        targets, weights = self.soft.labels(emphasis)
        liked = weights * targets
        mass = weights / weights.sum() + liked / max(float(liked.sum()), 1e-12)
        finder = Finder.on(self.codes, self.grid, self.arena.caps.directions, mass, self._limits())
        additive = Additive(finder, targets, weights)
        for cap, found in additive.grow(caps, deadline):
            yield cap, _Fitted(found, whole_points(additive))

    def _limits(self) -> Limits:
        """Return the limits of a sum: where few rules are allowed, longer ones are worth more."""
        from rulekit.induction.points.search import Limits

        budget, names = self.arena.budget, [axis.feature.name for axis in self.grid.axes]
        each = most_literals(budget) / budget.rules

        def affords(axes: frozenset[int]) -> bool:
            used = {names[axis] for axis in axes}
            return len(used) <= (budget.features or len(used)) and budget.cost_of(used) <= (
                budget.cost or math.inf
            )

        return Limits(
            rules=budget.rules,
            longest=min(max(_USUAL_LONGEST, math.ceil(each)), _LONGEST),
            rule_price=max(0.0, each - 1),
            affords=affords,
        )


def whole_points(additive: Additive) -> npt.NDArray[np.int64]:
    """Return the weights of a sum as whole points, shape (rules,): the smallest that fit about as well."""
    weights = additive.point.weights
    largest = float(np.abs(weights[:-1]).max(initial=0.0))
    points = np.zeros(len(weights) - 1, dtype=np.int64)
    allowed = additive.point.loss + _LOST_BY_ROUNDING * (additive.rest - additive.point.loss)
    for most in LARGEST_POINTS if largest else ():
        scale = most / largest
        sizes = np.maximum(1, np.rint(np.abs(weights[:-1]) * scale))
        points = (np.sign(weights[:-1]) * sizes).astype(np.int64)
        if additive.loss_of(np.append(points / scale, weights[-1])) <= allowed:
            break
    return points // max(1, int(np.gcd.reduce(points)))


def _draft(fitted: _Fitted, terrain: Terrain) -> Draft:
    """Return the draft of a sum in the order of a scorecard; equal rules become one."""
    total: dict[Condition, int] = {}
    for term, points in zip(fitted.sum.terms, fitted.points.tolist(), strict=True):
        condition, worth = _worded(term, points, terrain)
        total[condition] = total.get(condition, 0) + worth
    places = {axis.feature.name: place for place, axis in enumerate(terrain.grid.axes)}
    rules = sorted(((c, p) for c, p in total.items() if p), key=lambda rule: _line_of(rule[0], places))
    return Draft(POINTS, HitPolicy.SCORE, tuple(c for c, _ in rules), points=tuple(p for _, p in rules))


def _line_of(condition: Condition, places: Mapping[str, int]) -> tuple[object, ...]:
    """Return what a rule is sorted by: its features in the order of the schema, then its thresholds."""
    found = tuple(literals(condition))
    features = tuple(dict.fromkeys(places[literal.feature] for literal in found))
    values = tuple(
        float(one.value) for one in found if isinstance(one, Compare) and not isinstance(one.value, str)
    )
    return features, values, " ".join(map(format_literal, found))


def _worded(term: Term, points: int, terrain: Terrain) -> tuple[Condition, int]:
    """Return a rule in words with its points.

    One literal that counts against an event is its complement that counts for it, where no value is missing: all
    sums then rise alike.
    """
    box, axis = terrain.grid.free(), int(term.axes[0])
    size = terrain.grid.axes[axis].size
    for place, row in zip(term.axes, term.rows, strict=True):
        box[place] &= row
    if points < 0 and len(term.axes) == 1 and not (terrain.codes[axis] == size).any():
        box[axis, :size] = 1 - box[axis, :size]
        points = -points
    return condition_of(box, terrain.grid), points
