"""The plan of a design: its ports, how wide they are, and which of them the options ask for."""

from __future__ import annotations

import pytest
from hardware import (
    SMALL,
    SMALL_GRID,
    design_of,
    grid,
    law,
)

import rulekit
from rulekit.targets.systemverilog.design import Port
from rulekit.targets.systemverilog.design import design_of as planned


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
