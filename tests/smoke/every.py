"""Every extra: each target that needs no tool beyond Python answers as the reference. Run by ``run.sh``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import rulekit
from rulekit.errors import MissingToolError, UnsupportedError
from rulekit.targets import targets
from rulekit.testing import Case, load_corpus

FILES = {
    "first",
    "score",
    "missing",
    "float32",
    "fixed-nearest",
}  # of the corpus: enough to see that all is there
TOOLS = {"c", "systemverilog"}  # a compiler or a simulator runs what these write; here it is written alone


def decides(name: str, case: Case) -> bool:
    """Compile a case for a target and, where no tool is needed, compare the decision with the expected one."""
    try:
        artifact = rulekit.compile(case.ruleset, name, numerics=case.numerics)
    except UnsupportedError:
        return False
    if name in TOOLS:
        assert artifact.files, name
        return False
    got = artifact.load().one(case.event)
    expected = case.expected
    assert (got.outcome, got.rule) == (expected.outcome, expected.rule), (name, str(case), got)
    return True


def main() -> None:
    """Find every target installed, compile the corpus for each, and compare."""
    package = Path(rulekit.__file__)
    assert Path(sys.prefix) in package.parents, f"{package} is not the installed wheel"
    absent = {name: targets.get(name).absent() for name in targets.names()}
    lacking = {
        name: error for name, error in absent.items() if error and not isinstance(error, MissingToolError)
    }
    assert lacking == {}, f"[all] does not bring all: {lacking}"
    cases = [case for case in load_corpus() if case.file in FILES]
    assert {case.file for case in cases} == FILES
    decided = {name: sum(decides(name, case) for case in cases) for name in sorted(absent)}
    assert all(decided[name] for name in set(absent) - TOOLS), decided
    version = subprocess.run(
        ["rulekit", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(f"smoke, every extra: passed with {version}; decisions equal to the corpus: {decided}")


if __name__ == "__main__":
    main()
