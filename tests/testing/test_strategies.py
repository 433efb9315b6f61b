"""Drawn schemas, rulesets and numerics are legal, and reach what breaks compilers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import rulekit
from rulekit.ir.canonical import bind
from rulekit.ir.condition import AllOf, AnyOf, Compare, Member, Missing
from rulekit.ir.condition import literals as literals_in
from rulekit.ir.notation.document import ruleset_from_json, ruleset_to_json
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import DType
from rulekit.targets.lower import lower
from rulekit.testing import conditions, literals, numerics, rulesets, schemas
from rulekit.testing.strategies import ODD_NAMES, literals_of, thresholds

some = settings(max_examples=15, suppress_health_check=list(HealthCheck))
hunt = settings(
    max_examples=2000, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
)


def found(strategy: st.SearchStrategy[Any], wanted: Any) -> Any:
    return find(strategy, wanted, settings=hunt)


@some
@given(schemas())
def test_schemas_are_small_and_have_distinct_names(schema: rulekit.Schema) -> None:
    assert 1 <= len(schema.features) <= 4
    assert len(set(schema.names)) == len(schema.features)
    for feature in schema.features:
        assert (feature.categories is not None) == (feature.dtype is DType.CATEGORY)


@pytest.mark.parametrize("dtype", DType)
def test_every_dtype_is_drawn(dtype: DType) -> None:
    schema = found(schemas(), lambda schema: any(each.dtype is dtype for each in schema.features))
    assert any(each.dtype is dtype for each in schema.features)


def test_awkward_names_and_required_features_are_drawn() -> None:
    assert found(schemas(), lambda schema: set(schema.names) & set(ODD_NAMES))
    assert found(schemas(), lambda schema: schema.required)


@some
@given(schemas().flatmap(lambda schema: st.tuples(st.just(schema), literals(schema))))
def test_every_literal_binds(drawn: tuple[rulekit.Schema, Any]) -> None:
    schema, literal = drawn
    assert bind(literal, schema) is not None


@some
@given(schemas().flatmap(lambda schema: st.tuples(st.just(schema), conditions(schema))))
def test_every_condition_binds_and_no_any_is_empty(drawn: tuple[rulekit.Schema, Any]) -> None:
    schema, condition = drawn

    def check(term: Any) -> None:
        if isinstance(term, AnyOf):
            assert term.terms
        for each in getattr(term, "terms", ()):
            check(each)

    check(condition)
    assert bind(condition, schema) is not None


@pytest.mark.parametrize("kind", [AllOf, AnyOf, Compare, Member, Missing])
def test_every_kind_of_condition_is_drawn(kind: type) -> None:
    drawn = schemas().flatmap(conditions)
    assert isinstance(found(drawn, lambda condition: isinstance(condition, kind)), kind)


@some
@given(rulesets(prescale=True))
def test_rulesets_are_written_and_read_back(ruleset: rulekit.Ruleset) -> None:
    again = ruleset_from_json(ruleset_to_json(ruleset))
    assert again == ruleset
    assert again.digest == ruleset.digest
    assert len(ruleset.rules) <= 4
    assert all(rule.prescale == 1 for rule in ruleset.rules if ruleset.hit_policy is not HitPolicy.COLLECT)


@pytest.mark.parametrize("policy", HitPolicy)
def test_a_policy_can_be_chosen(policy: HitPolicy) -> None:
    schema = rulekit.Schema(name="mine", version="1.0.0", features=(rulekit.Feature(name="x", dtype="bool"),))
    chosen = found(rulesets(schema, policies=(policy,)), lambda ruleset: len(ruleset.rules) > 1)
    assert chosen.hit_policy is policy
    assert all((rule.points is None) == (policy is not HitPolicy.SCORE) for rule in chosen.rules)


def test_a_schema_can_be_given() -> None:
    schema = rulekit.Schema(name="mine", version="1.0.0", features=(rulekit.Feature(name="x", dtype="bool"),))
    ruleset = found(rulesets(schema, max_rules=1), lambda ruleset: ruleset.rules)
    assert ruleset.schema is schema
    assert len(ruleset.rules) == 1


@some
@given(rulesets().flatmap(lambda ruleset: st.tuples(st.just(ruleset), numerics(ruleset))))
def test_every_ruleset_is_lowered_with_its_numerics(drawn: tuple[rulekit.Ruleset, Any]) -> None:
    ruleset, chosen = drawn
    low = lower(ruleset, chosen)
    assert len(low.rules) == len(ruleset.rules)
    if isinstance(chosen, Fixed):
        numbers = {feature.name for feature in ruleset.schema.features if feature.dtype.is_number}
        assert set(chosen.formats) == numbers


@pytest.mark.parametrize("kind", ["native", "fixed"])
def test_both_numerics_are_drawn(kind: str) -> None:
    drawn = rulesets().flatmap(numerics)
    assert found(drawn, lambda chosen: chosen.kind == kind).kind == kind


@pytest.mark.parametrize("dtype", [dtype for dtype in DType if dtype.is_number])
def test_thresholds_compare_with_any_sign(dtype: DType) -> None:
    schema = rulekit.Schema(name="s", version="1.0.0", features=(rulekit.Feature(name="x", dtype=dtype),))

    @some
    @given(thresholds(dtype), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    def check(value: Any, sign: Any) -> None:
        assert bind(Compare("x", sign, value), schema) is not None

    check()


def test_literals_of_a_feature_are_those_that_read_it() -> None:
    ruleset = rulekit.Ruleset(
        name="s", version="1.0.0", hit_policy="first", otherwise="no",
        schema=rulekit.Schema(
            name="s", version="1.0.0",
            features=(rulekit.Feature(name="x", dtype="int32"), rulekit.Feature(name="y", dtype="int32")),
        ),
        rules=(
            rulekit.Rule(id="a", when=["x > 2.5", {"any": ["y < 1", "x is missing"]}], then="yes"),
            rulekit.Rule(id="b", when=["y in {1, 2}"], then="yes"),
        ),
    )  # fmt: skip
    assert literals_of(ruleset, "x") == [Compare("x", ">=", 3), Missing("x")]
    assert [type(literal) for literal in literals_of(ruleset, "y")] == [Compare, Member]
    assert literals_of(ruleset, "z") == []
    assert sum(1 for bound in ruleset.bound for _ in literals_in(bound)) == 4
