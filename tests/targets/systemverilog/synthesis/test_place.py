"""The harness around a design, and the clock that follows from several seeds."""

from __future__ import annotations

import json
import re

import pytest

from rulekit.targets.systemverilog.synthesis import place as module
from rulekit.targets.systemverilog.synthesis.place import Placement, harness, place


def test_the_median_of_the_seeds_counts():
    placement = Placement((250.0, 400.0, 200.0))
    assert placement.median == 250.0
    assert placement.nanoseconds(3) == pytest.approx(12.0)
    assert Placement((100.0, 200.0)).median == 150.0


def test_every_port_gets_bits_of_its_own():
    inputs, outputs = [("a", 3), ("b", 1), ("c", 5)], [("y", 2), ("z", 1)]
    text = harness("law", inputs, outputs, {"rst": "1'b0"}, "#(.ID_WIDTH(1))")
    slices = re.findall(r"\.(\w+)\((given|found)\[(\d+)\+:(\d+)\]\)", text)
    given = [
        bit
        for _, bus, low, width in slices
        if bus == "given"
        for bit in range(int(low), int(low) + int(width))
    ]
    found = [
        bit
        for _, bus, low, width in slices
        if bus == "found"
        for bit in range(int(low), int(low) + int(width))
    ]
    assert given == list(range(9))
    assert found == list(range(3))
    assert "reg [8:0] given" in text
    assert "wire [2:0] found" in text
    assert ".rst(1'b0)" in text
    assert "law #(.ID_WIDTH(1)) design_i" in text


class Placer:
    """Stands for nextpnr: it reaches 100 MHz and ten more for each seed, on the slower of two clocks."""

    def __init__(self):
        self.seeds = []

    def run(self, arguments, folder, **_):
        seed = int(arguments[arguments.index("--seed") + 1])
        self.seeds.append(seed)
        clocks = {"clk": {"achieved": 100.0 + 10 * seed}, "fast": {"achieved": 900.0}}
        (folder / "report.json").write_text(json.dumps({"fmax": clocks}), encoding="utf-8")
        return ""


class Synthesiser:
    def __init__(self):
        self.scripts = []

    def run(self, arguments, _folder, **_):
        self.scripts.append(arguments[-1])
        return ""


def test_each_seed_is_routed_and_the_slowest_clock_counts(monkeypatch, tmp_path):
    placer, yosys = Placer(), Synthesiser()
    monkeypatch.setattr(module, "NEXTPNR", placer)
    monkeypatch.setattr(module, "YOSYS", yosys)
    assert place(["decide.sv", "harness.sv"], tmp_path, (4, 1)).mhz == (140.0, 110.0)
    assert placer.seeds == [4, 1]
    assert yosys.scripts == ["read_verilog -sv decide.sv harness.sv; synth_ecp5 -top harness -json ecp5.json"]
