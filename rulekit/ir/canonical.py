"""Binding conditions to a schema, and their canonical form.

A threshold meets its dtype here, once, and nowhere else:

- on a float feature it becomes the nearest value of that dtype, which is what the text means there;
- on an integer feature it compares as real numbers do, so ``x > 2.5`` is ``x >= 3``;
- a threshold that the dtype can't hold is refused, never wrapped.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import cast

from rulekit.errors import BindError, Where
from rulekit.ir.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    LiteralCondition,
    Member,
    Missing,
    Sign,
    Value,
    map_literals,
)
from rulekit.ir.floats import Number, nearest_float32, nearest_float64, shortest_float32
from rulekit.ir.notation.literals import format_literal
from rulekit.ir.schema import DType, Feature, Schema

COMPLEMENT: dict[Sign, Sign] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def bind(condition: Condition, schema: Schema) -> Condition:
    """Return the condition with every literal bound to the dtype of its feature.

    Raises
    ------
    BindError
        for an unknown feature, a value of the wrong type, or a threshold beyond the dtype.

    """
    return map_literals(condition, lambda literal: bind_literal(literal, schema))


def bind_literal(literal: LiteralCondition, schema: Schema) -> LiteralCondition:
    """Bind one literal; see :func:`bind`."""
    feature = schema.by_name.get(literal.feature)
    if feature is None:
        near = schema.nearest_names(literal.feature)
        raise BindError(
            f"unknown feature {literal.feature!r}",
            where=Where(text=format_literal(literal), offset=0),
            expected="a feature of schema " + schema.name,
            hint=f"did you mean {' or '.join(near)}?"
            if near
            else "the schema has " + ", ".join(schema.names[:8]),
        )
    if isinstance(literal, Missing):
        return literal
    if isinstance(literal, Member):
        return _bind_member(literal, feature)
    return _bind_compare(literal, feature)


def _refuse(literal: LiteralCondition, what: str, *, expected: str, hint: str | None = None) -> BindError:
    return BindError(what, where=Where(text=format_literal(literal)), expected=expected, hint=hint)


def _bind_compare(literal: Compare, feature: Feature) -> LiteralCondition:
    if feature.dtype is DType.CATEGORY:
        if literal.sign not in {"==", "!="}:
            hint = "categories have no order: use == != in, or not in"
            raise _refuse(literal, f"category {feature.name} is ordered", expected="== or !=", hint=hint)
        member = Member(literal.feature, (literal.value,), negated=literal.sign == "!=")
        return _bind_member(member, feature)
    if feature.dtype is DType.BOOL:
        if literal.sign not in {"==", "!="} or not isinstance(literal.value, bool):
            raise _refuse(literal, f"bool {feature.name} is compared", expected="== true or == false")
        return Compare(literal.feature, "==", literal.value == (literal.sign == "=="))
    if isinstance(literal.value, (bool, str)):
        raise _refuse(literal, f"{feature.dtype} {feature.name} is compared with a word", expected="a number")
    if feature.dtype.is_integer:
        return _bind_integer(literal, literal.value, feature)
    return Compare(literal.feature, literal.sign, _bind_float(literal, literal.value, feature))


def _bind_float(literal: LiteralCondition, value: Number, feature: Feature) -> float:
    if value != value:  # noqa: PLR0124 - NaN, which only a program can write
        raise _refuse(literal, "NaN is no threshold", expected="a number", hint="write `is missing`")
    nearest = nearest_float32 if feature.dtype is DType.FLOAT32 else nearest_float64
    try:
        return nearest(value)
    except OverflowError:
        raise _refuse(
            literal, f"the threshold is beyond {feature.dtype}", expected=f"a finite {feature.dtype}, or inf"
        ) from None


def _bind_integer(literal: Compare, value: Number, feature: Feature) -> Compare:
    low, high = feature.dtype.integer_range
    rounded = None
    if low - 1 < value < high + 1:  # false for NaN, too
        rounded = math.ceil(value) if literal.sign in {">", ">="} else math.floor(value)
    if rounded is None or not low <= rounded <= high:
        expected = f"between {low} and {high}"
        hint = "the literal would hold always or never"
        raise _refuse(literal, f"the threshold is beyond {feature.dtype}", expected=expected, hint=hint)
    if value == rounded:
        return Compare(literal.feature, literal.sign, rounded)
    if literal.sign in {"==", "!="}:
        raise _refuse(literal, f"no {feature.dtype} equals the threshold", expected="a whole number")
    return Compare(literal.feature, ">=" if literal.sign in {">", ">="} else "<=", rounded)


def _bind_member(literal: Member, feature: Feature) -> Member:
    if feature.dtype is DType.CATEGORY:
        known = cast("tuple[str, ...]", feature.categories)
        for value in literal.values:
            if value not in known:
                hint = (
                    'quote it: "5411"'
                    if isinstance(value, (int, Decimal))
                    else "categories are listed in the schema"
                )
                raise _refuse(
                    literal,
                    f"{feature.name} has no category {value}",
                    expected="one of " + ", ".join(known),
                    hint=hint,
                )
        return Member(literal.feature, tuple(c for c in known if c in literal.values), literal.negated)
    if not feature.dtype.is_integer:
        raise _refuse(
            literal,
            f"{feature.dtype} {feature.name} is tested for membership",
            expected="a category or an integer",
        )
    bound = {cast("int", _bind_integer_member(literal, value, feature)) for value in literal.values}
    return Member(literal.feature, tuple(sorted(bound)), literal.negated)


def _bind_integer_member(literal: Member, value: Value, feature: Feature) -> Value:
    if isinstance(value, (bool, str)):
        raise _refuse(
            literal, f"{feature.dtype} {feature.name} is compared with a word", expected="whole numbers"
        )
    return _bind_integer(Compare(literal.feature, "==", value), value, feature).value


def complement(condition: Condition) -> Condition:
    """Return the condition that holds where this one fails, *on events with no missing value*.

    A literal on a missing value is false and so is its complement: this is not a logical ``not``.
    """
    if isinstance(condition, Compare):
        return Compare(condition.feature, COMPLEMENT[condition.sign], condition.value)
    if isinstance(condition, Member):
        return Member(condition.feature, condition.values, not condition.negated)
    if isinstance(condition, Missing):
        return Missing(condition.feature, not condition.negated)
    terms = tuple(complement(term) for term in condition.terms)
    return AnyOf(terms) if isinstance(condition, AllOf) else AllOf(terms)


Canonical = str | dict[str, list["Canonical"]]


def canonical(condition: Condition, schema: Schema) -> Canonical:
    """Return the canonical form of a bound condition: nested lists flattened, sorted, without repeats.

    Two conditions with the same canonical form decide alike. The result is plain JSON.
    """
    if isinstance(condition, (AllOf, AnyOf)):
        kind = "all" if isinstance(condition, AllOf) else "any"
        parts = {
            _key(part): part for term in condition.terms for part in _flatten(canonical(term, schema), kind)
        }
        ordered = [parts[key] for key in sorted(parts)]
        return ordered[0] if len(ordered) == 1 else {kind: ordered}
    return canonical_literal(condition, schema)


def canonical_literal(literal: LiteralCondition, schema: Schema) -> str:
    """Return the text of a bound literal with the shortest number that binds back to its threshold."""
    dtype = schema.by_name[literal.feature].dtype
    if (
        isinstance(literal, Compare)
        and dtype is DType.FLOAT32
        and math.isfinite(cast("float", literal.value))
    ):
        short = float(shortest_float32(cast("float", literal.value)))
        return format_literal(Compare(literal.feature, literal.sign, short))
    return format_literal(literal)


def _flatten(part: Canonical, kind: str) -> list[Canonical]:
    return part[kind] if isinstance(part, dict) and kind in part else [part]


def _key(part: Canonical) -> str:
    return part if isinstance(part, str) else repr(part)
