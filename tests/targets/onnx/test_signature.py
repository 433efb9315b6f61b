"""The signature and the page of a model."""

from __future__ import annotations

import json

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.targets.lower import lower
from rulekit.targets.onnx.signature import Input, entering, page, signature

FEATURES = [
    {"name": "x", "dtype": "float32"},
    {"name": "y", "dtype": "float64"},
    {"name": "n", "dtype": "int32"},
    {"name": "big", "dtype": "int64"},
    {"name": "ok", "dtype": "bool"},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
]
WHEN = ["x > 1", "y > 1", "n > 1", "big > 1", "ok == true", "kind in {a}"]
LOW = lower(law(FEATURES, [("a", WHEN), ("b", ["n > 2"])]), Native())


def test_every_feature_that_is_read_is_an_input_and_has_a_mask_but_floats():
    assert signature(LOW).inputs == (
        Input("x", "x", "float", None),
        Input("y", "y", "double", None),
        Input("n", "n", "int32", "n.missing"),
        Input("big", "big", "int64", "big.missing"),
        Input("ok", "ok", "bool", "ok.missing"),
        Input("kind", "kind", "string", "kind.missing"),
    )


@pytest.mark.parametrize("policy", ["first", "score"])
def test_outputs_follow_the_hit_policy(policy):
    low = lower(law(FEATURES, [("a", WHEN)], policy=policy), Native())
    names = list(signature(low).outputs)
    assert names == (
        ["outcome", "rule", "score", "hits"] if policy == "score" else ["outcome", "rule", "hits"]
    )


def test_a_feature_called_as_an_output_is_another_input():
    features = [
        {"name": "outcome", "dtype": "int32"},
        {"name": "outcome_", "dtype": "float64"},
        {"name": "hits", "dtype": "float64"},
    ]
    low = lower(law(features, [("a", ["outcome > 1", "outcome_ > 1", "hits > 1"])]), Native())
    inputs = signature(low).inputs
    names = [each.name for each in inputs] + [each.missing for each in inputs if each.missing]
    assert len(set(names)) == len(names)
    assert not {"outcome", "rule", "score", "hits"} & set(names)
    assert [each.feature for each in inputs] == ["outcome", "outcome_", "hits"]


def test_a_ruleset_that_reads_nothing_takes_a_feature_for_the_number_of_events():
    low = lower(law(FEATURES, [("a", [])]), Native())
    assert [feature.name for feature in entering(low)] == ["x"]
    assert [feature.name for feature in entering(LOW)] == [feature["name"] for feature in FEATURES]


def test_the_json_holds_everything():
    numbers = ("x", "y", "n", "big")
    numerics = Fixed(formats=dict.fromkeys(numbers, FixedFormat(width=8, fraction=1)))
    low = lower(law(FEATURES, [("a", ["y > 1"])]), numerics)
    found = json.loads(signature(low).to_json())
    assert found["ruleset"]["digest"] == low.ruleset.digest
    assert found["numerics"]["kind"] == "fixed"
    assert found["rules"] == ["a"]
    assert found["outcomes"] == list(low.ruleset.outcomes)
    assert found["inputs"] == [{"name": "y", "feature": "y", "type": "double", "missing": None}]


def test_the_page_tells_how_to_ask_and_what_is_answered():
    text = page(LOW, signature(LOW))
    assert text.startswith("# law 1.0.0\n")
    assert "'x': np.array(..., np.float32)," in text
    assert "'kind': np.array(..., object)," in text
    assert "'ok.missing': np.array(..., bool)," in text
    assert LOW.ruleset.digest in text
    for place, outcome in enumerate(LOW.ruleset.outcomes):
        assert f"    {place:<5}{outcome!r}\n" in text
    assert "    1    b\n" in text
    assert "{" not in text.split("session.run(None, {")[0]


def test_the_page_of_no_rules_says_none():
    low = lower(law(FEATURES, []), Native())
    assert page(low, signature(low)).endswith("Rules, by index:\n\n    none\n")
