"""Conditions in words, with units, for reviewers."""

from __future__ import annotations

from decimal import Decimal

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing, Value
from rulekit.ir.notation.literals import format_value
from rulekit.ir.schema import Feature, Schema

_SIGNS = {"<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "==": "", "!=": "not "}

Range = tuple[Compare, Compare]
"""The lower and the upper end of a range."""


def condition_in_words(condition: Condition, schema: Schema) -> str:
    """Return a condition in words, such as ``either amount is more than 50 EUR or amount is missing``."""
    return _words(condition, schema)


def _words(condition: Condition, schema: Schema, *, nested: bool = False) -> str:
    if isinstance(condition, AllOf):
        pair = as_range(condition)
        if pair is not None:
            wanted = wanted_in_words(pair, schema.by_name.get(pair[0].feature))
            return f"{name_in_words(pair[0].feature)} is {wanted}"
        text = " and ".join(_words(term, schema, nested=True) for term in condition.terms) or "always"
        return f"({text})" if nested else text
    if isinstance(condition, AnyOf):
        text = " or ".join(_words(term, schema, nested=True) for term in condition.terms)
        return f"({text})" if nested else f"either {text}" if len(condition.terms) > 1 else text
    return literal_in_words(condition, schema)


def as_range(condition: AllOf) -> Range | None:
    """Return the two ends of a range such as ``15 <= dimuon_mass < 25``; None if the condition is no range."""
    if len(condition.terms) != 2:
        return None
    low, high = condition.terms
    if not (isinstance(low, Compare) and isinstance(high, Compare) and low.feature == high.feature):
        return None
    return (low, high) if low.sign in {">", ">="} and high.sign in {"<", "<="} else None


def literal_in_words(literal: LiteralCondition, schema: Schema) -> str:
    """Return a literal in words, such as ``amount is more than 50 EUR``."""
    return (
        f"{name_in_words(literal.feature)} is {wanted_in_words(literal, schema.by_name.get(literal.feature))}"
    )


def wanted_in_words(literal: LiteralCondition | Range, feature: Feature | None) -> str:
    """Return what a literal or a range requires of its feature, such as ``more than 50 EUR``."""
    if isinstance(literal, tuple):
        low, high = literal
        return f"{_SIGNS[low.sign]}{value_in_words(low.value)} and {wanted_in_words(high, feature)}"
    if isinstance(literal, Missing):
        return "not missing" if literal.negated else "missing"
    if isinstance(literal, Member):
        return _member(literal)
    unit = "" if isinstance(literal.value, (bool, str)) else unit_in_words(feature)
    return f"{_SIGNS[literal.sign]}{value_in_words(literal.value)}{unit}"


def _member(literal: Member) -> str:
    values = [value_in_words(value) for value in literal.values]
    if len(values) == 1:
        return f"{'not ' if literal.negated else ''}{values[0]}"
    return f"{'none' if literal.negated else 'one'} of {', '.join(values)}"


def name_in_words(feature: str) -> str:
    """Return a feature's name with spaces for underscores."""
    return feature.replace("_", " ")


def unit_in_words(feature: Feature | None) -> str:
    """Return a space and the feature's unit; empty when it has no unit."""
    return f" {feature.unit}" if feature is not None and feature.unit else ""


def value_in_words(value: Value) -> str:
    """Return a value for a sentence: ``250,000``, ``0.1``, ``infinity``, ``true``, ``SE``."""
    if isinstance(value, bool):
        return format_value(value)
    if isinstance(value, str):
        return value
    if value in {Decimal("inf"), Decimal("-inf")}:
        return "infinity" if value > 0 else "minus infinity"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else format_value(value)
