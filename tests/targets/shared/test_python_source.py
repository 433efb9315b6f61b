"""Helpers that emit Python source: values, comments and the tables at the head of an artifact."""

from __future__ import annotations

import ast
import importlib
import math

import pytest

import rulekit
from rulekit.ir.numerics import Native
from rulekit.targets.lower import lower
from rulekit.targets.shared.python_source import (
    clause_text,
    comment,
    constants,
    header,
    load_module,
    prelude_text,
    rule_lines,
    value_source,
)


@pytest.mark.parametrize("value", [0.1, -0.0, 5e-324, 1.7976931348623157e308, 2**63, "it's", "a\\b\n", True])
def test_a_value_comes_back_from_its_source(value: object) -> None:
    again = ast.literal_eval(value_source(value))
    assert type(again) is type(value)
    assert again == value
    if isinstance(value, float):
        assert math.copysign(1, again) == math.copysign(1, value)


def test_infinities_are_names_of_the_prelude() -> None:
    assert [value_source(value) for value in (math.inf, -math.inf)] == ["INF", "-INF"]


@pytest.mark.parametrize("target", ["polars", "python"])
def test_the_prelude_is_the_module_without_its_docstring(target: str) -> None:
    text = prelude_text(target)
    assert text.startswith("import math")
    assert text.endswith("\n")
    module = importlib.import_module(f"rulekit.targets.{target}.prelude")
    assert (module.__doc__ or "").split()[0] == "The"
    names = {node.name for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert names == {
        name for name, found in vars(module).items() if getattr(found, "__module__", "") == module.__name__
    }


@pytest.mark.parametrize("target", ["polars", "python"])
def test_a_target_compiles_after_its_prelude_was_imported(target: str, fraud: rulekit.Ruleset) -> None:
    """A module of a package becomes an attribute of it, and must not hide a function of the same name."""
    importlib.import_module(f"rulekit.targets.{target}.prelude")
    assert rulekit.compile(fraud, target).source


def test_a_rule_is_written_as_the_law_has_it(fraud: rulekit.Ruleset) -> None:
    assert rule_lines(fraud.rules[0])[:3] == [
        "many-cards-one-device: Many cards from one device within the hour",
        "    cards_per_device_1h >= 4",
        "    amount > 50",
    ]
    untitled = rulekit.Rule(id="bare", when=["x > 1"], then="yes")
    assert rule_lines(untitled) == ["bare", "    x > 1"]


def test_a_comment_is_the_lines_of_the_rule_and_nothing_that_runs(fraud: rulekit.Ruleset) -> None:
    for rule in fraud.rules:
        text = comment(rule, 4)
        assert [line[:6] for line in text.splitlines()] == ["    # "] * len(rule_lines(rule))
        assert ast.parse("def f():\n" + text + "    pass\n").body[0].body[0].__class__ is ast.Pass  # type: ignore[attr-defined]


def test_a_title_of_several_lines_stays_in_its_comment() -> None:
    rule = rulekit.Rule(id="r", title="one\ntwo\n  three", when=[], then="yes")
    assert comment(rule, 0) == "# r: one two three\n"


def test_a_nested_clause_is_one_line() -> None:
    assert clause_text("x   >\n 1") == "x > 1"
    assert clause_text({"any": ["x > 1", {"all": ["y < 2", "z == 3"]}]}) == "any: x > 1, all: y < 2, z == 3"


def test_the_tables_are_those_of_the_ruleset(fraud: rulekit.Ruleset) -> None:
    names = load_module(constants(fraud), "tables", "tables.py")
    assert names["DIGEST"] == fraud.digest
    assert names["OUTCOMES"] == fraud.outcomes
    assert names["IDS"] == tuple(rule.id for rule in fraud.rules)
    assert names["THEN"] == ("review", "block")
    assert names["OTHERWISE"] == "approve"
    assert "LADDER" not in names


def test_the_tables_of_a_score_have_points_and_a_ladder() -> None:
    schema = rulekit.Schema(name="s", version="1.0.0", features=(rulekit.Feature(name="x", dtype="int32"),))
    ruleset = rulekit.Ruleset(
        name="s", version="1.0.0", schema=schema, hit_policy="score", otherwise="low",
        thresholds={"high": 7, "mid": 3}, rules=(rulekit.Rule(id="a", when=["x > 1"], points=-2),),
    )  # fmt: skip
    names = load_module(constants(ruleset), "tables", "tables.py")
    assert (names["POINTS"], names["LADDER"]) == ((-2,), (("mid", 3), ("high", 7)))
    assert "THEN" not in names


def test_the_header_names_what_the_artifact_is(fraud: rulekit.Ruleset) -> None:
    text = header(lower(fraud, Native()), "as a test.")
    doc = ast.get_docstring(ast.parse(text)) or ""
    assert doc.startswith(f"{fraud.name} {fraud.version} as a test.")
    assert f"rulekit {rulekit.__version__}; numerics native." in doc
    assert f"Ruleset {fraud.digest}" in doc


def test_each_loaded_module_has_names_of_its_own() -> None:
    first, second = (load_module(f"VALUE = {number}", "same", "same.py") for number in (1, 2))
    assert (first["VALUE"], second["VALUE"]) == (1, 2)
    assert first["__file__"] == "same.py"


def test_a_syntax_error_names_the_file() -> None:
    with pytest.raises(SyntaxError) as raised:
        load_module("def", "broken", "broken.py")
    assert raised.value.filename == "broken.py"
