"""A testbench for any simulator: events from a file go in, one a clock, and answers are written or compared.

An event is the bits of all inputs, from the first port at the top to the last, filled up to whole bytes at the top;
an answer is the bits of all outputs likewise. Files are binary, so that a simulator reads a record at a time.
"""

from __future__ import annotations

from rulekit.targets.systemverilog.design import Design, Port
from rulekit.targets.systemverilog.names import vector

TESTBENCH = "testbench.sv"


def event_bits(design: Design) -> int:
    """Return the bits of an event."""
    return sum(port.width or 1 for port in design.inputs)


def answer_bits(design: Design) -> int:
    """Return the bits of an answer."""
    return sum(port.width or 1 for port in design.outputs)


def testbench(design: Design, head: str) -> str:
    """Return the testbench of a design."""
    event, answer = event_bits(design), answer_bits(design)
    inputs = [_wire(port) for port in design.inputs]
    outputs = [_wire(port, "out_") for port in design.outputs]
    pins = [f".{port.name}({port.name})" for port in design.inputs]
    pins += [f".out_{port.name}(out_{port.name})" for port in design.outputs]
    names = ", ".join(port.name for port in design.inputs)
    pins += [f".{port.name}({port.name})" for port in design.load]
    parts = {
        "m": design.names.module,
        "event_bytes": max(1, (event + 7) // 8),
        "answer_bytes": (answer + 7) // 8,
        "answer": vector(answer),
        "latency": design.pipeline.latency,
        "wires": "".join(f"    {line};\n" for line in [*inputs, *outputs]),
        "split": f"    assign {{{names}}} = event_bits[{event - 1}:0];\n" if event else "",
        **dict(
            zip(("usage", "port", "load"), _loading(design) if design.tables else ("", "", ""), strict=True)
        ),
        "join": ", ".join(f"out_{port.name}" for port in design.outputs),
        "pins": ",\n        ".join(pins),
    }
    text = _TESTBENCH
    for name, value in parts.items():
        text = text.replace(f"@{name}@", str(value))
    return head + text


def _wire(port: Port, prefix: str = "") -> str:
    return Port(prefix + port.name, port.width, port.note, port.signed).declared("").strip()


def _loading(design: Design) -> tuple[str, str, str]:
    """Return how the tables are loaded before the first event: in words, the port, and the steps."""
    wires = [port.declared("").strip().replace("wire", "reg") for port in design.load]
    port = "".join(f"    {wire} = 0;\n" for wire in wires)
    sizes = {each.name: vector(each.width) for each in design.load if each.width}
    port += f"    reg {sizes['load_addr']} place;\n    reg {sizes['load_data']} word;\n"
    port += "    reg [8*128-1:0] comment;\n    integer writes;\n"
    usage = "// +program=FILE    writes that load other tables first: a line each, as program.txt has them\n"
    return usage, port, _LOAD


_LOAD = """        if ($value$plusargs("program=%s", path)) begin
            writes = $fopen(path, "r");
            while (!$feof(writes)) begin
                load_en = $fscanf(writes, "%h %h\\n", place, word) == 2;
                load_addr = place;  // on its own, as event_bits below
                load_data = word;
                if (load_en) tick;
                else got = $fgets(comment, writes);
            end
            load_en = 1'b0;
        end
"""

_TESTBENCH = """//
// +events=FILE     events to decide; see the comment at event_bits
// +answers=FILE    where answers go, a line of hexadecimal digits each
// +expected=FILE   answers to compare with, in binary as events are
// +gaps=1          leave cycles without an event now and then
@usage@
`timescale 1ns / 1ps
`default_nettype none

module @m@_testbench;
    localparam LATENCY = @latency@;
    localparam EVENT_BYTES = @event_bytes@;
    localparam ANSWER_BYTES = @answer_bytes@;

    reg clk = 1'b0;
    reg rst = 1'b1;
    reg in_valid = 1'b0;
    reg [31:0] in_id = 32'd0;
    wire out_valid;
    wire [31:0] out_id;
@port@@wires@
    // the inputs in the order of the ports, the first one at the top
    reg [8*EVENT_BYTES-1:0] event_bits = 0;
    reg [8*EVENT_BYTES-1:0] record = 0;
@split@
    // the outputs in the order of the ports, the first one at the top
    wire @answer@ answer = {@join@};
    reg [8*ANSWER_BYTES-1:0] wanted = 0;

    @m@ #(.ID_WIDTH(32)) law (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_id(in_id), .out_valid(out_valid), .out_id(out_id),
        @pins@
    );

    reg [8*1024-1:0] path;
    integer events, answers, expected, got, idle, decided, differ, gaps;

    task tick;
        begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
    endtask

    // an answer comes out: it is the next event's, and what was expected
    task check;
        begin
            if (out_id !== decided) begin
                differ = differ + 1;
                $display("event %0d: an answer with the id %0d", decided, out_id);
            end
            if (answers != 0) $fwrite(answers, "%h\\n", answer);
            if (expected != 0) begin
                got = $fread(wanted, expected);
                if (got != ANSWER_BYTES || answer !== wanted@answer@) begin
                    differ = differ + 1;
                    if (differ <= 10) $display("event %0d: expected %h, got %h", decided, wanted@answer@, answer);
                end
            end
            decided = decided + 1;
        end
    endtask

    initial begin
        answers = 0;
        expected = 0;
        gaps = 0;
        idle = 0;
        decided = 0;
        differ = 0;
        if (!$value$plusargs("events=%s", path)) $display("name the events: +events=FILE");
        events = $fopen(path, "rb");
        if ($value$plusargs("answers=%s", path)) answers = $fopen(path, "w");
        if ($value$plusargs("expected=%s", path)) expected = $fopen(path, "rb");
        if ($value$plusargs("gaps=%d", gaps)) $display("with gaps");
        tick;
        rst = 1'b0;
@load@        while (events != 0 && idle <= LATENCY) begin
            if (gaps != 0 && ($random & 3) == 0) begin
                in_valid = 1'b0;
            end else begin
                got = $fread(record, events);
                event_bits = record;  // nets follow this; Verilator 5.006 lets none follow $fread
                in_valid = got == EVENT_BYTES;
                idle = in_valid ? 0 : idle + 1;
            end
            tick;
            if (in_valid) in_id = in_id + 1;
            if (out_valid) check;
        end
        $display("%0d events, %0d differ", decided, differ);
        if (differ != 0) $fatal(1, "the answers differ");
        $finish;
    end
endmodule

`default_nettype wire
"""
