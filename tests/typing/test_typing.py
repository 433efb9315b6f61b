"""A user's code, as mypy (strict) and pyright (strict) read it: all of it fits, and every mistake is seen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from places import ROOT

HERE = Path(__file__).parent
USER, MISTAKES = HERE / "user.py", HERE / "mistakes.py"
HINT = "pip install 'pyright[nodejs]' (it is in the extra dev)"

Error = tuple[str, int]
"""A file, and a line counted from 1."""


def refused() -> set[Error]:
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()
    return {(MISTAKES.name, number) for number, line in enumerate(lines, 1) if "# refused: " in line}


@cache
def mypy_errors() -> frozenset[Error]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(USER), str(MISTAKES)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    found = re.findall(r"^(\S+):(\d+): error:", run.stdout, re.MULTILINE)
    return frozenset((Path(file).name, int(line)) for file, line in found)


@cache
def pyright_errors() -> frozenset[Error]:
    pytest.importorskip("pyright", reason=HINT)
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(HERE)]
    run = subprocess.run(
        [*command, "--pythonpath", sys.executable], capture_output=True, text=True, check=False
    )
    try:
        found = json.loads(run.stdout)["generalDiagnostics"]
    except ValueError:
        pytest.skip(f"pyright does not run here; {HINT}: {run.stderr[-200:]}")
    return frozenset(_errors(found))


def _errors(found: list[dict[str, object]]) -> Iterator[Error]:
    for each in found:
        if each["severity"] == "error":
            yield Path(str(each["file"])).name, each["range"]["start"]["line"] + 1  # type: ignore[index]


CHECKERS = pytest.mark.parametrize("errors", [mypy_errors, pyright_errors], ids=["mypy", "pyright"])


@CHECKERS
def test_what_a_user_writes_fits(errors) -> None:
    assert {error for error in errors() if error[0] == USER.name} == set()


@CHECKERS
def test_every_mistake_is_seen_and_nothing_else(errors) -> None:
    assert {error for error in errors() if error[0] == MISTAKES.name} == refused()


def test_every_verb_and_every_runner_is_in_the_users_file() -> None:
    import rulekit

    used = set(re.findall(r"\brulekit\.(\w+)", USER.read_text(encoding="utf-8")))
    verbs = {name for name in rulekit.__all__ if name.islower()} - {"__version__", "read_artifact"}
    runners = {name for name in rulekit.__all__ if name.endswith("Runner")}
    assert verbs | runners <= used
