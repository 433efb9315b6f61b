"""Flags that follow from what targets declare, of plugins too."""

from __future__ import annotations

import pytest

from rulekit.cli.compile import text_of
from rulekit.errors import RulekitError
from rulekit.targets import target_checks, targets
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.checks import Check, Evidence, Table

LAW = """\
name: small
version: 1.0.0
schema: {name: small, version: 1.0.0, features: [{name: x, dtype: float64}]}
hit_policy: any
otherwise: drop
rules:
  - {id: r, when: [x > 1], then: keep}
"""


@pytest.fixture(autouse=True)
def _law(tmp_path, monkeypatch):
    (tmp_path / "law.yaml").write_text(LAW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def plugin():
    """Register a target with two checks, as a plugin does, and return what its checks were asked."""
    ran = []

    def weigh(artifact):
        ran.append("weigh")
        facts = {"grams": len(artifact.ruleset.rules)}
        return Evidence(
            facts, ("It was weighed.", Table(["part", "grams"], [["all", "1"]], "one rule, one gram"))
        )

    def doubt(artifact):
        ran.append("doubt")
        return Evidence({"holds": False}, ("Doubted.",), {"doubt.log": b"why not?"}, holds=False)

    checks = {
        "weigh": Check("weigh", "weight", "Put it on the scales", weigh, kept=False),
        "doubt": Check("doubt", "doubts", "Doubt it", doubt),
    }
    target = Target(
        name="stone",
        summary="a target of a test",
        capabilities=Capabilities(),
        entry="stone.txt",
        emit=lambda low: {"stone.txt": low.ruleset.name},
        load=lambda artifact: artifact,
        checks=checks,
    )
    targets.add("stone", target)
    target_checks.add("stone", checks)
    yield ran
    targets.remove("stone")
    target_checks.remove("stone")


def test_help_lists_the_checks_of_every_target(typed, plugin):
    code, out, _ = typed("compile --help")
    assert code == 0
    text = " ".join(out.split())
    assert "--weigh Put it on the scales; target stone only." in text
    assert "--prove Prove the artifact equal to the law; target systemverilog only." in text
    assert "--size Measure builds for two ARM microcontrollers; target c only." in text
    assert text.index("--weigh") < text.index("--json") < text.index("--help")


def test_a_check_that_is_not_kept_is_printed_alone(typed, plugin, tmp_path):
    code, out, _ = typed("compile law.yaml --target stone --out build --weigh")
    assert code == 0
    assert plugin == ["weigh"]
    assert out.endswith("It was weighed.\n\npart  grams\n-----------\nall       1\none rule, one gram\n")
    assert "evidence" not in (tmp_path / "build" / "manifest.json").read_text()


def test_a_check_that_fails_is_exit_code_1_and_kept(typed, plugin, tmp_path):
    code, out, _ = typed("compile law.yaml --target stone --out build --doubt")
    assert code == 1
    assert "Doubted." in out
    assert '"doubts"' in (tmp_path / "build" / "manifest.json").read_text()
    assert (tmp_path / "build" / "doubt.log").read_text() == "why not?"


def test_checks_run_in_the_order_of_the_target(typed, plugin):
    typed("compile law.yaml --target stone --out build --doubt --weigh")
    assert plugin == ["weigh", "doubt"]


def test_json_has_kept_evidence_in_the_manifest_and_the_rest_behind(typed, plugin):
    import json

    _, out, _ = typed("compile law.yaml --target stone --out build --doubt --weigh --json")
    document = json.loads(out)
    assert document["evidence"] == {"doubts": {"holds": False}}
    assert document["weight"] == {"grams": 1}
    assert document["findings"] == []


def test_a_check_of_another_target_names_those_that_have_it(typed, plugin, tmp_path):
    code, out, err = typed("compile law.yaml --target python --out build --weigh")
    assert (code, out) == (2, "")
    assert "--weigh is about what target stone gives" in err
    assert "expected --target stone, got --target python" in err
    assert not (tmp_path / "build").exists()
    assert plugin == []


def test_what_a_check_needs_is_told_before_anything_is_compiled(typed, plugin, tmp_path):
    missing = RulekitError("scales are not installed", hint="buy some")
    checks = {
        "weigh": Check("weigh", "weight", "Put it on the scales", lambda _: Evidence({}), lambda: missing)
    }
    target = targets.get("stone")
    targets.add(
        "stone", Target(**{name: getattr(target, name) for name in target.__slots__} | {"checks": checks})
    )
    code, _, err = typed("compile law.yaml --target stone --out build --weigh")
    assert code == 2
    assert "scales are not installed" in err
    assert not (tmp_path / "build").exists()


def test_a_misspelt_option_has_a_hint(typed):
    code, _, err = typed("compile nowhere.yaml --target systemverilog --out build --option stagess=2")
    assert code == 2
    assert "did you mean 'stages'?" in err


def test_paragraphs_and_tables_have_a_line_between():
    evidence = Evidence({}, ("one", Table(["a", "b"], [["x", "1"]]), Table(["c"], [["y"]], "note")))
    assert text_of(evidence) == "one\n\na  b\n----\nx  1\n\nc\n-\ny\nnote"
    assert text_of(Evidence({})) == ""
