"""The text of tables: exact at any number of rows, and what tools make of it."""

from __future__ import annotations

import re

import pytest
from hardware import (
    POLICIES,
    SMALL,
    SMALL_GRID,
    check_exact,
    design_of,
    grid,
    law,
    needs,
    needs_icarus,
    needs_verilator,
)
from hypothesis import given
from hypothesis import strategies as st
from tablelaws import FEATURES, drawn, seeded, tables

import rulekit
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.systemverilog.tables import logic
from rulekit.targets.systemverilog.tables.images import plan_of
from rulekit.targets.systemverilog.tools import VERILATOR, YOSYS


@needs_icarus
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("options", [{}, {"stages": 2}, {"rows": 70}, {"missing": False}], ids=str)
@pytest.mark.parametrize("width", [8, 9])
def test_tables_decide_as_semantics_does(policy, options, width):
    rng = seeded(width)
    ruleset = drawn(rng, policy)
    if not options.get("missing", True):
        features = [{**feature, "required": False} for feature in FEATURES]
        ruleset = law(features, [("r", ["met > 8", "tight == true"])], policy=policy)
    form = FixedFormat(width=width, fraction=4)
    artifact = check_exact(ruleset, grid(ruleset, 10, eta=form), architecture="tables", **options)
    assert design_of(artifact).pipeline.latency == options.get("stages", 3)
    assert plan_of(artifact).rows >= options.get("rows", 1)


def test_the_module_is_that_of_comparators_with_a_load_port():
    from hardware import ports_of

    ours, theirs = (
        ports_of(artifact.source, "hep_small")
        for artifact in (tables(SMALL), rulekit.compile(SMALL, "systemverilog", SMALL_GRID))
    )
    load = {name: ours.pop(name) for name in ("load_en", "load_addr", "load_data")}
    assert ours == theirs
    assert load["load_data"] == ("in", "31")


def test_lines_are_no_longer_than_a_page_is_wide():
    for rows in (None, 200):
        for policy in ("first", "score"):
            artifact = tables(drawn(seeded(2), policy), rows=rows)
            for name in ("decide.sv", "program.txt"):
                assert [line for line in artifact.files[name].decode().splitlines() if len(line) > 110] == []


@needs_verilator
@pytest.mark.parametrize("policy", ["first", "score"])
def test_verilator_finds_nothing_to_say(policy, tmp_path):
    artifact = tables(drawn(seeded(3), policy), rows=40)
    for name, data in artifact.files.items():
        (tmp_path / name).write_bytes(data)
    quiet = ["-Wno-DECLFILENAME", "-Wno-UNUSEDPARAM", "-Wno-UNUSEDSIGNAL"]
    VERILATOR.run(["--lint-only", "-Wall", *quiet, "--top", "hep_drawn", "decide.sv"], tmp_path)


@needs(YOSYS)
def test_deep_memories_are_blocks(tmp_path):
    artifact = tables(law(FEATURES, [("a", ["met > 100", "jets > 3", "tight == true"])], name="narrow"))
    for name, data in artifact.files.items():
        (tmp_path / name).write_bytes(data)
    flow = "synth_xilinx -family xcup -flatten -top narrow -run begin:map_ffram"
    count = "select -assert-count 2 t:RAMB18E2; select -assert-min 2 t:RAM32*"  # jets has five bits with "missing"
    YOSYS.run(["-q", "-p", f"read_verilog -sv decide.sv; {flow}; {count}"], tmp_path)


@given(st.integers(1, 600), st.data())
def test_a_constant_is_read_back_from_its_digits(bits, data):
    value = data.draw(st.integers(0, 2**bits - 1))
    text = logic._constant(value, bits)
    parts = [(int(size), int(digits, 16)) for size, digits in re.findall(r"(\d+)'h([0-9a-f]+)", text)]
    read = 0
    for size, part in parts:
        assert part < 1 << size
        read = read << size | part
    assert read == value
    assert sum(size for size, _ in parts) == bits
    assert max(map(len, text.splitlines())) <= 80


def test_the_load_port_is_tied_where_nothing_is_loaded():
    plan = plan_of(tables(SMALL))
    ports = logic.load_ports(plan)
    assert [re.fullmatch(r"\.(\w+)\(.*\)", each)[1] for each in logic.TIED] == [name for name, _, _ in ports]
    assert [bits for _, bits, _ in ports] == [0, plan.number_bits + plan.word_bits, 32]


@pytest.mark.parametrize("rows", [4, 12, 70])
def test_each_lent_row_has_a_bit_for_each_rule(rows):
    plan = plan_of(tables(SMALL, rows=rows))
    text = logic._lending(plan)
    lent = re.findall(r"\{row\[(\d+)\]\}\} & lent\[(\d+)\+:(\d+)\]", text)
    assert [int(row) for row, _, _ in lent] == list(range(plan.fixed, plan.rows))
    assert [int(low) for _, low, _ in lent] == [plan.places * n for n in range(plan.lent)]
    assert {int(size) for _, _, size in lent} <= {plan.places}
    assert plan.settings["lent"].bits == plan.lent * plan.places


def test_points_are_as_wide_as_the_score_and_keep_their_sign():
    plan = plan_of(tables(drawn(seeded(4), "score"), rows=40))
    for place in (0, plan.places - 1):
        text = logic._counted(plan, place)
        bits, low = plan.points_bits, place * plan.points_bits
        (spare,) = re.findall(rf"\{{(\d+)\{{points\[{low + bits - 1}\]\}}\}}", text)
        assert int(spare) + bits == plan.score_bits
        assert f"points[{low}+:{bits}]" in text
        assert f"{{{plan.score_bits}{{fired[{place}]}}}}" in text


@pytest.mark.parametrize("policy", ["first", "score"])
def test_only_outputs_that_are_asked_for_are_assigned(policy):
    artifact = tables(drawn(seeded(2), policy))
    plan, start = plan_of(artifact), design_of(artifact).start
    for outputs in ((), ("accept",), ("outcome", "score"), ("accept", "outcome", "rule", "score")):
        text = logic.policy(plan, start, outputs)
        there = {"accept", "outcome", "score" if policy == "score" else "rule"}
        assert set(re.findall(r"assign (\w+) =", text)) == there & set(outputs)
