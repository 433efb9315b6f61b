"""The method ``points``: sums of rules with whole points, fitted anew for each size.

Sums are fitted to soft labels, not to the teacher's labels. Near the budget's threshold one event is only a little
more worth accepting than the next; far from it the decision is clear. How soft the labels are, and how much events
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
from rulekit.induction.points.soft_labels import Emphasis, make_soft_labels
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.ir.condition import Compare, Condition, literals
from rulekit.ir.notation.literals import format_literal
from rulekit.ir.ruleset import HitPolicy
from rulekit.labels import Weights

if TYPE_CHECKING:
    from rulekit.induction.boxes.method import BinnedEvents
    from rulekit.induction.points.fit import AdditiveModel, Term, WeightedSum
    from rulekit.induction.points.search import SumLimits
    from rulekit.induction.selection.context import InductionContext

POINTS = "points"

MOST_EVENTS = 40_000
"""The most events that are fitted: those the teacher likes, and a share of the others at more weight."""

LARGEST_POINTS = (20, 30, 50, 100)
"""Points tried for the rule with the largest weight; the first that fits about as well as the weights is taken."""

_LOST_BY_ROUNDING = 0.005
_RATES = (0.7, 0.85, 1.0, 1.2, 1.4)
_LOST_BY_SIZE = 0.01
_USUAL_LONGEST = 3
_LONGEST = 6


EMPHASES = (Emphasis(0.5, 1.0), Emphasis(0.5, 0.2), Emphasis(0.25, 0.2))


class FittedSums(NamedTuple):
    """Candidate rulesets of rising size from the fit and selection folds, and those from the fit fold alone."""

    rulesets: tuple[CandidateRuleset, ...]
    on_fit_fold: tuple[CandidateRuleset, ...]


class _PointSum(NamedTuple):
    """A sum with the whole points of its rules."""

    sum: WeightedSum
    points: npt.NDArray[np.int64]


def fit_sums(
    context: InductionContext, binned: BinnedEvents, caps: Sequence[int], deadline: float | None = None
) -> FittedSums:
    """Return a candidate ruleset for each cap on literals at which a sum is better than at all smaller caps.

    Parameters
    ----------
    binned : the grid, and the fit and selection folds on it.
    caps : rising numbers of literals.
    deadline : by the monotonic clock; sizes not reached by then are left out. None is no limit.

    Raises
    ------
    MissingExtraError
        when numba is not installed.

    """
    fit, everything = len(context.folds.fit), len(context.folds.search)
    on_fit_fold = _SumFitter(context, binned, fit)
    tried = {emphasis: dict(on_fit_fold.grown(emphasis, caps, deadline)) for emphasis in EMPHASES}
    chosen = _chosen(tried, context, binned.codes[:, fit:])
    full = _SumFitter(context, binned, everything)
    final = {
        emphasis: dict(
            full.grown(emphasis, [cap for cap in caps if cap <= _largest(chosen, emphasis)], deadline)
        )
        for emphasis in dict.fromkeys(chosen.values())
    }
    kept = [(cap, emphasis) for cap, emphasis in chosen.items() if cap in final[emphasis]]
    pairs = [
        tuple(_draft(fitted[emphasis][cap], binned) for fitted in (final, tried)) for cap, emphasis in kept
    ]
    return FittedSums(tuple(candidate for candidate, _ in pairs), tuple(candidate for _, candidate in pairs))


def _largest(chosen: dict[int, Emphasis], emphasis: Emphasis) -> int:
    return max(cap for cap, other in chosen.items() if other == emphasis)


def _chosen(
    tried: dict[Emphasis, dict[int, _PointSum]], context: InductionContext, codes: Codes
) -> dict[int, Emphasis]:
    """Return the best emphasis of each size that is worth its literals, by the selection fold."""
    found: dict[int, Emphasis] = {}
    best = 0.0
    for cap in sorted({cap for fitted in tried.values() for cap in fitted}):
        reached = {
            emphasis: _reached(fitted[cap].sum.scores(codes, fitted[cap].points), context)
            for emphasis, fitted in tried.items()
            if cap in fitted and fitted[cap].points.any()
        }
        if reached and max(reached.values()) > best * (1 - _LOST_BY_SIZE):
            found[cap] = max(reached, key=lambda emphasis: reached[emphasis])
            best = max(best, reached[found[cap]])
    return found


def _reached(scores: Weights, context: InductionContext) -> float:
    """Return the expected signal that scores accept on the selection fold: a mean over rates near the budget."""
    sample, budget = context.folds.selection, context.budget
    signal = context.signal_search[len(context.folds.fit) :]
    cost = sample.weights * (1.0 if budget.kind == "alert_rate" else 1 - signal)
    values, inverse = np.unique(-scores, return_inverse=True)
    spent, gained = (
        np.append(0.0, np.cumsum(np.bincount(inverse, weights=part, minlength=len(values))))
        for part in (cost, sample.weights * signal)
    )
    allowed = np.array(_RATES) * budget.rate * sample.budget_weights(budget.kind).sum()
    return float(gained[np.searchsorted(spent, allowed, side="right") - 1].mean())


class _SumFitter:
    """Fits sums to the first events of the fit and selection folds."""

    def __init__(self, context: InductionContext, binned: BinnedEvents, events: int) -> None:
        self.context, self.grid = context, binned.grid
        self.soft, rows = make_soft_labels(context, events, MOST_EVENTS)
        self.codes = np.ascontiguousarray(binned.codes[:, rows])

    def grown(
        self, emphasis: Emphasis, caps: Sequence[int], deadline: float | None
    ) -> Iterator[tuple[int, _PointSum]]:
        """Yield the sum at each cap until the deadline."""
        try:
            from rulekit.induction.points.fit import AdditiveModel
            from rulekit.induction.points.search import RuleFinder
        except ImportError:
            raise MissingExtraError("numba", "induction") from None
        targets, weights = self.soft.labels(emphasis)
        liked = weights * targets
        mass = weights / weights.sum() + liked / max(float(liked.sum()), 1e-12)
        finder = RuleFinder.on(self.codes, self.grid, self.context.caps.directions, mass, self._limits())
        model = AdditiveModel(finder, targets, weights)
        for cap, found in model.grow(caps, deadline):
            yield cap, _PointSum(found, whole_points(model))

    def _limits(self) -> SumLimits:
        """Return the limits of a sum; where few rules are allowed, rules may be longer."""
        from rulekit.induction.points.search import SumLimits

        budget, names = self.context.budget, [axis.feature.name for axis in self.grid.axes]
        each = most_literals(budget) / budget.rules

        def affords(axes: frozenset[int]) -> bool:
            used = {names[axis] for axis in axes}
            return len(used) <= (budget.features or len(used)) and budget.cost_of(used) <= (
                budget.cost or math.inf
            )

        return SumLimits(
            rules=budget.rules,
            longest=min(max(_USUAL_LONGEST, math.ceil(each)), _LONGEST),
            rule_price=max(0.0, each - 1),
            affords=affords,
        )


def whole_points(model: AdditiveModel) -> npt.NDArray[np.int64]:
    """Return the weights of a sum as whole points, int64, shape (rules,): the smallest that fit about as well."""
    weights = model.state.weights
    largest = float(np.abs(weights[:-1]).max(initial=0.0))
    points = np.zeros(len(weights) - 1, dtype=np.int64)
    allowed = model.state.loss + _LOST_BY_ROUNDING * (model.rest - model.state.loss)
    for most in LARGEST_POINTS if largest else ():
        scale = most / largest
        sizes = np.maximum(1, np.rint(np.abs(weights[:-1]) * scale))
        points = (np.sign(weights[:-1]) * sizes).astype(np.int64)
        if model.loss_of(np.append(points / scale, weights[-1])) <= allowed:
            break
    return points // max(1, int(np.gcd.reduce(points)))


def _draft(fitted: _PointSum, binned: BinnedEvents) -> CandidateRuleset:
    """Return the candidate ruleset of a sum, ordered by feature and threshold; equal rules become one."""
    total: dict[Condition, int] = {}
    for term, points in zip(fitted.sum.terms, fitted.points.tolist(), strict=True):
        condition, worth = _worded(term, points, binned)
        total[condition] = total.get(condition, 0) + worth
    places = {axis.feature.name: place for place, axis in enumerate(binned.grid.axes)}
    rules = sorted(((c, p) for c, p in total.items() if p), key=lambda rule: _line_of(rule[0], places))
    return CandidateRuleset(
        POINTS, HitPolicy.SCORE, tuple(c for c, _ in rules), points=tuple(p for _, p in rules)
    )


def _line_of(condition: Condition, places: Mapping[str, int]) -> tuple[object, ...]:
    """Return the sort key of a rule: its features in the order of the schema, then its thresholds."""
    found = tuple(literals(condition))
    features = tuple(dict.fromkeys(places[literal.feature] for literal in found))
    values = tuple(
        float(one.value) for one in found if isinstance(one, Compare) and not isinstance(one.value, str)
    )
    return features, values, " ".join(map(format_literal, found))


def _worded(term: Term, points: int, binned: BinnedEvents) -> tuple[Condition, int]:
    """Return the condition and the points of a rule.

    Where no value is missing, one literal with negative points is written as its complement with positive points.
    """
    box, axis = binned.grid.free(), int(term.axes[0])
    size = binned.grid.axes[axis].size
    for place, row in zip(term.axes, term.rows, strict=True):
        box[place] &= row
    if points < 0 and len(term.axes) == 1 and not (binned.codes[axis] == size).any():
        box[axis, :size] = 1 - box[axis, :size]
        points = -points
    return condition_of(box, binned.grid), points
