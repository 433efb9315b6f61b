"""Miters: what is set beside what, after how many cycles, and with which lemmas."""

from __future__ import annotations

import re

import pytest
from hardware import SMALL, SMALL_GRID, X, design_of, grid, law, needs

import rulekit
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.systemverilog.proof import miters
from rulekit.targets.systemverilog.proof.prove import prove
from rulekit.targets.systemverilog.tools import YOSYS


@needs(YOSYS)
def test_sums_of_several_heaps_are_proved_with_lemmas():
    rules = [(f"r{n}", [f"x >= {3 * n + 1}", f"y < {n % 7 - 2}"], n % 9 - 3) for n in range(20)]
    ruleset = law(X, rules, policy="score", thresholds={"low": 2, "high": 11})
    proof = prove(
        rulekit.compile(ruleset, "systemverilog", grid(ruleset, y=FixedFormat(width=4, fraction=0)))
    )
    assert proof.holds
    assert "gate.policy.points_2 gold.part_1" in proof.log


def designed(stages=3, **options):
    return design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, stages=stages, **options))


def summed(rules=20, stages=3):
    drawn = [(f"r{n}", [f"x >= {3 * n + 1}", f"y < {n % 7 - 2}"], n % 9 - 3) for n in range(rules)]
    ruleset = law(X, drawn, policy="score", thresholds={"low": 2, "high": 11})
    fixed = grid(ruleset, y=FixedFormat(width=4, fraction=0))
    return design_of(rulekit.compile(ruleset, "systemverilog", fixed, stages=stages))


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_law_has_no_register_and_the_pipeline_all_of_them(stages):
    design = designed(stages)
    alone, timed, net = miters.law(design), miters.pipeline(design), miters.netlist(design)
    assert (alone.cycles, timed.cycles, net.cycles) == (0, stages, stages)
    assert re.findall(r"\.(CUT_\w+)\(0\)", alone.text) == list(design.pipeline.places)
    assert "always" not in alone.text
    assert f"event_{stages}, answer_" in timed.text
    assert f"event_{stages + 1}" not in timed.text


def test_the_golden_model_answers_as_late_as_the_design():
    """Delays before and after the golden model are the latency of the design together."""
    for design in (designed(), summed(), summed(40, stages=8)):
        delays = re.findall(r"(inputs|answer)_(\d+) <=", miters.pipeline(design).text)
        last = {name: max((int(n) for each, n in delays if each == name), default=0) for name, _ in delays}
        assert sum(last.values()) == design.pipeline.latency


def test_the_inputs_are_taken_apart_as_they_were_joined():
    design = designed()
    text = miters.pipeline(design).text
    (joined,) = re.findall(r"inputs_0 = {([^}]*)};", text)
    total = sum(port.width or 1 for port in design.inputs)
    golden = text[text.index("golden gold (") :]
    top = total
    for name, port in zip(joined.split(", "), design.inputs, strict=True):
        width = port.width or 1
        top -= width
        assert name == port.name
        assert re.search(rf"\.{name}\(inputs_\d+\[{top}\+:{width}\]\)", golden)
    assert top == 0


def test_the_netlist_is_compared_with_id_and_valid_bit():
    text = miters.netlist(designed(outputs=("accept",))).text
    assert "bad = {gate_valid, gate_id, gate_accept} != {gold_valid, gold_id, gold_accept};" in text


def test_lemmas_are_for_several_heaps_alone():
    assert miters.law(designed()).lemmas == ()
    assert miters.law(summed(2)).lemmas == ()
    pairs = [pair for lemma in miters.law(summed(40)).lemmas for pair in lemma.pairs]
    heaps = [signal for signal, _ in pairs if signal.startswith("gate.policy.points_")]
    assert heaps == [f"gate.policy.points_{n}" for n in range(1, len(heaps) + 1)]
    assert len(pairs) == 2 * len(heaps) > 2


def test_registers_of_a_sum_are_the_same_cut_by_cut():
    assert miters.netlist(designed()).lemmas == ()
    design = summed(40, stages=8)
    cycles = [lemma.cycle for lemma in miters.netlist(design).lemmas]
    assert cycles == sorted(set(cycles))
    assert cycles[-1] < design.pipeline.latency
    for lemma in miters.netlist(design).lemmas:
        assert all(gate.removeprefix("gate.") == gold.removeprefix("gold.") for gate, gold in lemma.pairs)


def test_tables_are_never_loaded():
    design = design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID, architecture="tables"))
    assert miters.law(design).text.count(".load_en(1'b0)") == 1
    assert miters.netlist(design).text.count(".load_en(1'b0)") == 2
