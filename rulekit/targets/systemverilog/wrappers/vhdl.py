"""The design as VHDL sees it: a package with its component and constants, and an example of its use.

Vendor tools bind a component to a Verilog module by name, and map ``std_logic`` and ``std_logic_vector`` alone
without loss; so numbers cross the border as plain vectors, and the example shows the conversions from
``unsigned`` and ``signed``. The package keeps to VHDL-93.
"""

from __future__ import annotations

from collections.abc import Iterable

from rulekit.targets.systemverilog.design import Design, Port
from rulekit.targets.systemverilog.names import code_bits, noted

COMPONENT = "decide_component.vhd"
INSTANCE = "decide_instance.vhd"
_LIBRARIES = "\nlibrary ieee;\nuse ieee.std_logic_1164.all;\n"


def vhdl(design: Design, head: str) -> dict[str, str | bytes]:
    """Return the files by name; ``head`` is the comment that each starts with."""
    return {COMPONENT: head + _package(design), INSTANCE: head + _example(design)}


def package_name(design: Design) -> str:
    """Return the name of the package, which is compiled into the library of the design."""
    return f"{design.names.module}_package"


def _package(design: Design) -> str:
    name = package_name(design)
    return (
        f"{_LIBRARIES}\npackage {name} is\n\n{_constants(design)}\n"
        f"    component {design.names.module}\n{_generics(design)}        port (\n"
        + _listed(((_declared(port, way), port.note) for way, port in _ports(design)), 12)
        + f"        );\n    end component;\n\nend {name};\n"
    )


def _ports(design: Design) -> list[tuple[str, Port]]:
    """Return the ports in the order of the module, each with ``in`` or ``out``; the id has no width of its own."""
    latency = design.pipeline.latency
    return [
        ("in", Port("clk", 0, "")),
        ("in", Port("rst", 0, "clears the valid bits; synchronous, active high")),
        ("in", Port("in_valid", 0, "there is an event in this cycle")),
        ("in", Port("in_id", -1, "")),
        *(("in", port) for port in [*design.load, *design.inputs]),
        ("out", Port("out_valid", 0, f"{latency} cycle{'s' if latency > 1 else ''} later")),
        ("out", Port("out_id", -1, "")),
        *(("out", Port(f"out_{port.name}", port.width, port.note, port.signed)) for port in design.outputs),
    ]


def _declared(port: Port, way: str) -> str:
    return f"{port.name} : {way} {_type('std_logic_vector', port)}"


def _type(kind: str, port: Port) -> str:
    if port.width == 0:
        return "std_logic"
    return f"{kind}({'ID_WIDTH - 1' if port.width < 0 else port.width - 1} downto 0)"


def _listed(lines: Iterable[tuple[str, str]], indent: int, end: str = ";") -> str:
    """Return declarations with their notes; all but the last end with a mark."""
    known = list(lines)
    last = len(known) - 1
    return "".join(
        noted(f"{text}{end if place < last else ''}", note, indent, "--")
        for place, (text, note) in enumerate(known)
    )


def _generics(design: Design) -> str:
    lines = [("ID_WIDTH : positive := 32", "bits of the event id, which travels along")]
    lines += [(f"{name} : natural := {on:d}", "register cut") for name, on in design.pipeline.places.items()]
    return f"        generic (\n{_listed(lines, 12)}        );\n"


def _constants(design: Design) -> str:
    latency, rules = "cycles from in_valid to out_valid, with these cuts", "rules that there are"
    parts = [
        _constant("LATENCY", "positive", design.pipeline.latency, latency),
        _constant("RULES", "natural", design.rules, f"{rules} places for" if design.load else rules),
        _constant("DIGEST", "string", f'"{design.low.ruleset.digest}"', "of the law"),
        *_outcomes(design),
        *_rules(design),
        *_steps(design),
    ]
    return "".join(parts)


def _constant(name: str, kind: str, value: object, note: str) -> str:
    return noted(f"constant {name} : {kind} := {value};", note, 4, "--")


def _outcomes(design: Design) -> list[str]:
    names = design.names.outcomes
    width = code_bits(len(names))
    lines = ["\n    -- what out_outcome says\n"]
    for code, (outcome, name) in enumerate(names.items()):
        lines.append(
            _constant(name, f"std_logic_vector({width - 1} downto 0)", f'"{code:0{width}b}"', outcome)
        )
    return lines


def _rules(design: Design) -> list[str]:
    """Return the places of the rules, and under all policies but SCORE the codes that stand for no rule."""
    which = "the rules that the memories start with" if design.load else "the rules"
    lines = [f"\n    -- places of {which}: bits of out_fired, and what out_rule says\n"]
    for place, (rule, net) in enumerate(zip(design.low.rules, design.names.rules, strict=True)):
        lines.append(_constant(net.upper(), "natural", place, rule.rule.id))
    if not design.low.is_score:
        lines.append(_constant("NO_RULE_INVALID", "natural", design.rules, "a required feature is missing"))
        lines.append(_constant("NO_RULE_HITS", "natural", design.rules + 1, ""))
    return lines


def _steps(design: Design) -> list[str]:
    lines = ["\n    -- the step of each number: what its least significant bit stands for\n"]
    for feature in design.low.features:
        if feature.grid is not None:
            name = f"LSB_{design.names.stems[feature.name].upper()}"
            lines.append(_constant(name, "real", 2.0**-feature.grid.fraction, feature.feature.unit or ""))
    return lines if len(lines) > 1 else []


def _example(design: Design) -> str:
    name, ports = f"{design.names.module}_example", _ports(design)
    numbers = [port for way, port in ports if way == "out" and _number(port) != "std_logic_vector"]
    declared = _listed(((f"{p.name} : {way} {_type(_number(p), p)}", "") for way, p in ports), 8)
    signals = "".join(f"    signal {_inner(p)} : {_type('std_logic_vector', p)};\n" for p in numbers)
    generics = ", ".join(f"{place} => {on:d}" for place, on in design.pipeline.places.items())
    pins = _listed(((f"{p.name} => {_actual(p, way)}", "") for way, p in ports), 12, ",")
    converted = "".join(f"    {p.name} <= {_number(p)}({_inner(p)});\n" for p in numbers)
    return (
        f"-- How the design is instantiated: paste what is needed.\n{_LIBRARIES}"
        f"use ieee.numeric_std.all;\n\nlibrary work;\nuse work.{package_name(design)}.all;\n\n"
        f"entity {name} is\n    generic (\n        ID_WIDTH : positive := 32\n    );\n"
        f"    port (\n{declared}    );\n"
        f"end {name};\n\narchitecture example of {name} is\n{signals}begin\n"
        f"    law : {design.names.module}\n"
        f"        generic map (ID_WIDTH => ID_WIDTH, {generics})\n        port map (\n{pins}        );\n"
        f"{converted}end example;\n"
    )


def _number(port: Port) -> str:
    """Return the type in which a port is used: that of numbers where it is one."""
    if port.width <= 0 or port.name in {"out_fired", "out_outcome"}:
        return "std_logic_vector"
    return "signed" if port.signed else "unsigned"


def _inner(port: Port) -> str:
    return f"{port.name.removeprefix('out_')}_bits"


def _actual(port: Port, way: str) -> str:
    if _number(port) == "std_logic_vector":
        return port.name
    return _inner(port) if way == "out" else f"std_logic_vector({port.name})"
