"""Miters: circuits with one output that is 1 exactly where two designs answer differently, for all inputs.

:func:`law` sets the design without pipeline registers beside the golden model, :func:`pipeline` the design with its
registers beside the golden model at its latency, and :func:`netlist` the synthesised netlist beside the design. A
pipeline has no loop, so that its outputs depend on the inputs of the last cycles alone: one unrolling over the
latency, from an arbitrary state, proves it for all time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rulekit.targets.systemverilog.design import Design, Port
from rulekit.targets.systemverilog.names import vector
from rulekit.targets.systemverilog.proof.golden import MODULE as GOLDEN
from rulekit.targets.systemverilog.rtl.score import heaps, rows_place, sum_registers
from rulekit.targets.systemverilog.rtl.stages import ANSWER, SUM
from rulekit.targets.systemverilog.tables.logic import TIED

NETLIST = "netlist"
_CONTROL = ("clk", "rst", "in_valid", "in_id")
_TOGETHER = 4
"""Heaps in one lemma: to read the circuit takes the prover as long as to show that a heap is right."""


@dataclass(frozen=True, slots=True)
class Lemma:
    """Pairs of signals that are equal from a cycle on; proved first, it lets the prover see inside."""

    pairs: tuple[tuple[str, str], ...]
    cycle: int = 0


@dataclass(frozen=True, slots=True)
class Miter:
    """A circuit whose output ``bad`` is to be proved 0 after some cycles, with lemmas that help."""

    text: str
    cycles: int
    lemmas: tuple[Lemma, ...] = ()


def law(design: Design) -> Miter:
    """Return the design without registers beside the golden model."""
    cuts = ", ".join(f".{place}(0)" for place in design.pipeline.places)
    body = (
        _instance(design, design.names.module, "gate", f"#(.ID_WIDTH(1), {cuts})")
        + _golden(design, [port.name for port in design.inputs])
        + f"    assign bad = {_bus(design, 'gate')} != {_bus(design, 'gold')};\n"
    )
    return Miter(_module(design, body), 0, _sums(design, 0))


def pipeline(design: Design) -> Miter:
    """Return the design with its registers beside the golden model, with delays so that both answer at once."""
    before = _before_sums(design)
    after = design.pipeline.latency - before
    total = sum(port.width or 1 for port in design.inputs)
    joined = ", ".join(port.name for port in design.inputs)
    body = [_instance(design, design.names.module, "gate", "#(.ID_WIDTH(1))")]
    body.append(_delayed("inputs", f"{{{joined}}}" if joined else "1'b0", max(total, 1), before))
    values, top = [], total
    for port in design.inputs:
        top -= port.width or 1
        values.append(f"inputs_{before}[{top}+:{port.width or 1}]")
    body.append(_golden(design, values))
    answer = sum(port.width or 1 for port in design.outputs)
    body.append(_delayed("answer", _bus(design, "gold"), answer, after))
    body.append(_events(design.pipeline.latency))
    body.append(
        f"    assign bad = {{gate_valid, gate_id, {_bus(design, 'gate')[1:]} != "
        f"{{event_{design.pipeline.latency}, answer_{after}}};\n"
    )
    return Miter(_module(design, "".join(body)), design.pipeline.latency, _sums(design, before))


def netlist(design: Design) -> Miter:
    """Return the netlist beside the design, at the same latency."""
    body = (
        _instance(design, design.names.module, "gold", "#(.ID_WIDTH(1))")
        + _instance(design, NETLIST, "gate", "")
        + f"    assign bad = {{gate_valid, gate_id, {_bus(design, 'gate')[1:]} != "
        f"{{gold_valid, gold_id, {_bus(design, 'gold')[1:]};\n"
    )
    return Miter(_module(design, body), design.pipeline.latency, tuple(_registers(design)))


def _registers(design: Design) -> Iterator[Lemma]:
    """Yield that netlist and design keep the same in the registers on the way of a sum, cut by cut."""
    if not design.low.is_score or not design.pipeline.sums:
        return
    hits = _before_rules_end(design)
    if hits:
        yield Lemma((_same(f"hits_cut.q[{design.rules - 1}:0]"),), hits)
    for cut, words in enumerate(sum_registers(design.names, design.pipeline.sums), start=1):
        yield Lemma(tuple(_same(f"policy.{word}") for word in words), hits + cut)


def _before_rules_end(design: Design) -> int:
    """Return the number of registers up to the hits of the rules."""
    return sum(on for place, on in design.pipeline.places.items() if place not in {SUM, ANSWER})


def _before_sums(design: Design) -> int:
    """Return the number of registers up to the sum of each heap: those of its rows come before."""
    rows = rows_place(heaps(design.names)) if design.pipeline.sums else 0
    return _before_rules_end(design) + sum(place <= rows for place in design.pipeline.sums)


def _same(signal: str) -> tuple[str, str]:
    return f"gate.{signal}", f"gold.{signal}"


def _sums(design: Design, cycle: int) -> tuple[Lemma, ...]:
    """Return that the heaps of points are the golden model's partial sums; one heap needs no splitting."""
    sums = heaps(design.names) if design.low.is_score and not design.tables else []
    pairs = []
    for number, heap in enumerate(sums if len(sums) > 1 else [], start=1):
        part = f"gold.part_{number - 1}"
        equal = (f"gate.policy.points_{number}", f"{part}[{heap.width - 1}:0]")
        rest = (f"{part}[65:{heap.width}]", "0")  # the golden model is wider
        pairs.append((equal, rest))
    groups = (pairs[start : start + _TOGETHER] for start in range(0, len(pairs), _TOGETHER))
    return tuple(Lemma(tuple(pair for both in group for pair in both), cycle) for group in groups)


def _module(design: Design, body: str) -> str:
    ports = [f"input wire {name}" for name in _CONTROL] + [port.declared("input") for port in design.inputs]
    head = ",\n    ".join([*ports, "output wire bad"])
    return f"module miter (\n    {head}\n);\n{body}endmodule\n"


def _wires(design: Design, side: str) -> str:
    return "".join(f"    {_wire(port, side)};\n" for port in design.outputs)


def _wire(port: Port, side: str) -> str:
    return Port(f"{side}_{port.name}", port.width, "", port.signed).declared("").strip()


def _bus(design: Design, side: str) -> str:
    return f"{{{', '.join(f'{side}_{port.name}' for port in design.outputs)}}}"


def _instance(design: Design, module: str, side: str, parameters: str) -> str:
    pins = [f".{name}({name})" for name in _CONTROL] + [
        f".{port.name}({port.name})" for port in design.inputs
    ]
    pins += TIED if design.tables else ()
    pins += [f".out_valid({side}_valid)", f".out_id({side}_id)"]
    pins += [f".out_{port.name}({side}_{port.name})" for port in design.outputs]
    wires = f"    wire {side}_valid, {side}_id;\n{_wires(design, side)}"
    return f"{wires}    {module} {parameters} {side} (\n        {', '.join(pins)}\n    );\n"


def _golden(design: Design, values: list[str]) -> str:
    """Return the golden model with its inputs taken from some expressions, in the order of the ports."""
    pins = [f".{port.name}({value})" for port, value in zip(design.inputs, values, strict=True)]
    pins += [f".{port.name}(gold_{port.name})" for port in design.outputs]
    return f"{_wires(design, 'gold')}    {GOLDEN} gold (\n        {', '.join(pins)}\n    );\n"


def _delayed(name: str, value: str, width: int, cycles: int) -> str:
    """Return nets ``name_0`` to ``name_cycles``, each a cycle after the one before."""
    lines = [f"    wire {vector(width)} {name}_0 = {value};\n"]
    for cycle in range(1, cycles + 1):
        lines.append(f"    reg {vector(width)} {name}_{cycle};\n")
        lines.append(f"    always @(posedge clk) {name}_{cycle} <= {name}_{cycle - 1};\n")
    return "".join(lines)


def _events(cycles: int) -> str:
    """Return the valid bit and the id, delayed; a reset clears the valid bit at each step."""
    lines = ["    wire [1:0] event_0 = {in_valid, in_id};\n"]
    for cycle in range(1, cycles + 1):
        before = f"event_{cycle - 1}"
        lines.append(f"    reg [1:0] event_{cycle};\n")
        lines.append(f"    always @(posedge clk) event_{cycle} <= {{{before}[1] & ~rst, {before}[0]}};\n")
    return "".join(lines)
