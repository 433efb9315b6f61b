"""What a report tells of a design."""

from __future__ import annotations

import json

import pytest
from hardware import law

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.systemverilog.describe import describe

FEATURES = [
    {"name": "met", "dtype": "float32", "unit": "GeV", "bounds": [0, 60], "required": True},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
    {"name": "ok", "dtype": "bool"},
]
FIXED = Fixed(formats={"met": FixedFormat(width=8, fraction=2, signed=False)}, rounding="floor")
RULESET = law(FEATURES, [("r", ["met > 3", "met < 9", "kind == a"]), ("s", ["ok is missing"])])


def test_each_feature_has_its_format_and_its_literals():
    found = describe(rulekit.compile(RULESET, "systemverilog", FIXED))
    met, kind, ok = found["formats"]
    assert met == {
        "feature": "met", "dtype": "float32", "unit": "GeV", "bits": 8, "signed": False, "step": 0.25, "low": 0.0,
        "high": 63.75, "bounds": (0, 60), "categories": [], "questions": 3,
    }  # fmt: skip
    assert (kind["bits"], kind["step"], kind["categories"], kind["questions"]) == (2, None, ["a", "b"], 2)
    assert (ok["bits"], ok["low"], ok["high"], ok["questions"]) == (1, None, None, 1)


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_pipeline_has_a_register_for_each_cycle(stages):
    found = describe(rulekit.compile(RULESET, "systemverilog", FIXED, stages=stages))
    assert found["cycles"] == stages == sum(stage["registered"] for stage in found["stages"])
    assert [stage["name"] for stage in found["stages"]] == ["questions", "rules", "answer"]


def test_options_and_rounding_are_told():
    made = rulekit.compile(
        RULESET, "systemverilog", FIXED, control=True, outputs=("accept", "outcome", "rule", "fired")
    )
    found = describe(made)
    assert found["control"] is True
    assert found["missing"] is True
    assert found["rounding"] == "floor"
    assert found["architecture"] == "comparators"
    assert found["outputs"] == ["accept", "outcome", "rule", "fired"]


def test_it_is_plain_json():
    found = describe(rulekit.compile(RULESET, "systemverilog", FIXED))
    assert json.loads(json.dumps(found))["cycles"] == 3
