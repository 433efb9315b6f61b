"""The text of a design of tables: memories, registers that are loaded, rows, and the policy over what they say.

A memory is written the way that vendors' tools know as a block of memory: one port writes, one reads into a
register, and that register is the cut after the questions. Where the cut is off, as for a proof, the same text
reads at once.
"""

from __future__ import annotations

import textwrap

from rulekit.targets.systemverilog.names import comment, rule_comment, vector
from rulekit.targets.systemverilog.rtl.policy import Found, first
from rulekit.targets.systemverilog.rtl.stages import SUM, TESTS
from rulekit.targets.systemverilog.tables.layout import Memory, Tables

TIED = (".load_en(1'b0)", ".load_addr(0)", ".load_data(0)")
"""The load port where nothing is ever loaded: the memories are then what their files say, which can be proved."""
_DIGITS = 64
"""Hexadecimal digits of a constant in one line."""
LOADED = ".clk(clk), .load_en(load_en), .load_addr(load_addr), .load_data(load_data)"


def load_ports(plan: Tables) -> list[tuple[str, int, str]]:
    """Return the load port: name, bits (0 for a single wire) and note of each input."""
    note = f"memory, and in the low {plan.word_bits} bits its word; see program.txt"
    return [
        ("load_en", 0, "a word is written; no event may be under way"),
        ("load_addr", plan.address_bits, note),
        ("load_data", 32, "the word, in the low bits"),
    ]


def modules(plan: Tables) -> str:
    """Return the modules that are loaded: memories in blocks and in look-up tables, and registers."""
    styles = {"block": ("table", "blocks of memory"), "distributed": ("small_table", "look-up tables")}
    used = {memory.is_block for memory in plan.memories}
    text = "".join(
        _filled(_MEMORY.replace("@style@", style).replace("@kind@", kind).replace("@place@", place), plan)
        for style, (kind, place) in styles.items()
        if (style == "block") in used
    )
    return text + _filled(_SETTING, plan)


def _filled(text: str, plan: Tables) -> str:
    last, word = plan.address_bits - 1, plan.word_bits
    parts = {"m": plan.names.module, "high": last, "word": word, "last": word - 1, "n": plan.number_bits - 1}
    for name, value in parts.items():
        text = text.replace(f"@{name}@", str(value))
    return text


_MEMORY = """
// A memory that looks a word up, in @place@; it starts as its file says and is loaded word by word.
module @m@_@kind@ #(
    parameter [@n@:0] NUMBER = 0,
    parameter BITS = 1,
    parameter WIDTH = 1,
    parameter ON = 1,
    parameter FILE = ""
) (
    input  wire clk,
    input  wire load_en,
    input  wire [@high@:0] load_addr,
    input  wire [31:0] load_data,
    input  wire [BITS-1:0] address,
    output wire [WIDTH-1:0] word
);
    (* ram_style = "@style@" *)
    reg [WIDTH-1:0] memory [0:(1<<BITS)-1];
    wire load = load_en && load_addr[@high@:@word@] == NUMBER;
    always @(posedge clk) if (load) memory[load_addr[BITS-1:0]] <= load_data[WIDTH-1:0];

    generate
        if (FILE != "") begin : filled
            initial $readmemh(FILE, memory);
        end
        if (ON != 0) begin : registered
            reg [WIDTH-1:0] held;
            always @(posedge clk) held <= memory[address];
            assign word = held;
        end else begin : wired
            assign word = memory[address];
        end
    endgenerate
    wire unused = &{1'b0, load_addr, load_data};
endmodule
"""

_SETTING = """
// A register that is loaded, 32 bits at a time.
module @m@_setting #(
    parameter WORD = 0,
    parameter WIDTH = 1,
    parameter [WIDTH-1:0] START = 0
) (
    input  wire clk,
    input  wire load_en,
    input  wire [@high@:0] load_addr,
    input  wire [31:0] load_data,
    output wire [WIDTH-1:0] value
);
    wire load = load_en && load_addr[@high@:@word@] == 0;
    genvar part;
    generate
        for (part = 0; 32 * part < WIDTH; part = part + 1) begin : parts
            localparam SIZE = WIDTH - 32 * part < 32 ? WIDTH - 32 * part : 32;
            reg [SIZE-1:0] held = START[32*part+:SIZE];
            always @(posedge clk) if (load && load_addr[@last@:0] == WORD + part) held <= load_data[SIZE-1:0];
            assign value[32*part+:SIZE] = held;
        end
    endgenerate
    wire unused = &{1'b0, load_data};
endmodule
"""


def _setting(plan: Tables, name: str, start: int) -> str:
    """Return a register with what it holds at the start."""
    setting = plan.settings[name]
    size = f"{vector(setting.bits)} "
    value = _constant(start, setting.bits)
    return (
        f"{comment(f'{name}: {setting.note}')}    wire {size}{name};\n"
        f"    {plan.names.module}_setting #(.WORD({setting.word}), .WIDTH({setting.bits}),\n"
        f"        .START({value})) {name}_setting (\n        {LOADED}, .value({name})\n    );\n"
    )


def _constant(value: int, bits: int) -> str:
    """Return a number in hexadecimal, in several lines where it is long."""
    starts = range(0, bits, _DIGITS * 4)
    parts = [(value >> start & (1 << _DIGITS * 4) - 1, min(bits - start, _DIGITS * 4)) for start in starts]
    texts = [f"{size}'h{part:x}" for part, size in reversed(parts)]
    return texts[0] if len(texts) == 1 else "{\n            " + ",\n            ".join(texts) + "\n        }"


def lookups(plan: Tables) -> str:
    """Return the memories of the features, each read at its input."""
    lines = ["    // ---- which rows each feature satisfies, looked up\n"]
    for name, domain in plan.domains.items():
        stem = plan.names.stems[name]
        lines.append(f"    wire {vector(plan.rows)} rows_{stem};\n")
        value = plan.names.value(name)
        shared = domain.optional and name not in plan.apart
        address = f"{{{plan.names.missing(name)}, {value}}}" if shared else value
        for memory in plan.memories:
            if memory.feature == name:
                word = f"rows_{stem}[{memory.rows.stop - 1}:{memory.rows.start}]"
                lines.append(_memory(plan, memory, address, word, TESTS))
    pairs = zip(lacks(plan), plan.lacking, strict=True)
    return "".join([*lines, *(f"    wire {net} = {plan.names.missing(name)};\n" for net, name in pairs)])


def lacks(plan: Tables) -> list[str]:
    """Return the nets that say that a feature is missing, where that goes beside the memories to the rules."""
    return [f"lacks_{plan.names.stems[name]}" for name in plan.lacking]


def _memory(plan: Tables, memory: Memory, address: str, word: str, cut: str) -> str:
    kind = "table" if memory.is_block else "small_table"
    number = f"{plan.number_bits}'d{memory.number}"
    return (
        f"    {plan.names.module}_{kind} #(.NUMBER({number}), .BITS({memory.bits}), .WIDTH({len(memory.rows)}),"
        f' .ON({cut}),\n        .FILE("{memory.name}.mem")) {memory.name} (\n'
        f"        {LOADED},\n        .address({address}), .word({word})\n    );\n"
    )


def found(plan: Tables, start: dict[str, int], *, checks: bool) -> str:
    """Return the rows as an AND over the features, and the rules as the rows that are theirs.

    Parameters
    ----------
    plan : of the design.
    start : what the registers hold at the start.
    checks : the net ``lacks`` says that a required feature is missing.

    """
    lines = [_law(plan)]
    lines += [_setting(plan, name, start[name]) for name in plan.settings if name in {"live", "lent"}]
    lines += [_setting(plan, f"absent_{plan.names.stems[name]}", start[f"absent_{plan.names.stems[name]}"])
              for name in plan.apart]  # fmt: skip
    terms = ["live"]
    for name in plan.domains:
        stem = plan.names.stems[name]
        terms.append(
            f"(lacks_{stem}_q ? absent_{stem} : rows_{stem})" if name in plan.apart else f"rows_{stem}"
        )
    terms += [f"{{{plan.rows}{{~lacks}}}}"] if checks else []
    joined = "\n        & ".join(terms)
    lines += [f"    wire {vector(plan.rows)} row = {joined};\n", _lending(plan)]
    return "".join(lines)


def _lending(plan: Tables) -> str:
    """Return the rules: a row each, and those that are lent to them."""
    spare = plan.places - plan.fixed
    own = f"{{{spare}'d0, row[{plan.fixed - 1}:0]}}" if spare and plan.fixed else f"row[{plan.places - 1}:0]"
    size = plan.places
    terms = [own if plan.fixed else f"{size}'d0"]
    terms += [f"({{{size}{{row[{plan.fixed + n}]}}}} & lent[{n * size}+:{size}])" for n in range(plan.lent)]
    return f"    wire {vector(plan.places)} found = " + "\n        | ".join(terms) + ";\n"


def _law(plan: Tables) -> str:
    """Return the ruleset that is held at the start, as comments."""
    rules = [rule_comment(rule.rule) for rule in plan.low.rules]
    return "".join([comment("the rules that are there until others are loaded:"), *rules, "\n"])


def policy(plan: Tables, start: dict[str, int], outputs: tuple[str, ...]) -> str:
    """Return the body of the policy module."""
    return _summed(plan, start, outputs) if plan.low.is_score else _first(plan, start, outputs)


def _first(plan: Tables, start: dict[str, int], outputs: tuple[str, ...]) -> str:
    """Return the first rule that hits, and what a memory says of it."""
    size = vector(plan.rule_bits)
    lines = [
        _setting(plan, "codes", start["codes"]),
        "    // the first rule that hits, by its place in the law\n",
    ]
    leaves = [Found(f"fired[{place}]", f"{plan.rule_bits}'d{place}") for place in range(plan.places)]
    leading = first(leaves, lines, "first_rule", plan.rule_bits)
    assert leading is not None  # noqa: S101 - there is a place at least
    none, invalid = f"codes[{2 * plan.rule_bits - 1}:{plan.rule_bits}]", f"codes[{plan.rule_bits - 1}:0]"
    lines.append(
        f"    wire {size} place = {leading.hit} ? {leading.code} : (invalid ? {invalid} : {none});\n"
    )
    lines.append(f"    wire {vector(plan.outcome_bits + 1)} verdict;\n")
    lines.append(_memory(plan, plan.memories[-1], "place", "verdict", "0"))
    bits = plan.outcome_bits
    shown = {"rule": "place", "accept": f"verdict[{bits}]", "outcome": f"verdict[{bits - 1}:0]"}
    lines += [f"    assign {name} = {value};\n" for name, value in shown.items() if name in outputs]
    return "".join(lines)


def _summed(plan: Tables, start: dict[str, int], outputs: tuple[str, ...]) -> str:
    """Return the sum of points, in parts and then together, and the highest threshold that it reaches."""
    size = plan.score_bits
    lines = [_setting(plan, name, start[name]) for name in ("points", "thresholds", "steps")]
    lines.append("    // the points of the rules that hit, in parts, and then together\n")
    for number, places in enumerate(plan.parts, start=1):
        terms = "\n        + ".join(_counted(plan, place) for place in places)
        lines.append(f"    wire {vector(size)} part_{number} = {terms};\n")
    lines += _cut(plan)
    total = " + ".join(f"part_{number}_q" for number in range(1, len(plan.parts) + 1))
    lines.append(f"    wire {vector(size)} total = {_lines(total)};\n")
    lines += _ladder(plan, outputs)
    lines += ["    assign score = total;\n"] if "score" in outputs else []
    return "".join(lines)


def _counted(plan: Tables, place: int) -> str:
    """Return the points of a rule where it hits, as wide as the score."""
    low, bits = place * plan.points_bits, plan.points_bits
    spare = plan.score_bits - bits
    sign = f"{{{spare}{{points[{low + bits - 1}]}}}}, " if spare else ""
    return f"({{{plan.score_bits}{{fired[{place}]}}}} & {{{sign}points[{low}+:{bits}]}})"


def _cut(plan: Tables) -> list[str]:
    """Return the register cut of the parts and of ``invalid``."""
    parts = [f"part_{number}" for number in range(1, len(plan.parts) + 1)]
    width = plan.score_bits * len(parts) + 1
    joined, registered = _lines(", ".join(parts)), _lines(", ".join(f"{part}_q" for part in parts))
    lines = [f"    wire {vector(plan.score_bits)} {part}_q;\n" for part in parts]
    instance = f"{plan.names.module}_cut #(.WIDTH({width}), .ON({SUM})) sum_cut"
    pins = [".clk(clk)", ".rst(1'b0)", f".d({{invalid, {joined}}})", f".q({{invalid_q, {registered}}})"]
    joined_pins = ",\n        ".join(pins)
    return [*lines, "    wire invalid_q;\n", f"    {instance} (\n        {joined_pins}\n    );\n"]


def _lines(words: str) -> str:
    """Return terms in as many lines as they take."""
    return "\n        ".join(textwrap.wrap(words, 80))


def _ladder(plan: Tables, outputs: tuple[str, ...]) -> list[str]:
    """Return the outcome of the highest threshold that is reached."""
    if not {"accept", "outcome"} & set(outputs):
        return []
    wide, bits = plan.score_bits + 1, plan.outcome_bits + 1
    steps, size = len(plan.low.ruleset.ladder), vector(wide)
    lines = [f"    wire signed {size} reached = {{total[{wide - 2}], total}};\n"]
    lines += [
        f"    wire signed {size} least_{n + 1} = thresholds[{n * wide}+:{wide}];\n" for n in range(steps)
    ]
    leaves = [
        Found(f"(reached >= least_{n + 1})", f"steps[{n * bits}+:{bits}]") for n in reversed(range(steps))
    ]
    leading = first(leaves, lines, "any_step", bits)
    assert leading is not None  # noqa: S101 - a score has a threshold at least
    invalid = f"{bits}'d{len(plan.low.ruleset.outcomes) - 1}"
    below = f"steps[{steps * bits}+:{bits}]"
    verdict = f"invalid_q ? {invalid} : {leading.hit} ? {leading.code} : {below}"
    lines.append(f"    wire {vector(bits)} verdict = {verdict};\n")
    shown = {"accept": f"verdict[{bits - 1}]", "outcome": f"verdict[{bits - 2}:0]"}
    return lines + [f"    assign {name} = {value};\n" for name, value in shown.items() if name in outputs]


def notes(plan: Tables) -> str:
    """Return what stands before the modules: how another ruleset is loaded."""
    text = (
        "The rules are looked up in memories, which are loaded through load_en, load_addr and load_data: "
        "program.txt has the writes for this ruleset, rulekit gives those for another one over the same features, "
        f"outcomes and hit policy, with up to {plan.places} rules and {plan.lent} rows that any of them may have "
        "besides its own. "
        "No event may be under way while words are written."
    )
    return comment(text, indent=0)
