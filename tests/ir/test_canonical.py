from __future__ import annotations

import math
from typing import Any as AnyValue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import BindError
from rulekit.ir.canonical import bind, canonical, complement
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing, literals
from rulekit.ir.event import bind_event
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.ir.semantics import holds
from rulekit.testing import conditions, events, schemas
from rulekit.testing.strategies import rulesets

SCHEMA = Schema(
    name="bound",
    version="1.0.0",
    features=(
        Feature(name="b", dtype=DType.BOOL),
        Feature(name="i", dtype=DType.INT32),
        Feature(name="l", dtype=DType.INT64),
        Feature(name="f", dtype=DType.FLOAT32),
        Feature(name="d", dtype=DType.FLOAT64),
        Feature(name="country", dtype=DType.CATEGORY, categories=("SE", "NO", "5411")),
    ),
)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("i > 2.5", Compare("i", ">=", 3)),
        ("i >= 2.5", Compare("i", ">=", 3)),
        ("i < 2.5", Compare("i", "<=", 2)),
        ("i <= 2.5", Compare("i", "<=", 2)),
        ("i > -2.5", Compare("i", ">=", -2)),
        ("i < -2.5", Compare("i", "<=", -3)),
        ("i > 2.0", Compare("i", ">", 2)),
        ("i < 2147483647", Compare("i", "<", 2147483647)),
        ("i > -2147483648.5", Compare("i", ">=", -2147483648)),
        ("l == 9007199254740993", Compare("l", "==", 9007199254740993)),
        ("l > 9007199254740992.5", Compare("l", ">=", 9007199254740993)),
        ("l in {3, 1, 3.0}", Member("l", (1, 3))),
        ("f <= 0.1", Compare("f", "<=", float(np.float32(0.1)))),
        ("d <= 0.1", Compare("d", "<=", 0.1)),
        ("f >= 16777217", Compare("f", ">=", 16777216.0)),
        ("f >= 1.0000000596046447753906250000001", Compare("f", ">=", 1 + 2.0**-23)),
        ("d < inf", Compare("d", "<", math.inf)),
        ("b != true", Compare("b", "==", value=False)),
        ("b == false", Compare("b", "==", value=False)),
        ("b != false", Compare("b", "==", value=True)),
        ("country == NO", Member("country", ("NO",))),
        ("country != NO", Member("country", ("NO",), negated=True)),
        ('country in {"5411", SE}', Member("country", ("SE", "5411"))),
        ("f is not missing", Missing("f", negated=True)),
    ],
)
def test_binds_to_the_dtype(text: str, bound: Condition) -> None:
    found = bind(parse_literal(text), SCHEMA)
    assert found == bound
    values = [getattr(literal, "value", None) for literal in (found, bound)]
    assert type(values[0]) is type(values[1])


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("contry == SE", "unknown feature 'contry'", "did you mean country?"),
        ("zzz == SE", "unknown feature 'zzz'", "the schema has b, i"),
        ("i > 2147483648", "beyond int32", "always or never"),
        ("i < -2147483648.5", "beyond int32", "always or never"),
        ("i > 2147483647.5", "beyond int32", None),
        ("i > inf", "beyond int32", None),
        ("l > 9223372036854775808", "beyond int64", None),
        ("i == 2.5", "no int32 equals the threshold", None),
        ("i in {1, 2.5}", "no int32 equals the threshold", None),
        ("i in {a}", "compared with a word", None),
        ("i == true", "compared with a word", None),
        ("f > 3.5e38", "beyond float32", None),
        ("d > 1e309", "beyond float64", None),
        ("d in {1, 2}", "tested for membership", None),
        ("d == SE", "compared with a word", None),
        ("b > true", "bool b is compared", None),
        ("b == 1", "bool b is compared", None),
        ("b in {true}", "tested for membership", None),
        ("country < SE", "category country is ordered", "in, or not in"),
        ("country == XX", "country has no category XX", "listed in the schema"),
        ("country == 5411", "country has no category 5411", 'quote it: "5411"'),
        ("country in {SE, true}", "country has no category True", None),
    ],
)
def test_refuses_what_does_not_fit(text: str, what: str, hint: str | None) -> None:
    with pytest.raises(BindError) as raised:
        bind(parse_literal(text), SCHEMA)
    assert what in raised.value.what
    assert raised.value.where.text
    assert hint is None or hint in str(raised.value.hint)


def test_refuses_nan_which_only_a_program_can_write() -> None:
    for feature in ("f", "d", "i"):
        with pytest.raises(BindError):
            bind(Compare(feature, ">", math.nan), SCHEMA)


@st.composite
def bound_cases(draw: st.DrawFn) -> tuple[AnyValue, list[dict[str, AnyValue]]]:
    ruleset = draw(rulesets(max_rules=2).filter(lambda drawn: drawn.rules))
    return ruleset, draw(st.lists(events(ruleset), min_size=5, max_size=15))


@given(bound_cases())
def test_the_complement_is_the_negation_where_nothing_is_missing(
    case: tuple[AnyValue, list[dict[str, AnyValue]]],
) -> None:
    ruleset, drawn = case
    for event in drawn:
        bound = bind_event(ruleset.schema.features, event)
        for condition in ruleset.bound:
            if all(bound[literal.feature] is not None for literal in literals(condition)):
                assert holds(complement(condition), bound) != holds(condition, bound)


@given(bound_cases())
def test_a_comparison_and_its_complement_both_fail_on_missing(
    case: tuple[AnyValue, list[dict[str, AnyValue]]],
) -> None:
    ruleset, _ = case
    empty = bind_event(ruleset.schema.features, {})
    found = [literal for condition in ruleset.bound for literal in literals(condition)]
    for literal in found:
        both = [holds(literal, empty), holds(complement(literal), empty)]
        assert both == (
            [not literal.negated, literal.negated] if isinstance(literal, Missing) else [False, False]
        )


def shuffled(condition: Condition, random: AnyValue) -> Condition:
    """The same condition in other words: terms reordered, repeated, and wrapped in lists of one."""
    if isinstance(condition, (AllOf, AnyOf)):
        terms = [shuffled(term, random) for term in condition.terms]
        terms += [term for term in terms if random.random() < 0.3]
        random.shuffle(terms)
        return type(condition)(tuple(terms))
    return random.choice(
        [condition, AllOf((condition,)), AnyOf((condition,)), AnyOf((AllOf((condition,)), condition))]
    )


@given(
    schemas().flatmap(lambda schema: st.tuples(st.just(schema), conditions(schema))),
    st.randoms(use_true_random=False),
)
def test_order_repetition_and_nesting_do_not_change_the_spelling(
    case: tuple[Schema, Condition], random: AnyValue
) -> None:
    schema, condition = case
    bound = bind(condition, schema)
    assert canonical(AllOf((shuffled(bound, random),)), schema) == canonical(AllOf((bound,)), schema)


def test_lists_that_shrink_to_one_term_are_flattened() -> None:
    pair = AllOf((Compare("i", ">", 1), Compare("i", "<", 9)))
    twice = AllOf((AnyOf((pair, pair)), Missing("f")))
    once = AllOf((*pair.terms, Missing("f")))
    assert canonical(twice, SCHEMA) == canonical(once, SCHEMA) == {"all": ["f is missing", "i < 9", "i > 1"]}


@given(bound_cases(), st.randoms(use_true_random=False))
def test_equal_spelling_means_equal_decisions(
    case: tuple[AnyValue, list[dict[str, AnyValue]]], random: AnyValue
) -> None:
    ruleset, drawn = case
    for condition in ruleset.bound:
        other = shuffled(condition, random)
        for event in drawn:
            bound = bind_event(ruleset.schema.features, event)
            assert holds(other, bound) == holds(condition, bound)


@given(schemas().flatmap(lambda schema: st.tuples(st.just(schema), conditions(schema))))
def test_the_spelling_of_a_literal_binds_back_to_it(case: tuple[Schema, Condition]) -> None:
    schema, condition = case
    for literal in literals(bind(condition, schema)):
        spelled = canonical(literal, schema)
        assert isinstance(spelled, str)
        assert bind(parse_literal(spelled), schema) == literal


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("f <= 0.100000001", "f <= 0.1"),
        ("d <= 0.1000000000000000055511", "d <= 0.1"),
        ("d > -0.0", "d > 0"),
        ("i > 2.5", "i >= 3"),
        ("b != true", "b == false"),
        ("country == NO", "country in {NO}"),
    ],
)
def test_spells_what_is_meant(text: str, spelled: str) -> None:
    assert canonical(bind(parse_literal(text), SCHEMA), SCHEMA) == spelled


def test_conditions_that_differ_are_spelled_differently() -> None:
    texts = [
        "i > 3",
        "i >= 3",
        "i < 3",
        "i == 3",
        "i != 3",
        "i in {3, 4}",
        "i not in {3, 4}",
        "i is missing",
        "l > 3",
    ]
    spelled = {str(canonical(bind(parse_literal(text), SCHEMA), SCHEMA)) for text in texts}
    both = {
        str(canonical(kind((Compare("i", ">", 1), Compare("l", ">", 1))), SCHEMA)) for kind in (AllOf, AnyOf)
    }
    assert (len(spelled), len(both)) == (len(texts), 2)
