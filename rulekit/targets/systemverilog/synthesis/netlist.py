"""Reading a synthesised netlist: cells by kind, levels of logic, and the logic behind each register."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

Bit = int | str
"""A wire of one bit in yosys' JSON: a number, or a constant as text."""

_LOGIC = re.compile(r"LUT[1-6]|MUXF[789]|CARRY[48]|INV")
_REGISTER = re.compile(r"FD[A-Z]*")


class Netlist:
    """A module of look-up tables and registers, from yosys' ``write_json``."""

    def __init__(self, module: Mapping[str, Any]) -> None:
        self._module = module
        self.cells: dict[str, Mapping[str, Any]] = dict(module["cells"])

    @cached_property
    def kinds(self) -> Counter[str]:
        """How many cells there are of each type."""
        return Counter(cell["type"] for cell in self.cells.values())

    @property
    def lut(self) -> int:
        """Look-up tables of one to six inputs; inverters are drawn into their neighbours."""
        return sum(number for kind, number in self.kinds.items() if re.fullmatch(r"LUT[1-6]", kind))

    @property
    def ff(self) -> int:
        """Registers."""
        return sum(number for kind, number in self.kinds.items() if _REGISTER.fullmatch(kind))

    @property
    def memory(self) -> dict[str, int]:
        """Memory blocks by type."""
        return {kind: n for kind, n in sorted(self.kinds.items()) if kind.startswith(("RAM", "ROM", "URAM"))}

    @cached_property
    def _drivers(self) -> dict[Bit, str]:
        """The logic cell that drives each bit; registers and ports are where paths begin."""
        found: dict[Bit, str] = {}
        for name, cell in self.cells.items():
            if _LOGIC.fullmatch(cell["type"]):
                found.update(dict.fromkeys(_pins(cell, "output"), name))
        return found

    @cached_property
    def levels(self) -> int:
        """Cells of logic on the longest path between two registers or ports."""
        depth: dict[str, int] = {}
        for name in self._ordered():
            cell = self.cells[name]
            before = [depth[self._drivers[bit]] for bit in _pins(cell, "input") if bit in self._drivers]
            depth[name] = max(before, default=0) + (cell["type"] != "INV")
        return max(depth.values(), default=0)

    def _ordered(self) -> Iterator[str]:
        """Yield the logic cells, each after those that drive it."""
        done: set[str] = set()
        for start in self._drivers.values():
            stack = [start]
            while stack:
                name = stack[-1]
                if name in done:
                    stack.pop()
                    continue
                waiting = [
                    driver
                    for bit in _pins(self.cells[name], "input")
                    if (driver := self._drivers.get(bit)) is not None and driver not in done
                ]
                stack += waiting
                if not waiting:
                    done.add(stack.pop())
                    yield name

    def net(self, *names: str) -> list[Bit]:
        """Return the bits of a wire from the lowest up, by the first of its names that synthesis has kept."""
        wires = self._module["netnames"]
        return next((list(wires[name]["bits"]) for name in names if name in wires), [])

    def behind(self, register: Bit) -> set[str]:
        """Return the look-up tables that feed the register that drives a bit, back to registers and ports."""
        seen: set[str] = set()
        waiting = [bit for bit in self._fed_by.get(register, ()) if bit in self._drivers]
        while waiting:
            name = self._drivers[waiting.pop()]
            if name not in seen:
                seen.add(name)
                waiting += [bit for bit in _pins(self.cells[name], "input") if bit in self._drivers]
        return {name for name in seen if self.cells[name]["type"] != "INV"}

    @cached_property
    def _fed_by(self) -> dict[Bit, list[Bit]]:
        """What each register's output bit is fed by, but for its clock."""
        return {
            bit: [each for pin, bits in cell["connections"].items() if pin not in {"C", "Q"} for each in bits]
            for cell in self.cells.values()
            if _REGISTER.fullmatch(cell["type"])
            for bit in cell["connections"]["Q"]
        }


def _pins(cell: Mapping[str, Any], way: str) -> Iterator[Bit]:
    for pin, direction in cell["port_directions"].items():
        if direction == way:
            yield from (bit for bit in cell["connections"][pin] if isinstance(bit, int))
