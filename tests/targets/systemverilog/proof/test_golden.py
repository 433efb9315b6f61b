"""The golden model: it compares real numbers, and shares nothing with the design."""

from __future__ import annotations

import math
import operator
import re
from fractions import Fraction

import pytest
from hardware import SMALL, SMALL_GRID, X, design_of, grid, law, needs

import rulekit
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.systemverilog.proof.golden import Golden
from rulekit.targets.systemverilog.proof.prove import prove
from rulekit.targets.systemverilog.tools import YOSYS


@needs(YOSYS)
@pytest.mark.parametrize("value", ["1e-300", "0.1", "254.99999999", "-1e300", "inf"])
def test_thresholds_are_compared_as_real_numbers(value):
    """The golden model does not round to the grid, so that the emitter's rounding is proved, too."""
    ruleset = law(X, [("a", [f"x >= {value}"]), ("b", [f"x < {value}"]), ("c", [f"x > {value}", "y > 0"])])
    proof = prove(
        rulekit.compile(ruleset, "systemverilog", grid(ruleset, y=FixedFormat(width=4, fraction=0)))
    )
    assert proof.holds


def test_the_golden_model_shares_no_net_with_the_design():
    text = Golden(design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID))).text()
    assert "_ge_" not in text
    assert "hep_small" not in text


def holds(text, port, code):
    """Run an emitted comparison as Python, on the code that a port has."""
    text = text.replace(f"$signed({{1'b0, {port}}})", str(code)).replace(f"$signed({port})", str(code))
    text = re.sub(r"(\d+)'sd(\d+)", lambda found: str(fits(int(found[1]), int(found[2]))), text)
    return bool(eval(text.replace("1'b", "")))  # noqa: S307 - a text of ours


def fits(bits, number):
    assert number < 1 << (bits - 1), "a constant has room for its sign"
    return number


SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
         "!=": operator.ne}  # fmt: skip
MARKS = [0, 0.1, -0.1, 0.25, 3.75, 3.8, -4, -4.01, 7.75, 7.8, 1e30, -1e30, 5e-324, math.inf, -math.inf]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("fraction", [2, 0, -3])
def test_every_code_is_compared_as_the_number_that_it_stands_for(sign, signed, fraction):
    form = FixedFormat(width=5, fraction=fraction, signed=signed)
    low, high = form.range
    for mark in MARKS:
        text = Golden._compare(form, "in_x", sign, mark)
        for code in range(low, high + 1):
            number = Fraction(code) / Fraction(2) ** fraction
            exact = mark if math.isinf(mark) else Fraction(mark)
            assert holds(text, "in_x", code) == SIGNS[sign](number, exact), (text, code, mark)


def test_the_first_rule_has_the_last_word():
    lines = Golden(design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID))).text().splitlines()
    places = [int(found[1]) for line in lines if (found := re.search(r"if \(fired\[(\d)\]\) begin", line))]
    assert places == [2, 1, 0]
    (lacks,) = (line for line in lines if line.strip().startswith("if (lacks)"))
    assert "outcomes = 3; rules = 3;" in lacks
    assert "lacks = no_met;" in "".join(lines)


def test_without_missing_bits_nothing_lacks():
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, missing=False)
    text = Golden(design_of(artifact)).text()
    assert "lacks = 1'b0;" in text
    assert "no_" not in text


def test_points_are_summed_with_their_sign():
    rules = [("a", ["x > 3"], 7), ("b", ["y > 2"], -5)]
    ruleset = law(X, rules, policy="score", thresholds={"low": -5, "high": 2})
    text = Golden(design_of(rulekit.compile(ruleset, "systemverilog", grid(ruleset)))).text()
    (start,) = re.findall(r"part_0 = 66'sd(\d+);", text)
    steps = re.findall(r"if \(fired\[(\d)\]\) part_0 = part_0 ([+-]) 66'sd(\d+);", text)
    assert steps == [("0", "+", "7"), ("1", "-", "5")]
    assert f"total = part_0 - 66'sd{start};" in text
    assert re.findall(r"total >= (-?)66'sd(\d)\) outcomes = (\d);", text) == [
        ("-", "5", str(ruleset.outcomes.index("low"))),
        ("", "2", str(ruleset.outcomes.index("high"))),
    ]
