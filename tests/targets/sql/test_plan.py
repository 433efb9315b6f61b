"""What the statements share: comments, chains, lists, and names of stages."""

from __future__ import annotations

import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import Native
from rulekit.targets.lower import lower

exp = pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'").exp

from rulekit.targets.sql.conditions import CHUNK  # noqa: E402
from rulekit.targets.sql.dialects import DIALECTS  # noqa: E402
from rulekit.targets.sql.plan import Plan, chained, indented, items, named  # noqa: E402

FEATURES = [
    {"name": "x", "dtype": "float64", "required": True},
    {"name": "n", "dtype": "int32"},
    {"name": "y", "dtype": "float32", "required": True},
]


def plan_of(rules, dialect="duckdb", policy="first"):
    return Plan(lower(law(FEATURES, rules, policy=policy), Native()), DIALECTS[dialect])


PLAN = plan_of([("a", ["x > 1", "n > 2"])])


@given(st.text(max_size=80))
def test_a_comment_is_one_line_that_nothing_prolongs(text):
    line = PLAN.comment(text)
    assert line.startswith("-- ")
    assert len(line.splitlines()) == 1
    assert "${" not in line
    assert not line.endswith("\\")


@pytest.mark.parametrize(
    ("text", "line"),
    [("${env:HOME}", "-- $ {env:HOME}"), ("ends in \\", "-- ends in \\."), ("a\nb", "-- a?b")],
)
def test_what_spark_would_obey_is_broken(text, line):
    assert PLAN.comment(text) == line


def test_a_rule_is_told_by_id_title_and_literals():
    plan = plan_of([("two", ["x > 1", {"any": ["n == 1", "n is missing"]}])])
    assert plan.rule_comment(plan.low.rules[0].rule) == [
        "-- two",
        "--     x > 1",
        "--     any: n == 1, n is missing",
    ]


def test_what_can_be_nan_and_what_can_be_invalid():
    assert PLAN.floats == ["x", "y"]
    assert PLAN.has_required
    text = PLAN.sql(PLAN.invalid(PLAN.read_raw))
    assert text.count("IS NULL") == 2
    assert " OR " in text
    nothing = Plan(lower(law(FEATURES[1:2], []), Native()), DIALECTS["duckdb"])
    assert not nothing.has_required
    assert nothing.invalid(nothing.read_raw) is None


def test_columns_are_quoted_and_have_their_table():
    assert PLAN.sql(PLAN.column("x")) == 'events."x"'
    assert PLAN.sql(PLAN.column("x", "bound")) == 'bound."x"'


def test_the_head_names_law_dialect_and_digest():
    lines = PLAN.header("each event.")
    assert lines[0] == "-- law 1.0.0 for DuckDB: each event."
    assert lines[2] == f"-- Ruleset {PLAN.low.ruleset.digest}"


def test_a_column_that_was_renamed_is_told():
    low = lower(
        law([{"name": "x", "dtype": "int32"}, {"name": "X", "dtype": "int32"}], [("a", ["x > 1", "X > 1"])]),
        Native(),
    )
    (told,) = Plan(low, DIALECTS["duckdb"]).header("x")[3:]
    assert "2_X holds feature X" in told


def test_an_arm_is_one_line_while_it_is_short():
    test, value = exp.column("a"), exp.Literal.string("b")
    assert PLAN.when(test, value) == ["WHEN a THEN 'b'"]
    long = exp.and_(*(exp.column(f"column_with_a_long_name_{place}") for place in range(6)))
    first, *middle, last = PLAN.when(long, value)
    assert first.startswith("WHEN column_with_a_long_name_0")
    assert all(line.startswith("  AND ") for line in middle)
    assert last == "THEN 'b'"


def test_a_case_without_arms_is_its_last_value():
    assert PLAN.case([], exp.Literal.number(3)) == ["3"]
    arms = [(exp.column("a"), exp.Literal.number(1))]
    assert PLAN.case(arms, exp.Literal.number(3)) == ["CASE", "  WHEN a THEN 1", "  ELSE 3", "END"]
    assert PLAN.chosen(*arms[0], exp.Literal.number(3)) == ["CASE WHEN a THEN 1 ELSE 3 END"]


def test_the_ladder_begins_with_the_highest_threshold():
    plan = plan_of([("a", ["x > 1"], 5)], policy="score")
    arms = [(plan.sql(test), plan.sql(value)) for test, value in plan.ladder(exp.column("score"))]
    assert arms == [("score >= 4", "'high'"), ("score >= 1", "'low'")]


def test_names_of_hits_are_short_and_distinct():
    rules = [(f"{'a' * 60}{place}", ["x > 1"]) for place in range(3)]
    names = plan_of(rules).hit_names
    assert len(set(names)) == 3
    assert all(len(name) <= 44 for name in names)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=3 * CHUNK))
def test_a_chain_of_terms_is_their_sum(numbers):
    lines = chained([[f"({number})"] for number in numbers], "+", "0")
    assert eval(" ".join(lines)) == sum(numbers)  # noqa: S307 - a text that this test wrote


def test_a_chain_keeps_comments_before_their_term():
    assert chained([["-- one", "1"], ["-- two", "2", "3"]], "+", "0") == [
        "0",
        "-- one",
        "+ 1",
        "-- two",
        "+ 2",
        "3",
    ]


def test_lists_and_names():
    assert items([["a", "b"], ["c"]]) == ["a", "b,", "c"]
    assert named(["CASE", "END"], "x") == ["CASE", "END AS x"]
    assert list(indented(["a", "b"], 2)) == ["  a", "  b"]
