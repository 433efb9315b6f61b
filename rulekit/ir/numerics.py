"""Numerics: in which numbers a ruleset is decided.

``Native`` compares each feature in its own dtype. ``Fixed`` first puts every number on a grid of
``2**-fraction`` in ``width`` bits, as an FPGA does. How *events* are rounded is a choice and costs a
measured share of changed decisions; how *thresholds* are rounded follows from the sign and is no choice:
up for ``>=`` and ``<``, down for ``>`` and ``<=``, which is exact for every event on the grid.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from rulekit.errors import BindError, LawError, RulekitError, Where
from rulekit.ir.condition import Compare, Condition, LiteralCondition, Member, Missing, literals, map_literals
from rulekit.ir.notation.literals import format_literal
from rulekit.ir.schema import Model, Schema

Rounding = Literal["nearest", "floor"]
"""How events are put on the grid."""

Scalar = bool | int | float | str
Event = dict[str, Scalar | None]
"""A bound event: each feature that is read, None where it is missing."""


class FixedFormat(Model):
    """A fixed-point format: ``width`` bits in all, of which ``fraction`` after the binary point.

    A negative ``fraction`` makes the least significant bit larger than one unit. The range never goes
    beyond 2**53, so that float64 arithmetic on the way to the grid is exact.
    """

    _error: ClassVar[type[RulekitError]] = LawError

    width: int = Field(ge=1, le=48)
    fraction: int = Field(ge=-48, le=48)
    signed: bool = True

    @model_validator(mode="after")
    def _range_is_exact(self) -> Self:
        if self.width - self.fraction > 53:
            raise ValueError(f"width - fraction is at most 53, got {self.width} - {self.fraction}")
        return self

    @property
    def range(self) -> tuple[int, int]:
        """Smallest and largest number of least significant bits."""
        return (
            (-(1 << (self.width - 1)), (1 << (self.width - 1)) - 1)
            if self.signed
            else (0, (1 << self.width) - 1)
        )

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value; what lies beyond them saturates there."""
        low, high = self.range
        return math.ldexp(low, -self.fraction), math.ldexp(high, -self.fraction)

    def scale(self, value: float) -> Fraction:
        """Return the exact number of least significant bits in a finite value."""
        return Fraction(value) * Fraction(2) ** self.fraction

    def encode(self, value: float, rounding: str) -> int:
        """Put a number on the grid: rounded (ties to even, or down for ``floor``), then saturated."""
        low, high = self.range
        if math.isinf(value):
            return high if value > 0 else low
        exact = self.scale(value)
        ticks = math.floor(exact) if rounding == "floor" else round(exact)
        return max(low, min(high, ticks))


class Native(Model):
    """Each feature is compared in its own dtype."""

    _error: ClassVar[type[RulekitError]] = LawError

    kind: Literal["native"] = "native"

    def bind_condition(self, condition: Condition, schema: Schema) -> Condition:
        """Return a bound condition unchanged."""
        del schema
        return condition

    def bind_event(self, event: Event) -> Event:
        """Return a bound event unchanged."""
        return event


class Fixed(Model):
    """Fixed point: one format per number that the rules read; bools and categories stay what they are."""

    _error: ClassVar[type[RulekitError]] = LawError

    kind: Literal["fixed"] = "fixed"
    formats: dict[str, FixedFormat]
    rounding: Rounding = "nearest"

    def bind_condition(self, condition: Condition, schema: Schema) -> Condition:
        """Return a bound condition with its thresholds in least significant bits.

        Raises
        ------
        BindError
            when a number has no format, a word has one, or ``==`` asks for a value between two grid points.

        """
        words = [
            name
            for name in self.formats
            if name in schema.by_name and not schema.by_name[name].dtype.is_number
        ]
        if words:
            raise BindError(f"feature {words[0]} is no number and takes no fixed-point format")
        for literal in literals(condition):
            if schema.by_name[literal.feature].dtype.is_number and literal.feature not in self.formats:
                raise BindError(
                    f"feature {literal.feature} has no fixed-point format",
                    where=Where(text=format_literal(literal)),
                    hint="give Fixed(formats={...}) one for every number that the rules read",
                )
        return map_literals(condition, self.bind_literal)

    def bind_literal(self, literal: LiteralCondition) -> LiteralCondition:
        """Return a bound literal with its thresholds in least significant bits; as it is without a format.

        Raises
        ------
        BindError
            when ``==`` asks for a value between two grid points.

        """
        form = self.formats.get(literal.feature)
        if form is None or isinstance(literal, Missing):
            return literal
        if isinstance(literal, Member):
            return Member(
                literal.feature, tuple(_on_grid(form, literal, v) for v in literal.values), literal.negated
            )
        return Compare(literal.feature, literal.sign, _threshold(form, literal))

    def bind_event(self, event: Event) -> Event:
        """Return a bound event with its numbers in least significant bits."""
        encoded = dict(event)
        for name, form in self.formats.items():
            value = event.get(name)
            if value is not None and not isinstance(value, str):
                encoded[name] = form.encode(value, self.rounding)
        return encoded


Numerics = Native | Fixed


def _threshold(form: FixedFormat, literal: Compare) -> int:
    """Round a threshold by its sign; one step beyond the range stands for everything beyond it."""
    value = literal.value
    assert isinstance(value, (int, float))  # noqa: S101 - bound literals on numbers hold numbers
    low, high = form.range
    if math.isinf(value):
        return high + 1 if value > 0 else low - 1
    if literal.sign in {"==", "!="}:
        return _on_grid(form, literal, value)
    exact = form.scale(value)
    ticks = math.ceil(exact) if literal.sign in {">=", "<"} else math.floor(exact)
    return max(low - 1, min(high + 1, ticks))


def _on_grid(form: FixedFormat, literal: LiteralCondition, value: object) -> int:
    assert isinstance(value, (int, float))  # noqa: S101 - bound literals on numbers hold numbers
    low, high = form.range
    exact = form.scale(value)
    if exact.denominator != 1:
        step = 2.0**-form.fraction
        raise BindError(
            f"no event on the grid of {literal.feature} equals the threshold",
            where=Where(text=format_literal(literal)),
            expected=f"a multiple of {step:g}",
        )
    return max(low - 1, min(high + 1, int(exact)))
