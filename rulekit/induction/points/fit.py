"""Sums of weighted rules, fitted to soft labels: few literals that order the events as the labels do.

A rule is one literal, or a few that hold together. The sum grows by the rule that lowers the logistic loss most
for its price in literals. Its literals are chosen among all thresholds of the grid; pairs are searched on a
coarser grid first. After each rule all weights are fitted anew, and from time to time each literal is moved to
where it gains most beside all others. At each size that is asked for, the rules that matter least are replaced
by better ones while that helps. This is boosting that corrects itself fully (S. Shalev-Shwartz, N. Srebro and
T. Zhang, SIAM J. Optim. 20, 2010), with thresholds that stay free.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.induction.boxes.grid import Codes
from rulekit.induction.points.loops import (
    Derivatives,
    curvature_of,
    derive,
    descend,
    passing,
    refine,
    slope_of,
)
from rulekit.induction.points.search import RuleFinder, tidied
from rulekit.labels import Weights

_SWAPS = 2
_ROUNDS = 1
_HALVINGS = 5
_LEAST_GAIN = 1e-6
_LEAST_STEP = 1e-5
_RENEWED_EVERY = 10
_PATIENCE = 2


class Term(NamedTuple):
    """A rule of a sum.

    Attributes
    ----------
    axes : int64, shape (literals,).
    rows : uint8, shape (literals, cells): which codes of its axis each literal allows.
    hits : int64: the events that pass all of them, as rising positions.

    """

    axes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.uint8]
    hits: npt.NDArray[np.int64]


class WeightedSum(NamedTuple):
    """The rules of a sum; the weights are those of the rules, and then a constant."""

    terms: tuple[Term, ...]
    weights: Weights

    def scores(self, codes: Codes, weights: npt.NDArray[Any] | None = None) -> Weights:
        """Return the sum of the weights of the rules that hit each event, shape (events,).

        Parameters
        ----------
        codes : shape (axes, events).
        weights : of the rules; default: those of the sum. A constant after them is ignored.

        """
        found = np.zeros(codes.shape[1])
        for term, weight in zip(self.terms, self.weights if weights is None else weights, strict=False):
            found[passing(codes, term.axes, term.rows, -1)] += weight
        return found


class _FitState(NamedTuple):
    """Weights of the rules, the constant last, with their scores, their loss and its derivatives."""

    weights: Weights
    score: Weights
    loss: float
    derivatives: Derivatives


class AdditiveModel:
    """A growing sum of weighted rules, fitted to labels.

    Parameters
    ----------
    finder : finds the next rule.
    targets : labels in [0, 1], shape (events,).
    weights : event weights, shape (events,).

    Attributes
    ----------
    terms : the rules.
    rest : the loss of the constant alone.

    """

    def __init__(self, finder: RuleFinder, targets: Weights, weights: Weights) -> None:
        self.finder, self.limits, self.space = finder, finder.limits, finder.space
        self.targets, self.event_weights = targets, weights / weights.mean()
        self.terms: list[Term] = []
        share = float(np.clip(np.average(self.targets, weights=self.event_weights), 1e-6, 1 - 1e-6))
        self.state = self._at(np.array([np.log(share / (1 - share))]))
        self.rest = self.state.loss

    @property
    def literals(self) -> int:
        """Number of literals of all rules together."""
        return sum(len(term.axes) for term in self.terms)

    def grow(self, caps: Sequence[int], deadline: float | None = None) -> Iterator[tuple[int, WeightedSum]]:
        """Yield the sum at each of the rising caps on literals until the deadline; the first is always made."""
        for place, cap in enumerate(caps):
            self._fill(cap)
            for _ in range(_SWAPS):
                self.renew()
                if len(self.terms) < 2 or not self._swap(cap):
                    break
            yield cap, WeightedSum(tuple(self.terms), self.state.weights)
            if place + 1 < len(caps) and deadline is not None and time.monotonic() > deadline:
                return

    def renew(self) -> None:
        """Move the literals of each rule to where they gain most beside the other rules, and fit the weights."""
        for place, term in enumerate(self.terms):
            second, first = self.state.derivatives.second, self.state.derivatives.first.copy()
            first[term.hits] -= second[term.hits] * self.state.weights[place]
            derivatives = self._derivatives(first, second)
            rows, gain = term.rows.copy(), _newton(term, derivatives)[1]
            if refine(self.space, term.axes, rows, derivatives, gain) > gain * (1 + _LEAST_GAIN):
                moved = self._term(*tidied(term.axes, rows))
                self._move(place, moved, _newton(moved, derivatives)[0])
        self._merge()
        self._fit()

    def _merge(self) -> None:
        """Merge rules that hit the same events."""
        first: dict[bytes, int] = {}
        places = [first.setdefault(term.hits.tobytes(), place) for place, term in enumerate(self.terms)]
        if len(first) == len(self.terms):
            return
        weights = np.bincount(places, weights=self.state.weights[:-1], minlength=len(places))
        kept = sorted(first.values())
        self.terms = [self.terms[place] for place in kept]
        self.state = self._at(np.append(weights[kept], self.state.weights[-1]))

    def loss_of(self, weights: Weights) -> float:
        """Return the loss for other weights of the rules, with a constant after them."""
        return self._at(weights).loss

    def _fill(self, cap: int) -> None:
        """Add rules while there is room and the loss falls."""
        added = 0
        for _ in range(_PATIENCE * cap):
            room, before = cap - self.literals, self.state.loss
            if room <= 0 or len(self.terms) >= self.limits.rules or not self._add(room):
                break
            if self.state.loss > before * (1 - _LEAST_GAIN):
                break
            added += 1
            if added > len(self.terms) // _RENEWED_EVERY:
                self.renew()
                added = 0

    def _add(self, room: int) -> bool:
        """Add the most promising rule, or fit anew where it is there already; return whether one was found.

        A rule that does not lower the loss as its curvature promised is taken back.
        """
        before = self.state
        used = frozenset(int(axis) for term in self.terms for axis in term.axes)
        found = self.finder.propose(before.derivatives, used, min(room, self.limits.longest))
        if found is None or found.gain <= _LEAST_GAIN * before.loss:
            return False
        new = self._term(found.axes, found.rows)
        is_new = not any(np.array_equal(new.hits, term.hits) for term in self.terms)
        if is_new:
            self.terms.append(new)
            self.state = before._replace(weights=np.insert(before.weights, -1, 0.0))
        self._fit()
        if is_new and self.state.loss > before.loss * (1 - _LEAST_GAIN):
            self.terms.pop()
            self.state = before
        return True

    def _swap(self, cap: int) -> bool:
        """Replace the rule that matters least; return whether that helped, and undo it if not."""
        terms, state = list(self.terms), self.state
        worst = int(np.argmin([self._worth(place) for place in range(len(terms))]))
        del self.terms[worst]
        self.state = self._at(np.delete(state.weights, worst))
        self._fit()
        self._fill(cap)
        if self.state.loss < state.loss * (1 - _LEAST_GAIN):
            return True
        self.terms, self.state = terms, state
        return False

    def _worth(self, place: int) -> float:
        """Return about how much the loss would rise without a rule, over its price."""
        term, derivatives = self.terms[place], self.state.derivatives
        curvature = float(curvature_of(derivatives.second[term.hits].sum(), derivatives))
        return 0.5 * float(self.state.weights[place]) ** 2 * curvature / self.limits.price(len(term.axes))

    def _term(self, axes: npt.NDArray[np.int64], rows: npt.NDArray[np.uint8]) -> Term:
        return Term(axes, rows, passing(self.space.codes, axes, rows, -1))

    def _derivatives(self, first: Weights, second: Weights) -> Derivatives:
        sums = float(first.sum()), float(second.sum())
        return Derivatives(first, second, *sums, self.limits.ridge, self.limits.least)

    def _at(self, weights: Weights, score: Weights | None = None) -> _FitState:
        """Return the state for some weights; the scores may be known already."""
        if score is None:
            score = np.full(len(self.targets), weights[-1])
            for term, weight in zip(self.terms, weights[:-1], strict=True):
                score[term.hits] += weight
        first, second = np.empty_like(score), np.empty_like(score)
        loss = derive(score, self.targets, self.event_weights, first, second)
        loss += 0.5 * self.limits.ridge * float((weights[:-1] ** 2).sum())
        return _FitState(weights, score, loss, self._derivatives(first, second))

    def _fit(self) -> None:
        """Fit all weights: descend on the quadratic model, and halve the step where the loss itself rises."""
        hits = np.concatenate([*(term.hits for term in self.terms), np.empty(0, dtype=np.int64)])
        starts = np.cumsum([0, *(len(term.hits) for term in self.terms)])
        directed = [bool(self.space.directions[term.axes].any()) for term in self.terms]
        rising = np.array(directed, dtype=np.bool_)
        for _ in range(_ROUNDS):
            before, aim = self.state, self.state.weights.copy()
            descend(
                hits,
                starts,
                aim,
                rising,
                self._derivatives(before.derivatives.first.copy(), before.derivatives.second),
            )
            for halving in range(_HALVINGS):
                after = self._at(before.weights + (aim - before.weights) * 0.5**halving)
                if after.loss <= before.loss:
                    self.state = after
                    break
            if before.loss - after.loss < _LEAST_STEP * before.loss:
                break

    def _move(self, place: int, moved: Term, weight: float) -> None:
        """Replace one rule, unless the loss would rise; the constant is adjusted."""
        weights, score = self.state.weights.copy(), self.state.score.copy()
        score[self.terms[place].hits] -= weights[place]
        score[moved.hits] += weight
        derivatives = self.state.derivatives
        shift = float((self.state.score - score) @ derivatives.second) / derivatives.second_sum
        weights[place] = weight
        weights[-1] += shift
        after = self._at(weights, score + shift)
        if after.loss < self.state.loss:
            self.terms[place], self.state = moved, after


def _newton(term: Term, derivatives: Derivatives) -> tuple[float, float]:
    """Return the weight that one Newton step gives a rule, and how much it lowers the loss."""
    first, second = float(derivatives.first[term.hits].sum()), float(derivatives.second[term.hits].sum())
    slope, curvature = slope_of(first, second, derivatives), curvature_of(second, derivatives)
    return -slope / curvature, 0.5 * slope**2 / curvature
