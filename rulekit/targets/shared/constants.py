"""Literals that fixed point makes constant: all numbers of the format are on one side of the threshold.

This is a finding and no error: an event beyond the range of the format is saturated and decided as its end. But the
author of the literal meant it to divide events, and in this format it does not.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator

from rulekit.findings import Finding
from rulekit.ir.condition import Compare, LiteralCondition, Member, Missing, literals
from rulekit.ir.notation.literals import format_literal, format_value
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.lower import Lowered, LowFeature

_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def constant_literals(low: Lowered) -> list[Finding]:
    """Return a finding for each literal that holds for every number of its format, or for none.

    Missing values are not considered. Under native numerics there are no findings.
    """
    return [
        Finding(code="constant-literal", subject=f"rule {rule.rule.id}", message=message)
        for place, rule in enumerate(low.rules)
        for message in constant_words(low, place)
    ]


def constant_words(low: Lowered, place: int) -> Iterator[str]:
    """Yield what is constant in one rule: ``met > 5000 never holds in 8 bits (0 to 1020 GeV)``."""
    rule = low.rules[place]
    written = literals(rule.rule.when)  # binding and lowering keep literals and their order
    for before, literal in zip(written, literals(rule.condition), strict=True):
        feature = low.feature(literal.feature)
        if feature.grid is None:
            continue
        holds = _holds(literal, feature.grid)
        if holds is not None:
            often = "always" if holds else "never"
            yield f"{format_literal(before)} {often} holds in {_format(feature, feature.grid)}"


def quantity(feature: LowFeature, code: int) -> str:
    """Return the number that a code stands for."""
    assert feature.grid is not None  # noqa: S101 - a number that a literal reads has a grid
    fraction = feature.grid.fraction
    value = code / (1 << fraction) if fraction >= 0 else code << -fraction
    return format_value(int(value) if value == int(value) else value)


def _holds(literal: LiteralCondition, form: FixedFormat) -> bool | None:
    """Say whether a lowered literal holds for every code, or for none; None where it depends on the code."""
    low, high = form.range
    if isinstance(literal, Missing):
        return None
    if isinstance(literal, Member):
        return _found(
            [value for value in literal.values if isinstance(value, int)], form, negated=literal.negated
        )
    assert isinstance(literal, Compare)  # noqa: S101 - the one kind that is left
    assert isinstance(literal.value, int)  # noqa: S101 - thresholds on a grid are whole
    if literal.sign in {"==", "!="}:
        return _found([literal.value], form, negated=literal.sign == "!=")
    sign = _SIGNS[literal.sign]
    ends = {sign(low, literal.value), sign(high, literal.value)}
    return ends.pop() if len(ends) == 1 else None


def _found(values: list[int], form: FixedFormat, *, negated: bool) -> bool | None:
    low, high = form.range
    inside = {value for value in values if low <= value <= high}
    if not inside:
        return negated
    return not negated if len(inside) == high - low + 1 else None


def _format(feature: LowFeature, form: FixedFormat) -> str:
    low, high = (quantity(feature, code) for code in form.range)
    unit = f" {feature.feature.unit}" if feature.feature.unit else ""
    return f"{form.width} bit{'s' if form.width > 1 else ''} ({low} to {high}{unit})"
