"""Small Boolean expressions over nets, simplified as they are built, and their text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Net:
    """A wire of one bit, or its complement."""

    name: str
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class And:
    """All of the terms; of none, true."""

    terms: tuple[Logic, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the terms; of none, false."""

    terms: tuple[Logic, ...]


Logic = Net | And | Or
TRUE, FALSE = And(()), Or(())
_BIT = re.compile(r"(\w+)\[(\d+)\]")


def both(terms: Iterable[Logic]) -> Logic:
    """Return the conjunction, without what can't matter."""
    return _joined(And, TRUE, FALSE, terms)


def either(terms: Iterable[Logic]) -> Logic:
    """Return the disjunction, without what can't matter."""
    return _joined(Or, FALSE, TRUE, terms)


def _joined(kind: type[And | Or], neutral: Logic, ruling: Logic, terms: Iterable[Logic]) -> Logic:
    flat: dict[Logic, None] = {}
    for term in terms:
        if term == ruling:
            return ruling
        flat |= dict.fromkeys(term.terms if isinstance(term, kind) else (term,))
    opposite = {Net(term.name, not term.inverted) for term in flat if isinstance(term, Net)}
    if opposite & flat.keys():
        return ruling
    other = either if kind is And else both
    if opposite and any(not isinstance(term, Net) and opposite & set(term.terms) for term in flat):
        # one term beside another that holds its complement: a, or not a and b, is a or b
        kept = (t if isinstance(t, Net) else other(u for u in t.terms if u not in opposite) for t in flat)
        return _joined(kind, neutral, ruling, list(kept))
    return next(iter(flat)) if len(flat) == 1 else kind(tuple(flat)) if flat else neutral


def inverse(logic: Logic) -> Logic:
    """Return the complement, by De Morgan's laws."""
    if isinstance(logic, Net):
        return Net(logic.name, not logic.inverted)
    terms = [inverse(term) for term in logic.terms]
    return either(terms) if isinstance(logic, And) else both(terms)


def constant(*, value: bool) -> Logic:
    """Return true or false as an expression."""
    return TRUE if value else FALSE


def text(logic: Logic, *, inner: bool = False, margin: str = " ") -> str:
    """Return an expression in Verilog.

    Neighbouring bits of a vector are reduced in one: ``|x[7:4]``. ``inner`` puts parentheses around what needs them
    in another expression; ``margin`` stands between the outermost terms.
    """
    if isinstance(logic, Net):
        return f"~{logic.name}" if logic.inverted else logic.name
    if not logic.terms:
        return "1'b1" if isinstance(logic, And) else "1'b0"
    sign = "&" if isinstance(logic, And) else "|"
    parts = list(_parts(logic.terms, sign))
    joined = f"{margin}{sign} ".join(parts)
    return f"({joined})" if inner and len(parts) > 1 else joined


def _parts(terms: tuple[Logic, ...], sign: str) -> Iterator[str]:
    """Yield the text of terms, with runs of falling bits of one vector in one part."""
    rest = list(terms)
    while rest:
        run = _run(rest)
        if len(run) > 2:
            vector, high = run[0]
            yield f"({sign}{vector}[{high}:{run[-1][1]}])"
        else:
            yield from (text(term, inner=True) for term in rest[: len(run)])
        del rest[: len(run)]


def _run(terms: list[Logic]) -> list[tuple[str, int]]:
    """Return the falling bits of one vector at the head of the terms; one entry at least."""
    run: list[tuple[str, int]] = []
    for term in terms:
        bit = _BIT.fullmatch(term.name) if isinstance(term, Net) and not term.inverted else None
        if bit is None or (run and (run[-1][0] != bit[1] or run[-1][1] != int(bit[2]) + 1)):
            break
        run.append((bit[1], int(bit[2])))
    return run or [("", 0)]


def nets(logic: Logic) -> Iterator[Net]:
    """Yield every net of an expression, as often as it stands there."""
    if isinstance(logic, Net):
        yield logic
    else:
        for term in logic.terms:
            yield from nets(term)
