"""The module around the law: masks, prescales, counters, and a bus to set and read them.

The law inside is the same text with the same latency, and its answers pass as they are. What is kept of an event
comes some clocks later, because the hash that prescales needs them: it starts with the id of the event, beside the
law, one addition a clock, and the hits wait for it in shift registers. See ``docs/guide/fpga-registers.md``.

Chosen: a place that is compared with a register, so that a prescale is any number and is changed by one write;
counters that go round and say so, because a counter that stops at its top loses what came after and its rate; a
snapshot that copies all counters in one clock, so that what is read adds up; a clear that counts an event of the
same clock after it, so that no event is lost between two readings.
"""

from __future__ import annotations

from rulekit.errors import Refusal
from rulekit.ir.numerics import Numerics
from rulekit.ir.prescale import key, last_kept
from rulekit.ir.ruleset import Ruleset
from rulekit.targets.systemverilog.design import Design, Port
from rulekit.targets.systemverilog.names import code_bits, comment, noted, vector
from rulekit.targets.systemverilog.options import Options, Output
from rulekit.targets.systemverilog.rtl.stages import SUM
from rulekit.targets.systemverilog.wrappers.control_blocks import filled, pieces
from rulekit.targets.systemverilog.wrappers.registers import (
    COMMAND,
    MIXED,
    MOST_RULES,
    described,
    latency_of_kept,
    registers,
)

CONTROL = "control.sv"
_NEEDED: tuple[Output, ...] = ("outcome", "fired")


def refuses(ruleset: Ruleset, numerics: Numerics, options: Options) -> tuple[Refusal, ...]:
    """Return what the options refuse: prescales without ``control``, and what ``control`` has no room for."""
    del numerics
    if not options.control:
        reason, remedy = (
            "the law sees no event id",
            "compile with --option control=true, or prescale hits after the target",
        )
        scaled = (rule for rule in ruleset.rules if rule.prescale > 1)
        return tuple(Refusal(rule.id, f"prescale {rule.prescale}", reason, remedy) for rule in scaled)
    found = [
        Refusal(
            None, "option control", f"it counts by the output {name}", f"add {name} to the option outputs"
        )
        for name in _NEEDED
        if name not in options.outputs
    ]
    if options.architecture == "tables":
        reason, remedy = (
            "tables can be loaded with another ruleset than its registers name",
            "compile to comparators",
        )
        found.append(Refusal(None, "option control", reason, remedy))
    if len(ruleset.rules) > MOST_RULES:
        reason, remedy = (
            f"its bus has addresses for {MOST_RULES} rules",
            "compile without control, or in parts",
        )
        found.append(Refusal(None, "option control", reason, remedy))
    return tuple(found)


def control(design: Design, head: str) -> str:
    """Return the file with the control module; ``head`` is the comment at its top."""
    notes = f"{comment(_ABOUT, 0)}//\n// Registers by address:\n{described(design)}"
    modules = pieces(design.names.module) + _module(design)
    return f"{head}//\n{notes}\n`default_nettype none\n{modules}\n`default_nettype wire\n"


_ABOUT = """The law with masks, prescales, counters and a register bus. Its own answers pass as they are; kept_* is
what is left of them after masks and prescales, later. Bus: with bus_en high in a clock, bus_wdata is written to the
word bus_addr, or that word is in bus_rdata from the next clock on. A word that is not in the table reads 0, and a
write to it does nothing. rst brings masks and prescales of the law back, and sets counters to 0."""


def _module(design: Design) -> str:
    bits = code_bits(design.rules)
    parts = {
        "policy": _policy(design),
        "instances": _instances(design),
        "counters": _counters(design),
        "m": design.names.module,
        "ports": _ports(design),
        "rules": max(design.rules, 1),
        "law": _law(design),
        "waits": MIXED + 2 - design.pipeline.latency,
        "accepted": _accepted(design, "out_"),
        "invalid": f"out_outcome == {_code(design, -1)}",
        "command": f"{COMMAND:04x}",
        "places": 1 << bits,
        "index": f"place[{bits - 1}:0]",
        "within": f"~|place[11:{bits}]" if bits < 12 else "1'b1",
        "facts": _facts(design),
    }
    return filled(_MODULE, parts)


def _code(design: Design, place: int) -> str:
    outcomes = design.low.ruleset.outcomes
    return f"{code_bits(len(outcomes))}'d{place % len(outcomes)}"


def _accepted(design: Design, prefix: str) -> str:
    """Return whether an event is accepted, by the output for that or by the outcome."""
    if "accept" in design.options.outputs:
        return f"{prefix}accept"
    otherwise = design.low.ruleset.outcomes.index(design.low.ruleset.otherwise)
    outcome = f"{prefix}outcome"
    return f"{outcome} != {_code(design, otherwise)} && {outcome} != {_code(design, -1)}"


def _answers(design: Design) -> list[Port]:
    return [port for port in design.outputs if port.name != "fired"]


def _prefixed(port: Port, prefix: str) -> Port:
    return Port(prefix + port.name, port.width, port.note, port.signed)


def _ports(design: Design) -> str:
    later = f"{latency_of_kept(design)} cycles after in_valid"
    lines = [("input  wire clk", ""), ("input  wire rst", "synchronous, active high")]
    lines += [
        ("input  wire in_valid", "there is an event in this cycle"),
        ("input  wire [ID_WIDTH-1:0] in_id", ""),
    ]
    lines += [(port.declared("input "), port.note) for port in design.inputs]
    lines += [
        ("output wire out_valid", f"{design.pipeline.latency} cycles later"),
        ("output wire [ID_WIDTH-1:0] out_id", ""),
    ]
    lines += [(_prefixed(port, "out_").declared("output"), port.note) for port in design.outputs]
    lines += [("output wire kept_valid", later), ("output wire [ID_WIDTH-1:0] kept_id", "")]
    lines += [(f"output wire {vector(max(design.rules, 1))} kept", "a bit for each rule: a hit that is kept")]
    lines += [
        (_prefixed(port, "kept_").declared("output"), f"{port.note}; of what is kept")
        for port in _answers(design)
    ]
    lines += [("input  wire bus_en", "a word is read or written"), ("input  wire bus_write", "it is written")]
    lines += [("input  wire [15:0] bus_addr", "of a word of 32 bits"), ("input  wire [31:0] bus_wdata", "")]
    lines += [("output reg  [31:0] bus_rdata", "the word that was read in the clock before")]
    last = len(lines) - 1
    return "".join(noted(f"{text}{',' if n < last else ''}", note) for n, (text, note) in enumerate(lines))


def _law(design: Design) -> str:
    names = ["clk", "rst", "in_valid", "in_id", *(port.name for port in design.inputs), "out_valid", "out_id"]
    return ",\n        ".join(
        f".{name}({name})" for name in [*names, *(f"out_{port.name}" for port in design.outputs)]
    )


def _policy(design: Design) -> str:
    """Return the policy over kept hits, and the cuts up to the outputs."""
    answers, cuts = _answers(design), design.pipeline.places.get(SUM, 0)
    score = (
        (f" #(.{SUM}({design.pipeline.places[SUM]:d}))", ".clk(clk), ") if design.low.is_score else ("", "")
    )
    parts = {
        "m": design.names.module,
        "wires": "".join(f"    {_prefixed(port, 'of_kept_').declared('').strip()};\n" for port in answers),
        "cut_sum": score[0],
        "clock": score[1],
        "pins": "".join(f",\n        .{port.name}(of_kept_{port.name})" for port in answers),
        "late": "".join(_late(design, number) for number in range(cuts)),
        "last": f"late_{cuts}",
        "width": sum(port.width or 1 for port in answers),
        "answers": ", ".join(f"of_kept_{port.name}" for port in answers),
        "outputs": ", ".join(f"kept_{port.name}" for port in answers),
    }
    return filled(_POLICY, parts)


def _late(design: Design, number: int) -> str:
    """Return one delay of the event whose kept hits are summed."""
    after = f"late_{number + 1}"
    return (
        f"    wire [LATE-1:0] {after};\n"
        f"    {design.names.module}_cut #(.WIDTH(LATE), .VALID(1)) {after}_cut (\n"
        f"        .clk(clk), .rst(rst), .d(late_{number}), .q({after})\n    );\n"
    )


_POLICY = """@wires@    @m@_policy@cut_sum@ policy (
        @clock@.fired(kept_hits), .invalid(held[RULES])@pins@
    );
    localparam LATE = ID_WIDTH + 2 * RULES + 3;
    wire [LATE-1:0] late_0 = {waiting[WAITS-1] & ~rst, held, kept_hits};
@late@    @m@_cut #(.WIDTH(LATE + @width@), .ON(1)) kept_cut (
        .clk(clk), .rst(1'b0),
        .d({@last@[LATE-1] & ~rst, @last@[LATE-2:0], @answers@}),
        .q({kept_valid, kept_id, accepted, invalid, hits, kept, @outputs@})
    );
"""


def _instances(design: Design) -> str:
    lines = []
    for place, (low, net) in enumerate(zip(design.low.rules, design.names.rules, strict=True)):
        rule = low.rule
        scale = f", one hit in {rule.prescale}" if rule.prescale > 1 else ""
        parts = {
            "m": design.names.module,
            "key": f"64'h{key(design.options.seed, rule.id):016x}",
            "last": f"32'h{last_kept(rule.prescale):08x}",
            "net": net,
            "n": place,
        }
        lines += ["\n", comment(f"{rule.id}{scale}"), filled(_INSTANCE, parts)]
    spare = (1 << code_bits(design.rules)) - design.rules
    lines += [] if design.rules else ["    assign kept_hits = 1'b0;\n"]
    return "".join(lines) + (filled(_SPARE, {"n": design.rules, "spare": spare}) if spare else "")


_INSTANCE = """    @m@_rule_control #(
        .KEY(@key@), .PRESCALE(@last@)
    ) @net@ (
        .clk(clk), .rst(rst), .fold(fold), .hit(waited[@n@]), .kept(kept_hits[@n@]),
        .count_hit(kept_valid & hits[@n@]), .count_kept(kept_valid & kept[@n@]),
        .snapshot(snapshot), .clear(clear), .bus_wdata(bus_wdata),
        .write_mask(write_mask & place == 12'd@n@), .write_prescale(write_prescale & place == 12'd@n@),
        .mask(masks[@n@]), .prescale(prescales[32*@n@+:32]),
        .hits_shown(all_hits[32*@n@+:32]), .kept_shown(all_kept[32*@n@+:32]), .went_round(all_round[2*@n@+:2])
    );
"""

_SPARE = """
    // places without a rule read 0
    assign masks[@n@+:@spare@] = 0;
    assign prescales[32*@n@+:32*@spare@] = 0;
    assign all_hits[32*@n@+:32*@spare@] = 0;
    assign all_kept[32*@n@+:32*@spare@] = 0;
    assign all_round[2*@n@+:2*@spare@] = 0;
"""


def _counters(design: Design) -> str:
    """Return the counters of the whole design."""
    flags = {"events": "kept_valid", "invalid": "kept_valid & invalid", "accepted": "kept_valid & accepted"}
    flags["kept_accepted"] = f"kept_valid & ({_accepted(design, 'kept_')})"
    return "".join(
        filled(_COUNTER, {"m": design.names.module, "name": name, "flag": flag, "n": place})
        for place, (name, flag) in enumerate(flags.items())
    )


_COUNTER = """    @m@_counter @name@_counter (
        .clk(clk), .rst(rst), .count(@flag@), .snapshot(snapshot), .clear(clear),
        .shown(all_@name@), .shown_round(went_round[@n@])
    );
"""


def _facts(design: Design) -> str:
    """Return what a read of each word of the whole design gives."""
    shown = {
        "EVENTS": "all_events",
        "INVALID": "all_invalid",
        "ACCEPTED": "all_accepted",
        "KEPT_ACCEPTED": "all_kept_accepted",
        "OVERFLOW": "{28'd0, went_round}",
        "CLOCKS_LOW": "clocks_shown[31:0]",
        "CLOCKS_HIGH": "clocks_shown[63:32]",
    }
    found = [
        register for register in registers(design) if register.rule is None and register.access != "write"
    ]
    words = [(each, shown.get(each.name, f"32'h{each.value:08x}")) for each in found]
    return "".join(
        noted(f"16'h{each.address:04x}: word = {value};", each.meaning, 12) for each, value in words
    )


_MODULE = """
module @m@_control #(
    parameter ID_WIDTH = 64  // bits of the event id; prescales see 64 of them, a shorter one as a number
) (
@ports@);
    localparam RULES = @rules@;

    // ---- the law, as it is
    @m@ #(.ID_WIDTH(ID_WIDTH)) law (
        @law@
    );

    // ---- the hash of the id, beside the law: both halves one after the other, for all rules, in 8 clocks
    wire [ID_WIDTH+63:0] padded = {64'd0, in_id};
    wire [31:0] high;
    wire [31:0] low;
    wire [31:0] fold;
    @m@_mix high_mix (.clk(clk), .word(padded[63:32]), .mixed(high));
    @m@_delay #(.WIDTH(32), .CLOCKS(4)) low_delay (.clk(clk), .d(padded[31:0]), .q(low));
    @m@_mix low_mix (.clk(clk), .word(high ^ low), .mixed(fold));

    // ---- the answer of the law waits for it
    localparam EVENT = ID_WIDTH + RULES + 2;
    localparam WAITS = @waits@;
    wire [EVENT-1:0] answer = {
        out_id, @accepted@, @invalid@, out_fired
    };
    wire [EVENT-1:0] waited;
    @m@_delay #(.WIDTH(EVENT), .CLOCKS(WAITS-1)) answer_delay (
        .clk(clk), .d(answer), .q(waited)
    );
    reg [EVENT-1:0] held;
    reg [WAITS-1:0] waiting;
    always @(posedge clk) begin
        held <= waited;
        waiting <= rst ? {WAITS{1'b0}} : {waiting[WAITS-2:0], out_valid};
    end

    // ---- what is kept, by the hit policy of the law
    wire [RULES-1:0] kept_hits;
    wire accepted;
    wire invalid;
    wire [RULES-1:0] hits;
@policy@
    // ---- the bus: what is written
    wire [11:0] place = bus_addr[14:3];
    wire write_rule = bus_en & bus_write & bus_addr[15];
    wire write_mask = write_rule & bus_addr[2:0] == 3'd0;
    wire write_prescale = write_rule & bus_addr[2:0] == 3'd1;
    wire command = bus_en & bus_write & bus_addr == 16'h@command@;
    wire snapshot = command & bus_wdata[0];
    wire clear = command & bus_wdata[1];

    // ---- counters of the whole design
    wire [31:0] all_events;
    wire [31:0] all_invalid;
    wire [31:0] all_accepted;
    wire [31:0] all_kept_accepted;
    wire [3:0] went_round;
@counters@    reg [63:0] clocks;
    reg [63:0] clocks_shown;
    always @(posedge clk) begin
        clocks <= rst ? 64'd0 : (clear ? 64'd0 : clocks) + 64'd1;
        if (rst) clocks_shown <= 64'd0;
        else if (snapshot) clocks_shown <= clocks;
    end

    // ---- the rules: registers and counters, of a power of two so that a read is a choice of words
    wire [@places@-1:0] masks;
    wire [32*@places@-1:0] prescales;
    wire [32*@places@-1:0] all_hits;
    wire [32*@places@-1:0] all_kept;
    wire [2*@places@-1:0] all_round;
@instances@
    // ---- the bus: what is read
    reg [31:0] word_of_rule;
    always @* begin
        case (bus_addr[2:0])
            3'd0: word_of_rule = {31'd0, masks[@index@]};
            3'd1: word_of_rule = prescales[{@index@, 5'd0}+:32];
            3'd2: word_of_rule = all_hits[{@index@, 5'd0}+:32];
            3'd3: word_of_rule = all_kept[{@index@, 5'd0}+:32];
            3'd4: word_of_rule = {30'd0, all_round[{@index@, 1'b0}+:2]};
            default: word_of_rule = 32'd0;
        endcase
    end
    reg [31:0] word;
    always @* begin
        case (bus_addr)
@facts@            default: word = 32'd0;
        endcase
    end
    always @(posedge clk) begin
        if (rst) bus_rdata <= 32'd0;
        else if (bus_en & ~bus_write) begin
            bus_rdata <= ~bus_addr[15] ? word : @within@ ? word_of_rule : 32'd0;
        end
    end

    wire unused = &{
        1'b0, padded[ID_WIDTH+63:64], bus_wdata[31:2], place, fold, hits, write_mask, write_prescale
    };
endmodule
"""
