"""The text of the modules of a design: the top, the policy and the register cut."""

from __future__ import annotations

from rulekit.targets.shared.constants import constant_words
from rulekit.targets.systemverilog.design import Design, Port
from rulekit.targets.systemverilog.names import (
    code_bits,
    comment,
    noted,
    rule_comment,
    vector,
)
from rulekit.targets.systemverilog.rtl import logic, policy
from rulekit.targets.systemverilog.rtl import score as scores
from rulekit.targets.systemverilog.rtl.comparators import describe_format, describe_literal, literal_logic
from rulekit.targets.systemverilog.rtl.stages import ANSWER, RULES, SUM, TESTS
from rulekit.targets.systemverilog.tables import logic as table_logic


def cut_module(design: Design) -> str:
    """Return the register cut that the pipeline is made of."""
    return _CUT.replace("@m@", design.names.module)


_CUT = """
// A register cut, or plain wires where it is off. With VALID the top bit is a valid bit: a reset clears it.
module @m@_cut #(
    parameter WIDTH = 1,
    parameter ON = 1,
    parameter VALID = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    generate
        if (ON != 0) begin : registered
            reg [WIDTH-1:0] held;
            always @(posedge clk) begin
                held <= d;
                if (VALID != 0 && rst) held[WIDTH-1] <= 1'b0;
            end
            assign q = held;
        end else begin : wired
            wire unused = &{1'b0, clk, rst};
            assign q = d;
        end
    endgenerate
endmodule
"""


def policy_module(design: Design) -> str:
    """Return the module that makes an answer of hits."""
    is_score, rules = design.low.is_score, max(design.rules, 1)
    outputs = [port for port in design.outputs if port.name != "fired"]
    clock = ["input  wire clk"] if is_score or design.tables else []
    clock += [port.declared("input ") for port in design.load]
    ports = [*clock, f"input  wire {vector(rules)} fired", "input  wire invalid"]
    ports += [port.declared("output") for port in outputs]
    parameters = f" #(\n    parameter {SUM} = {design.pipeline.places[SUM]:d}\n)" if is_score else ""
    return (
        f"\n// From hits to an answer: hit policy {design.low.ruleset.hit_policy}.\n"
        f"module {design.names.module}_policy{parameters} (\n    " + ",\n    ".join(ports) + "\n);\n"
        f"{_policy(design)}endmodule\n"
    )


def _policy(design: Design) -> str:
    if design.tables:
        return table_logic.policy(design.tables, design.start, design.options.outputs)
    if design.low.is_score:
        return _constants(design) + scores.policy(design.names, design.options, design.pipeline.sums)
    return _constants(design) + policy.policy(design.names, design.options)


def _constants(design: Design) -> str:
    outcomes = design.names.outcomes
    width = code_bits(len(outcomes))
    used = "outcome" in design.options.outputs
    rows = (
        [(name, width, code, outcome) for code, (outcome, name) in enumerate(outcomes.items())]
        if used
        else []
    )
    if "rule" in design.options.outputs and not design.low.is_score:
        width = code_bits(design.rules + 2)
        rows.append(("RULE_INVALID", width, design.rules, "the event lacks a required feature"))
        rows.append(("RULE_NONE", width, design.rules + 1, "no rule hits"))
    lines = "".join(
        noted(f"localparam {vector(width)} {name} = {width}'d{code};", note)
        for name, width, code, note in rows
    )
    return f"{lines}\n" if lines else ""


def top_module(design: Design) -> str:
    """Return the module that is the law."""
    names = design.names
    parts = [
        f"\nmodule {names.module} #(\n{_parameters(design)}) (\n{_ports(design)});\n",
        table_logic.lookups(design.tables) if design.tables else _literals(design),
        _tests_cut(design),
        _rules(design),
        _answer(design),
        "endmodule\n",
    ]
    return "".join(parts)


def _parameters(design: Design) -> str:
    lines = [("ID_WIDTH", 32, "bits of the event id, which travels along")]
    notes = {
        TESTS: "after the questions",
        RULES: "after the rules",
        SUM: "within the sum of points: all, or 0 for none",
    }
    lines += [(place, int(on), f"register cut {notes.get(place, 'at the answer')}")
              for place, on in design.pipeline.places.items()]  # fmt: skip
    last = len(lines) - 1
    return "".join(
        noted(f"parameter {name} = {value}{',' if n < last else ''}", note)
        for n, (name, value, note) in enumerate(lines)
    )


def _ports(design: Design) -> str:
    lines = [("input  wire clk", ""), ("input  wire rst", "clears the valid bits; synchronous, active high")]
    lines += [
        ("input  wire in_valid", "there is an event in this cycle"),
        ("input  wire [ID_WIDTH-1:0] in_id", ""),
    ]
    lines += [(port.declared("input "), port.note) for port in [*design.load, *design.inputs]]
    lines += [("output wire out_valid", f"{design.pipeline.latency} cycles later")]
    lines += [("output wire [ID_WIDTH-1:0] out_id", "")]
    lines += [(_named(port).declared("output"), port.note) for port in design.outputs]
    last = len(lines) - 1
    return "".join(noted(f"{text}{',' if n < last else ''}", note) for n, (text, note) in enumerate(lines))


def _named(port: Port) -> Port:
    return Port(f"out_{port.name}", port.width, port.note, port.signed)


def _literals(design: Design) -> str:
    lines = ["    // ---- what the rules ask, each once for all rules\n"]
    for feature in design.low.features:
        literals = design.literals.of_feature(feature.name)
        if any(literal.kind != "no" for literal in literals):
            lines.append(comment(f"{feature.name}: {describe_format(feature)}"))
        for literal, net in literals.items():
            gates = logic.text(literal_logic(literal, design.names))
            lines.append(noted(f"wire {net} = {gates};", describe_literal(literal, design.names)))
    return "".join(lines)


def _tests_cut(design: Design) -> str:
    nets = table_logic.lacks(design.tables) if design.tables else list(design.literals.nets.values())
    bus = ["in_valid", "in_id", *reversed(nets)]
    lines = [f"\n    localparam TESTS_WIDTH = ID_WIDTH + {len(nets) + 1};\n"]
    lines.append(_cut(design, "tests", "TESTS_WIDTH", TESTS, bus))
    lines.append("    wire tests_valid = tests_q[TESTS_WIDTH-1];\n")
    lines.append(f"    wire [ID_WIDTH-1:0] tests_id = tests_q[{len(nets)}+:ID_WIDTH];\n")
    lines += [f"    wire {net}_q = tests_q[{place}];\n" for place, net in enumerate(nets)]
    return "".join(lines)


def _cut(design: Design, name: str, width: str, place: str, bus: list[str]) -> str:
    joined = ",\n        ".join(_folded(bus))
    return (
        f"    wire [{width}-1:0] {name} = {{\n        {joined}\n    }};\n"
        f"    wire [{width}-1:0] {name}_q;\n"
        f"    {design.names.module}_cut #(.WIDTH({width}), .ON({place}), .VALID(1)) {name}_cut (\n"
        f"        .clk(clk), .rst(rst), .d({name}), .q({name}_q)\n    );\n"
    )


def _folded(names: list[str], width: int = 100) -> list[str]:
    """Return names joined by commas, as many as fit a line."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= width:
            lines[-1] += f", {name}"
        else:
            lines.append(name)
    return lines


def _rules(design: Design) -> str:
    invalid = logic.text(design.literals.invalid)
    checks = design.literals.invalid != logic.FALSE
    kind = "which rows hit, and whose they are" if design.tables else "a net for each rule, in text order"
    lines = [f"\n    // ---- the law: {kind}\n"]
    if checks:
        lines.append(
            noted(f"wire lacks = {invalid};", "a required feature is missing: invalid, and no rule hits")
        )
    if design.tables:
        lines.append(table_logic.found(design.tables, design.start, checks=checks))
        nets = ["found"]
    else:
        lines += _nets(design, checks=checks)
        nets = list(reversed(design.names.rules)) or ["1'b0"]
    lines.append(f"\n    localparam RULES_WIDTH = ID_WIDTH + {max(design.rules, 1) + 2};\n")
    bus = ["tests_valid", "tests_id", "lacks" if checks else "1'b0", *nets]
    lines.append(_cut(design, "hits", "RULES_WIDTH", RULES, bus))
    return "".join(lines)


def _nets(design: Design, *, checks: bool) -> list[str]:
    lines = []
    named = zip(design.low.rules, design.names.rules, design.literals.rules, strict=True)
    for place, (rule, net, condition) in enumerate(named):
        gated = logic.both([logic.Net("lacks", inverted=True), condition]) if checks else condition
        lines.append("\n" + rule_comment(rule.rule))
        lines += [comment(words) for words in constant_words(design.low, place)]
        lines.append(f"    wire {net} = {_broken(gated)};\n")
    return lines


def _answer(design: Design) -> str:
    rules = max(design.rules, 1)
    lines = [
        "\n    // ---- the answer\n",
        f"    wire {vector(rules)} hit = hits_q[{rules - 1}:0];\n",
        f"    wire hits_lack = hits_q[{rules}];\n",
        f"    wire [ID_WIDTH:0] hits_event = hits_q[RULES_WIDTH-1:{rules + 1}];\n",
    ]
    carried = f"[ID_WIDTH+{rules}:0]"
    lines += [f"    wire {carried} carried = {{hits_event, hit}};\n"]
    if design.low.is_score:
        lines += [line for number in range(_sum_cuts(design)) for line in _carried_cut(design, rules, number)]
    lines += [_policy_instance(design), _answer_cut(design, rules)]
    return "".join(lines)


def _sum_cuts(design: Design) -> int:
    """Return the pipeline registers that the policy has within its sum, whether they are on or not."""
    return (
        max(1, len(design.pipeline.sums))
        if design.tables and design.low.is_score
        else len(design.pipeline.sums)
    )


def _carried(number: int) -> str:
    return f"carried_{number}" if number else "carried"


def _carried_cut(design: Design, rules: int, number: int) -> list[str]:
    """Return one delay of the event that the policy is at work on."""
    before, after = _carried(number), _carried(number + 1)
    given = f"#(.WIDTH(ID_WIDTH + {rules + 1}), .ON({SUM} != 0), .VALID(1))"
    return [
        f"    wire [ID_WIDTH+{rules}:0] {after};\n",
        f"    {design.names.module}_cut {given} {after}_cut (\n",
        f"        .clk(clk), .rst(rst), .d({before}), .q({after})\n    );\n",
    ]


def _policy_instance(design: Design) -> str:
    answers = [port for port in design.outputs if port.name != "fired"]
    wires = "".join(f"    {port.declared('').strip()};\n" for port in answers)
    score = f" #(.{SUM}({SUM}))" if design.low.is_score else ""
    clock = (
        f"{table_logic.LOADED},\n        " if design.tables else ".clk(clk), " if design.low.is_score else ""
    )
    pins = [".fired(hit)", ".invalid(hits_lack)", *(f".{port.name}({port.name})" for port in answers)]
    joined = ",\n        ".join(_folded(pins))
    return f"{wires}    {design.names.module}_policy{score} policy (\n        {clock}{joined}\n    );\n"


def _answer_cut(design: Design, rules: int) -> str:
    """Register the outputs; ``fired`` and the id come along with whatever delay the policy has."""
    event = _carried(_sum_cuts(design))
    valid = f"{event}[ID_WIDTH+{rules}]"
    answers = [(port.name, port.width or 1) for port in design.outputs if port.name != "fired"]
    if "fired" in design.options.outputs:
        answers.append(("fired", rules))
    shown = [f"{event}[{rules - 1}:0]" if name == "fired" else name for name, _ in answers]
    bus = [valid, f"{event}[{rules}+:ID_WIDTH]", *shown]
    width = sum(size for _, size in answers)
    lines = [f"\n    localparam ANSWER_WIDTH = ID_WIDTH + {width + 1};\n"]
    lines.append(_cut(design, "answer", "ANSWER_WIDTH", ANSWER, bus))
    lines.append(
        f"    assign {{out_valid, out_id{''.join(f', out_{name}' for name, _ in answers)}}} = answer_q;\n"
    )
    return "".join(lines)


def _broken(condition: logic.Logic) -> str:
    """Return the logic of a rule, one term a line where that is long."""
    line = logic.text(condition)
    return line if len(line) < 60 else logic.text(condition, margin="\n        ")
