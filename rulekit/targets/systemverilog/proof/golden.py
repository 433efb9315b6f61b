"""A golden model: what the law means, written straight from the bound rules for a prover to read.

It shares nothing with the emitter but the names of ports. A threshold is not rounded to the grid by its sign:
one that lies between two codes is put half way between them, where it compares with every code as it did,
whatever the sign, and twice the code is compared with twice that. Rules are plain comparisons, the answer a
list of ``if`` from the last rule to the first, the score a running sum: slow logic, and obviously right.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import cast

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.ir.schema import DType
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.rtl.score import groups, lift

MODULE = "golden"


class Golden:
    """Writes the golden model of a design."""

    def __init__(self, design: Design) -> None:
        self.names, self.options = design.names, design.options
        self.ruleset: Ruleset = design.low.ruleset
        self.formats = cast("Fixed", design.low.numerics).formats
        self.inputs, self.outputs = design.inputs, design.outputs
        self.widths = {port.name: port.width for port in self.outputs}
        self.groups = groups([rule.points or 0 for rule in self.ruleset.rules])

    def text(self) -> str:
        """Return the module."""
        ports = [port.declared("input") for port in self.inputs]
        ports += [
            f"output reg{' signed' if port.signed else ''} {_size(port.width)}{port.name}"
            for port in self.outputs
        ]
        shown = {port.name for port in self.outputs}
        inner = [f"    reg {_size(max(1, len(self.ruleset.rules)))}fired;\n"] if "fired" not in shown else []
        parts = ", ".join(f"part_{number}" for number, _ in enumerate(self.groups))
        return (
            f"module {MODULE} (\n    " + ",\n    ".join(ports) + "\n);\n" + "".join(inner)
            + f"    integer outcomes, rules;\n    reg lacks;\n    reg signed [65:0] total, {parts};\n"
            + "    always @* begin\n"
            + "".join(f"        {line}\n" for line in [*self._fired(), *self._answer()]) + "    end\nendmodule\n"
        )  # fmt: skip

    def _fired(self) -> list[str]:
        required = self.ruleset.schema.required if self.options.missing else ()
        lacks = " || ".join(self.names.missing(name) for name in required) or "1'b0"
        lines = [f"lacks = {lacks};", "fired = 0;"]
        for place, condition in enumerate(self.ruleset.bound):
            lines.append(f"if (!lacks && {self._condition(condition)}) fired[{place}] = 1'b1;")
        return lines

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, (AllOf, AnyOf)):
            joined = (" && " if isinstance(condition, AllOf) else " || ").join(
                map(self._condition, condition.terms)
            )
            return f"({joined})" if condition.terms else "1'b1"
        missing = self.names.missing(condition.feature) if self.options.missing else "1'b0"
        if isinstance(condition, Missing):
            return f"!{missing}" if condition.negated else missing
        return f"(!{missing} && {self._literal(condition)})"

    def _literal(self, literal: LiteralCondition) -> str:
        feature = self.ruleset.schema.by_name[literal.feature]
        value = self.names.value(feature.name)
        if isinstance(literal, Member):
            tests = [self._equals(feature.name, each) for each in literal.values]
            found = f"({' || '.join(tests)})" if tests else "1'b0"
            return f"!{found}" if literal.negated else found
        compare = cast("Compare", literal)
        if feature.dtype is DType.BOOL:
            return f"({value} == 1'b{int(bool(compare.value))})"
        return self._compare(self.formats[feature.name], value, compare.sign, cast("float", compare.value))

    def _equals(self, name: str, value: object) -> str:
        feature = self.ruleset.schema.by_name[name]
        port = self.names.value(name)
        if feature.dtype is DType.CATEGORY:
            return f"({port} == {(feature.categories or ()).index(cast('str', value))})"
        return self._compare(self.formats[name], port, "==", cast("float", value))

    @staticmethod
    def _compare(form: FixedFormat, port: str, sign: str, value: float) -> str:
        """Return a comparison of twice a code with twice a number, which is put half way between two codes."""
        if isinstance(value, float) and math.isinf(value):
            holds = {
                "<": value > 0,
                "<=": value > 0,
                ">": value < 0,
                ">=": value < 0,
                "==": False,
                "!=": True,
            }
            return f"1'b{int(holds[sign])}"
        low, high = form.range
        # no code is beyond a step outside the range, so that all thresholds compare alike from there on
        ticks = max(
            Fraction(low - 1), min(Fraction(high + 1), Fraction(value) * Fraction(2) ** form.fraction)
        )
        twice = 2 * math.floor(ticks) + (ticks.denominator > 1)
        bits = form.width + 3
        code = f"$signed({port})" if form.signed else f"$signed({{1'b0, {port}}})"
        return f"(({code} * {bits}'sd2) {sign} {'-' if twice < 0 else ''}{bits}'sd{abs(twice)})"

    def _answer(self) -> list[str]:
        score = self.ruleset.hit_policy is HitPolicy.SCORE
        lines = self._summed() if score else self._first()
        outcomes = self.ruleset.outcomes
        refused = " && ".join(
            f"outcomes != {outcomes.index(name)}" for name in (self.ruleset.otherwise, INVALID)
        )
        shown = {"accept": f"({refused})", "outcome": "outcomes", "rule": "rules", "score": "total"}
        return lines + [f"{name} = {shown[name]};" for name in self.widths if name in shown]

    def _first(self) -> list[str]:
        rules, outcomes = self.ruleset.rules, self.ruleset.outcomes
        none = f"outcomes = {outcomes.index(self.ruleset.otherwise)}; rules = {len(rules) + 1};"
        lines = ["total = 0;", none]
        for place, rule in reversed(list(enumerate(rules))):  # the first rule that hits has the last word
            then = outcomes.index(str(rule.then))
            lines.append(f"if (fired[{place}]) begin outcomes = {then}; rules = {place}; end")
        return [*lines, f"if (lacks) begin outcomes = {outcomes.index(INVALID)}; rules = {len(rules)}; end"]

    def _summed(self) -> list[str]:
        """Return the sum: in groups lifted above zero, and then in pairs, so that a prover can follow."""
        lines = ["rules = 0;"]
        points = [rule.points or 0 for rule in self.ruleset.rules]
        totals = [f"part_{number}" for number, _ in enumerate(self.groups)]
        for name, places in zip(totals, self.groups, strict=True):
            lines.append(f"{name} = 66'sd{lift([points[place] for place in places])};")
            for place in places:
                number = f"{'-' if points[place] < 0 else '+'} 66'sd{abs(points[place])}"
                lines.append(f"if (fired[{place}]) {name} = {name} {number};")
        while len(totals) > 1:
            pairs = [totals[place : place + 2] for place in range(0, len(totals), 2)]
            totals = [pair[0] if len(pair) == 1 else f"({pair[0]} + {pair[1]})" for pair in pairs]
        lines.append(f"total = {totals[0]} - 66'sd{lift(points)};")
        lines.append(f"outcomes = {self.ruleset.outcomes.index(self.ruleset.otherwise)};")
        for outcome, least in self.ruleset.ladder:
            number = f"{'-' if least < 0 else ''}66'sd{abs(least)}"
            lines.append(f"if (total >= {number}) outcomes = {self.ruleset.outcomes.index(outcome)};")
        return [*lines, f"if (lacks) outcomes = {self.ruleset.outcomes.index(INVALID)};"]


def _size(width: int) -> str:
    return f"[{width - 1}:0] " if width else ""
