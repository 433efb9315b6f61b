"""Blocks of the control module: the hash in the text is that of prescales, and its clocks are counted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.prescale import STEPS, mix
from rulekit.targets.systemverilog.wrappers.control_blocks import filled, pieces

TEXT = pieces("law")
MIX = re.search(r"module law_mix \(.*?endmodule", TEXT, re.DOTALL)[0]
WIRES = re.findall(r"wire \[31:0\] (\w+) = (.*);", MIX)
HELD = re.findall(r"(\w+) <= (\w+);", MIX)


def mixed(word):
    """Run the wires and registers of the hash as Python, a register after the wire that it holds."""
    values = {"word": word}
    for name, expression in WIRES:
        code = re.sub(r"32'h([0-9a-f]+)", r"0x\1", expression)
        # each operation of 32 bits drops what goes beyond; a shift to the right sees a whole word
        inner, outer = re.fullmatch(r"\((.*?)\) ([+^] \(.*\))", code).groups()
        first = eval(inner, {}, values) & 0xFFFF_FFFF  # noqa: S307 - a text of ours
        values[name] = eval(f"{first} {outer}", {}, values) & 0xFFFF_FFFF  # noqa: S307
        values |= {register: values[name] for register, wire in HELD if wire == name}
    (last,) = re.findall(r"assign mixed = (\w+);", MIX)
    return values[last]


@given(st.integers(0, 2**32 - 1))
def test_the_hash_in_the_text_is_that_of_prescales(word):
    assert mixed(word) == mix(word)


@pytest.mark.parametrize("word", [0, 1, 2**31, 2**32 - 1])
def test_the_ends_of_a_word_are_mixed_alike(word):
    assert mixed(word) == mix(word)


def test_an_addition_takes_a_clock():
    additions = sum(step.inner == "+" for step in STEPS)
    assert len(HELD) == additions == 4
    assert f"{len(HELD)} clocks later" in TEXT
    assert HELD[-1][1] == f"step_{len(STEPS)}", "the answer comes out of a register"


def test_every_block_is_named_by_the_law():
    modules = re.findall(r"^module (\w+)", TEXT, re.MULTILINE)
    assert modules == ["law_mix", "law_delay", "law_counter", "law_rule_control"]
    used = set(re.findall(r"^    (law_\w+) \w+ \(", TEXT, re.MULTILINE))
    assert used == {"law_mix", "law_counter"}
    assert "@" not in re.sub(r"@\(posedge clk\)", "", TEXT)


def test_parts_are_filled_in_their_order():
    assert filled("@a@ @b@ @c@", {"a": "@b@", "b": 7}) == "7 7 @c@"
