"""Sentences with units: how a literal stands to a value, and how one value changes into another."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import cast

from rulekit.analysis.space.axes import Number, line_of
from rulekit.ir.condition import Compare, LiteralCondition, Member, Missing, Value
from rulekit.ir.floats import shortest_float32
from rulekit.ir.notation.describe import Range, name_in_words, unit_in_words, value_in_words, wanted_in_words
from rulekit.ir.notation.literals import format_value
from rulekit.ir.numerics import Scalar
from rulekit.ir.schema import DType, Feature

_DIGITS = 6
"""Significant digits of a difference that is not a whole number."""

_WHOLE_DIGITS = 19
"""Whole numbers of up to so many digits are written out: every int64 fits, huge float64 values do not."""


def exact(feature: Feature, value: Scalar | Value) -> Decimal:
    """Return a number as the decimal of its shortest text: float32 0.1 gives exactly 0.1."""
    if isinstance(value, Decimal):
        return value
    if feature.dtype is DType.FLOAT32 and isinstance(value, float):
        return Decimal(shortest_float32(value))
    return Decimal(repr(value))


def value_of_feature(feature: Feature, value: Scalar | None) -> str:
    """Return a value with its unit: ``61.4 GeV``, ``missing``, ``true``."""
    if value is None:
        return "missing"
    if isinstance(value, (bool, str)):
        return value_in_words(value)
    return f"{_number(exact(feature, value))}{_unit(feature)}"


def _number(number: Decimal) -> str:
    if number.is_finite() and number == number.to_integral_value() and number.adjusted() < _WHOLE_DIGITS:
        return value_in_words(int(number))
    return value_in_words(number) if number.is_infinite() else format_value(float(number))


def _unit(feature: Feature) -> str:
    """Return a space and the unit, or nothing where the feature's name already says it, as in ``jets``."""
    return "" if feature.unit in feature.name.split("_") else unit_in_words(feature)


def amount_of(feature: Feature, number: Decimal) -> str:
    """Return the size of a difference with its unit, to six significant digits."""
    number = abs(number)
    if number.is_finite() and number != number.to_integral_value():
        number = round(number, _DIGITS - 1 - number.adjusted())
    return f"{_number(number)}{_unit(feature)}"


def margin(feature: Feature, literal: LiteralCondition | Range, value: Scalar | None) -> Decimal | None:
    """Return value minus threshold; None unless the literal compares a known number."""
    if value is None or not isinstance(literal, Compare) or not feature.dtype.is_number:
        return None
    mine, threshold = exact(feature, cast("Number", value)), exact(feature, literal.value)
    if mine.is_infinite() and threshold.is_infinite():
        return Decimal(0) if mine == threshold else mine
    return mine - threshold


def status_in_words(
    feature: Feature, literal: LiteralCondition | Range, value: Scalar | None, *, holds: bool
) -> str:
    """Return how a literal or range stands to a value: ``met 94.6 GeV is more than 92.5 GeV, by 2.1 GeV``."""
    name, has = name_in_words(feature.name), value_of_feature(feature, value)
    if isinstance(literal, Missing) and holds:
        return f"{name} is {has}"
    wanted = wanted_in_words(literal, feature)
    if isinstance(literal, (Missing, tuple)) or value is None:
        return f"{name} is {has}; it would have to be {wanted.replace('not missing', 'known')}"
    by = margin(feature, literal, value)
    if by is None or not isinstance(literal, Compare) or literal.sign in {"==", "!="}:
        return _equality(f"{name} is {has}", literal, wanted, holds=holds)
    far = f", by {amount_of(feature, by)}" if by else ", and equals it"
    if by and (by > 0) != ((literal.sign in {">", ">="}) == holds):
        far = ", after rounding to the fixed-point grid"
    return f"{name} {has} is {'' if holds else 'not '}{wanted}{far}"


def _equality(has: str, literal: LiteralCondition, wanted: str, *, holds: bool) -> str:
    """Return how ``==``, ``!=``, ``in`` or ``not in`` stands to a value; only the value if it is the one wanted."""
    if not holds:
        return f"{has}; it would have to be {wanted}"
    alone = isinstance(literal, Compare) and literal.sign == "=="
    alone = alone or (isinstance(literal, Member) and not literal.negated and len(literal.values) == 1)
    return has if alone else f"{has}, {wanted}"


def change(feature: Feature, before: Scalar | None, after: Scalar | None) -> str:
    """Return a change: ``met from 61.4 GeV up to just above 92.5 GeV, by 31.1 GeV``."""
    name, was, becomes = (
        name_in_words(feature.name),
        value_of_feature(feature, before),
        value_of_feature(feature, after),
    )
    if before is None or after is None or not feature.dtype.is_number:
        return f"{name} from {was} to {becomes}"
    old, new = cast("Number", before), cast("Number", after)
    by = amount_of(feature, exact(feature, new) - exact(feature, old))
    way, target = "up" if new > old else "down", _target(feature, new, rising=new > old)
    return f"{name} from {was} {way} to {target}, by {by}"


def _target(feature: Feature, value: Number, *, rising: bool) -> str:
    """Return a value, or ``just above`` / ``just below`` its neighbour if that has a shorter text."""
    if feature.dtype.is_float and abs(value) != math.inf:
        line = line_of(feature)
        passed = line.below(value) if rising else cast("Number", line.above(value))
        if len(str(exact(feature, passed))) < len(str(exact(feature, value))):
            return f"just {'above' if rising else 'below'} {value_of_feature(feature, passed)}"
    return value_of_feature(feature, value)
