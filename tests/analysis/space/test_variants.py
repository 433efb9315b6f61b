"""A dropped literal: the difference and the rest, held to the condition evaluated on every assignment."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.analysis.space.variants import dropped_literals
from rulekit.ir.condition import AllOf, AnyOf, Compare, Missing, literals
from rulekit.ir.semantics import holds

NAMES = ("a", "b", "c", "d")
EVENTS = [dict(zip(NAMES, values, strict=True)) for values in product((None, 0, 1), repeat=len(NAMES))]


@st.composite
def conditions(draw):
    """A condition in which each literal occurs once, so that dropping one is well defined."""
    names = iter(draw(st.permutations(NAMES)))

    def build(depth):
        kind = draw(st.sampled_from(("literal", "all", "any") if depth else ("literal",)))
        if kind == "literal":
            name = next(names, None)
            if name is None:
                return None
            return draw(
                st.sampled_from(
                    (
                        Compare(name, ">=", 1),
                        Compare(name, "==", 0),
                        Missing(name),
                        Missing(name, negated=True),
                    )
                )
            )
        terms = [
            term for term in (build(depth - 1) for _ in range(draw(st.integers(1, 3)))) if term is not None
        ]
        return (AllOf if kind == "all" else AnyOf)(tuple(terms)) if terms else None

    return build(2) or Missing("a")


def without(condition, gone):
    """The condition without one literal, which is a term or an alternative; None when nothing is left."""
    if isinstance(condition, (AllOf, AnyOf)):
        terms = [kept for kept in (without(term, gone) for term in condition.terms) if kept is not None]
        return type(condition)(tuple(terms)) if terms else None
    return None if condition is gone else condition


@settings(max_examples=30)
@given(conditions())
def test_there_is_one_variant_for_each_literal_in_text_order(condition):
    found = list(dropped_literals(condition))
    assert [dropped.place for dropped in found] == list(range(len(list(literals(condition)))))


@settings(max_examples=30)
@given(conditions())
def test_a_term_of_all_only_adds_the_events_of_the_difference(condition):
    for literal, dropped in zip(literals(condition), dropped_literals(condition), strict=True):
        if dropped.rest is not None:
            continue
        parents = [
            node
            for node in nodes(condition)
            if isinstance(node, AnyOf) and any(t is literal for t in node.terms)
        ]
        if parents:  # an alternative alone: without it the condition would be empty, which is not asked
            continue
        left = without(condition, literal)
        for event in EVENTS:
            after = True if left is None else holds(left, event)
            added = after and not holds(condition, event)
            if added:
                assert holds(dropped.difference, event)


@settings(max_examples=30)
@given(conditions())
def test_an_alternative_may_only_take_away_the_events_of_the_difference(condition):
    for literal, dropped in zip(literals(condition), dropped_literals(condition), strict=True):
        if dropped.rest is None:
            continue
        left = without(condition, literal)
        for event in EVENTS:
            assert holds(dropped.rest, event) == holds(left, event)
            if holds(condition, event) and not holds(left, event):
                assert holds(dropped.difference, event)


def nodes(condition):
    yield condition
    if isinstance(condition, (AllOf, AnyOf)):
        for term in condition.terms:
            yield from nodes(term)


def test_by_hand():
    young, old, known = Compare("a", "<", 1), Compare("b", ">=", 1), Missing("c", negated=True)
    first, second, third = dropped_literals(AllOf((young, AnyOf((old, known)))))
    assert first.rest is None
    assert holds(first.difference, {"a": 1, "b": 1, "c": None, "d": None})
    assert holds(first.difference, {"a": None, "b": 1, "c": None, "d": None}), (
        "a missing value fails a literal"
    )
    assert not holds(first.difference, {"a": 0, "b": 1, "c": None, "d": None})
    assert second.rest == AllOf((young, AnyOf((known,))))
    assert third.rest == AllOf((young, AnyOf((old,))))
