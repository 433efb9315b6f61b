"""From bound conditions to sqlglot trees.

A comparison with NULL is NULL and no condition has a ``not``, so a missing value can't make a rule hit:
three-valued logic does what the semantics want, once NaN is NULL.

SQL seldom knows whether a double was a float32 before: most dialects store doubles only. So a float32 feature is
compared as a double, and its threshold stands half way to the next float32, where rounding to float32 would turn:
the answer is the same for a column of float32 and for one of doubles that were not rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sqlglot import exp

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing, Sign, Value
from rulekit.ir.floats import float32_edge
from rulekit.ir.schema import DType
from rulekit.targets.lower import LowFeature
from rulekit.targets.sql.dialects import Dialect, Tree

CHUNK = 64
"""Terms in a row: engines limit how deep a tree may be, and a row of terms is as deep as it is long."""

_INT64_MIN = -(1 << 63)
_SIGNS: dict[Sign, type[exp.Binary]] = {
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "==": exp.EQ,
    "!=": exp.NEQ,
}

Read = Callable[[str], tuple[LowFeature, Tree]]
"""Gives a feature, and the column or expression to read it from."""


def condition_tree(condition: Condition, dialect: Dialect, read: Read) -> Tree:
    """Return the tree of a bound condition; it is NULL, which is no hit, where a missing value decides."""
    if isinstance(condition, (AllOf, AnyOf)):
        if not condition.terms:
            return dialect.truth(value=True)
        terms = [condition_tree(term, dialect, read) for term in condition.terms]
        return joined(exp.And if isinstance(condition, AllOf) else exp.Or, terms)
    feature, column = read(condition.feature)
    if isinstance(condition, Missing):
        return present(column) if condition.negated else exp.Is(this=column, expression=exp.Null())
    if isinstance(condition, Member):
        listed = exp.In(this=column, expressions=[value_tree(value, dialect) for value in condition.values])
        return exp.Not(this=listed) if condition.negated else listed
    if feature.feature.dtype is DType.FLOAT32:
        return _compare_float32(condition, dialect, column)
    return _compare(column, condition.sign, condition.value, dialect)


def present(column: Tree) -> Tree:
    """Return the test that a value is present."""
    return exp.Not(this=exp.Is(this=column, expression=exp.Null()))


def joined(kind: type[exp.Connector], terms: Sequence[Tree]) -> Tree:
    """Return the terms joined by AND or OR, no deeper than any engine reads."""
    while len(terms) > CHUNK:
        chunks = [terms[start : start + CHUNK] for start in range(0, len(terms), CHUNK)]
        terms = [exp.Paren(this=joined(kind, chunk)) if len(chunk) > 1 else chunk[0] for chunk in chunks]
    wrapped = [_wrapped(kind, term) for term in terms] if len(terms) > 1 else list(terms)
    tree = wrapped[0]
    for term in wrapped[1:]:
        tree = kind(this=tree, expression=term)
    return tree


def _wrapped(kind: type[exp.Connector], term: Tree) -> Tree:
    """Return a term in parentheses where it is a list of the other kind."""
    other = isinstance(term, exp.Connector) and not isinstance(term, kind)
    return exp.Paren(this=term) if other else term


def value_tree(value: Value, dialect: Dialect) -> Tree:
    """Return a bound value as a literal that the dialect reads back exactly."""
    if isinstance(value, str):
        return dialect.text(value)
    if isinstance(value, bool):
        return dialect.truth(value=value)
    if isinstance(
        value, int
    ):  # the smallest integer is no literal anywhere: its digits alone are one too many
        text = f"({_INT64_MIN + 1} - 1)" if value == _INT64_MIN else str(value)
        return exp.Var(this=text)
    number = float(value)
    tree = exp.Var(this=dialect.number(number))
    if "REAL" in tree.this:
        tree.comments = [f" {number!r} "]
    return tree


def _compare(column: Tree, sign: Sign, value: Value, dialect: Dialect) -> Tree:
    return _SIGNS[sign](this=column, expression=value_tree(value, dialect))


def _compare_float32(literal: Compare, dialect: Dialect, column: Tree) -> Tree:
    """Return a comparison of an unrounded double that answers as if it had been rounded to float32."""
    value = float(literal.value)
    low, low_included = float32_edge(value, -math.inf)
    high, high_included = float32_edge(value, math.inf)
    at_least = _compare(column, ">=" if low_included else ">", low, dialect)
    at_most = _compare(column, "<=" if high_included else "<", high, dialect)
    below = _compare(column, "<" if low_included else "<=", low, dialect)
    above = _compare(column, ">" if high_included else ">=", high, dialect)
    if literal.sign == "==":
        return exp.And(this=at_least, expression=at_most)
    if literal.sign == "!=":
        return exp.Paren(this=exp.Or(this=below, expression=above))
    return {">=": at_least, "<=": at_most, "<": below, ">": above}[literal.sign]
