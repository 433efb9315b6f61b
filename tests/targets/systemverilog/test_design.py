"""The modules of a design: what each net and port is, in the words of the law."""

from __future__ import annotations

import re

import pytest
from hardware import (
    SMALL,
    SMALL_GRID,
    check_exact,
    design_of,
    grid,
    law,
    needs_icarus,
)

import rulekit
from rulekit.targets.systemverilog.design import Port
from rulekit.targets.systemverilog.design import design_of as planned


def test_a_rule_is_a_net_named_by_its_id_under_its_words(fraud) -> None:
    artifact = rulekit.compile(fraud, "systemverilog", grid(fraud, 16))
    rule = fraud.rules[0]
    assert (
        f"    // {rule.id}: {rule.title}\n"
        "    //     cards_per_device_1h >= 4\n"
        "    //     amount > 50\n"
        "    //     any: country not in {SE, NO}, device_age is missing\n"
        "    wire rule_many_cards_one_device = ~lacks\n"
        "        & ~lacks_cards_per_device_1h_q\n"
        "        & cards_per_device_1h_ge_4_q\n"
        "        & amount_ge_51_q\n"
        "        & ((~lacks_country_q & ~country_in_0_1_q) | lacks_device_age_q);\n"
    ) in artifact.source
    assert re.findall(r"wire (rule_\w+) =", artifact.source) == [
        "rule_many_cards_one_device",
        "rule_large_abroad",
    ]


@needs_icarus
def test_what_contradicts_itself_is_no_logic() -> None:
    ruleset = law(
        [{"name": "x", "dtype": "int32", "required": True}, {"name": "y", "dtype": "int32"}],
        [
            ("never", ["x > 7", "x <= 7"]),
            ("always", [{"any": ["x > 7", "x <= 7"]}]),
            ("there", [{"any": ["y > 7", "y is missing"]}]),
        ],
    )
    source = check_exact(ruleset, grid(ruleset)).source
    assert "wire rule_never = 1'b0;" in source
    assert "wire rule_always = ~lacks;" in source
    assert "wire rule_there = ~lacks & (y_ge_8_q | lacks_y_q);" in source


def test_thresholds_and_inputs_are_told_with_units() -> None:
    source = rulekit.compile(SMALL, "systemverilog", SMALL_GRID).source
    assert "input  wire [7:0] in_met,  // met: 8 bits, 1 step = 4 GeV, 0 to 1020 GeV\n" in source
    assert "    // met >= 152 GeV\n    wire met_ge_38 = " in source
    assert "~in_eta[7]" in source  # the sign is turned
    assert "out_outcome,  // 0 accept, 1 keep, 2 none, 3 invalid\n" in source
    assert f"// Ruleset {SMALL.digest}\n" in source


@pytest.mark.parametrize(
    ("port", "text"),
    [
        (Port("a", 0, ""), "input wire a"),
        (Port("b", 5, ""), "input wire [4:0] b"),
        (Port("c", 1, ""), "input wire [0:0] c"),
        (Port("d", 8, "", signed=True), "input wire signed [7:0] d"),
    ],
)
def test_a_port_is_declared_by_its_bits_and_sign(port, text) -> None:
    assert port.declared("input") == text


def test_inputs_are_values_each_with_its_missing_bit() -> None:
    design = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID))
    found = {port.name: (port.width, port.signed) for port in design.inputs}
    assert found == {
        "in_met": (8, False), "no_met": (0, False), "in_eta": (8, True), "no_eta": (0, False),
        "in_jets": (4, False), "no_jets": (0, False), "in_kind": (2, False), "no_kind": (0, False),
        "in_tight": (0, False), "no_tight": (0, False),
    }  # fmt: skip
    alone = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, missing=False))
    assert [port.name for port in alone.inputs] == [name for name in found if name.startswith("in_")]


@pytest.mark.parametrize("outputs", [("accept",), ("rule", "outcome"), ("fired", "score")], ids="-".join)
def test_outputs_are_those_that_were_asked_for_in_one_order(outputs) -> None:
    design = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, outputs=outputs))
    widths = {"accept": 0, "outcome": 2, "rule": 3, "fired": 3}  # 4 outcomes; 3 rules, invalid and none
    assert {port.name: port.width for port in design.outputs} == {
        name: width for name, width in widths.items() if name in outputs
    }


def test_a_score_is_wide_enough_for_every_sum() -> None:
    rules = [("a", ["x > 3"], 100), ("b", ["x > 5"], -29), ("c", ["x > 9"], 27)]
    ruleset = law([{"name": "x", "dtype": "int32"}], rules, policy="score")
    ports = {p.name: p for p in design_of(rulekit.compile(ruleset, "systemverilog", grid(ruleset))).outputs}
    assert "rule" not in ports
    assert ports["score"].signed
    assert -(2 ** (ports["score"].width - 1)) <= -29
    assert 2 ** (ports["score"].width - 1) > 127


def test_the_design_is_planned_once(fraud) -> None:
    artifact = rulekit.compile(fraud, "systemverilog", grid(fraud, 16))
    assert planned(artifact) is planned(artifact)
    assert planned(artifact).tables is None
    assert planned(artifact).load == []


def test_only_tables_have_a_load_port_and_places_to_spare() -> None:
    design = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, architecture="tables", rows=40))
    assert [port.name for port in design.load] == ["load_en", "load_addr", "load_data"]
    assert design.rules > len(SMALL.rules)
    assert {port.name: port.width for port in design.outputs}["fired"] == design.rules
