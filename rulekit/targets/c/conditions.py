"""Conditions as C expressions: with ``&&`` on one event, with ``&`` on a block of them.

On one event the first false literal ends the work. On a block every literal is computed, because a branch for
each event would keep the compiler from deciding several events in one instruction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.schema import DType
from rulekit.targets.c.names import Names, integer, is_infinite, is_real, limit, real, storage
from rulekit.targets.lower import LowFeature


@dataclass(frozen=True, slots=True)
class Style:
    """How a value is reached and how tests are joined.

    Attributes
    ----------
    value : the expression of a member, from its name.
    set, unset : tests that a flag (a member of kind bool) holds, or does not.
    both, either, never, always : the operators and constants of the style.
    margin : what stands between the terms of a whole condition.

    """

    value: Callable[[str], str]
    set: Callable[[str], str]
    unset: Callable[[str], str]
    both: str
    either: str
    never: str
    always: str
    margin: str


EVENT = Style(
    value=lambda name: f"event->{name}",
    set=lambda name: f"event->{name}",
    unset=lambda name: f"(!event->{name})",
    both="&&",
    either="||",
    never="false",
    always="true",
    margin="\n        ",
)
BLOCK = Style(
    value=lambda name: f"block->{name}[i]",
    set=lambda name: f"(block->{name}[i] != 0)",
    unset=lambda name: f"(block->{name}[i] == 0)",
    both="&",
    either="|",
    never="0",
    always="1",
    margin="\n            ",
)


class Writer:
    """Writes conditions of one ruleset in one style."""

    def __init__(self, names: Names, style: Style) -> None:
        self.names = names
        self.style = style
        self._features = {feature.name: feature for feature in names.low.features}

    def condition(self, condition: Condition) -> str:
        """Return the expression of a whole rule, with one term of the outermost list a line."""
        if not isinstance(condition, (AllOf, AnyOf)):
            return self.term(condition)
        return self._joined(condition, self.style.margin) or self.style.always

    def term(self, condition: Condition) -> str:
        """Return the expression of a part of a rule, in parentheses where it needs them."""
        if isinstance(condition, (AllOf, AnyOf)):
            return f"({self._joined(condition, ' ')})" if condition.terms else self.style.always
        return self.literal(condition)

    def _joined(self, condition: AllOf | AnyOf, space: str) -> str:
        word = self.style.both if isinstance(condition, AllOf) else self.style.either
        return f"{space}{word} ".join(self.term(term) for term in condition.terms)

    def literal(self, literal: LiteralCondition) -> str:
        """Return the expression of a literal; false where the value is missing, whatever the sign."""
        feature = self._features[literal.feature]
        if isinstance(literal, Missing):
            return self.present(feature) if literal.negated else self.missing(feature)
        if is_real(feature, encoded=True):
            return self._compare_real(feature, cast("Compare", literal))
        test = (
            self._member(feature, literal) if isinstance(literal, Member) else self._compare(feature, literal)
        )
        return f"({self.present(feature)} {self.style.both} {test})"

    def present(self, feature: LowFeature) -> str:
        """Return the test that the value is present."""
        name = self.names.fields[feature.name]
        if is_real(feature, encoded=True):
            return f"({self.style.value(name)} == {self.style.value(name)})"
        return self.style.set(f"has_{name}")

    def missing(self, feature: LowFeature) -> str:
        """Return the test that the value is missing."""
        name = self.names.fields[feature.name]
        if is_real(feature, encoded=True):
            return f"({self.style.value(name)} != {self.style.value(name)})"
        return self.style.unset(f"has_{name}")

    def _compare(self, feature: LowFeature, literal: Compare) -> str:
        name = self.names.fields[feature.name]
        if feature.feature.dtype is DType.BOOL:
            return self.style.set(name) if literal.value else self.style.unset(name)
        number = integer(cast("int", literal.value), storage(feature))
        return f"({self.style.value(name)} {literal.sign} {number})"

    def _member(self, feature: LowFeature, literal: Member) -> str:
        """Return the test of a set; the caller tests that the value is present."""
        value = self.style.value(self.names.fields[feature.name])
        sign, word = ("!=", self.style.both) if literal.negated else ("==", self.style.either)
        tests = [f"({value} {sign} {self._value(feature, each)})" for each in literal.values]
        if not tests:
            return self.style.always if literal.negated else self.style.never
        return tests[0] if len(tests) == 1 else f"({f' {word} '.join(tests)})"

    def _value(self, feature: LowFeature, value: object) -> str:
        if feature.feature.dtype is not DType.CATEGORY:
            return integer(cast("int", value), storage(feature))
        categories = feature.feature.categories or ()
        name = self.names.categories[feature.name][categories.index(cast("str", value))]
        return name if self.style is EVENT else f"(uint32_t){name}"

    def _compare_real(self, feature: LowFeature, literal: Compare) -> str:
        if is_infinite(literal.value):
            return self._compare_infinite(feature, literal)
        value = self.style.value(self.names.fields[feature.name])
        number = real(cast("float", literal.value), feature.feature.dtype)
        if literal.sign == "==":
            return f"(({value} >= {number}) {self.style.both} ({value} <= {number}))"
        if literal.sign == "!=":
            return f"(({value} < {number}) {self.style.either} ({value} > {number}))"
        return f"({value} {literal.sign} {number})"

    def _compare_infinite(self, feature: LowFeature, literal: Compare) -> str:
        """Return a comparison with an infinity, which C has no constant for without its mathematics library."""
        value = self.style.value(self.names.fields[feature.name])
        positive = cast("float", literal.value) > 0
        sign = literal.sign if positive else _MIRRORED[literal.sign]
        edge = limit(feature.feature.dtype)
        at, inside = (f"({value} > {edge})", f"({value} <= {edge})")
        if not positive:
            at, inside = (f"({value} < -{edge})", f"({value} >= -{edge})")
        table = {
            ">": self.style.never,
            "<=": self.present(feature),
            ">=": at,
            "==": at,
            "<": inside,
            "!=": inside,
        }
        return table[sign]


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
