"""Candidate rulesets: conditions in rank order, of which any size can be taken; and the largest within a budget."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.budget import Budget
from rulekit.induction.regions.region import Region
from rulekit.induction.samples.sample import Sample
from rulekit.ir.condition import Condition, count_literals
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.labels import Mask
from rulekit.statistics.effective import effective_count
from rulekit.statistics.upper_limits import upper_limit
from rulekit.targets.api import compile as compile_ruleset
from rulekit.targets.polars import PolarsRunner

if TYPE_CHECKING:
    from rulekit.induction.selection.constraints import Constraints
    from rulekit.induction.selection.cp_sat import Selection


class SizeOption(NamedTuple):
    """A candidate ruleset at one size: the events that it accepts, and under SCORE the points to reach."""

    size: int
    accepted: Mask
    threshold: int | None = None


@dataclass(frozen=True)
class CandidateRuleset:
    """A ruleset that was found but not yet calibrated.

    Attributes
    ----------
    method, policy : the method that made it, and its hit policy.
    conditions : of the rules, in rank order; under FIRST in the order of the list.
    points : of each condition, under SCORE.
    accepting : under FIRST, the places of the rules that may accept, the purest first; the others reject.
    variants : under ANY, whole rulesets in place of beginnings of the list: the places of their conditions, the
        strictest first.
    whole : under SCORE, whether the points were fitted together, so that the sum can only be taken as a whole.
    regions : the regions of the conditions, where a later step needs them.
    selection : what a solver proved about the choice; None where no solver chose.

    """

    method: str
    policy: HitPolicy
    conditions: tuple[Condition, ...]
    points: tuple[int, ...] = ()
    accepting: tuple[int, ...] = ()
    variants: tuple[tuple[int, ...], ...] = ()
    whole: bool = False
    regions: tuple[Region, ...] = ()
    selection: Selection | None = None

    @property
    def sizes(self) -> range:
        """The sizes that can be taken: numbers of steps, or the numbers of the variants, counted from 1."""
        if self.whole:
            return range(len(self.conditions), len(self.conditions) + 1)
        steps = self.variants or (self.accepting if self.policy is HitPolicy.FIRST else self.conditions)
        return range(1, len(steps) + 1)

    def kept(self, size: int) -> Sequence[int]:
        """Return the places of the rules at a size: under FIRST all conditions up to the last that accepts."""
        if self.variants:
            return self.variants[size - 1]
        return range(max(self.accepting[:size]) + 1 if self.policy is HitPolicy.FIRST else size)

    def literals(self, size: int) -> int:
        """Return the number of literals at a size."""
        return sum(count_literals(self.conditions[index]) for index in self.kept(size))

    def options(self, hits: Mask, sample: Sample, caps: Constraints) -> Iterator[SizeOption]:
        """Yield each size that keeps to all caps but the rate, the smallest first.

        Parameters
        ----------
        hits : whether each condition hits each event, shape (conditions, events).
        sample : the events, for the thresholds of a sum.
        caps : limits on the ruleset.

        """
        for size in self.sizes:
            if not caps.violations([self.conditions[index] for index in self.kept(size)]):
                yield self._option(hits, sample, caps.budget, size)

    def _option(self, hits: Mask, sample: Sample, budget: Budget, size: int) -> SizeOption:
        kept = hits[list(self.kept(size))]
        if self.policy is HitPolicy.SCORE:
            score = np.asarray(self.points[:size], dtype=np.int64) @ kept
            threshold = lowest_threshold(score, sample, budget, len(self.sizes))
            return SizeOption(size, score >= threshold, threshold)
        if self.policy is HitPolicy.FIRST:
            first = np.where(kept.any(axis=0), kept.argmax(axis=0), -1)
            return SizeOption(size, np.isin(first, self.accepting[:size]))
        return SizeOption(size, np.asarray(kept.any(axis=0)))


def lowest_threshold(score: npt.NDArray[np.int64], sample: Sample, budget: Budget, choices: int = 1) -> int:
    """Return the lowest threshold whose events keep to the budget; one above the highest score when none do.

    For a certified budget thresholds are tested from the highest down, and the first whose limit exceeds the budget
    ends the search.

    Parameters
    ----------
    score : points of each event, shape (events,).
    sample : the events.
    budget : the rate to keep to.
    choices : how many sums are tested this way; the limit is corrected for it.

    """
    charged = sample.budget_weights(budget.kind)
    values, inverse = np.unique(score, return_inverse=True)
    at = np.bincount(inverse, weights=charged, minlength=len(values))
    above = np.cumsum(at[::-1])[::-1]
    fits = np.flatnonzero(above <= budget.rate * charged.sum() * (1 + 1e-12))
    if budget.certified:
        fits = fits[fits >= _least_certified(score, values, sample, budget, choices)]
    return int(values[fits[0]]) if len(fits) else int(values[-1]) + 1


def _least_certified(
    score: npt.NDArray[np.int64], values: npt.NDArray[np.int64], sample: Sample, budget: Budget, choices: int
) -> int:
    """Return the place of the lowest value that is certified, by bisection: limits rise as values fall."""
    charged = sample.budget_weights(budget.kind)

    def breaks(place: int) -> bool:
        limit = upper_limit(score >= values[place], charged, budget.confidence, choices, sample.groups)
        return limit > budget.rate

    return len(values) - bisect.bisect_left(
        range(1, len(values) + 1), True, key=lambda far: breaks(len(values) - far)
    )


def rate_of(accepted: Mask, sample: Sample, kind: str) -> float:
    """Return the rate that the budget caps, from 0 to 1."""
    charged = sample.budget_weights(kind)
    return float(charged[accepted].sum() / charged.sum())


def largest_within(options: Sequence[SizeOption], sample: Sample, budget: Budget) -> SizeOption | None:
    """Return the largest size that keeps to the budget's rate; None when not even the smallest does.

    A larger size is expected to accept more. So the first that exceeds the budget by more than a standard deviation
    of the count ends the search. A smaller excess may be chance, because variants are not nested in one another.

    For a certified budget the upper limit on the rate must keep to it. Sizes are then tested in a fixed order, each
    only when all before it passed, so that the confidence needs no correction for their number (P. Bauer, Stat.
    Med. 10, 1991).
    """
    best, end = None, budget.rate * (1 + 1e-12)
    if not budget.certified:
        end += math.sqrt(budget.rate / max(effective_count(sample.budget_weights(budget.kind)), 1.0))
    for option in options:
        spent = _spent(option.accepted, sample, budget)
        if spent > end:
            return best
        best = option if option.accepted.any() and spent <= budget.rate * (1 + 1e-12) else best
    return best


def _spent(accepted: Mask, sample: Sample, budget: Budget) -> float:
    if budget.certified:
        return upper_limit(
            accepted, sample.budget_weights(budget.kind), budget.confidence, groups=sample.groups
        )
    return rate_of(accepted, sample, budget.kind)


def hit_matrix(conditions: Sequence[Condition], sample: Sample, schema: Schema) -> Mask:
    """Return whether each condition hits each event, by the ``polars`` target, shape (conditions, events)."""
    if not conditions:
        return np.zeros((0, len(sample)), dtype=np.bool_)
    rules = tuple(
        Rule(id=f"r{index}", when=condition, then="hit") for index, condition in enumerate(conditions)
    )
    ruleset = Ruleset(
        name="candidates",
        version="0.1.0",
        schema=schema,
        hit_policy=HitPolicy.ANY,
        otherwise="no_hit",
        rules=rules,
    )
    frame = PolarsRunner(compile_ruleset(ruleset, "polars")).hit_matrix(sample.frame)
    return np.stack([column.to_numpy() for column in frame.get_columns()])
