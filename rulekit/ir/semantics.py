"""What a ruleset means: a small, slow, obviously right evaluator.

This module *defines* the decision. Every target must agree with it on every event, exactly:
``T(R, N)(e) == semantics(R, N, e)``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any as AnyValue

from rulekit.ir.condition import AllOf, AnyOf, Condition, Member, Missing, Sign
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Event, Native, Numerics
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset

OPERATORS: dict[Sign, Callable[[AnyValue, AnyValue], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def decide(ruleset: Ruleset, event: Mapping[str, AnyValue], numerics: Numerics | None = None) -> Decision:
    """Decide one raw event, with all hits. Only the features that a decision depends on are looked at.

    Raises
    ------
    LawError
        when a rule does not fit the schema or the numerics.
    EventError
        when a value of the event does not fit the schema.

    """
    numerics = numerics or Native()
    conditions = [numerics.bind_condition(condition, ruleset.schema) for condition in ruleset.bound]
    bound = numerics.bind_event(bind_event(ruleset.read, event))

    missing = tuple(name for name in ruleset.schema.required if bound[name] is None)
    if missing:
        return Decision(INVALID, hits=(), missing=missing)

    hits = [
        rule for rule, condition in zip(ruleset.rules, conditions, strict=True) if holds(condition, bound)
    ]
    ids = tuple(rule.id for rule in hits)
    if ruleset.hit_policy is HitPolicy.SCORE:
        score = sum(rule.points or 0 for rule in hits)
        reached = [outcome for outcome, points in ruleset.ladder if score >= points]
        return Decision(reached[-1] if reached else ruleset.otherwise, hits=ids, score=score)
    if not hits:
        return Decision(ruleset.otherwise, hits=ids)
    return Decision(str(hits[0].then), rule=hits[0].id, hits=ids)


def holds(condition: Condition, event: Event) -> bool:
    """Return whether a bound condition holds on a bound event."""
    if isinstance(condition, AllOf):
        return all(holds(term, event) for term in condition.terms)
    if isinstance(condition, AnyOf):
        return any(holds(term, event) for term in condition.terms)
    value = event[condition.feature]
    if isinstance(condition, Missing):
        return (value is None) != condition.negated
    if value is None:
        return False
    if isinstance(condition, Member):
        return (value in condition.values) != condition.negated
    return OPERATORS[condition.sign](value, condition.value)
