"""The testbench: two simulators read it alike, and it finds a single wrong bit."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hardware import (
    BOTH,
    SCORE,
    SMALL,
    SMALL_GRID,
    aiming,
    answers_of,
    codes_of,
    design_of,
    needs_icarus,
    needs_verilator,
    ports_of,
    simulation_of,
)

import rulekit
from rulekit.errors import RulekitError
from rulekit.targets.systemverilog.simulation import simulate
from rulekit.targets.systemverilog.simulation.vectors import packed
from rulekit.targets.systemverilog.wrappers.testbench import TESTBENCH, answer_bits, event_bits

pytestmark = needs_icarus


@pytest.fixture(params=["icarus", pytest.param("verilator", marks=needs_verilator)])
def simulator(request, monkeypatch):
    monkeypatch.setattr(simulate, "MANY", 0 if request.param == "verilator" else 1 << 62)
    return request.param


@pytest.fixture(params=BOTH, scope="module")
def case(request):
    """Return a simulation with its events written, and what semantics says of them as the outputs would."""
    ruleset, numerics = BOTH[request.param]
    frame = aiming(ruleset, numerics, 2000)
    frame = pl.concat(
        [frame, frame.drop_nulls().tail(1), frame.drop_nulls().tail(1)]
    )  # the last two are equal
    artifact = rulekit.compile(ruleset, "systemverilog", numerics)
    given = answers_of(ruleset, numerics, frame)
    if ruleset is SCORE:  # whatever the score of an invalid event is
        frame, given = valid_only(frame, given, len(ruleset.outcomes) - 1)
    given["fired"] = [sum(hit << place for place, hit in enumerate(row)) for row in given["fired"]]
    found = simulation_of(artifact)
    found.write(found.folder / "events.bin", codes_of(ruleset, numerics, frame), frame.height)
    ports = design_of(artifact).outputs
    columns = {port.name: np.array(given[port.name], np.int64) for port in ports}
    return found, frame.height, packed(ports, columns, slice(0, frame.height), frame.height)


def valid_only(frame, given, invalid):
    keep = [outcome != invalid for outcome in given["outcome"]]
    return frame.filter(keep), {
        name: [row for row, kept in zip(rows, keep, strict=True) if kept] for name, rows in given.items()
    }


def test_both_simulators_say_what_semantics_says_with_and_without_gaps(case, simulator) -> None:
    found, count, right = case
    said = []
    for more in ([], ["+gaps=1"]):
        told = found.run(["+events=events.bin", "+answers=answers.txt", *more], count)
        assert f"{count} events, 0 differ" in told
        assert ("with gaps" in told) == bool(more)
        said.append((found.folder / "answers.txt").read_text().split())
    digits, size = len(said[0][0]), len(right) // count
    expected = [right[k * size : (k + 1) * size].hex()[-digits:] for k in range(count)]
    assert said == [expected, expected]
    assert len(set(expected)) > 3


def test_the_testbench_finds_a_single_wrong_bit(case, simulator) -> None:
    """Expected answers in binary: all right, then with one bit turned in one answer, then too few."""
    found, count, right = case
    expected, size = found.folder / "expected.bin", len(right) // count
    for more in ([], ["+gaps=1"]):
        arguments = ["+events=events.bin", "+expected=expected.bin", *more]
        expected.write_bytes(right)
        assert f"{count} events, 0 differ" in found.run(arguments, count)
        for place, bit in ((0, 0), (count // 2, 1), (count - 1, 0)):
            wrong = bytearray(right)
            wrong[(place + 1) * size - 1] ^= 1 << bit
            expected.write_bytes(wrong)
            with pytest.raises(RulekitError, match="failed"):
                found.run(arguments, count)
        expected.write_bytes(right[:-size])
        with pytest.raises(RulekitError, match="failed"):
            found.run(arguments, count)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("options", [{}, {"missing": False}, {"outputs": ("accept",)}], ids=str)
def test_records_are_as_wide_as_the_ports(kind, options) -> None:
    ruleset, numerics = BOTH[kind]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics, **options)
    ports = ports_of(artifact.source, design_of(artifact).names.module)
    sides = {"in": 0, "out": 0}
    for name, (way, bound) in ports.items():
        if name not in {"clk", "rst", "in_valid", "in_id", "out_valid", "out_id"}:
            sides[way] += int(bound or 0) + 1
    design = design_of(artifact)
    assert {"in": event_bits(design), "out": answer_bits(design)} == sides
    text = artifact.files[TESTBENCH].decode()
    assert f"localparam EVENT_BYTES = {-(-sides['in'] // 8)};" in text
    assert f"localparam ANSWER_BYTES = {-(-sides['out'] // 8)};" in text
    assert "+program" not in text


def test_tables_are_loaded_before_the_first_event() -> None:
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, architecture="tables")
    text = artifact.files[TESTBENCH].decode()
    assert text.index("program=%s") < text.index("record, events")
    for port in ("load_en", "load_addr", "load_data"):
        assert f".{port}({port})" in text
