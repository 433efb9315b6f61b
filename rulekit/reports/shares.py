"""Measured shares, and by how much a second way of deciding changes them: numbers that carry their interval."""

from __future__ import annotations

from typing import Self

from rulekit.ir.schema import Model
from rulekit.measures import Proportion, Shift, Shifts


class Share(Model):
    """A measured share with its 95 % interval; ``value`` is None when there is nothing to take a share of."""

    value: float | None
    low: float
    high: float
    part: float
    whole: float

    @classmethod
    def of(cls, proportion: Proportion) -> Self:
        """Return the share of a measured proportion."""
        return cls.model_validate(proportion.to_json())

    @classmethod
    def maybe(cls, proportion: Proportion | None) -> Self | None:
        """Return the share of a proportion that may be unknown."""
        return None if proportion is None else cls.of(proportion)


class Ratio(Model):
    """A ratio with its interval; None is infinity."""

    value: float | None
    low: float | None
    high: float | None


class Change(Model):
    """By how much a share grows, with its 95 % interval: ``gained`` less ``lost``, of the ``whole``."""

    value: float | None
    low: float
    high: float
    gained: float
    lost: float
    whole: float

    @classmethod
    def maybe(cls, shift: Shift | None) -> Self | None:
        """Return the change of a shift that may be unknown."""
        return None if shift is None else cls.model_validate(shift.to_json())


class Changes(Model):
    """What a second way of deciding the same events accepts more: of all, of the signal and of the background."""

    rate: Change
    signal: Change | None = None
    background: Change | None = None

    @classmethod
    def of(cls, shifts: Shifts) -> Self:
        """Return the changes of measured shifts."""
        return cls(
            rate=Change.model_validate(shifts.rate.to_json()),
            signal=Change.maybe(shifts.efficiency),
            background=Change.maybe(shifts.false_positive_rate),
        )
