"""Mutants: designs with one threshold off by one, which a proof worth its name refutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition
from rulekit.targets.lower import Lowered, LowRule
from rulekit.targets.shared.constants import quantity
from rulekit.targets.systemverilog.design import Design


@dataclass(frozen=True, slots=True)
class Mutant:
    """A design that is wrong in one threshold: which rule, and the literal before and after, in its unit."""

    design: Design
    rule: str
    before: str
    after: str


def mutants(design: Design) -> Iterator[Mutant]:
    """Yield a mutant for each threshold in text order, but for those that ask what the design asks already."""
    low = design.low
    for place, rule in enumerate(low.rules):
        for before, after, condition in _changed(rule.condition, low):
            rules = (*low.rules[:place], LowRule(rule.rule, condition), *low.rules[place + 1 :])
            mutated = Design.of(replace(low, rules=rules), design.options)
            if (
                mutated.literals.rules != design.literals.rules
                or mutated.literals.nets != design.literals.nets
            ):
                yield Mutant(mutated, rule.rule.id, _text(before, low), _text(after, low))


def _changed(condition: Condition, low: Lowered) -> Iterator[tuple[Compare, Compare, Condition]]:
    """Yield each threshold, its neighbour, and the condition with the one in place of the other."""
    if isinstance(condition, (AllOf, AnyOf)):
        for place, term in enumerate(condition.terms):
            for before, after, changed in _changed(term, low):
                terms = (*condition.terms[:place], changed, *condition.terms[place + 1 :])
                yield before, after, type(condition)(terms)
    elif isinstance(condition, Compare) and (grid := low.feature(condition.feature).grid) is not None:
        assert isinstance(condition.value, int)  # noqa: S101 - thresholds on a grid are whole
        step = 1 if condition.value < grid.range[1] else -1
        after = replace(condition, value=condition.value + step)
        yield condition, after, after


def _text(literal: Compare, low: Lowered) -> str:
    """Return a threshold on the grid in the unit of its feature."""
    feature = low.feature(literal.feature)
    assert isinstance(literal.value, int)  # noqa: S101 - thresholds on a grid are whole
    unit = f" {feature.feature.unit}" if feature.feature.unit else ""
    return f"{literal.feature} {literal.sign} {quantity(feature, literal.value)}{unit}"
