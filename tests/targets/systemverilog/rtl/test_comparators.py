"""Comparators against plain integer comparison, for every code and every threshold of small formats."""

from __future__ import annotations

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.names import Names
from rulekit.targets.systemverilog.rtl.comparators import (
    at_least,
    bits_of,
    describe_format,
    describe_literal,
    equals,
    literal_logic,
)
from rulekit.targets.systemverilog.rtl.literal_nets import InputLiteral
from rulekit.targets.systemverilog.rtl.logic import And, Net, nets

FEATURES = [
    {"name": "x", "dtype": "float32", "unit": "GeV", "bounds": [-8, 7], "required": True},
    {"name": "n", "dtype": "int32", "bounds": [0, 15]},
    {"name": "kind", "dtype": "category", "categories": ["a", "b", "c"]},
    {"name": "ok", "dtype": "bool"},
]
RULESET = law(FEATURES, [("r", ["x > 1", "n > 1", "kind in {a}", "ok == true"])])
FIXED = Fixed(
    formats={
        "x": FixedFormat(width=4, fraction=0),
        "n": FixedFormat(width=4, fraction=0, signed=False),
    }
)
NAMES = Names(lower(RULESET, FIXED))


def bit_values(name, code, width):
    """Return the bits of an input that holds a code in two's complement."""
    plain = code % (1 << width)
    return {f"{name}[{bit}]": bool(plain >> bit & 1) for bit in range(width)} | {name: bool(plain)}


def truth(logic, bits):
    if isinstance(logic, Net):
        return bits[logic.name] != logic.inverted
    found = [truth(term, bits) for term in logic.terms]
    return all(found) if isinstance(logic, And) else any(found)


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_at_least_is_greater_or_equal_for_every_code(width):
    for threshold in range(1 << width):
        logic = at_least(bits_of("v", width), threshold)
        for code in range(1 << width):
            assert truth(logic, bit_values("v", code, width)) == (code >= threshold), (threshold, code)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_signed_codes_keep_their_order(width):
    half = 1 << (width - 1)
    for threshold in range(-half, half):
        logic = at_least(bits_of("v", width, signed=True), threshold + half)
        for code in range(-half, half):
            assert truth(logic, bit_values("v", code, width)) == (code >= threshold), (threshold, code)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_equals_holds_for_one_code(width):
    for wanted in range(1 << width):
        logic = equals(bits_of("v", width), wanted)
        found = [code for code in range(1 << width) if truth(logic, bit_values("v", code, width))]
        assert found == [wanted]


def test_bits_below_the_lowest_one_of_the_threshold_are_not_read():
    read = {net.name for net in nets(at_least(bits_of("v", 8), 0b10110000))}
    assert read == {"v[7]", "v[6]", "v[5]", "v[4]"}


def test_no_bit_is_read_twice():
    for threshold in range(256):
        names = [net.name for net in nets(at_least(bits_of("v", 8), threshold))]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("feature", ["x", "n"])
def test_the_literal_on_a_number_is_its_comparison(feature):
    low = NAMES.low.feature(feature)
    least, most = low.grid.range
    for threshold in range(least + 1, most + 1):
        logic = literal_logic(InputLiteral(feature, "ge", (threshold,)), NAMES)
        one = literal_logic(InputLiteral(feature, "is", (threshold,)), NAMES)
        for code in range(least, most + 1):
            bits = bit_values(NAMES.value(feature), code, 4)
            assert truth(logic, bits) == (code >= threshold)
            assert truth(one, bits) == (code == threshold)


def test_the_literal_on_a_category_takes_the_codes_listed():
    logic = literal_logic(InputLiteral("kind", "in", (0, 2)), NAMES)
    taken = [code for code in range(4) if truth(logic, bit_values(NAMES.value("kind"), code, 2))]
    assert taken == [0, 2]


def test_a_bool_and_a_missing_value_are_inputs_themselves():
    assert literal_logic(InputLiteral("ok", "bit"), NAMES) == Net("in_ok")
    assert literal_logic(InputLiteral("ok", "no"), NAMES) == Net("no_ok")


@pytest.mark.parametrize(
    ("literal", "says"),
    [
        (InputLiteral("x", "ge", (3,)), "x >= 3 GeV"),
        (InputLiteral("n", "is", (7,)), "n == 7"),
        (InputLiteral("kind", "in", (0, 2)), "kind in {a, c}"),
        (InputLiteral("ok", "bit"), "ok == true"),
        (InputLiteral("x", "no"), "x is missing"),
    ],
)
def test_a_literal_reads_as_in_the_law(literal, says):
    assert describe_literal(literal, NAMES) == says


def test_formats_name_bits_step_and_range():
    says = {feature.name: describe_format(feature) for feature in NAMES.low.features}
    assert says == {
        "x": "4 bits, two's complement, 1 step = 1 GeV, -8 to 7 GeV",
        "n": "4 bits, 1 step = 1, 0 to 15",
        "kind": "2 bits, 0 a, 1 b, 2 c, 3 any other",
        "ok": "1 bit",
    }
