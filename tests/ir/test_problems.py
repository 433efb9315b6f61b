"""Errors of pydantic become ours, with the field, what was expected and what was got."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import rulekit
from rulekit.errors import BudgetError, LawError, LogError, ParseError, RulekitError, SchemaError, Where
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.problems import problem_by_hand, problems_of
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Model, Schema
from rulekit.log.options import LogOptions

X = Feature(name="x", dtype="float32")
SCHEMA = Schema(name="law", version="1.0.0", features=(X,))
ONE = Rule(id="one", when=["x > 30"], then="accept")


def ruleset(**changes: Any) -> Ruleset:
    given = {
        "name": "law",
        "version": "1.0.0",
        "schema": SCHEMA,
        "hit_policy": "first",
        "otherwise": "reject",
    }
    return Ruleset(**{**given, "rules": (ONE,), **changes})


@pytest.mark.parametrize(
    ("build", "kind", "what"),
    [
        (lambda: Rule(id="Bad Id", when=["x > 1"], then="a"), LawError, "id: String should match pattern"),
        (lambda: Rule(when=["x > 1"], then="a"), LawError, "id: this field is missing"),
        (lambda: Rule(id="a", when=["x > 1"], prescale=0), LawError, "prescale: Input should be greater"),
        (lambda: Rule(id="a", when="x > 1", then="a"), ParseError, "`when` is a list of literals"),
        (lambda: Feature(name="x`", dtype="float32"), SchemaError, "a feature name has no backtick"),
        (lambda: Feature(name="x", dtype="float16"), SchemaError, "dtype: Input should be"),
        (lambda: Feature(name="x", dtype="bool", bounds=(0, 1)), SchemaError, "bounds belong to numbers"),
        (lambda: Schema(name="L", version="1.0.0", features=(X,)), SchemaError, "name: String should match"),
        (lambda: Schema(name="l", version="1.0.0", features=(X, X)), SchemaError, "x is defined twice"),
        (lambda: Schema(name="l", version="1.0.0", features=()), SchemaError, "features: Tuple should have"),
        (lambda: FixedFormat(width=0, fraction=0), LawError, "width: Input should be greater"),
        (lambda: FixedFormat(width=40, fraction=-40), LawError, "width - fraction is at most 53"),
        (lambda: Fixed(formats={"x": {"width": 3}}), LawError, "formats.x.fraction: this field is missing"),
        (lambda: Fixed(formats={}, rounding="up"), LawError, "rounding: Input should be"),
        (lambda: ruleset(version="1.0"), LawError, "version: String should match pattern"),
        (lambda: ruleset(rules=(ONE, ONE)), LawError, "rule id one is used twice"),
        (lambda: ruleset(otherwise=""), LawError, "otherwise: String should have"),
        (lambda: LogOptions(segment=0), LogError, "segment: Input should be greater"),
        (lambda: LogOptions(hashed=("x",)), LogError, "hashing wants a salt"),
        (lambda: rulekit.Budget(alert_rate=2.0), BudgetError, "alert_rate is out of range"),
    ],
)
def test_a_value_built_by_hand_raises_our_error(build: Any, kind: type[RulekitError], what: str) -> None:
    with pytest.raises(RulekitError) as raised:
        build()
    assert type(raised.value) is kind
    assert what in raised.value.what
    assert raised.value.__suppress_context__  # nobody sees a traceback of pydantic


def test_the_message_names_the_class_the_field_and_the_value() -> None:
    with pytest.raises(LawError) as raised:
        Rule(id="a", when=["x > 1"], then="a", prescale=0)
    assert str(raised.value).splitlines() == [
        "Rule: prescale: Input should be greater than or equal to 1",
        "  got 0",
    ]


def test_a_misspelt_field_is_told_from_the_fields_there_are() -> None:
    with pytest.raises(LawError, match="Rule: tehn: there is no such field") as raised:
        Rule(id="a", when=["x > 1"], tehn="a")
    assert raised.value.hint == "did you mean 'then'?"
    with pytest.raises(LawError, match="Rule: zzz: there is no such field") as raised:
        Rule(id="a", when=["x > 1"], zzz="a")
    assert str(raised.value.hint).startswith("Rule has the fields id, title, when")


def test_a_misspelt_field_of_a_ruleset_has_a_hint() -> None:
    with pytest.raises(LawError, match="Ruleset: thresholdz: there is no such field") as raised:
        ruleset(thresholdz={"a": 1})
    assert raised.value.hint == "did you mean 'thresholds'?"


def test_several_problems_are_reported_together() -> None:
    with pytest.raises(LawError) as raised:
        Rule(id="Bad Id", when=["x >> 1"], then="a", prescale=-1)
    whats = [problem.what for problem in raised.value.problems]
    assert len(whats) == 3
    assert "this is not a literal" in whats
    parse = next(problem for problem in raised.value.problems if isinstance(problem, ParseError))
    assert (parse.where.text, parse.where.offset) == ("x >> 1", 3)


def test_plain_data_raises_our_error_too() -> None:
    with pytest.raises(SchemaError, match="Feature: dtype: this field is missing"):
        Feature.model_validate({"name": "x"})
    assert Feature.model_validate({"name": "x", "dtype": "float32"}) == X


def test_what_pydantic_itself_reads_is_still_collected_in_one_error() -> None:
    """A nested model must not raise while the outer one is being read, or the other problems would be lost."""
    features = [{"name": "x"}, {"name": "y", "dtype": "word"}]
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Schema).validate_python({"name": "law", "version": "1", "features": features})
    assert {error["loc"] for error in raised.value.errors()} == {
        ("version",),
        ("features",),
        ("features", 0, "dtype"),
        ("features", 1, "dtype"),
    }


def test_any_model_of_ours_has_an_error_of_our_tree() -> None:
    class Mine(Model):
        count: int

    with pytest.raises(RulekitError, match="Mine: count: Input should be a valid integer"):
        Mine(count="many")
    assert Mine(count=3).count == 3


def test_long_values_are_cut() -> None:
    with pytest.raises(RulekitError) as raised:
        Feature(name="x", dtype="f" * 500)
    assert len(str(raised.value.got)) == 60
    assert str(raised.value.got).endswith("...")


def failure(document: object) -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Ruleset).validate_python(document)
    return raised.value


def test_a_problem_is_placed_and_knows_its_rule() -> None:
    rules = [{"id": "one", "when": ["x > 1"], "then": "a"}, {"id": "two", "when": ["x > 1"], "then": 3}]
    document = {"name": "law", "version": "1.0.0", "schema": json.loads(SCHEMA.model_dump_json())}
    document |= {"hit_policy": "first", "otherwise": "reject", "rules": rules}
    seen: list[tuple[int | str, ...]] = []

    def locate(path: tuple[int | str, ...]) -> Where:
        seen.append(path)
        return Where(file="law.yaml", line=9)

    (problem,) = problems_of(failure(document), document, locate, LawError)
    assert seen == [("rules", 1, "then")]
    assert problem.where == Where(file="law.yaml", line=9, rule="two")
    assert (problem.what, problem.got) == ("rules.then: Input should be a valid string", "3")


def test_a_list_that_is_short_because_its_items_failed_is_no_problem_of_its_own() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(Schema).validate_python({"name": "l", "version": "1.0.0", "features": [{"name": "x"}]})
    found = problems_of(raised.value, None, lambda _: Where(), SchemaError)
    assert [problem.what for problem in found] == ["features.dtype: this field is missing"]


def test_the_kind_of_error_is_the_callers() -> None:
    error = failure({"name": "Law"})
    assert type(problem_by_hand(error, Ruleset, LogError)) is LogError
