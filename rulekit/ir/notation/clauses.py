"""The ``when`` of a rule as it stands in files: strings, and ``any`` / ``all`` mappings over them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any as AnyValue

from rulekit.errors import ClauseError, ParseError
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.ir.notation.literals import format_literal, format_value, parse_literal

Clause = str | dict[str, list["Clause"]]

WHEN_JSON_SCHEMA: dict[str, AnyValue] = {
    "type": "array",
    "description": "Terms that must all hold. A string is one literal; {any: [...]} and {all: [...]} nest.",
    "items": {
        "anyOf": [
            {
                "type": "string",
                "examples": ["pt > 30", "8 <= mass < 12", "country in {SE, NO}", "met is missing"],
            },
            {
                "type": "object",
                "properties": {"any": {"type": "array", "minItems": 1}, "all": {"type": "array"}},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ]
    },
}

_parse = lru_cache(maxsize=65536)(parse_literal)


def when_to_condition(when: object) -> Condition:
    """Return the condition of a ``when`` list (a condition passes through).

    Raises
    ------
    ClauseError
        holding a :class:`ParseError` and the path of the clause.

    """
    if isinstance(when, (AllOf, AnyOf, Compare, Member, Missing)):
        return when
    if not isinstance(when, (list, tuple)):
        raise _problem("`when` is a list of literals", (), expected="a list", got=type(when).__name__)
    return AllOf(tuple(_clause(item, (index,)) for index, item in enumerate(when)))


def _problem(
    what: str,
    path: tuple[int | str, ...],
    *,
    expected: str | None = None,
    got: str | None = None,
    hint: str | None = None,
) -> ClauseError:
    return ClauseError(ParseError(what, expected=expected, got=got, hint=hint), path)


def _clause(clause: object, path: tuple[int | str, ...]) -> Condition:
    if isinstance(clause, str):
        try:
            return _parse(clause)
        except ParseError as error:
            raise ClauseError(error, path) from None
    if not isinstance(clause, dict) or len(clause) != 1:
        expected = "a literal in quotes, {any: [...]} or {all: [...]}"
        raise _problem("this is not a clause", path, expected=expected, got=repr(clause))
    ((key, terms),) = clause.items()
    if key == "not":
        hint = "write the complement of the sign: a literal on a missing value is false either way"
        raise _problem("there is no `not`", path, hint=hint)
    if key not in {"any", "all"}:
        raise _problem("this is not a clause", path, expected="any or all", got=repr(key))
    if not isinstance(terms, (list, tuple)) or (key == "any" and not terms):
        raise _problem(
            f"`{key}` holds a list of clauses", (*path, key), expected="at least one", got=repr(terms)
        )
    parts = tuple(_clause(term, (*path, key, index)) for index, term in enumerate(terms))
    return AllOf(parts) if key == "all" else AnyOf(parts)


def condition_to_when(condition: Condition) -> list[Clause]:
    """Return the ``when`` list of a condition; ``when_to_condition`` gives an equal condition back."""
    terms = condition.terms if isinstance(condition, AllOf) else (condition,)
    return [_to_clause(term) for term in terms]


def clause_text(clause: Clause) -> str:
    """Return a clause of a ``when`` list in one line, such as ``any: pt > 30, met is missing``."""
    if isinstance(clause, str):
        return " ".join(clause.split())
    ((kind, terms),) = clause.items()
    return f"{kind}: " + ", ".join(clause_text(term) for term in terms)


def _to_clause(condition: Condition) -> Clause:
    if isinstance(condition, AnyOf):
        return {"any": [_to_clause(term) for term in condition.terms]}
    if isinstance(condition, AllOf):
        return _range_text(condition) or {"all": [_to_clause(term) for term in condition.terms]}
    return format_literal(condition)


def _range_text(condition: AllOf) -> str | None:
    """Return ``low < feature <= high`` where an All is just that, as ranges are parsed into one."""
    if len(condition.terms) != 2:
        return None
    low, high = condition.terms
    if not (isinstance(low, Compare) and isinstance(high, Compare) and low.feature == high.feature):
        return None
    if low.sign not in {">", ">="} or high.sign not in {"<", "<="}:
        return None
    if any(isinstance(term.value, (bool, str)) for term in (low, high)):
        return None
    mirrored = "<" if low.sign == ">" else "<="
    return f"{format_value(low.value)} {mirrored} {format_literal(high)}"
