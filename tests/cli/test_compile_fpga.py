"""``rulekit compile --target systemverilog``: numerics, options, proof and synthesis, and what bad usage gets."""

from __future__ import annotations

import json
import sys

import pytest
from hardware import needs

from rulekit.targets import lower
from rulekit.targets.read import read_artifact
from rulekit.targets.systemverilog import tools
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.proof import prove
from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS

LAW = """\
name: hep.small
version: 1.0.0
schema:
  name: hep.small
  version: 1.0.0
  features:
    - {name: met, dtype: float32, unit: GeV, bounds: [0, 1000], required: true}
    - {name: jets, dtype: int32, bounds: [0, 12]}
hit_policy: any
otherwise: reject
rules:
  - id: high-met
    title: Much missing momentum
    when: [met > 150, jets >= 2]
    then: accept
  - id: many-jets
    when: [jets > 6]
    then: accept
"""
COMPILE = "compile law.yaml --target systemverilog --out build"


@pytest.fixture(autouse=True)
def _law(tmp_path, monkeypatch):
    (tmp_path / "law.yaml").write_text(LAW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_a_design_is_written_with_what_was_chosen(typed, tmp_path):
    code, out, _ = typed(
        f"{COMPILE} --bits 8 --option stages=2 --option outputs=accept,fired --option missing=false"
    )
    assert code == 0
    assert "decide.sv, testbench.sv" in out
    manifest = json.loads((tmp_path / "build" / "manifest.json").read_text())
    assert manifest["options"]["stages"] == 2
    assert manifest["options"]["outputs"] == ["accept", "fired"]
    assert manifest["options"]["missing"] is False
    assert read_artifact(tmp_path / "build").options.stages == 2
    assert "output wire out_accept" in (tmp_path / "build" / "decide.sv").read_text()
    assert "out_rule" not in (tmp_path / "build" / "decide.sv").read_text()


def test_formats_of_a_file_are_taken(typed, tmp_path):
    (tmp_path / "numerics.yaml").write_text(
        "formats: {met: {width: 6, fraction: -3, signed: false}, jets: {width: 4, fraction: 0, signed: false}}\n"
    )
    code, _, _ = typed(f"{COMPILE} --numerics numerics.yaml")
    assert code == 0
    assert "input  wire [5:0] in_met" in (tmp_path / "build" / "decide.sv").read_text()


def test_a_constant_literal_is_a_finding_and_the_design_is_written(typed, tmp_path):
    (tmp_path / "numerics.yaml").write_text(
        "formats: {met: {width: 6, fraction: 0, signed: false}, jets: {width: 4, fraction: 0, signed: false}}\n"
    )
    code, out, _ = typed(f"{COMPILE} --numerics numerics.yaml")
    assert code == 1
    assert "constant-literal: rule high-met: met > 150 never holds in 6 bits (0 to 63 GeV)" in out
    text = (tmp_path / "build" / "decide.sv").read_text()
    assert "// met > 150 never holds in 6 bits (0 to 63 GeV)" in text
    assert "wire rule_high_met = 1'b0;" in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", "compile with fixed-point formats (--bits 10, or --numerics FILE)"),
        ("--bits 0", "0"),
        ("--bits 8 --numerics numerics.yaml", "formats are given twice"),
        ("--bits 8 --option stages=19", "stages"),
        ("--bits 8 --option colour=red", "colour"),
        ("--bits 8 --option stages", "expected --option NAME=VALUE, got stages"),
        ("--bits 8 --size", "--size is about what target c gives"),
    ],
)
def test_bad_usage_is_one_clear_error(typed, more, says):
    code, out, err = typed(f"{COMPILE} {more}")
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize("flag", ["--prove", "--synth"])
def test_proof_and_synthesis_belong_to_hardware(typed, flag):
    code, _, err = typed(f"compile law.yaml --target c --out build {flag}")
    assert code == 2
    assert f"{flag} is about what target systemverilog gives" in err


def test_a_feature_without_bounds_has_no_format(typed, tmp_path):
    (tmp_path / "law.yaml").write_text(LAW.replace(", bounds: [0, 12]", ""))
    code, _, err = typed(f"{COMPILE} --bits 8")
    assert code == 2
    assert "no fixed-point format can be chosen for jets" in err


@pytest.mark.parametrize("flag", ["--prove", "--synth"])
def test_a_tool_that_is_not_installed_is_told(typed, monkeypatch, flag, tmp_path):
    gone = tools.Tool(("no-such-yosys",), "-V", "apt-get install yosys")
    monkeypatch.setattr(prove, "YOSYS", gone)
    monkeypatch.setattr("rulekit.targets.systemverilog.synthesis.synthesise.YOSYS", gone)
    code, out, err = typed(f"{COMPILE} --bits 8 {flag}")
    assert (code, out) == (2, "")
    assert "no-such-yosys is not installed" in err
    assert "apt-get install yosys" in err
    assert not (tmp_path / "build").exists()


@pytest.fixture
def lowered(monkeypatch):
    """Count how often a ruleset is lowered, by whichever name a module knows the function."""
    calls = []

    def counted(*given):
        calls.append(given)
        return lower.lower(*given)

    for name, module in list(sys.modules.items()):
        knows = name.startswith("rulekit.") and module is not lower
        if knows and getattr(module, "lower", None) is lower.lower:
            monkeypatch.setattr(module, "lower", counted)
    return calls


@pytest.fixture
def planned(monkeypatch):
    """Count how often a design is planned."""
    calls, plan = [], Design.of.__func__
    monkeypatch.setattr(
        Design, "of", classmethod(lambda cls, *given: calls.append(given) or plan(cls, *given))
    )
    return calls


@needs(YOSYS)
def test_a_proof_goes_into_the_manifest_and_lowers_and_plans_once(typed, tmp_path, lowered, planned):
    code, out, _ = typed(f"{COMPILE} --bits 8 --prove")
    assert code == 0
    assert len(lowered) == 1
    assert len({id(low) for low, _ in planned}) == len(planned) == 2  # the law's, and the mutant's
    assert out.count("\n  ") >= 4
    assert "proved with" in out
    artifact = read_artifact(tmp_path / "build")
    proof = artifact.evidence["proof"]
    assert proof["holds"] is True
    assert [each["name"] for each in proof["statements"]] == ["law", "pipeline", "netlist", "mutant"]
    assert "SAT proof finished" in artifact.files["proof.log"].decode()
    assert max(map(len, out.splitlines()[2:])) <= 80


@needs(YOSYS)
def test_a_proof_that_fails_is_exit_code_1(typed, monkeypatch, tmp_path):
    monkeypatch.setattr(prove, "_PROVED", "no such words")
    code, out, _ = typed(f"{COMPILE} --bits 8 --prove")
    assert code == 1
    assert "NOT proved" in out
    assert read_artifact(tmp_path / "build").evidence["proof"]["holds"] is False


@needs(YOSYS)
@needs(NEXTPNR)
def test_resources_go_into_the_manifest(typed, tmp_path):
    code, out, _ = typed(f"{COMPILE} --bits 8 --synth")
    assert code == 0
    for word in ("LUT", "predicted", "ECP5 MHz", "high-met", "saves"):
        assert word in out
    assert max(map(len, out.splitlines()[2:])) <= 80
    taken = read_artifact(tmp_path / "build").evidence["resources"]
    assert taken["lut"] > 0
    assert taken["clock"]["median"] > 100
    code, document, _ = typed(f"{COMPILE} --bits 8 --json")
    assert (code, json.loads(document)["findings"]) == (0, [])
