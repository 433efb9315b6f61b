"""Simulated designs: options, latency, reset, and millions of events."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hardware import (
    BOTH,
    POLICIES,
    aiming,
    answers_of,
    check_exact,
    codes_of,
    design_of,
    grid,
    law,
    needs_icarus,
    needs_verilator,
    simulation_of,
)
from places import RULES

import rulekit
from rulekit.ir.formats import default_fixed
from rulekit.targets.systemverilog.tools import ICARUS, VVP

pytestmark = needs_icarus


# --- options


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("stages", [1, 2, 3])
@pytest.mark.parametrize("policy", POLICIES)
def test_decides_exactly_in_any_number_of_stages(policy, stages, missing) -> None:
    features = [{"name": f"n{k}", "dtype": "int32", "required": k == 0} for k in range(3)]
    rules = [
        (f"r{k}", [f"n{k % 3} > {k}", {"any": [f"n{(k + 1) % 3} < {k}", "n2 is missing"]}]) for k in range(9)
    ]
    ruleset = law(features, rules, policy=policy)
    artifact = check_exact(ruleset, grid(ruleset), stages=stages, missing=missing)
    assert latency_of(artifact) == design_of(artifact).pipeline.latency == stages
    assert f"// Latency {stages} cycles, one event a clock." in artifact.source


SUBSETS = [
    s
    for size in (1, 2)
    for s in itertools.combinations(("accept", "outcome", "rule", "fired", "score"), size)
]


@pytest.mark.parametrize("outputs", [s for s in SUBSETS if s != ("rule",)], ids="-".join)
def test_any_outputs_say_what_semantics_says(outputs) -> None:
    for ruleset, numerics in BOTH.values():
        given = answers_of(ruleset, numerics, frame := aiming(ruleset, numerics, 200))
        artifact = rulekit.compile(ruleset, "systemverilog", numerics, outputs=outputs)
        ports = [port.name for port in design_of(artifact).outputs]
        if not ports:
            continue
        found = simulation_of(artifact).decide(codes_of(ruleset, numerics, frame), frame.height)
        assert list(found) == ports
        valid = np.array(given["outcome"]) != len(ruleset.outcomes) - 1
        for name, values in found.items():
            told = (
                valid if name == "score" else np.ones_like(valid)
            )  # a score of an invalid event means nothing
            expected = [row for row, said in zip(given[name], told, strict=True) if said]
            assert values[told].tolist() == [[*row] if name == "fired" else row for row in expected], name


# --- time


PROBE = """
module probe;
    reg clk = 0, rst = 0, valid = 0;
    reg [15:0] id = 100;
    wire out_valid;
    wire [15:0] out_id;
    @module@ #(.ID_WIDTH(16)@more@) law (
        .clk(clk), .rst(rst), .in_valid(valid), .in_id(id), .out_valid(out_valid), .out_id(out_id)
    );
    integer cycle;
    initial begin
        for (cycle = 0; cycle < 40; cycle = cycle + 1) begin
            rst = @rst@;
            valid = @valid@;
            #1 clk = 1;
            #1 clk = 0;
            if (out_valid !== 1'b0 && (cycle > 3 || out_valid === 1'b1))
                $display("%0d %0d %b", cycle + 1, out_id, out_valid);
            id = id + 1;
        end
    end
endmodule
"""


def probed(artifact, valid, rst="0", more=""):
    """Return (cycle, cycle in which its event came) of each answer; a clock edge ends a cycle, counted from 0."""
    module = design_of(artifact).names.module
    parts = {"module": module, "valid": valid, "rst": rst, "more": more}
    text = PROBE
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "probe.sv").write_text(text)
        (folder / "decide.sv").write_bytes(artifact.files["decide.sv"])
        ICARUS.run(["-g2012", "-o", "probe.vvp", "-s", "probe", "decide.sv", "probe.sv"], folder)
        lines = [line.split() for line in VVP.run(["-n", "probe.vvp"], folder).splitlines()]
    assert all(valid == "1" for _, _, valid in lines)
    return [(int(cycle), int(number) - 100) for cycle, number, _ in lines]


def latency_of(artifact):
    ((cycle, came),) = probed(artifact, "cycle == 9", "cycle < 5")
    assert came == 9
    return cycle - came


@pytest.mark.parametrize("stages", [1, 2, 3])
@pytest.mark.parametrize("kind", BOTH)
def test_an_event_a_clock_each_with_its_id(kind, stages) -> None:
    artifact = rulekit.compile(*pair(kind), stages=stages)
    found = probed(artifact, "cycle > 5 && cycle < 30 && cycle % 7 != 3", "cycle < 5")
    assert found == [(came + stages, came) for came in range(6, 30) if came % 7 != 3]


def pair(kind):
    ruleset, numerics = BOTH[kind]
    return ruleset, "systemverilog", numerics


@pytest.mark.parametrize("stages", [1, 2, 3])
@pytest.mark.parametrize("kind", BOTH)
def test_reset_clears_what_is_in_flight(kind, stages) -> None:
    """In a stream with an event in every cycle, a reset at the edge that ends cycle 20 loses what was within."""
    artifact = rulekit.compile(*pair(kind), stages=stages)
    found = probed(artifact, "cycle > 5", "cycle < 5 || cycle == 20")
    lost = range(20 - stages + 1, 21)
    kept = [came for came in range(6, 40) if came + stages <= 40 and came not in lost]
    assert found == [(came + stages, came) for came in kept]


@pytest.mark.parametrize("kind", BOTH)
def test_cuts_are_parameters(kind) -> None:
    """Every cut can be switched on and off in the same text, those of a sum together; latency is their number."""
    artifact = rulekit.compile(*pair(kind))
    pipeline = design_of(artifact).pipeline
    places = list(pipeline.places)
    for on in itertools.product((0, 1), repeat=len(places)):
        more = "".join(f", .{place}({each})" for place, each in zip(places, on, strict=True))
        if any(on):
            ((cycle, came),) = probed(artifact, "cycle == 9", "cycle < 5", more)
            counts = (len(pipeline.sums) if place == "CUT_SUM" else 1 for place in places)
            assert cycle - came == sum(each * count for each, count in zip(on, counts, strict=True))


# --- many events


LEVEL1 = RULES / "hep" / "level1" / "ruleset.yaml"


@needs_verilator
def test_millions_of_events_are_decided_as_the_kernel_does() -> None:
    """Every bit of every rule, on events that aim at the thresholds of the law of the demo."""
    if rulekit.targets.targets.get("kernel").absent() is not None:
        pytest.skip("pip install 'rulekit-engine[kernel]'")
    ruleset = rulekit.load(LEVEL1)
    numerics = default_fixed(ruleset.schema, 12)
    frame = aiming(ruleset, numerics, 2_000_000, missing=0.03)
    began = time.monotonic()
    found = rulekit.compile(ruleset, "systemverilog", numerics).load().hit_matrix(frame)
    spent = time.monotonic() - began
    expected = rulekit.compile(ruleset, "kernel", numerics).load().hit_matrix(frame)
    assert found.equals(expected)
    assert min(found.sum().row(0)) > 1000
    assert spent < 60


@pytest.mark.parametrize("rules", [3, 20, 40])
@pytest.mark.parametrize("stages", [4, 5, 7, 8, 10])
def test_sums_of_points_are_cut_deeper(rules, stages) -> None:
    """There is a place behind questions, rules, answer, each layer of counters, heaps, and levels of the tree."""
    drawn = [(f"r{n}", [f"x >= {5 * n % 97}", f"y < {n % 11}"], n % 9 - 3) for n in range(rules)]
    features = [
        {"name": "x", "dtype": "int32", "bounds": [0, 100]},
        {"name": "y", "dtype": "int32", "bounds": [0, 9]},
    ]
    ruleset = law(features, drawn, policy="score", thresholds={"low": 2, "high": 11})
    artifact = check_exact(ruleset, grid(ruleset), stages=stages)
    places = {3: 5, 20: 8, 40: 9}[rules]
    assert latency_of(artifact) == design_of(artifact).pipeline.latency == min(stages, places)
