"""The verbs: compile finds the target and its options first, expr names what it can't give."""

from __future__ import annotations

import polars as pl
import pytest

from rulekit import load
from rulekit.errors import LawError, RulekitError, UnsupportedError
from rulekit.ir.numerics import Fixed, Native
from rulekit.targets import api, targets
from rulekit.targets.api import compile_for, expr, options_of
from rulekit.targets.systemverilog.options import Options, OptionValues

FPGA = targets.get("systemverilog")


def test_the_kernel_and_native_numbers_are_the_default(fraud):
    artifact = api.compile(fraud)
    assert artifact.target == "kernel"
    assert artifact.numerics == Native()


def test_compiling_for_a_target_that_was_looked_up_is_the_same(fraud):
    assert compile_for(targets.get("python"), fraud, None, {}) == api.compile(fraud, "python")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"stagess": 2}, "did you mean 'stages'?"),
        ({"contrl": True}, "did you mean 'control'?"),
        ({"qqq": 1}, None),
    ],
)
def test_a_misspelt_option_is_told_with_the_one_that_was_meant(fraud, given, hint):
    with pytest.raises(RulekitError, match="target systemverilog does not take these options") as raised:
        api.compile(fraud, "systemverilog", **given)
    assert raised.value.hint == hint
    assert "stages" in raised.value.expected


def test_an_option_is_refused_before_the_ruleset_is_looked_at():
    with pytest.raises(RulekitError, match="does not take these options"):
        api.compile(None, "systemverilog", stagess=2)


def test_a_target_without_options_says_so(fraud):
    with pytest.raises(RulekitError, match="target python does not take these options") as raised:
        api.compile(fraud, "python", stages=2)
    assert raised.value.expected == "options of the target: none"


def test_every_wrong_option_is_told():
    with pytest.raises(RulekitError) as raised:
        options_of(FPGA, {"stages": 99, "colour": "red"})
    assert "stages" in raised.value.what
    assert "colour" in raised.value.what


def test_texts_of_a_command_line_become_values():
    given = {"stages": "2", "missing": "false", "outputs": ["accept", "fired"], "rows": "70"}
    assert options_of(FPGA, given) == Options(stages=2, missing=False, outputs=("accept", "fired"), rows=70)
    assert options_of(FPGA, {}) == Options()


def test_the_typed_options_are_the_fields_of_the_model():
    assert set(OptionValues.__annotations__) == set(Options.model_fields)


def test_what_can_not_be_expressed_is_refused(fraud):
    with pytest.raises(UnsupportedError, match="numerics fixed"):
        api.compile(fraud, "sql", Fixed(formats={}))


def test_a_rule_that_does_not_fit_its_schema_is_an_error(trigger):
    with pytest.raises(LawError, match="met"):
        api.compile(load(trigger.replace("met > 150", "met > 1e60")), "python")


EVENTS = pl.DataFrame(
    {
        "amount": [60.0, 9000.0, 9000.0, None],
        "cards_per_device_1h": [5, 0, 0, 9],
        "country": ["DK", "DK", "SE", "FI"],
        "device_age": [1.0, 1.0, 1.0, None],
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32, "device_age": pl.Float64},
)


@pytest.mark.parametrize("engine", ["polars", "kernel"])
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("review", [0]), ("block", [1]), ("approve", [2]), ("invalid", [3])],
)
def test_an_expression_is_true_where_the_outcome_is_given(fraud, engine, outcome, expected):
    found = EVENTS.with_row_index("place").filter(expr(fraud, outcome, engine=engine))
    assert found["place"].to_list() == expected


def test_the_outcome_may_be_left_out_where_there_is_one(fraud):
    one = load(
        "name: one\nversion: 1.0.0\nschema: {name: one, version: 1.0.0, features: [{name: x, dtype: float64}]}\n"
        "hit_policy: any\notherwise: drop\nrules:\n  - {id: r, when: [x > 1], then: keep}\n"
    )
    assert pl.DataFrame({"x": [0.0, 2.0]}).filter(expr(one))["x"].to_list() == [2.0]
    with pytest.raises(RulekitError, match="the outcome must be named") as raised:
        expr(fraud)
    assert raised.value.expected == "one of review, block, approve, invalid"


def test_an_unknown_outcome_or_engine_is_named(fraud):
    with pytest.raises(RulekitError, match="there is no such outcome") as raised:
        expr(fraud, "blocked")
    assert raised.value.got == "blocked"
    with pytest.raises(RulekitError, match="there is no such engine"):
        expr(fraud, "block", engine="sql")
