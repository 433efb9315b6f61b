"""Pieces of the space as conditions in the language of rules."""

from __future__ import annotations

from typing import cast

from rulekit.analysis.space.axes import Atom, Axis, Number, line_of, runs
from rulekit.analysis.space.space import Box, Space
from rulekit.ir.canonical import canonical_literal
from rulekit.ir.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    LiteralCondition,
    Member,
    Missing,
    map_literals,
)
from rulekit.ir.floats import shortest_float32
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.schema import DType, Schema


def condition_of(space: Space, piece: Box) -> AllOf:
    """Return the condition that holds on a piece of the space, and on no other decided event."""
    terms = [
        term
        for axis, atoms in zip(space.axes, piece, strict=True)
        if atoms != axis.everything
        for term in _terms(axis, atoms)
    ]
    return AllOf(tuple(terms))


def _terms(axis: Axis, atoms: int) -> tuple[Condition, ...]:
    """Return terms that all hold on some atoms of an axis."""
    name, present = axis.feature.name, atoms & axis.present
    if not present:
        return (Missing(name),)
    if present == axis.present:
        return (Missing(name, negated=True),)
    known = _numbers(axis, present) if axis.feature.dtype.is_number else (_words(axis, present),)
    if atoms & axis.missing:
        return (AnyOf((Missing(name), AllOf(known) if len(known) > 1 else known[0])),)
    return known


def _words(axis: Axis, atoms: int) -> LiteralCondition:
    name = axis.feature.name
    if axis.feature.dtype is DType.BOOL:
        return Compare(name, "==", bool(axis.atoms[atoms.bit_length() - 1].low))
    known = [str(atom.low) for atom in axis.atoms[:-2]]
    inside = tuple(word for place, word in enumerate(known) if atoms >> place & 1)
    if atoms >> len(known) & 1:  # a category that the schema does not know: only `not in` speaks of it
        return Member(name, tuple(word for word in known if word not in inside), negated=True)
    return Member(name, inside)


def _numbers(axis: Axis, atoms: int) -> tuple[Condition, ...]:
    parts = [_range(axis, axis.atoms[start], axis.atoms[end - 1]) for start, end in runs(atoms)]
    if len(parts) == 1:
        return parts[0]
    return (AnyOf(tuple(AllOf(part) if len(part) > 1 else part[0] for part in parts)),)


def _range(axis: Axis, first: Atom, last: Atom) -> tuple[Condition, ...]:
    """Return literals for a run of values, each with the sign that needs the shorter number."""
    name, line = axis.feature.name, line_of(axis.feature)
    low, high = cast("Number", first.low), cast("Number", last.high)
    if low == high:
        return (Compare(name, "==", low),)
    found = []
    if low != line.low:
        found.append(_shorter(axis, Compare(name, ">=", low), Compare(name, ">", line.below(low))))
    above = line.above(high)
    if above is not None:
        found.append(_shorter(axis, Compare(name, "<=", high), Compare(name, "<", above)))
    return tuple(found)


def _shorter(axis: Axis, one: Compare, other: Compare) -> Compare:
    return min((one, other), key=lambda literal: len(_number(axis, literal)))


def _number(axis: Axis, literal: Compare) -> str:
    value = cast("Number", literal.value)
    return shortest_float32(value) if axis.feature.dtype is DType.FLOAT32 else repr(value).removesuffix(".0")


def condition_lines(condition: AllOf, schema: Schema) -> list[str]:
    """Return a condition as the lines of a ``when``: literals and ranges with the shortest numbers."""
    return [_text(term) for term in readable_terms(condition, schema)] or ["any event"]


def readable_terms(condition: AllOf, schema: Schema) -> list[Condition]:
    """Return the terms of a condition with the shortest numbers; the two ends of a range become one term."""
    return [map_literals(term, lambda literal: _short(literal, schema)) for term in _merged(condition)]


def _merged(condition: AllOf) -> list[Condition]:
    """Return the terms of a condition; the two ends of a range become one term."""
    found: list[Condition] = []
    for term in condition.terms:
        before = found[-1] if found else None
        if (
            isinstance(term, Compare)
            and isinstance(before, Compare)
            and before.feature == term.feature
            and before.sign in {">", ">="}
            and term.sign in {"<", "<="}
        ):
            found[-1] = AllOf((before, term))
        else:
            found.append(term)
    return found


def _text(condition: Condition) -> str:
    if isinstance(condition, AnyOf):
        return " or ".join(map(_text, condition.terms))
    (line,) = condition_to_when(AllOf((condition,)))
    return str(line)


def _short(literal: LiteralCondition, schema: Schema) -> Condition:
    return parse_literal(canonical_literal(literal, schema))
