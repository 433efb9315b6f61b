"""Checks: what targets declare is what the registry lists, and listing imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rulekit.errors import RulekitError
from rulekit.targets import target_checks, targets
from rulekit.targets.checks import Check, Evidence, Table

DECLARED = {name: target.checks for name in targets.names() if (target := targets.get(name)).checks}


def test_the_registry_lists_what_the_targets_declare():
    assert {name: target_checks.get(name) for name in target_checks.names()} == DECLARED


@pytest.mark.parametrize(
    ("target", "name", "kind", "kept"),
    [
        ("c", "size", "size", False),
        ("systemverilog", "prove", "proof", True),
        ("systemverilog", "synth", "resources", True),
    ],
)
def test_the_checks_that_there_are(target, name, kind, kept):
    check = DECLARED[target][name]
    assert (check.name, check.kind, check.kept) == (name, kind, kept)
    assert check.help == check.help.strip().removesuffix(".")


def test_listing_the_checks_imports_no_library():
    code = (
        "import sys; from rulekit.targets import target_checks as registry\n"
        "for name in registry.names(): registry.get(name)\n"
        "print(*[each for each in ('polars', 'numpy', 'numba', 'pydantic', 'onnx') if each in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == ""


@pytest.mark.parametrize("check", [check for checks in DECLARED.values() for check in checks.values()])
def test_what_is_missing_is_told_by_an_error(check, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    missing = check.absent()
    assert isinstance(missing, RulekitError)
    assert "install" in str(missing)


def test_a_check_needs_nothing_and_is_kept_unless_it_says_so():
    check = Check("look", "looks", "Look at it", lambda _: Evidence({}))
    assert check.absent() is None
    assert check.kept


def test_evidence_holds_unless_it_says_so():
    evidence = Evidence({"seen": 1})
    assert evidence.holds
    assert evidence.shown == ()
    assert evidence.files == {}
    assert Table(["a"], [["b"]]).note == ""
