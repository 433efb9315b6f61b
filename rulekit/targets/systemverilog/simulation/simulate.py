"""Run the emitted testbench on events: Icarus Verilog starts at once, Verilator is forty times as fast.

Both read the same files and give the same answers. Icarus compiles a design in hundredths of a second and decides
some 70,000 events a second; Verilator takes seconds to compile and decides millions.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy.typing as npt

from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.simulation.vectors import Columns, packed, parsed
from rulekit.targets.systemverilog.tools import ICARUS, VERILATOR, VVP, Tool

MANY = 200_000
"""Events from which compiling with Verilator pays, where it is installed."""
_CHUNK = 1 << 16


class Simulation:
    """A design with its testbench, compiled when it is first needed; its folder is deleted with the object."""

    def __init__(self, design: Design, files: Mapping[str, bytes]) -> None:
        self.design = design
        self.folder = Path(tempfile.mkdtemp(prefix="rulekit-sim-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.sources = [name for name in files if name.endswith(".sv")]
        for name in files:
            if name.endswith((".sv", ".mem")):
                (self.folder / name).write_bytes(files[name])

    @cached_property
    def _icarus(self) -> str:
        ICARUS.run(["-g2012", "-o", "sim.vvp", "-s", self._top, *self.sources], self.folder)
        return "sim.vvp"

    @cached_property
    def _verilator(self) -> Path:
        flags = ["--binary", "--timing", "-O3", "-Wno-fatal", "--Mdir", "verilated", "-o", "sim"]
        VERILATOR.run([*flags, "--top", self._top, *self.sources], self.folder)
        return self.folder / "verilated" / "sim"

    @property
    def _top(self) -> str:
        return f"{self.design.names.module}_testbench"

    def decide(self, columns: Columns, events: int) -> dict[str, npt.NDArray[Any]]:
        """Return the answers of events, by output; see :func:`.vectors.parsed`.

        Parameters
        ----------
        columns : codes by input port, each of shape (events,).
        events : how many there are, because a design may have no input.

        Raises
        ------
        MissingToolError
            when there is no simulator.
        RulekitError
            when a simulator fails, or an answer is not defined.

        """
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            given, found = Path(scratch) / "events.bin", Path(scratch) / "answers.txt"
            self.write(given, columns, events)
            self.run([f"+events={given}", f"+answers={found}"], events)
            return parsed(self.design.outputs, found.read_bytes(), events)

    def write(self, path: Path, columns: Columns, events: int) -> None:
        """Write events as the testbench reads them."""
        with path.open("wb") as file:
            for start in range(0, events, _CHUNK):
                file.write(packed(self.design.inputs, columns, slice(start, start + _CHUNK), events))

    def run(self, arguments: list[str], events: int) -> str:
        """Run the testbench and return what it prints."""
        if events >= MANY and VERILATOR.installed():
            return Tool((str(self._verilator),), "", "").run(arguments, self.folder)
        return VVP.run(["-n", self._icarus, *arguments], self.folder)
