"""SARIF: findings at the lines of their rules."""

from __future__ import annotations

import json
from pathlib import Path

from fixtures import FRAUD

from rulekit.findings import Finding
from rulekit.ir.notation.yaml_file import ruleset_from_text
from rulekit.reports.formats.sarif import to_sarif
from rulekit.store.check import CheckedLaw, check_law
from rulekit.store.folder.folder import LawFolder
from rulekit.version import VERSION

BROKEN = FRAUD.replace('"amount > 50"', '"amount > 50", "amount < 40"')


def run_of(checked: CheckedLaw) -> dict:
    document = to_sarif(checked)
    assert (document["version"], json.loads(json.dumps(document))) == ("2.1.0", document)
    (run,) = document["runs"]
    return run


def test_findings_stand_at_the_line_of_their_rule(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.yaml"
    path.write_text(BROKEN)
    run = run_of(check_law(path))
    (result,) = [one for one in run["results"] if one["ruleId"] == "contradiction"]
    place = result["locations"][0]["physicalLocation"]
    line = BROKEN[: BROKEN.index("- id: many-cards-one-device")].count("\n") + 1
    assert place["artifactLocation"]["uri"] == path.as_posix()
    assert place["region"]["startLine"] == line
    assert place["region"]["startColumn"] >= 1
    assert result["level"] == "error"
    assert result["message"]["text"].startswith("rule many-cards-one-device: ")


def test_the_driver_names_each_code_once() -> None:
    run = run_of(check_law(BROKEN))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("rulekit", VERSION)
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert set(ids) == {result["ruleId"] for result in run["results"]}


def test_a_law_without_a_file_has_no_places() -> None:
    assert all("locations" not in result for result in run_of(check_law(BROKEN))["results"])


def test_findings_about_no_rule_stand_at_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ruleset.yaml"
    path.write_text(FRAUD)
    finding = Finding(code="precedent", subject="card testing", message="got approve", level="error",
                      witness={"amount": 60.0, "country": None})  # fmt: skip
    checked = CheckedLaw(LawFolder(ruleset_from_text(FRAUD), file=path), (finding,), ())
    (result,) = run_of(checked)["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert result["properties"] == {"witness": {"amount": 60.0, "country": None}}


def test_a_sound_law_has_no_results() -> None:
    run = run_of(CheckedLaw(LawFolder(ruleset_from_text(FRAUD)), (), ()))
    assert (run["results"], run["tool"]["driver"]["rules"], run["columnKind"]) == (
        [],
        [],
        "unicodeCodePoints",
    )
