"""JUnit XML: a case for each property and precedent, with one failure, or one reason to skip."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from fixtures import FRAUD

from rulekit.analysis.check.check_ruleset import PropertyCount
from rulekit.findings import Finding
from rulekit.ir.notation.yaml_file import ruleset_from_text
from rulekit.reports.formats.junit import to_junit
from rulekit.store.check import CheckedLaw, check_law
from rulekit.store.folder.cases import Case
from rulekit.store.folder.folder import LawFolder

CASE = Case(name="card testing", event={"amount": 60}, outcome="review")


def suite(*findings: Finding, cases: tuple[Case, ...] = (CASE,)) -> ET.Element:
    law = LawFolder(ruleset_from_text(FRAUD), cases)
    counts = (
        PropertyCount(code="contradiction", question="contradicts itself", proved=2),
        PropertyCount(code="overlap", question="overlaps another", proved=1, refuted=1, undecided=1),
    )
    xml = to_junit(CheckedLaw(law, findings, counts))
    (found,) = ET.fromstring(xml)  # noqa: S314 - made here
    return found


def finding(code: str, level: str = "warning", subject: str = "rule a", message: str = "says so") -> Finding:
    return Finding.model_validate({"code": code, "subject": subject, "message": message, "level": level})


def case(found: ET.Element, name: str) -> ET.Element:
    (one,) = [each for each in found if each.get("name") == name]
    return one


def test_a_sound_law_has_no_failure() -> None:
    found = suite()
    assert (found.get("name"), found.get("tests"), found.get("failures")) == (
        "fraud.card_present 1.2.0",
        "4",
        "0",
    )
    assert [each.get("name") for each in found] == [
        "no rule: contradicts itself",
        "no rule: overlaps another",
        "precedent: card testing",
        "everything else",
    ]
    assert {each.get("classname") for each in found} == {"fraud.card_present"}
    assert all(len(each) == 0 for each in found)


def test_a_finding_fails_its_property() -> None:
    found = suite(finding("contradiction", "error"), finding("contradiction", subject="rule b"))
    (failure,) = case(found, "no rule: contradicts itself")
    assert failure.tag == "failure"
    assert (failure.get("type"), failure.get("message")) == ("contradiction", "rule a: says so")
    assert (failure.text or "").splitlines() == ["rule a: says so", "rule b: says so"]
    assert found.get("failures") == "1"


def test_a_precedent_fails_by_its_name() -> None:
    found = suite(finding("precedent", "error", subject="card testing", message="got approve"))
    (failure,) = case(found, "precedent: card testing")
    assert failure.get("message") == "card testing: got approve"
    strange = suite(finding("precedent", "error", subject="another one"))
    assert len(case(strange, "precedent: card testing")) == 0
    assert case(strange, "everything else")[0].tag == "failure"


def test_what_is_undecided_is_skipped_with_the_reason() -> None:
    found = suite(finding("undecided", message="overlaps another: budget spent"))
    (skipped,) = case(found, "no rule: overlaps another")
    assert (skipped.tag, skipped.get("message")) == ("skipped", "rule a: overlaps another: budget spent")
    assert found.get("failures") == "0"


def test_notes_fail_nothing() -> None:
    found = suite(finding("overlap", "note"), finding("idle-literal", "note"))
    (out,) = case(found, "no rule: overlaps another")
    assert (out.tag, out.text) == ("system-out", "rule a: says so")
    assert case(found, "everything else")[0].tag == "system-out"
    assert found.get("failures") == "0"


def test_text_of_a_law_can_not_become_markup() -> None:
    found = suite(finding("gap", message='<b attr="x"> & ]]>'))
    (failure,) = case(found, "everything else")
    assert failure.text == 'rule a: <b attr="x"> & ]]>'


@pytest.mark.parametrize("text", [FRAUD, FRAUD.replace('"amount > 50"', '"amount > 50", "amount < 40"')])
def test_a_checked_law(text: str) -> None:
    checked = check_law(text)
    found = ET.fromstring(to_junit(checked))[0]  # noqa: S314 - made here
    failed = [each for each in found if each.find("failure") is not None]
    serious = {one.code for one in checked.findings if one.level != "note" and one.code != "undecided"}
    assert int(found.get("failures", "-1")) == len(failed)
    assert bool(failed) == bool(serious)
    assert len(found) == len(checked.counts) + 1
