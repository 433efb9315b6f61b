"""Conditions with one literal dropped, and the events on which that makes a difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rulekit.ir.canonical import complement
from rulekit.ir.condition import AllOf, AnyOf, Condition, LiteralCondition, Missing

_Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A condition without one of its literals.

    Attributes
    ----------
    place : position of the literal, in text order.
    difference : where dropping it adds events (a term of *all*), or may remove events (a term of *any*).
    rest : in the second case, the condition without it; None in the first.

    """

    place: int
    difference: Condition
    rest: Condition | None


def dropped_literals(condition: Condition) -> Iterator[Dropped]:
    """Yield the variants of a bound condition, literal by literal."""
    for place, (path, literal) in enumerate(_literals(condition, ())):
        parent = _at(condition, path[:-1]) if path else None
        if isinstance(parent, AnyOf) and len(parent.terms) > 1:
            others = AnyOf(tuple(term for n, term in enumerate(parent.terms) if n != path[-1]))
            alone = _replaced(condition, path[:-1], literal)
            yield Dropped(place, alone, _replaced(condition, path[:-1], others))
        else:
            yield Dropped(place, _replaced(condition, path, _fails(literal)), None)


def _fails(literal: LiteralCondition) -> Condition:
    """Return the condition under which a literal fails; a missing value makes it fail."""
    if isinstance(literal, Missing):
        return complement(literal)
    return AnyOf((complement(literal), Missing(literal.feature)))


def _literals(condition: Condition, path: _Path) -> Iterator[tuple[_Path, LiteralCondition]]:
    if isinstance(condition, (AllOf, AnyOf)):
        for place, term in enumerate(condition.terms):
            yield from _literals(term, (*path, place))
    else:
        yield path, condition


def _at(condition: Condition, path: _Path) -> Condition:
    for place in path:
        assert isinstance(condition, (AllOf, AnyOf))  # noqa: S101 - a path leads through terms
        condition = condition.terms[place]
    return condition


def _replaced(condition: Condition, path: _Path, new: Condition) -> Condition:
    if not path:
        return new
    assert isinstance(condition, (AllOf, AnyOf))  # noqa: S101 - a path leads through terms
    terms = list(condition.terms)
    terms[path[0]] = _replaced(terms[path[0]], path[1:], new)
    return type(condition)(tuple(terms))
