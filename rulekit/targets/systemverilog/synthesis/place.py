"""Placing and routing a design for a Lattice ECP5 with nextpnr, to learn the clock that it reaches.

UltraScale+ has no open tool that places and routes; ECP5 has, and serves to compare designs. A harness shifts
events in and answers out through two pins, so that all paths run between registers and pins don't matter.
Placement depends on chance: several seeds are run and the median taken.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rulekit.targets.systemverilog.names import vector
from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS

DEVICE = ("--25k", "--package", "CABGA381", "--speed", "6")
"""The device: an ECP5 of 24,000 look-up tables, the middle speed grade."""
_ASKED = 500
"""Clock in MHz that the placer is asked for, more than any design reaches, so that it always tries its best."""

Pins = Sequence[tuple[str, int]]
"""Names and widths of ports."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The clock that a design reaches, in MHz by seed."""

    mhz: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median over the seeds, in MHz."""
        return statistics.median(self.mhz)

    def nanoseconds(self, cycles: int) -> float:
        """Return how long so many cycles take at the median clock."""
        return 1000 * cycles / self.median


def harness(module: str, inputs: Pins, outputs: Pins, ties: Mapping[str, str], parameters: str = "") -> str:
    """Return a module of three pins around a design.

    Parameters
    ----------
    module : the design; its clock is ``clk``.
    inputs, outputs : its ports, which are shifted in and out.
    ties : further inputs and the constants that they get.
    parameters : as they stand in the instance.

    """
    event, answer = sum(width for _, width in inputs), sum(width for _, width in outputs)
    pins = [".clk(clk)", *(f".{name}({value})" for name, value in ties.items())]
    pins += _sliced("given", inputs) + _sliced("found", outputs)
    return (
        "module harness (input wire clk, input wire shift_in, output wire shift_out);\n"
        f"    reg {vector(event)} given;\n    wire {vector(answer)} found;\n    reg {vector(answer)} kept;\n"
        "    always @(posedge clk) begin\n"
        f"        given <= {{given, shift_in}};\n        kept <= {{kept, 1'b0}} ^ found;\n    end\n"
        f"    assign shift_out = kept[{answer - 1}];\n"
        f"    {module} {parameters} design_i (\n        {', '.join(pins)}\n    );\nendmodule\n"
    )


def _sliced(bus: str, ports: Pins) -> list[str]:
    pins, low = [], 0
    for name, width in ports:
        pins.append(f".{name}({bus}[{low}+:{width}])")
        low += width
    return pins


def place(sources: Sequence[str], folder: Path, seeds: Sequence[int] = (1, 2, 3)) -> Placement:
    """Synthesise, place and route the module ``harness`` of some files in a folder.

    Raises
    ------
    MissingToolError
        when yosys or nextpnr is not installed.
    RulekitError
        when one of them refuses the design, or it does not fit the device.

    """
    commands = f"read_verilog -sv {' '.join(sources)}; synth_ecp5 -top harness -json ecp5.json"
    YOSYS.run(["-q", "-p", commands], folder)
    return Placement(tuple(_routed(folder, seed) for seed in seeds))


def _routed(folder: Path, seed: int) -> float:
    asked = ["--freq", str(_ASKED), "--seed", str(seed), "--timing-allow-fail", "--report", "report.json"]
    NEXTPNR.run([*DEVICE, "--json", "ecp5.json", "-q", *asked], folder)
    clocks = json.loads((folder / "report.json").read_text(encoding="utf-8"))["fmax"]
    return float(min(clock["achieved"] for clock in clocks.values()))
