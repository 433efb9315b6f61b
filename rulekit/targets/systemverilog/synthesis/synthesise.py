"""Synthesis with yosys: look-up tables, registers and levels for UltraScale+, netlists for ECP5.

Whole designs are flattened, and pins, clock buffers and carry chains left out: what is counted is the logic
that the design adds to a larger one. A shift register in look-up tables would hide registers, so there are
none.
"""

from __future__ import annotations

import json
from pathlib import Path

from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.emit import ENTRY
from rulekit.targets.systemverilog.synthesis.netlist import Netlist
from rulekit.targets.systemverilog.tools import YOSYS

CELLS = "+/xilinx/cells_sim.v"
"""What the cells of a netlist do, in yosys' own library."""
FLOW = "synth_xilinx -family xcup -flatten -nocarry -nosrl -noiopad -noclkbuf"
"""The flow that resources are counted with."""


def script(top: str, sources: str, parameters: dict[str, int]) -> str:
    """Return the commands that synthesise a module for UltraScale+."""
    given = " ".join(f"-set {name} {value}" for name, value in parameters.items())
    chosen = f"chparam {given} {top}; " if given else ""
    return f"read_verilog -sv {sources}; {chosen}{FLOW} -top {top}; "


def netlist_text(design: Design, folder: Path) -> str:
    """Synthesise a design whose sources lie in a folder, and return the netlist as Verilog."""
    top = design.names.module
    commands = script(top, ENTRY, {"ID_WIDTH": 1}) + f"rename {top} netlist; write_verilog -noattr out.v"
    YOSYS.run(["-q", "-p", commands], folder)
    return (folder / "out.v").read_text(encoding="utf-8")


def netlist_of(top: str, sources: str, folder: Path, parameters: dict[str, int] | None = None) -> Netlist:
    """Synthesise a module whose sources lie in a folder, and return its cells and wires.

    Raises
    ------
    MissingToolError
        when yosys is not installed.
    RulekitError
        when yosys refuses the sources.

    """
    commands = script(top, sources, parameters or {}) + "write_json out.json"
    YOSYS.run(["-q", "-p", commands], folder)
    return Netlist(json.loads((folder / "out.json").read_text(encoding="utf-8"))["modules"][top])
