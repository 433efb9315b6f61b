"""What a design takes: counted in netlists of known size, and attributed to features and rules."""

from __future__ import annotations

import pytest
from hardware import SMALL, SMALL_GRID, grid, law, needs

import rulekit
from rulekit.errors import MissingToolError
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.systemverilog.synthesis import place as placement
from rulekit.targets.systemverilog.synthesis.netlist import Netlist
from rulekit.targets.systemverilog.synthesis.place import Placement, harness
from rulekit.targets.systemverilog.synthesis.resources import resources
from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS, Tool

X = [{"name": name, "dtype": "int32", "bounds": [0, 63], "required": True} for name in ("x", "y")]


def cell(kind, **pins):
    ways = {pin: "output" if pin in {"O", "Q"} else "input" for pin in pins}
    return {"type": kind, "port_directions": ways, "connections": pins}


def netlist(**cells):
    return Netlist({"cells": cells, "netnames": {"held": {"bits": [20, 21]}}})


CHAIN = netlist(
    a=cell("LUT6", I0=[2], I1=[3], O=[10]),
    b=cell("LUT2", I0=[10], I1=[4], O=[11]),
    c=cell("INV", I=[11], O=[12]),
    d=cell("LUT3", I0=[12], I1=[20], O=[13]),
    e=cell("LUT1", I0=[20], O=[14]),
    f=cell("FDRE", C=[1], D=[13], R=["0"], CE=["1"], Q=[20]),
    g=cell("FDRE", C=[1], D=[14], R=["0"], CE=["1"], Q=[21]),
    h=cell("RAMB18E2", I=[2], O=[15]),
)


def test_cells_and_levels_are_counted():
    assert (CHAIN.lut, CHAIN.ff, CHAIN.memory) == (4, 2, {"RAMB18E2": 1})
    assert CHAIN.levels == 3  # an inverter is drawn into its neighbour, a register begins a new path


def test_the_logic_behind_a_register_ends_at_registers():
    assert CHAIN.net("held") == [20, 21]
    assert CHAIN.net("gone", "held") == [20, 21]
    assert CHAIN.net("gone") == []
    assert CHAIN.behind(20) == {"a", "b", "d"}
    assert CHAIN.behind(21) == {"e"}
    assert CHAIN.behind("x") == set()


@needs(YOSYS)
def test_a_design_of_known_size():
    ruleset = law(X, [("a", ["x >= 37", "y >= 11"]), ("b", ["x < 37", "y >= 50"])], policy="any")
    taken = resources(
        rulekit.compile(ruleset, "systemverilog", grid(ruleset, 6), missing=False, outputs=("accept",)), ()
    )
    # three comparators of six bits, two gates of two inputs, an OR
    assert (taken.lut, taken.predicted, taken.features) == (6, 6, {"x": 1, "y": 2})
    assert taken.levels == 1
    assert taken.cycles == 3
    assert [(rule.rule, rule.cost, rule.saved) for rule in taken.rules] == [("a", 2.5, 2), ("b", 2.5, 2)]
    assert taken.answer == 1
    assert taken.placement is None
    assert (
        taken.ff == 3 + 2 + 1 + 3 + 3
    )  # questions, rules, answer; valid bit and id of one bit on three cuts


@needs(YOSYS)
@pytest.mark.parametrize("stages", [1, 2, 3])
def test_costs_add_up_to_the_design_with_all_cuts(stages):
    taken = resources(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, stages=stages), ())
    whole = resources(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, stages=3), ())
    assert sum(rule.cost for rule in taken.rules) + taken.answer == pytest.approx(whole.lut, abs=0.2)
    assert all(0 <= rule.saved <= rule.cost for rule in taken.rules)


@needs(YOSYS)
def test_what_a_rule_saves_is_what_the_design_without_it_saves():
    rules = [
        ("a", ["x >= 37", "y >= 11"]),
        ("b", ["x < 37", "y >= 50"]),
        ("c", ["x >= 5", "y < 9", "x != 40"]),
    ]
    options = {"missing": False, "outputs": ("accept",)}

    def taken(some):
        ruleset = law(X, some, policy="any")
        return resources(rulekit.compile(ruleset, "systemverilog", grid(ruleset, 6), **options), ())

    whole = taken(rules)
    for place, rule in enumerate(whole.rules):
        less = taken(rules[:place] + rules[place + 1 :])
        assert whole.lut - less.lut == rule.saved


@needs(YOSYS)
def test_a_score_and_an_empty_law_are_measured():
    ruleset = law(X, [("a", ["x > 3"]), ("b", ["y > 9"]), ("c", ["x > 30", "y > 30"])], policy="score")
    taken = resources(rulekit.compile(ruleset, "systemverilog", grid(ruleset, 6)), ())
    assert taken.answer > 0
    empty = resources(rulekit.compile(law(X, [], policy="any"), "systemverilog", grid(law(X, []))), ())
    assert (empty.predicted, empty.rules, empty.levels) == (0, (), 0) or empty.lut <= 2


@needs(YOSYS)
@needs(NEXTPNR)
def test_a_design_is_placed_and_routed():
    ruleset = law(X, [("a", ["x >= 37", "y >= 11"])], policy="any")
    taken = resources(rulekit.compile(ruleset, "systemverilog", grid(ruleset, 6)), (1, 2))
    assert taken.placement is not None
    assert len(taken.placement.mhz) == 2
    assert 100 < taken.placement.median < 1500
    facts = taken.to_document()
    assert facts["clock"]["latency_ns"] == pytest.approx(3000 / taken.placement.median)
    assert "yosys" in facts["tool"]
    assert "nextpnr" in facts["clock"]["tool"]


def test_latency_is_cycles_at_the_median_clock():
    assert Placement((100.0, 250.0, 300.0)).median == 250
    assert Placement((100.0, 250.0, 300.0)).nanoseconds(5) == 20


def test_the_harness_shifts_every_port():
    text = harness("law", [("in_x", 6), ("no_x", 1)], [("out_accept", 1), ("out_rule", 3)], {"rst": "1'b0"})
    for pin in (
        ".in_x(given[0+:6])",
        ".no_x(given[6+:1])",
        ".out_accept(found[0+:1])",
        ".out_rule(found[1+:3])",
    ):
        assert pin in text
    assert "reg [6:0] given" in text
    assert "reg [3:0] kept" in text


def test_a_placer_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setattr(placement, "NEXTPNR", Tool(("no-such-nextpnr",), "-V", "pip install it"))
    ruleset = law(X, [("a", ["x >= 37"])], policy="any")
    if not YOSYS.installed():
        pytest.skip("yosys is not installed: pip install 'rulekit-engine[fpga]'")
    with pytest.raises(MissingToolError, match="no-such-nextpnr"):
        resources(rulekit.compile(ruleset, "systemverilog", grid(ruleset, 6)), (1,))


def test_wide_features_take_more():
    ruleset = law(X, [("a", ["x >= 37"])], policy="any")
    if not YOSYS.installed():
        pytest.skip("yosys is not installed: pip install 'rulekit-engine[fpga]'")
    wide = grid(ruleset, 6, x=FixedFormat(width=16, fraction=0, signed=False))
    sizes = [
        resources(rulekit.compile(ruleset, "systemverilog", form), ()).features["x"]
        for form in (grid(ruleset, 6), wide)
    ]
    assert sizes[0] == 1 < sizes[1] <= 5
