"""Proofs: designs that are the law are proved, designs that are not are refuted, and nothing is shown by
accident."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hardware import POLICIES, SMALL, SMALL_GRID, X, design_of, grid, law, needs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rulekit
from rulekit.errors import MissingToolError, RulekitError
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.systemverilog.proof import prove as proving
from rulekit.targets.systemverilog.proof.counterexample import (
    check_counterexample,
    model_of,
    words_of,
)
from rulekit.targets.systemverilog.proof.prove import prove
from rulekit.targets.systemverilog.tools import YOSYS, Tool
from rulekit.testing.strategies import numerics, rulesets

pytestmark = needs(YOSYS)


def shown(proof):
    return {statement.name: statement.shown for statement in proof.statements}


def changed(artifact, old, new):
    """Return an artifact whose design has another text."""
    text = artifact.source
    assert text.count(old) == 1, f"{text.count(old)} times in the design: {old}"
    return dataclasses.replace(
        artifact, files={**artifact.files, artifact.entry: text.replace(old, new).encode()}
    )


@pytest.fixture(scope="module")
def small():
    return rulekit.compile(SMALL, "systemverilog", SMALL_GRID)


@pytest.mark.parametrize("policy", POLICIES)
def test_designs_of_every_policy_are_proved(policy):
    rules = [
        ("a", ["x > 3.5", "y <= -2"]),
        ("b", [{"any": ["y in {-8, 5}", "x != 250"]}]),
        ("c", ["x is missing"]),
    ]
    proof = prove(
        rulekit.compile(
            law(X, rules, policy=policy),
            "systemverilog",
            grid(law(X, rules), y=FixedFormat(width=4, fraction=0)),
        )
    )
    assert shown(proof) == {"law": True, "pipeline": True, "netlist": True, "mutant": True}
    assert proof.holds
    assert "yosys" in proof.tool
    assert proof.log.count("SAT proof finished") >= 4


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_every_latency_is_proved(stages):
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, stages=stages)
    proof = prove(artifact)
    assert proof.holds
    assert f"{stages} cycles later" in proof.statements[1].says


def test_a_threshold_that_is_off_by_one_is_refuted(small):
    wrong = changed(small, "wire jets_ge_2 = (|in_jets[3:1]);", "wire jets_ge_2 = (|in_jets[3:0]);")
    proof = prove(wrong)
    assert shown(proof) == {"law": False, "pipeline": False, "netlist": True, "mutant": True}
    assert not proof.holds


def test_a_register_too_many_is_refuted_at_the_latency(small):
    wrong = changed(small, ".ON(CUT_RULES), .VALID(1)) hits_cut", ".ON(0), .VALID(1)) hits_cut")
    assert shown(prove(wrong)) == {"law": True, "pipeline": False, "netlist": True, "mutant": True}


def test_a_netlist_that_is_another_design_is_refuted(small, monkeypatch):
    netlist = proving.netlist_text

    def wrong(design, folder):
        text = netlist(design, folder)
        place = text.index(".INIT(64'h") if ".INIT(64'h" in text else text.index(".INIT(")
        start = text.index("'h", place) + 2
        flipped = "0" if text[start] != "0" else "f"
        return text[:start] + flipped + text[start + 1 :]

    monkeypatch.setattr(proving, "netlist_text", wrong)
    assert shown(prove(small)) == {"law": True, "pipeline": True, "netlist": False, "mutant": True}


def test_a_valid_bit_that_a_reset_does_not_clear_is_refuted(small):
    wrong = changed(small, "if (VALID != 0 && rst) held[WIDTH-1] <= 1'b0;", "")
    assert shown(prove(wrong))["pipeline"] is False


def test_the_mutant_names_rule_threshold_and_event(small):
    says = prove(small).statements[3].says
    assert "rule high-met with met > 152 GeV for met > 148 GeV" in says
    assert "met 152 GeV" in says


def test_a_mutant_without_effect_is_passed_over():
    ruleset = law(X, [("a", ["x > 3", "x > 200"]), ("b", ["y > 2"])], policy="any")
    says = (
        prove(rulekit.compile(ruleset, "systemverilog", grid(ruleset, y=FixedFormat(width=4, fraction=0))))
        .statements[3]
        .says
    )
    assert "x > 201 for x > 200" in says


@pytest.mark.parametrize("rules", [[], [("a", [])], [("a", ["x is missing"])]])
def test_without_a_threshold_the_golden_model_is_turned(rules):
    ruleset = law(X, rules, policy="any")
    proof = prove(rulekit.compile(ruleset, "systemverilog", grid(ruleset)))
    assert proof.holds
    assert "golden model" in proof.statements[3].says


def test_designs_without_missing_bits_and_with_few_outputs_are_proved():
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, missing=False, outputs=("accept",))
    assert prove(artifact).holds


@st.composite
def laws(draw):
    ruleset = draw(rulesets(max_rules=3))
    return ruleset, draw(numerics(ruleset).filter(lambda chosen: isinstance(chosen, Fixed)))


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(laws())
def test_drawn_laws_are_proved(case):
    ruleset, fixed = case
    proof = prove(rulekit.compile(ruleset, "systemverilog", fixed))
    assert proof.holds, proof.log


def test_a_counterexample_is_judged_by_semantics(small):
    design = design_of(small)
    model = {"in_met": 60, "in_eta": 0, "in_jets": 3, "in_kind": 0, "in_tight": 1, "gold_fired": 0b011}
    found = check_counterexample(design, model)
    assert found.hits == ("high-met", "central")
    assert words_of(found) == "met 240 GeV, eta 0, jets 3 jets, kind qcd, tight True"
    with pytest.raises(RulekitError, match="contradicts the reference semantics"):
        check_counterexample(design, {**model, "gold_fired": 0b001})
    missing = check_counterexample(design, {**model, "no_met": 1, "gold_fired": 0})
    assert missing.hits == ()
    assert "met missing" in words_of(missing)


def test_a_model_of_the_prover_is_read():
    text = "  Signal Name  Dec  Hex  Bin\n  \\in_met    5    5    101\n  \\no_met  --  --  x\n"
    assert model_of(text) == {"in_met": 5, "no_met": 0}


def test_negative_codes_are_read_in_twos_complement(small):
    found = check_counterexample(design_of(small), {"in_eta": 0b11110000})
    assert found.event["eta"] == -16
    assert math.isclose(-16 * 2**-4, -1)


def test_a_prover_that_is_not_installed_is_told(small, monkeypatch):
    monkeypatch.setattr(proving, "YOSYS", Tool(("no-such-yosys",), "-V", "apt-get install yosys"))
    with pytest.raises(MissingToolError, match="no-such-yosys") as raised:
        prove(small)
    assert raised.value.hint == "apt-get install yosys"


def test_a_design_that_yosys_refuses_is_an_error(small):
    broken = changed(small, "module hep_small #(", "modul hep_small #(")
    with pytest.raises(RulekitError, match="yosys failed"):
        prove(broken)
