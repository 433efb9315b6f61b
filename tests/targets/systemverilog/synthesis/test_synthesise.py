"""Synthesis without yosys: which commands it is given, and what is read back."""

from __future__ import annotations

import json

import pytest
from hardware import SMALL, SMALL_GRID, design_of

import rulekit
from rulekit.targets.systemverilog.synthesis import synthesise
from rulekit.targets.systemverilog.synthesis.synthesise import FLOW, netlist_of, netlist_text, script

LUT = {"type": "LUT2", "connections": {"I0": [2], "I1": [3], "O": [4]}}
LUT["port_directions"] = {"I0": "input", "I1": "input", "O": "output"}


class Yosys:
    """A yosys that writes what it is told to, and keeps its commands."""

    def run(self, arguments, folder):
        assert arguments[:2] == ["-q", "-p"]
        self.commands = arguments[2].split("; ")
        (folder / "out.v").write_text("module netlist; endmodule\n", encoding="utf-8")
        modules = {name: {"cells": {"a": LUT}, "netnames": {}} for name in ("top", "other")}
        modules["other"]["cells"] = {}
        (folder / "out.json").write_text(json.dumps({"modules": modules}), encoding="utf-8")


@pytest.fixture
def yosys(monkeypatch):
    made = Yosys()
    monkeypatch.setattr(synthesise, "YOSYS", made)
    return made


def test_parameters_are_set_before_the_flow():
    assert script("top", "a.sv b.sv", {"ID_WIDTH": 1, "CUT_RULES": 0}).split("; ") == [
        "read_verilog -sv a.sv b.sv",
        "chparam -set ID_WIDTH 1 -set CUT_RULES 0 top",
        f"{FLOW} -top top",
        "",
    ]
    assert "chparam" not in script("top", "a.sv", {})


@pytest.mark.parametrize("flag", ["-flatten", "-nocarry", "-nosrl", "-noiopad", "-noclkbuf"])
def test_what_is_counted_is_logic_alone(flag):
    assert flag in FLOW.split()


def test_the_netlist_is_a_module_of_its_own_name(yosys, tmp_path):
    design = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID))
    assert netlist_text(design, tmp_path) == "module netlist; endmodule\n"
    assert yosys.commands == [
        "read_verilog -sv decide.sv",
        "chparam -set ID_WIDTH 1 hep_small",
        f"{FLOW} -top hep_small",
        "rename hep_small netlist",
        "write_verilog -noattr out.v",
    ]


def test_the_module_that_was_asked_for_is_read(yosys, tmp_path):
    assert netlist_of("top", "a.sv", tmp_path).lut == 1
    assert netlist_of("other", "a.sv", tmp_path, {"N": 3}).lut == 0
    assert "chparam -set N 3 other" in yosys.commands
    assert yosys.commands[-1] == "write_json out.json"
