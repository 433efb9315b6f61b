"""Models of numbers with their intervals: measured shares, changes of shares, and tables of measures."""

from __future__ import annotations

import math
from typing import Self

from rulekit.ir.schema import Model
from rulekit.measures import Measures, Shifts
from rulekit.statistics.intervals import Proportion, Shift


class Share(Model):
    """A measured share with its 95 % interval; ``value`` is None for a share of nothing."""

    value: float | None
    low: float
    high: float
    part: float
    whole: float

    @classmethod
    def of(cls, proportion: Proportion) -> Self:
        """Return the share of a measured proportion."""
        return cls.model_validate(proportion.to_document())

    @classmethod
    def maybe(cls, proportion: Proportion | None) -> Self | None:
        """Return the share of a proportion that may be unknown."""
        return None if proportion is None else cls.of(proportion)


class Ratio(Model):
    """A ratio with its 95 % interval; None is infinity."""

    value: float | None
    low: float | None
    high: float | None


class Change(Model):
    """The change of a share with its 95 % interval: ``(gained - lost) / whole``."""

    value: float | None
    low: float
    high: float
    gained: float
    lost: float
    whole: float

    @classmethod
    def maybe(cls, shift: Shift | None) -> Self | None:
        """Return the change of a shift that may be unknown."""
        return None if shift is None else cls.model_validate(shift.to_document())


class Changes(Model):
    """What a second selector accepts more of the same events: of all, of the signal and of the background."""

    rate: Change
    signal: Change | None = None
    background: Change | None = None

    @classmethod
    def of(cls, shifts: Shifts) -> Self:
        """Return the changes of measured shifts."""
        return cls(
            rate=Change.model_validate(shifts.rate.to_document()),
            signal=Change.maybe(shifts.efficiency),
            background=Change.maybe(shifts.false_positive_rate),
        )


class MeasureTable(Model):
    """The measures of one selector; None if truth or teacher is not known."""

    events: int
    rate: Share
    efficiency: Share | None = None
    false_positive_rate: Share | None = None
    rejection: Ratio | None = None
    purity: Share | None = None
    accuracy: Share | None = None
    fidelity: Share | None = None
    teacher_f1: float | None = None

    @classmethod
    def of(cls, measures: Measures) -> Self:
        """Return the table of measures as they are computed."""
        rejection = measures.rejection
        f1 = measures.teacher_f1
        ratio = None
        if rejection is not None:
            value, low, high = (None if math.isinf(number) else number for number in rejection)
            ratio = Ratio(value=value, low=low, high=high)
        return cls(
            events=measures.events,
            rate=Share.of(measures.rate),
            efficiency=Share.maybe(measures.efficiency),
            false_positive_rate=Share.maybe(measures.false_positive_rate),
            rejection=ratio,
            purity=Share.maybe(measures.purity),
            accuracy=Share.maybe(measures.accuracy),
            fidelity=Share.maybe(measures.fidelity),
            teacher_f1=None if f1 is None or math.isnan(f1) else f1,
        )
