"""Netlists drawn by hand: counts, levels of logic, and what lies behind a register."""

from __future__ import annotations

import pytest

from rulekit.targets.systemverilog.synthesis.netlist import Netlist


def cell(kind, inputs, outputs):
    pins = {f"I{place}": [bit] for place, bit in enumerate(inputs)} | {
        f"O{place}": [bit] for place, bit in enumerate(outputs)
    }
    ways = {pin: "input" if pin.startswith("I") else "output" for pin in pins}
    return {"type": kind, "connections": pins, "port_directions": ways}


def register(d, q):
    return {
        "type": "FDRE",
        "connections": {"C": [1], "D": [d], "Q": [q], "CE": ["1"], "R": ["0"]},
        "port_directions": {"C": "input", "D": "input", "Q": "output", "CE": "input", "R": "input"},
    }


# 10, 11, 12 come in; a: 20 = 10 & 11; n: 21 = ~20; b: 22 = 21 | 12; kept: 30 <= 22; c: 23 = 30; last: 31 <= 23
MODULE = {
    "cells": {
        "a": cell("LUT2", [10, 11], [20]),
        "n": cell("INV", [20], [21]),
        "b": cell("LUT3", [21, 12, "0"], [22]),
        "kept": register(22, 30),
        "c": cell("LUT1", [30], [23]),
        "last": register(23, 31),
        "lost": cell("LUT6", [10, 11, 12], [40]),
        "memory": {"type": "RAMB18E2", "connections": {}, "port_directions": {}},
        "carry": cell("CARRY4", [40], [41]),
    },
    "netnames": {"tests_q": {"bits": [30, 31]}, "other": {"bits": ["0", 5]}},
}


@pytest.fixture
def netlist():
    return Netlist(MODULE)


def test_cells_are_counted_by_kind(netlist):
    assert netlist.lut == 4
    assert netlist.ff == 2
    assert netlist.memory == {"RAMB18E2": 1}
    assert netlist.kinds["INV"] == 1


def test_inverters_are_no_level(netlist):
    assert netlist.levels == 2


def test_a_longer_chain_has_more_levels():
    cells = {f"c{place}": cell("LUT1", [place], [place + 1]) for place in range(2, 9)}
    assert Netlist({"cells": cells, "netnames": {}}).levels == 7


def test_a_long_chain_needs_no_deep_recursion():
    cells = {f"c{place}": cell("LUT1", [place], [place + 1]) for place in range(2, 5002)}
    assert Netlist({"cells": dict(reversed(cells.items())), "netnames": {}}).levels == 5000


def test_nothing_has_no_levels():
    empty = Netlist({"cells": {}, "netnames": {}})
    assert (empty.levels, empty.lut, empty.ff, empty.memory) == (0, 0, 0, {})


def test_the_first_name_that_is_kept_names_the_wire(netlist):
    assert netlist.net("gone", "tests_q", "other") == [30, 31]
    assert netlist.net("gone") == []


def test_what_lies_behind_a_register_ends_at_the_register_before(netlist):
    assert netlist.behind(30) == {"a", "b"}
    assert netlist.behind(31) == {"c"}


def test_a_bit_that_no_register_drives_has_nothing_behind(netlist):
    assert netlist.behind(20) == set()
    assert netlist.behind("x") == set()
