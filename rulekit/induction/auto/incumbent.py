"""The ruleset in force when a challenger is induced: its rules are candidates, and stay where they can.

A challenger that moves every threshold a little must be reviewed as a new law, and decides as the old one. So a
rule in force stays word for word where the challenger's rule takes nearly the same events at nearly the same cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any as AnyValue
from typing import cast

import numpy as np
import numpy.typing as npt

from rulekit.errors import RulekitError, Where
from rulekit.induction.auto.stability import overlaps
from rulekit.induction.regions.region import Choice, Region, Span, is_free
from rulekit.induction.samples.encoding import Column, Encoding
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset, hit_matrix
from rulekit.induction.selection.context import InductionContext, expected_costs
from rulekit.ir.canonical import bind
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing, count_literals, literals
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.labels import Mask

INCUMBENT = "incumbent"

_SAME = 0.9
_LOST = 0.005
"""_SAME: the overlap at which two rules count as one. _LOST: the share of a ruleset's signal that it may lose for a
rule that stays, and the share of the budget that this may cost."""

_SIGNS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def incumbent_candidate(ruleset: Ruleset, outcome: str, context: InductionContext) -> CandidateRuleset:
    """Return the rules in force for an outcome as a candidate ruleset.

    Rules that ask for a forbidden feature or against a monotone direction are left out. So are all rules of a sum,
    because they mean nothing alone.

    Raises
    ------
    BindError
        when a rule does not fit the schema.

    """
    rules = [rule for rule in ruleset.rules if rule.then == outcome]
    conditions: list[Condition] = []
    regions: list[Region] = []
    for rule in rules:
        region = region_of(_bound(rule, context.schema), context.encoding)
        used = {literal.feature for literal in literals(rule.when)}
        allowed = not used & context.caps.forbidden
        if context.caps.directions:
            allowed = (
                allowed
                and region is not None
                and context.caps.with_directions(region, context.encoding) == region
            )
        if allowed:
            conditions.append(rule.when)
            regions.extend(() if region is None else (region,))
    return CandidateRuleset(INCUMBENT, HitPolicy.ANY, tuple(conditions), regions=tuple(regions))


def _bound(rule: Rule, schema: Schema) -> Condition:
    try:
        return bind(rule.when, schema)
    except RulekitError as error:
        raise error.at(Where(rule=rule.id)) from None


def keep_in_force(
    candidate: CandidateRuleset, in_force: Sequence[Condition], context: InductionContext
) -> CandidateRuleset:
    """Return a candidate ruleset in which rules in force replace rules that hardly differ from them.

    Only rules under ANY are replaced, where the meaning of a rule does not depend on those before it.
    """
    if candidate.policy is not HitPolicy.ANY or not in_force or not candidate.conditions:
        return candidate
    search = context.folds.search
    mine, theirs = (hit_matrix(part, search, context.schema) for part in (candidate.conditions, in_force))
    gain = search.weights * context.signal_search
    cost = expected_costs(search, context.signal_search, context.budget.kind)
    lost = mine @ gain - (theirs @ gain)[:, None]
    more = (theirs @ cost)[:, None] - mine @ cost
    allowed = context.budget.rate * float(search.budget_weights(context.budget.kind).sum())
    fits = (lost <= _LOST * float(gain @ mine.any(axis=0))) & (more <= _LOST * allowed)
    alike = np.where(fits.T, overlaps(mine, theirs, search.weights), 0.0)
    conditions = [
        _stands_in(condition, shares, in_force)
        for condition, shares in zip(candidate.conditions, alike, strict=True)
    ]
    # Variants hold several versions of one rule, and one rule in force may replace them all.
    place = {condition: index for index, condition in reversed(list(enumerate(conditions)))}
    if not candidate.variants:
        return replace(candidate, conditions=tuple(dict.fromkeys(conditions)), regions=())
    order = {condition: number for number, condition in enumerate(in_force)}

    def variant(indices: Sequence[int]) -> tuple[int, ...]:
        """Put the rules in force first, in their order."""
        kept = dict.fromkeys(place[conditions[index]] for index in indices)
        return tuple(sorted(kept, key=lambda index: order.get(conditions[index], len(order))))

    return replace(
        candidate, conditions=tuple(conditions), variants=tuple(map(variant, candidate.variants)), regions=()
    )


def _stands_in(
    condition: Condition, alike: npt.NDArray[np.float64], in_force: Sequence[Condition]
) -> Condition:
    """Return the rule in force that is most alike; the condition itself where none is, or where it is longer."""
    best = int(alike.argmax())
    fits = alike[best] >= _SAME and count_literals(in_force[best]) <= count_literals(condition)
    return in_force[best] if fits else condition


def region_of(condition: Condition, encoding: Encoding) -> Region | None:
    """Return the smallest region around a bound condition; None when no region of the encoding holds it."""
    parts: dict[str, list[Condition]] = {}
    for term in condition.terms if isinstance(condition, AllOf) else (condition,):
        names = {literal.feature for literal in literals(term)}
        if len(names) != 1:
            return None
        parts.setdefault(names.pop(), []).append(term)
    known = {column.feature.name for column in encoding.columns}
    if not parts.keys() <= known:
        return None
    region: Region = {}
    for name, terms in parts.items():
        column = encoding.columns[encoding.column_of(name)]
        part = _part(AllOf(tuple(terms)), column, encoding)
        if part is None:
            return None
        if not is_free(part, column):
            region[name] = part
    return region


def _part(condition: Condition, column: Column, encoding: Encoding) -> Span | Choice | None:
    """Return what a condition on one feature allows; None where it allows nothing."""
    missing = column.missing and _holds_missing(condition)
    if column.category is None:
        inside = np.flatnonzero(_holds(condition, column.values))
        if len(inside):
            return Span(int(inside[0]), int(inside[-1]) + 1, missing)
        return Span(0, 0, missing=True) if missing else None
    values = [one.category for one in encoding.columns if one.feature == column.feature]
    names = np.array(values, dtype=object)
    chosen = tuple(cast("list[str]", names[_holds(condition, names)].tolist()))
    return Choice(chosen, negated=False, missing=missing) if chosen else None


def _holds(condition: Condition, values: npt.NDArray[AnyValue]) -> Mask:
    """Return for which values of its feature a bound condition holds, shape (values,)."""
    if isinstance(condition, (AllOf, AnyOf)):
        found = np.array([_holds(term, values) for term in condition.terms])
        return np.asarray(found.all(axis=0) if isinstance(condition, AllOf) else found.any(axis=0))
    if isinstance(condition, Compare):
        bound: AnyValue = condition.value
        return np.asarray(_SIGNS[condition.sign](values, bound), dtype=np.bool_)
    if isinstance(condition, Member):
        return np.array([(value in condition.values) != condition.negated for value in values.tolist()])
    return np.full(len(values), condition.negated)


def _holds_missing(condition: Condition) -> bool:
    if isinstance(condition, (AllOf, AnyOf)):
        found = [_holds_missing(term) for term in condition.terms]
        return all(found) if isinstance(condition, AllOf) else any(found)
    return isinstance(condition, Missing) and not condition.negated
