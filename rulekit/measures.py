"""Measures of decisions, in the field's words, with 95 % binomial intervals.

Efficiency is recall, purity is precision, rejection is one over the false-positive rate; fidelity is
agreement with the *teacher*, accuracy agreement with the *truth*.

Intervals are Wilson's score intervals (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927; recommended by Brown, Cai
and DasGupta, Stat. Sci. 16, 2001). With event weights the count is Kish's effective sample size,
``(sum w)**2 / sum w**2`` (L. Kish, Survey Sampling, 1965).

Two ways of deciding the same events are paired: their shares differ by the events that only one of them accepts.
Its interval is Wald's with the Laplace adjustment of D. G. Bonett and R. M. Price (J. Educ. Behav.
Stat. 37, 2012; recommended by Fagerland, Lydersen and Laake, Stat. Med. 33, 2014): one event more on either side.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

from rulekit.ir.schema import Model
from rulekit.statistics.intervals import Proportion, Shift, paired_shift, proportion


class EventLabels:
    """The labels of decided events: truth, the teacher's decision and weights, as far as they are known.

    Parameters
    ----------
    count : number of events.
    truth : Boolean series, true for signal (the positive class).
    teacher : Boolean series, what the teacher accepts at the working point.
    weights : non-negative float series; default: every event counts 1.

    """

    def __init__(
        self,
        count: int,
        *,
        truth: pl.Series | None = None,
        teacher: pl.Series | None = None,
        weights: pl.Series | None = None,
    ) -> None:
        self.count = count
        self.truth = truth
        self.teacher = teacher
        self.weights = (
            pl.repeat(1.0, count, dtype=pl.Float64, eager=True)
            if weights is None
            else weights.cast(pl.Float64)
        )

    def share(self, of: pl.Series, among: pl.Series | None = None) -> Proportion:
        """Return the weighted share of events in ``of`` among those in ``among``; default: all events."""
        weights = self.weights if among is None else self.weights.filter(among)
        chosen = of if among is None else of.filter(among)
        return proportion(float(weights.filter(chosen).sum()), *_size(weights))

    def shift(self, before: pl.Series, after: pl.Series, among: pl.Series | None = None) -> Shift:
        """Return the share of ``after`` minus that of ``before``, with its interval; see :meth:`share`."""
        weights = self.weights if among is None else self.weights.filter(among)
        first, second = (one if among is None else one.filter(among) for one in (before, after))
        gained, lost = (float(weights.filter(only).sum()) for only in (second & ~first, first & ~second))
        return paired_shift(gained, lost, *_size(weights))


def _size(weights: pl.Series) -> tuple[float, float]:
    """Return the sum of weights, and the effective number of events behind it."""
    whole, square = float(weights.sum()), float((weights * weights).sum())
    return whole, whole * whole / square if square > 0 else 0.0


class Measures(NamedTuple):
    """The measures of a set of decisions; None if truth or teacher is not known."""

    events: int
    rate: Proportion
    efficiency: Proportion | None = None
    false_positive_rate: Proportion | None = None
    purity: Proportion | None = None
    accuracy: Proportion | None = None
    fidelity: Proportion | None = None
    teacher_f1: float | None = None

    @property
    def rejection(self) -> tuple[float, float, float] | None:
        """One over the false-positive rate, with its interval; infinity if no background was accepted."""
        rate = self.false_positive_rate
        if rate is None or math.isnan(rate.value):
            return None
        value, low, high = (
            math.inf if share == 0 else 1 / share for share in (rate.value, rate.high, rate.low)
        )
        return value, low, high

    def to_document(self) -> dict[str, JsonValue]:
        """Return a JSON-ready dict of what is known."""
        found: dict[str, JsonValue] = {"events": self.events}
        for name, value in zip(self._fields[1:], self[1:], strict=True):
            if isinstance(value, Proportion):
                found[name] = value.to_document()
            elif value is not None:
                found[name] = value
        if self.rejection is not None:
            found["rejection"] = [None if math.isinf(number) else number for number in self.rejection]
        return found


def measure(accepted: pl.Series, events: EventLabels) -> Measures:
    """Measure decisions.

    Parameters
    ----------
    accepted : Boolean series, which events were accepted (alerted).
    events : their labels.

    """
    truth, teacher = events.truth, events.teacher
    found = Measures(events.count, events.share(accepted))
    if truth is not None:
        found = found._replace(
            efficiency=events.share(accepted, among=truth),
            false_positive_rate=events.share(accepted, among=~truth),
            purity=events.share(truth, among=accepted),
            accuracy=events.share(accepted == truth),
        )
    if teacher is not None:
        both = events.share(accepted & teacher).part
        either = events.share(accepted).part + events.share(teacher).part
        f1 = 2 * both / either if either > 0 else math.nan
        found = found._replace(fidelity=events.share(accepted == teacher), teacher_f1=f1)
    return found


class Shifts(NamedTuple):
    """The measures of a second set of decisions minus those of the first; None if truth is not known."""

    rate: Shift
    efficiency: Shift | None = None
    false_positive_rate: Shift | None = None

    def to_document(self) -> dict[str, JsonValue]:
        """Return a JSON-ready dict of what is known."""
        return {
            name: shift.to_document() for name, shift in self._asdict().items() if isinstance(shift, Shift)
        }


def measure_shifts(before: pl.Series, after: pl.Series, events: EventLabels) -> Shifts:
    """Measure what a second set of decisions on the same events changes.

    Parameters
    ----------
    before, after : Boolean series, which events are accepted the first way, and the second.
    events : their labels.

    """
    rate, truth = events.shift(before, after), events.truth
    if truth is None:
        return Shifts(rate)
    return Shifts(rate, events.shift(before, after, among=truth), events.shift(before, after, among=~truth))


class RuleMeasures(Model):
    """The measures of one rule.

    Attributes
    ----------
    support : number of events that the rule hits (unweighted).
    coverage : share of all events that it hits.
    efficiency : share of the signal that it hits.
    purity : share of signal among its hits.
    unique : share of its hits that no other rule hits.

    """

    id: str
    support: int
    coverage: Proportion
    unique: Proportion
    efficiency: Proportion | None = None
    purity: Proportion | None = None


def measure_rules(hits: pl.DataFrame, events: EventLabels) -> list[RuleMeasures]:
    """Measure each rule.

    Parameters
    ----------
    hits : one Boolean column per rule, named by its id: shape (events, rules).
    events : the labels of the events.

    """
    count = (
        hits.select(pl.sum_horizontal(pl.all().cast(pl.UInt32))).to_series() if hits.width else pl.Series([])
    )
    alone = count == 1
    return [_measure_rule(name, hits[name], alone, events) for name in hits.columns]


def _measure_rule(name: str, hit: pl.Series, alone: pl.Series, events: EventLabels) -> RuleMeasures:
    return RuleMeasures(
        id=name,
        support=int(hit.sum()),
        coverage=events.share(hit),
        unique=events.share(alone, among=hit),
        efficiency=None if events.truth is None else events.share(hit, among=events.truth),
        purity=None if events.truth is None else events.share(events.truth, among=hit),
    )


def overlap(hits: pl.DataFrame, events: EventLabels) -> list[list[float]]:
    """Return the share of the hits of rule i that rule j hits too, as ``matrix[i][j]``; NaN without hits of i."""
    return [
        [events.share(hits[other], among=hits[name]).value for other in hits.columns] for name in hits.columns
    ]


class CutflowStep(NamedTuple):
    """One step of a cutflow: the measures of a rule together with all rules before it."""

    id: str
    accepted: Measures


def cutflow(hits: pl.DataFrame, events: EventLabels) -> list[CutflowStep]:
    """Return the measures of the first rule, the first two, and so on, in text order."""
    steps, so_far = [], pl.repeat(value=False, n=events.count, dtype=pl.Boolean, eager=True)
    for name in hits.columns:
        so_far = so_far | hits[name]
        steps.append(CutflowStep(name, measure(so_far, events)))
    return steps
