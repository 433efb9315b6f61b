"""The size of a pair in a microcontroller: flash, RAM and stack of a build for two ARM cores.

The whole pair is linked with the compiler's own arithmetic (a Cortex-M0+ has no floating point, an M4F none of 64
bits) and no C library, once with everything that is public and once with what deciding one event calls.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rulekit.errors import MissingToolError, RulekitError
from rulekit.targets.artifact import Artifact
from rulekit.targets.c.emission import HEADER, SOURCE
from rulekit.targets.c.names import Names
from rulekit.targets.checks import Evidence, Table

CORES: dict[str, tuple[str, ...]] = {
    "Cortex-M0+": ("-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft"),
    "Cortex-M4F": ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
}
"""Compiler flags by core."""
_FLAGS = ("-Os", "-std=c99", "-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fstack-usage")
_COMPILER = "arm-none-eabi-gcc"
_SECTION = re.compile(r"^\s*\d+ (\.\S+)\s+([0-9a-f]{8})\s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one build for one core.

    Attributes
    ----------
    core : as in :data:`CORES`.
    part : what is linked: ``decide`` for one event, or ``all``.
    text : instructions. rodata : tables and texts. data, bss : variables, which there should be none of.
    stack : the largest frame of one function of the pair that is linked.

    """

    core: str
    part: str
    text: int
    rodata: int
    data: int
    bss: int
    stack: int

    @property
    def flash(self) -> int:
        """Bytes of flash."""
        return self.text + self.rodata + self.data

    @property
    def ram(self) -> int:
        """Bytes of RAM beside the stack."""
        return self.data + self.bss

    @property
    def numbers(self) -> tuple[int, ...]:
        """The sizes in the order of the table that is printed."""
        return (self.text, self.rodata, self.data, self.bss, self.flash, self.ram, self.stack)

    def to_document(self) -> dict[str, Any]:
        """Return the size as plain JSON."""
        return {**asdict(self), "flash": self.flash, "ram": self.ram}


def absent() -> MissingToolError | None:
    """Return the error that says how to get the compiler for ARM; None where it is installed."""
    there = shutil.which(_COMPILER) is not None
    return None if there else MissingToolError(_COMPILER, "apt-get install gcc-arm-none-eabi")


def size_evidence(artifact: Artifact) -> Evidence:
    """Measure the builds and return the sizes as evidence: facts as JSON, and a table in bytes."""
    measured = sizes(artifact)
    rows = [[each.core, each.part, *(f"{number:,}" for number in each.numbers)] for each in measured]
    return Evidence(facts=[each.to_document() for each in measured], shown=(Table(_HEAD, rows, _NOTE),))


_HEAD = ("bytes", "linked", "text", "rodata", "data", "bss", "flash", "ram", "stack")
_NOTE = "linked decide: one event; all: everything that is public. stack: the largest frame of one function."


def sizes(artifact: Artifact) -> list[Size]:
    """Build a pair for each core and measure it.

    Raises
    ------
    MissingToolError
        when the compiler for ARM is not installed.
    RulekitError
        when it refuses the pair.

    """
    missing = absent()
    if missing is not None:
        raise missing
    prefix = Names(artifact.lowered).prefix
    found = []
    with tempfile.TemporaryDirectory(prefix="rulekit-size-") as scratch:
        folder = Path(scratch)
        for name in (HEADER, SOURCE):
            (folder / name).write_bytes(artifact.files[name])
        for core, flags in CORES.items():
            _run([_COMPILER, *_FLAGS, *flags, "-c", SOURCE, "-o", "decide.o"], folder)
            found += [_linked(folder, core, flags, part, prefix) for part in ("decide", "all")]
    return found


def _linked(folder: Path, core: str, flags: Sequence[str], part: str, prefix: str) -> Size:
    """Link from the entry on; what nothing calls is left out."""
    kept = ["-Wl,-e," + f"{prefix}_decide", "-Wl,--gc-sections"]
    link = kept if part == "decide" else ["-Wl,-e," + f"{prefix}_decide", "-Wl,--no-gc-sections"]
    # GCC may write a loop as a call of one of these four, which every C library has; they are not counted.
    library = [f"-Wl,--defsym={name}=0" for name in ("memcpy", "memset", "memmove", "memcmp")]
    _run([_COMPILER, *flags, "-nostdlib", *link, *library, "decide.o", "-lgcc", "-o", "decide.elf"], folder)
    sections = _sections(_run([_COMPILER.replace("gcc", "objdump"), "-h", "decide.elf"], folder))
    symbols = _run([_COMPILER.replace("gcc", "nm"), "decide.elf"], folder)
    stack = _stack((folder / "decide.su").read_text(encoding="utf-8"), symbols)
    return Size(
        core, part, sections[".text"], sections[".rodata"], sections[".data"], sections[".bss"], stack
    )


def _sections(listing: str) -> dict[str, int]:
    total = {".text": 0, ".rodata": 0, ".data": 0, ".bss": 0}
    for name, size in _SECTION.findall(listing):
        kind = (
            ".rodata"
            if name == ".ARM.exidx"
            else next((k for k in total if f"{name}.".startswith(f"{k}.")), "")
        )
        if kind:
            total[kind] += int(size, 16)
    return total


def _stack(report: str, symbols: str) -> int:
    """Return the largest frame among the functions of the pair that are linked."""
    linked = {line.split()[-1].split(".")[0] for line in symbols.splitlines() if line.split()[-2:-1] != ["U"]}
    frames = [line.split("\t") for line in report.splitlines()]
    return max(int(size) for name, size, _ in frames if name.rsplit(":", 1)[-1].split(".")[0] in linked)


def _run(command: list[str], folder: Path) -> str:
    ran = subprocess.run(  # noqa: S603 - a tool of the compiler, on a text of ours
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        said = ran.stderr.strip().splitlines()
        raise RulekitError(f"{command[0]} refuses the artifact: {said[0] if said else 'no message'}")
    return ran.stdout
