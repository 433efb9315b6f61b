"""Walking conditions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.condition import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Member,
    Missing,
    count_literals,
    literals,
    map_literals,
)
from rulekit.ir.notation.literals import format_literal

ONE, TWO, THREE = Compare("x", ">", 1), Member("c", ("a",)), Missing("y", negated=True)
NESTED = AllOf((ONE, AnyOf((TWO, AllOf((THREE, ONE)))), AllOf()))
LEAVES = st.sampled_from([ONE, TWO, THREE])
TREES = st.recursive(LEAVES, lambda inner: st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
                     | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)))  # fmt: skip


def test_literals_come_in_text_order_with_repeats() -> None:
    assert list(literals(NESTED)) == [ONE, TWO, THREE, ONE]
    assert count_literals(NESTED) == 4


def test_a_literal_is_a_condition_of_one() -> None:
    assert list(literals(ONE)) == [ONE]
    assert count_literals(AllOf()) == 0


@given(TREES)
def test_mapping_by_nothing_changes_nothing(condition: Condition) -> None:
    assert map_literals(condition, lambda literal: literal) == condition


@given(TREES)
def test_mapping_keeps_the_shape_and_reaches_each_literal_once(condition: Condition) -> None:
    seen: list[str] = []

    def double(literal: Condition) -> Condition:
        seen.append(format_literal(literal))
        return AllOf((literal, literal))

    doubled = map_literals(condition, double)
    assert seen == [format_literal(literal) for literal in literals(condition)]
    assert count_literals(doubled) == 2 * count_literals(condition)


def test_conditions_are_values() -> None:
    assert hash(NESTED) == hash(AllOf((ONE, AnyOf((TWO, AllOf((THREE, ONE)))), AllOf(()))))
    assert AllOf((ONE, TWO)) != AllOf((TWO, ONE))
    assert AllOf((ONE,)) != AnyOf((ONE,))
