"""The table of registers: addresses, values after a reset, and the header for C."""

from __future__ import annotations

import re

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.wrappers.registers import (
    MAGIC,
    MOST_RULES,
    RULE_WORDS,
    RULES_FROM,
    header,
    latency_of_kept,
    packed,
    registers,
)

FEATURES = [{"name": "n", "dtype": "int32", "bounds": [0, 7], "required": True}]
FIXED = Fixed(formats={"n": FixedFormat(width=3, fraction=0, signed=False)})
RULES = [("one", ["n > 1"]), ("two", ["n > 5"])]


def design(rules=(*RULES,), **options):
    chosen = Options(control=True, **options)
    return Design.of(lower(law(FEATURES, list(rules)), FIXED, chosen), chosen)


FOUND = registers(design())
BY_NAME = {register.name: register for register in FOUND}


def test_addresses_rise_and_names_are_distinct():
    addresses = [register.address for register in FOUND]
    assert addresses == sorted(set(addresses))
    assert len(BY_NAME) == len(FOUND)
    assert all(address < 1 << 16 for address in addresses)


def test_a_program_finds_its_way():
    assert (BY_NAME["MAGIC"].address, BY_NAME["MAGIC"].value) == (0, MAGIC)
    assert MAGIC.to_bytes(4) == b"RULE"
    assert BY_NAME["RULES"].value == 2
    assert BY_NAME["INTERFACE"].value == 1


def test_the_digest_is_there_whole():
    words = [BY_NAME[f"DIGEST_{word}"].value for word in range(8)]
    assert "sha256:" + "".join(f"{word:08x}" for word in words) == design().low.ruleset.digest


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_latencies_are_those_of_the_pipeline(stages):
    plan = design(stages=stages)
    value = {each.name: each.value for each in registers(plan)}["LATENCY"]
    assert value & 0xFF == plan.pipeline.latency == stages
    assert value >> 8 == latency_of_kept(plan) == 15


@pytest.mark.parametrize(
    ("version", "value"), [("1.0.0", 1 << 20), ("0.2.3", 2 << 10 | 3), ("10.20.30", 10 << 20 | 20 << 10 | 30)]
)
def test_a_version_is_packed(version, value):
    assert packed(version) == value


def test_each_rule_has_its_words_at_its_place():
    for place, rule in enumerate(("one", "two")):
        mine = [register for register in FOUND if register.rule == rule]
        start = RULES_FROM + RULE_WORDS * place
        assert mine
        assert all(start <= register.address < start + RULE_WORDS for register in mine)
    assert MOST_RULES * RULE_WORDS == 1 << 15


def test_the_header_has_every_register_at_its_address():
    text = header(design(), "/* head */\n")
    assert text.startswith("/* head */\n")
    defined = dict(re.findall(r"#define LAW_LAW_(\w+) (0x[0-9a-f]+)u", text))
    assert {name: int(address, 16) for name, address in defined.items()} == {
        register.name: register.address for register in FOUND
    }
    assert text.count("#ifndef") == text.count("#endif") == 1


def test_keeping_one_in_n_is_a_threshold_of_32_bits():
    assert "(0xffffffffu / (uint32_t)(n))" in header(design(), "")
