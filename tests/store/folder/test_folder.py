import json
import re
from dataclasses import replace

import pytest
from fixtures import FRAUD

import rulekit
from rulekit.errors import LawError, ParseError
from rulekit.findings import serious
from rulekit.ir.provenance import Provenance
from rulekit.store.check import check
from rulekit.store.folder.folder import draft, read
from rulekit.targets import targets


@pytest.fixture
def induced(fraud):
    return replace(fraud, provenance=Provenance(teacher="forest.onnx", seed=3))


def test_a_draft_comes_back_with_its_evidence(induced, tmp_path):
    folder = draft(induced, tmp_path / "fraud" / "card")
    assert sorted(path.name for path in folder.iterdir()) == ["evidence", "ruleset.yaml", "schema.yaml"]
    assert read(folder).ruleset == induced
    assert "provenance" not in (folder / "ruleset.yaml").read_text()


def test_amending_a_draft_keeps_its_comments(fraud, tmp_path):
    folder = draft(fraud, tmp_path)
    path = folder / "ruleset.yaml"
    path.write_text(
        "# signed by nobody yet\n" + path.read_text().replace("rules:\n", "rules:\n  # the first rule\n")
    )
    amended = replace(
        fraud, version="1.3.0", rules=(fraud.rules[0], fraud.rules[1].model_copy(update={"then": "review"}))
    )
    draft(amended, folder)
    text = path.read_text()
    assert "# signed by nobody yet" in text
    assert "# the first rule" in text
    assert read(folder).ruleset == amended


def test_another_ruleset_or_schema_in_the_folder_is_refused(fraud, tmp_path):
    draft(fraud, tmp_path)
    with pytest.raises(LawError, match="holds another ruleset"):
        draft(replace(fraud, name="fraud.online"), tmp_path)
    changed = fraud.schema.features[0].model_copy(update={"unit": "SEK"})
    other = replace(
        fraud, schema=fraud.schema.model_copy(update={"features": (changed, *fraud.schema.features[1:])})
    )
    with pytest.raises(LawError, match="another schema"):
        draft(other, tmp_path)


def test_broken_evidence_has_file_and_line(induced, tmp_path):
    folder = draft(induced, tmp_path)
    evidence = folder / "evidence" / "1.2.0.json"
    evidence.write_text('{\n  "teacher": \n}')
    with pytest.raises(ParseError) as raised:
        read(folder)
    assert (raised.value.where.file, raised.value.where.line) == (str(evidence), 3)
    evidence.write_text(json.dumps({"techer": 1}))
    with pytest.raises(LawError, match="techer: there is no such field"):
        read(folder)


def test_no_such_folder(tmp_path):
    with pytest.raises(LawError, match="no such file"):
        read(tmp_path / "gone")


CASES = """\
- name: card testing
  event: {amount: 60, cards_per_device_1h: 5, country: DK}
  outcome: review
  rule: many-cards-one-device
  hits: [many-cards-one-device]
- name: nothing known of the amount
  event: {amount: null}
  outcome: invalid
- name: an ordinary payment
  event: {amount: 12.5, country: SE}
  outcome: approve
  rule: null
"""


@pytest.fixture
def law(fraud, tmp_path):
    draft(fraud, tmp_path)
    (tmp_path / "cases.yaml").write_text(CASES)
    return tmp_path


def test_precedents_hold_on_every_target(law):
    assert serious(rulekit.check(law)) == []
    assert [case.name for case in read(law).cases][:1] == ["card testing"]


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("outcome: review", "outcome: block", "expected outcome block, got review"),
        ("rule: null", "rule: large-abroad", "expected rule large-abroad, got None"),
        ("hits: [many-cards-one-device]", "hits: []", r"expected hits \(\)"),
    ],
)
def test_a_precedent_decided_otherwise_is_a_finding_on_every_target(law, old, new, wrong):
    (law / "cases.yaml").write_text(CASES.replace(old, new, 1))
    findings = serious(check(law))
    assert {finding.code for finding in findings} == {"precedent"}
    installed = [
        name
        for name in targets.names()
        if targets.get(name).absent() is None and "native" in targets.get(name).capabilities.numerics
    ]
    assert {"python", "polars"} <= set(installed)
    assert [finding.message.split(":")[0] for finding in findings] == [
        f"on {name}" for name in ("semantics", *installed)
    ]
    assert all(re.search(wrong, finding.message) for finding in findings)


def test_a_typo_in_a_case_has_file_and_line(law):
    (law / "cases.yaml").write_text(CASES.replace("outcome: invalid", "outcom: invalid"))
    with pytest.raises(LawError) as raised:
        read(law)
    assert "cases.yaml:8" in str(raised.value)
    assert "outcom: there is no such field" in str(raised.value)


def test_a_threshold_outside_the_bounds_is_a_finding():
    findings = serious(check(rulekit.load(FRAUD.replace("amount > 5000", "amount > 60000"))))
    assert [(finding.code, finding.subject) for finding in findings] == [
        ("implausible", "rule large-abroad"),
        ("threshold-out-of-bounds", "rule large-abroad"),
    ]
    assert "amount > 60000" in findings[1].message
