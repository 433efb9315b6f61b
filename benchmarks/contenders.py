"""What a peer learned, in one form for all, and how it is trimmed, cut and measured.

Every model becomes a score per event that is cut at a threshold. Rules that accept come in an order (a ladder): the
score of an event is how early it is accepted, and cutting the score cuts the ladder. Sums of weighted rules keep
their largest weights. Literals are counted alike: one for each threshold test of a rule, after tests of the same
sign on the same feature in one rule are merged into the tightest.

The folds are rulekit's: a model is learned on the fit fold; variant and size are chosen on the selection fold for
each cap on literals; the threshold is the lowest within the rate on the calibration fold; test is decided once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from datasets import GROUP, SCORE, TRUTH, WEIGHT, Case, Data

from rulekit.induction.samples.folds import split
from rulekit.induction.samples.sample import Sample
from rulekit.induction.teachers.base import feature_matrix
from rulekit.measures import EventLabels, Measures, measure
from rulekit.statistics.intervals import Proportion

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LITERALS = (10, 25, 50, 100, 200)
_SLACK = 1 + 1e-12
_MOST_WIDE = 0.9


class Literal(NamedTuple):
    """One threshold test of a column: ``<=``, ``<``, ``>`` or ``>=``."""

    column: int
    sign: str
    value: float


Rule = tuple[Literal, ...]


def merged(tests: Iterable[Literal]) -> Rule:
    """Return the tests with only the tightest of each direction on each column."""
    kept: dict[tuple[int, bool], Literal] = {}
    for test in tests:
        key = (test.column, test.sign[0] == "<")
        other = kept.get(key)
        if other is None or _tighter(test, other):
            kept[key] = test
    return tuple(kept[key] for key in sorted(kept))


def _tighter(test: Literal, other: Literal) -> bool:
    if test.value == other.value:
        return len(test.sign) < len(other.sign)  # a strict sign excludes one more value
    return test.value < other.value if test.sign[0] == "<" else test.value > other.value


class Fold(NamedTuple):
    """Some events as peers see them: missing is filled with a number below all values of train."""

    matrix: Matrix
    truth: Mask
    scores: Floats
    weights: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> Fold:
        """Return the events at some positions."""
        return Fold(*(part[rows] for part in self))

    def charged(self, kind: str) -> Floats:
        """Return what each event counts in the rate; signal counts 0 in a false-positive rate."""
        return self.weights if kind == "alert_rate" else np.where(self.truth, 0.0, self.weights)

    def hits(self, rules: Sequence[Rule]) -> Mask:
        """Return which rule hits which event, shape (rules, events); each literal is tested once."""
        tested: dict[Literal, Mask] = {}
        found = np.ones((len(rules), len(self.truth)), dtype=np.bool_)
        for row, rule in enumerate(rules):
            for test in rule:
                if test not in tested:
                    tested[test] = self._test(test)
                found[row] &= tested[test]
        return found

    def _test(self, test: Literal) -> Mask:
        column = self.matrix[:, test.column].astype(np.float64)
        compare = {"<=": np.less_equal, "<": np.less, ">": np.greater, ">=": np.greater_equal}[test.sign]
        found: Mask = compare(column, test.value)
        return found


class Model(Protocol):
    """Something that scores events within a cap on literals; None when nothing of it keeps to the cap."""

    label: str

    def scored(self, fold: Fold, literals: int) -> Floats | None:
        """Return a score per event, minus infinity for never accepted."""
        ...

    def size(self, literals: int, threshold: float) -> tuple[int | None, int | None]:
        """Return the number of rules and literals in use at a threshold; None for what has no rules."""
        ...


@dataclass(frozen=True)
class Ladder:
    """Rules that accept, as steps: each step is a ruleset that accepts all that the step before accepts."""

    label: str
    rules: tuple[Rule, ...]
    steps: tuple[tuple[int, ...], ...]

    @classmethod
    def ordered(cls, label: str, rules: Iterable[Rule]) -> Ladder:
        """Return the ladder of rules in order: the first, the first two, and so on; repetitions are dropped."""
        unique = tuple(dict.fromkeys(rule for rule in rules if rule))
        return cls(label, unique, tuple(tuple(range(end)) for end in range(1, len(unique) + 1)))

    def _literals(self, step: tuple[int, ...]) -> int:
        return sum(len(self.rules[index]) for index in step)

    def _fitting(self, literals: int) -> list[tuple[int, ...]]:
        return [step for step in self.steps if self._literals(step) <= literals]

    def scored(self, fold: Fold, literals: int) -> Floats | None:
        """Return minus the number of the first step that accepts each event."""
        steps = self._fitting(literals)
        if not steps:
            return None
        needed = sorted({index for step in steps for index in step})
        hits = dict(zip(needed, fold.hits([self.rules[index] for index in needed]), strict=True))
        found = np.full(len(fold.truth), -np.inf)
        done: set[int] = set()
        for number, step in enumerate(steps):
            for index in set(step) - done:
                found[hits[index] & (found == -np.inf)] = -number
            done.update(step)
        return found

    def size(self, literals: int, threshold: float) -> tuple[int, int]:
        """See :class:`Model`."""
        step = self._fitting(literals)[round(-threshold)] if np.isfinite(threshold) else ()
        return len(step), self._literals(step)


@dataclass(frozen=True)
class Sum:
    """Weighted rules whose sum is cut; within a cap the largest weights are kept."""

    label: str
    rules: tuple[Rule, ...]
    weights: tuple[float, ...]

    def _kept(self, literals: int) -> list[int]:
        kept, used = [], 0
        for index in np.argsort(-np.abs(self.weights), kind="stable"):
            count = len(self.rules[index])
            if count and self.weights[index] and used + count <= literals:
                kept.append(int(index))
                used += count
        return kept

    def scored(self, fold: Fold, literals: int) -> Floats | None:
        """Return the sum of the weights of the rules that hit; equal sums are equal to the last bit."""
        kept = self._kept(literals)
        if not kept:
            return None
        weights = np.array([self.weights[index] for index in kept])
        return np.round(weights @ fold.hits([self.rules[index] for index in kept]), 9)

    def size(self, literals: int, threshold: float) -> tuple[int, int]:
        """See :class:`Model`."""
        kept = self._kept(literals) if np.isfinite(threshold) else []
        return len(kept), sum(len(self.rules[index]) for index in kept)


@dataclass(frozen=True)
class Glass:
    """A model without literals to count: its scores on the folds, as it gives them."""

    label: str
    scores: Mapping[int, Floats]

    def scored(self, fold: Fold, literals: int) -> Floats | None:  # noqa: ARG002 - it has no literals
        """Return the scores of a fold that it was given before."""
        return self.scores[id(fold.matrix)]

    def size(self, literals: int, threshold: float) -> tuple[None, None]:  # noqa: ARG002
        """See :class:`Model`."""
        return None, None


class Folds(NamedTuple):
    """The three folds of train, and test."""

    fit: Fold
    selection: Fold
    calibration: Fold
    test: Fold


def folds_of(data: Data, seed: int) -> Folds:
    """Split train as rulekit does; events of one group stay together."""
    train, test = feature_matrix(data.train, data.schema), feature_matrix(data.test, data.schema)
    floor = np.nanmin(train, axis=0) - 1
    whole, later = (
        Fold(np.where(np.isnan(matrix), floor, matrix), *_facts(frame))
        for matrix, frame in ((train, data.train), (test, data.test))
    )
    return Folds(*(whole.take(rows) for rows in _rows(data, whole, seed)), later)


def _facts(frame: pl.DataFrame) -> tuple[Mask, Floats, Floats]:
    weights = frame[WEIGHT].to_numpy() if WEIGHT in frame.columns else np.ones(frame.height)
    return frame[TRUTH].to_numpy(), frame[SCORE].to_numpy(), weights


def _rows(data: Data, whole: Fold, seed: int) -> list[npt.NDArray[np.int64]]:
    groups = None if data.groups is None else data.train[GROUP].rank("dense").cast(pl.Int64).to_numpy() - 1
    numbered = pl.DataFrame({"row": np.arange(len(whole.truth))})
    found = split(Sample(numbered, whole.scores, whole.weights, whole.truth, groups), seed)
    return [part.frame["row"].to_numpy() for part in (found.fit, found.selection, found.calibration)]


def threshold_within(scores: Floats, fold: Fold, case: Case, multiple: float = 1.0) -> float:
    """Return the lowest score at which a fold keeps to a multiple of the rate; infinity when none does."""
    charged = fold.charged(case.kind)
    values, inverse = np.unique(scores, return_inverse=True)
    above = np.cumsum(np.bincount(inverse, weights=charged, minlength=len(values))[::-1])[::-1]
    allowed = min(case.rate * multiple, _MOST_WIDE) * charged.sum() * _SLACK
    fits = np.flatnonzero((above <= allowed) & np.isfinite(values))
    return float(values[fits[0]]) if len(fits) else np.inf


def efficiency(accepted: Mask, fold: Fold) -> float:
    """Return the accepted share of the signal."""
    signal = fold.weights * fold.truth
    return float(signal[accepted].sum() / signal.sum())


class Decided(NamedTuple):
    """What was chosen for a cap on literals: what it reached on the selection fold, and what it accepts of test."""

    model: Model
    selection: float
    threshold: float
    accepted: Mask


def choose(models: Sequence[Model], folds: Folds, case: Case, literals: int) -> list[tuple[float, Model]]:
    """Return the models that fit the cap with their efficiency on the selection fold, the best first."""
    found = []
    for model in models:
        scores = model.scored(folds.selection, literals)
        if scores is not None:
            accepted = scores >= threshold_within(scores, folds.selection, case)
            found.append((efficiency(accepted, folds.selection), model))
    return sorted(found, key=lambda pair: -pair[0])


def decide(models: Sequence[Model], folds: Folds, case: Case, literals: int) -> Decided | None:
    """Cut the best model on the calibration fold and decide test; None when no model fits the cap.

    Where the best one is too coarse to be cut within the rate at all, the next best is taken, as a user would.
    """
    for reached, model in choose(models, folds, case, literals):
        scores = model.scored(folds.calibration, literals)
        threshold = np.inf if scores is None else threshold_within(scores, folds.calibration, case)
        if np.isfinite(threshold) and (deciding := model.scored(folds.test, literals)) is not None:
            return Decided(model, reached, threshold, deciding >= threshold)
    return None


def on_test(accepted: Mask, test: Fold, kind: str) -> Measures:
    """Return the measures on test; fidelity is to the teacher at the rate that is spent there."""
    charged = test.charged(kind)
    order = np.argsort(-test.scores, kind="stable")
    allowed = np.cumsum(charged[order]) <= charged[accepted].sum() * _SLACK
    teacher = np.zeros(len(accepted), dtype=np.bool_)
    teacher[order[allowed]] = True
    events = EventLabels(
        len(accepted),
        truth=pl.Series(test.truth),
        teacher=pl.Series(teacher),
        weights=pl.Series(test.weights),
    )
    return measure(pl.Series(accepted), events)


def spent(kind: str, measures: Measures) -> Proportion:
    """Return the rate that the budget caps."""
    rate = measures.rate if kind == "alert_rate" else measures.false_positive_rate
    if rate is None:
        raise AssertionError("test has its truth")
    return rate
