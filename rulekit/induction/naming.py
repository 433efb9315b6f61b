"""Words for an induced rule: its id, title and reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Missing, literals
from rulekit.ir.notation.literals import format_value
from rulekit.measures import RuleMeasures

_NAMED = 2
"""The most features that are named in an id."""

_SIGNS = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "is", "!=": "is not"}


def rule_ids(conditions: Sequence[Condition], taken: Collection[str] = (), prefix: str = "") -> list[str]:
    """Return one id per condition: its first features, and a number where that id is taken."""
    found: list[str] = []
    for condition in conditions:
        names = list(dict.fromkeys(literal.feature for literal in literals(condition)))
        stem = "-".join(slug(name) for name in (*((prefix,) if prefix else ()), *names[:_NAMED])) or "always"
        number = 1
        while (name := stem if number == 1 else f"{stem}-{number}") in {*found, *taken}:
            number += 1
        found.append(name)
    return found


def slug(name: str) -> str:
    """Return a name in the letters of an id: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "feature"


def title(condition: Condition) -> str:
    """Return a condition as a phrase: ``length above 60 and alpha at most 10``."""
    terms = condition.terms if isinstance(condition, AllOf) else (condition,)
    return " and ".join(_phrase(term) for term in terms)


def _phrase(condition: Condition) -> str:
    if isinstance(condition, AnyOf):
        return f"({' or '.join(_phrase(term) for term in condition.terms)})"
    if isinstance(condition, AllOf):
        low, high = (term for term in condition.terms if isinstance(term, Compare))
        return f"{_phrase(low)} and {_SIGNS[high.sign]} {format_value(high.value)}"
    return _literal(condition)


def _literal(literal: LiteralCondition) -> str:
    name = literal.feature
    if isinstance(literal, Missing):
        return f"{name} {'known' if literal.negated else 'missing'}"
    if isinstance(literal, Compare):
        if isinstance(literal.value, bool):
            return name if literal.value else f"not {name}"
        return f"{name} {_SIGNS[literal.sign]} {format_value(literal.value)}"
    values = " or ".join(format_value(value) for value in literal.values)
    return f"{name} {'other than' if literal.negated else 'is'} {values}"


def reason(measured: RuleMeasures, events: int) -> str:
    """Return what a rule did on the calibration fold, in one sentence."""
    parts = [f"{measured.support:,} hits"]
    if measured.purity is not None and measured.efficiency is not None and measured.support:
        parts += [f"purity {measured.purity.value:.2f}", f"{measured.efficiency.value:.3f} of the signal"]
    parts.append(f"{measured.unique.value if measured.support else 0:.2f} of the hits no other rule takes")
    return f"On {events:,} calibration events: {', '.join(parts)}."
