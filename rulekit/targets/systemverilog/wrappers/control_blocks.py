"""Blocks of the control module: the hash in steps of a clock, delays, counters, and the registers of a rule."""

from __future__ import annotations

from collections.abc import Mapping

from rulekit.ir.prescale import STEPS, Step


def pieces(module: str) -> str:
    """Return the modules below the control module; ``module`` is the name of the law."""
    return filled(_PIECES, {"mix": _mix(), "m": module})


def filled(text: str, parts: Mapping[str, object]) -> str:
    """Return a text with each ``@name@`` replaced, in the order of the parts."""
    for name, value in parts.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def _mix() -> str:
    """Return the steps of the hash: each addition takes a clock, and what follows it up to the next."""
    wires, held, word = [], [], "word"
    for number, step in enumerate(STEPS, start=1):
        wires.append(f"    wire [31:0] step_{number} = {_step(word, step)};\n")
        word = f"step_{number}"
        if number == len(STEPS) or STEPS[number].inner == "+":
            wires.append(f"    reg [31:0] step_{number}_q;\n")
            held.append(f"        step_{number}_q <= step_{number};\n")
            word += "_q"
    return f"{''.join(wires)}    always @(posedge clk) begin\n{''.join(held)}    end\n    assign mixed = {word};\n"


def _step(word: str, step: Step) -> str:
    shifted = f"({word} {'<<' if step.shift > 0 else '>>'} {abs(step.shift)})"
    return f"({word} {step.inner} 32'h{step.constant:08x}) {step.outer} {shifted}"


_PIECES = """
// A word mixed by Bob Jenkins' six shifts, 4 clocks later.
module @m@_mix (
    input  wire clk,
    input  wire [31:0] word,
    output wire [31:0] mixed
);
@mix@endmodule

// A bus some clocks later; no reset, so that it becomes shift registers.
module @m@_delay #(
    parameter WIDTH = 1,
    parameter CLOCKS = 2
) (
    input  wire clk,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    reg [WIDTH*CLOCKS-1:0] line;
    always @(posedge clk) line <= {line[WIDTH*(CLOCKS-1)-1:0], d};
    assign q = line[WIDTH*CLOCKS-1-:WIDTH];
endmodule

// A counter of 32 bits that goes round, remembers that it did, and shows what it was at the snapshot.
module @m@_counter (
    input  wire clk,
    input  wire rst,
    input  wire count,
    input  wire snapshot,
    input  wire clear,
    output reg  [31:0] shown,
    output reg  shown_round
);
    reg [31:0] total;
    reg went_round;
    wire [32:0] next = {1'b0, clear ? 32'd0 : total} + {32'd0, count};
    always @(posedge clk) begin
        total <= rst ? 32'd0 : next[31:0];
        went_round <= ~rst & (next[32] | (went_round & ~clear));
        if (rst) begin
            shown <= 32'd0;
            shown_round <= 1'b0;
        end else if (snapshot) begin
            shown <= total;
            shown_round <= went_round;
        end
    end
endmodule

// The mask, the prescale and the counters of one rule.
module @m@_rule_control #(
    parameter [63:0] KEY = 64'd0,
    parameter [31:0] PRESCALE = 32'hffffffff
) (
    input  wire clk,
    input  wire rst,
    input  wire [31:0] fold,  // of the id of an event
    input  wire hit,  // of the rule on the event, 5 clocks later
    output reg  kept,  // a clock after the hit
    input  wire count_hit,
    input  wire count_kept,
    input  wire snapshot,
    input  wire clear,
    input  wire write_mask,
    input  wire write_prescale,
    input  wire [31:0] bus_wdata,
    output reg  mask,
    output reg  [31:0] prescale,
    output wire [31:0] hits_shown,
    output wire [31:0] kept_shown,
    output wire [1:0] went_round
);
    wire [31:0] mixed;
    @m@_mix mix (.clk(clk), .word(fold ^ KEY[31:0]), .mixed(mixed));
    reg keep;
    always @(posedge clk) begin
        keep <= (mixed ^ KEY[63:32]) <= prescale;
        kept <= hit & keep & mask;
    end
    always @(posedge clk) begin
        if (rst) mask <= 1'b1;
        else if (write_mask) mask <= bus_wdata[0];
        if (rst) prescale <= PRESCALE;
        else if (write_prescale) prescale <= bus_wdata;
    end
    @m@_counter hits_counter (
        .clk(clk), .rst(rst), .count(count_hit), .snapshot(snapshot), .clear(clear),
        .shown(hits_shown), .shown_round(went_round[0])
    );
    @m@_counter kept_counter (
        .clk(clk), .rst(rst), .count(count_kept), .snapshot(snapshot), .clear(clear),
        .shown(kept_shown), .shown_round(went_round[1])
    );
endmodule
"""
