"""Conditions: literals, and AllOf and AnyOf over them.

There is no ``not``. A literal on a missing value is false, and so is its complement, so negation would
not mean what a reader expects. Write the complement of the sign instead
(:func:`rulekit.ir.canonical.complement` does it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Sign = Literal["<", "<=", ">", ">=", "==", "!="]
Value = bool | int | float | Decimal | str

SIGNS: tuple[Sign, ...] = ("<=", ">=", "==", "!=", "<", ">")


@dataclass(frozen=True, slots=True)
class Compare:
    """``feature sign value``. Parsed, a number is an exact ``int`` or ``Decimal``; bound, it has the dtype."""

    feature: str
    sign: Sign
    value: Value


@dataclass(frozen=True, slots=True)
class Member:
    """``feature in {values}``, or ``not in``."""

    feature: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """``feature is missing``, or ``is not missing``: the only literal that is true of a missing value."""

    feature: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every term holds; of no terms at all, true."""

    terms: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one term holds."""

    terms: tuple[Condition, ...]


LiteralCondition = Compare | Member | Missing
Condition = Compare | Member | Missing | AllOf | AnyOf


def literals(condition: Condition) -> Iterator[LiteralCondition]:
    """Yield every literal of a condition, in text order."""
    if isinstance(condition, (AllOf, AnyOf)):
        for term in condition.terms:
            yield from literals(term)
    else:
        yield condition


def map_literals(condition: Condition, function: Callable[[LiteralCondition], Condition]) -> Condition:
    """Return the condition with ``function`` applied to each literal."""
    if isinstance(condition, AllOf):
        return AllOf(tuple(map_literals(term, function) for term in condition.terms))
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(map_literals(term, function) for term in condition.terms))
    return function(condition)


def count_literals(condition: Condition) -> int:
    """Return the number of literals of a condition."""
    return sum(1 for _ in literals(condition))
