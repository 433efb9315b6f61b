"""Lowering: bound thresholds, flat conditions, features that are read, and legal identifiers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import LawError
from rulekit.ir.condition import AllOf, AnyOf, Compare
from rulekit.ir.notation.clauses import when_to_condition
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.schema import Model
from rulekit.ir.semantics import holds
from rulekit.targets.lower import distinct, flatten, identifiers, lower, slug


def test_flatten_keeps_the_meaning_and_drops_the_nesting():
    a, b, c = (Compare(name, ">", 1) for name in "abc")
    assert flatten(AllOf((AllOf((a, AllOf((b,)))), AnyOf((AnyOf((c, a)),))))) == AllOf((a, b, AnyOf((c, a))))
    assert flatten(AllOf((AnyOf((a,)),))) == a
    assert flatten(when_to_condition([])) == AllOf(())


def one_rule():
    return law([{"name": "x", "dtype": "float64"}], [("r", ["x > 1"])])


def test_a_plan_is_made_once_and_anew_for_another_lowered_ruleset():
    asked = []

    def plan(low):
        asked.append(low)
        return len(low.rules)

    low = lower(one_rule(), Native())
    assert [low.planned(plan), low.planned(plan), len(asked)] == [1, 1, 1]
    less = replace(low, rules=())
    assert less.planned(plan) == 0
    assert low == lower(one_rule(), Native())  # what was planned is no part of what it is


def test_identifiers_are_legal_distinct_and_readable():
    names = ["pt", "Air temperature [K]", "class", "1st", "type", "to_float", "å", "pt ", "PT"]
    found = identifiers(names)
    assert found[:3] == ["pt", "f1_air_temperature_k", "f2_class"]
    assert all(name.isidentifier() for name in found)
    assert len(set(found)) == len(found)
    assert "type" not in found, "the generated module calls type()"


FEATURES = [
    {"name": "x", "dtype": "float32", "bounds": [0, 10], "required": True},
    {"name": "n", "dtype": "int32", "bounds": [0, 10]},
    {"name": "unread", "dtype": "bool"},
]
RULES = [("a", ["x > 0.1", {"any": [{"any": ["n > 2.5", "n == 1"]}]}]), ("b", ["n <= 3"])]
FIXED = Fixed(
    formats={
        "x": FixedFormat(width=6, fraction=2, signed=False),
        "n": FixedFormat(width=4, fraction=0, signed=False),
    }
)


def test_native_thresholds_are_bound_to_the_dtype():
    low = lower(law(FEATURES, RULES), Native())
    first, second = (rule.condition for rule in low.rules)
    assert first.terms[0] == Compare("x", ">", float(np.float32(0.1)))
    assert {term.value for term in first.terms[1].terms} == {3, 1}, "n > 2.5 is n >= 3 on integers"
    assert second == Compare("n", "<=", 3)
    assert [feature.name for feature in low.features] == ["x", "n"], "what no rule reads is left out"
    assert all(feature.grid is None for feature in low.features)


def test_fixed_thresholds_are_in_steps_and_rounded_by_their_sign():
    low = lower(law(FEATURES, RULES), FIXED)
    for code in range(64):
        assert holds(low.rules[0].condition.terms[0], {"x": code}) == (code / 4 > 0.1), code
    for code in range(16):
        n_test = low.rules[0].condition.terms[1]
        assert holds(n_test, {"n": code}) == (code > 2.5 or code == 1), code
    assert low.feature("x").grid == FIXED.formats["x"]


def test_the_order_of_the_text_is_kept_and_options_travel():
    class Choices(Model):
        loud: bool = True

    low = lower(law(FEATURES, RULES), Native(), Choices(loud=False))
    assert [rule.rule.id for rule in low.rules] == ["a", "b"]
    assert low.options == Choices(loud=False)
    assert lower(law(FEATURES, RULES), Native()).options == Model()


def test_every_problem_is_collected():
    ruleset = law(FEATURES, [("a", ["x == 0.1"]), ("ok", ["n > 1"]), ("b", ["x != 0.3"])])
    with pytest.raises(LawError) as raised:
        lower(ruleset, FIXED)
    assert {problem.where.rule for problem in raised.value.problems} == {"a", "b"}


@pytest.mark.parametrize("policy", ["unique", "first", "any", "collect", "score"])
def test_only_score_sums_points(policy):
    assert lower(law(FEATURES, RULES, policy=policy), Native()).is_score == (policy == "score")


def test_a_feature_that_is_not_read_is_not_found():
    with pytest.raises(StopIteration):
        lower(law(FEATURES, RULES), Native()).feature("unread")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("a b", "a_b"), ("__x__", "x"), ("a..b--c", "a_b_c"), ("å", ""), ("A1", "A1"), ("", "")],
)
def test_a_slug_is_what_an_identifier_can_hold(word, expected):
    assert slug(word) == expected


@given(st.lists(st.sampled_from(["a", "b", "a_2", "a_3"]), max_size=12))
def test_distinct_names_are_distinct_and_as_many(names):
    found = distinct(names)
    assert len(set(found)) == len(found) == len(names)
    for name, new in zip(names, found, strict=True):
        assert new == name or new.startswith(f"{name}_")
    for name in set(names):
        assert name in found, "the first of each keeps its name, or another word is called so"


@given(st.lists(st.text(max_size=6), max_size=12))
def test_identifiers_of_any_names(names):
    found = identifiers(names)
    assert len(set(found)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in found)
