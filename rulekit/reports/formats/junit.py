"""Findings as JUnit XML: one case for each question of the check and for each precedent, for the pages of CI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rulekit.findings import Finding
from rulekit.store.check import CheckedLaw


class _Case(NamedTuple):
    name: str
    findings: list[Finding]


def to_junit(checked: CheckedLaw) -> str:
    """Return a check as one test suite; notes fail no case, and what is undecided is skipped with the reason."""
    ruleset = checked.law.ruleset
    cases = list(_cases(checked))
    failed = sum(any(_fails(finding) for finding in case.findings) for case in cases)
    suite = Element("testsuite", name=f"{ruleset.name} {ruleset.version}", tests=str(len(cases)))
    suite.set("failures", str(failed))
    for case in cases:
        _say(SubElement(suite, "testcase", classname=ruleset.name, name=case.name), case.findings)
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suites, encoding="unicode")


def _cases(checked: CheckedLaw) -> Iterator[_Case]:
    findings, said = checked.findings, set[int]()
    for tally in checked.counts:
        about = [finding for finding in findings if _about(finding, tally.question, tally.code)]
        said |= {id(finding) for finding in about}
        yield _Case(f"no rule: {tally.question}", about)
    for case in checked.law.cases:
        about = [one for one in findings if one.code == "precedent" and one.subject == case.name]
        said |= {id(finding) for finding in about}
        yield _Case(f"precedent: {case.name}", about)
    yield _Case("everything else", [finding for finding in findings if id(finding) not in said])


def _about(finding: Finding, question: str, code: str) -> bool:
    undecided = finding.code == "undecided" and finding.message.startswith(question)
    return finding.code == code or undecided


def _fails(finding: Finding) -> bool:
    return finding.level != "note" and finding.code != "undecided"


def _say(element: Element, findings: list[Finding]) -> None:
    """Say what is amiss with a case: JUnit knows one failure, or one reason to skip, for each."""
    failed = [finding for finding in findings if _fails(finding)]
    undecided = [finding for finding in findings if finding.code == "undecided"]
    notes = [finding for finding in findings if finding not in failed and finding not in undecided]
    if failed:
        failure = SubElement(element, "failure", type=failed[0].code, message=_line(failed[0]))
        failure.text = "\n".join(_line(finding) for finding in failed)
    elif undecided:
        SubElement(element, "skipped", message="; ".join(_line(finding) for finding in undecided))
    if notes:
        SubElement(element, "system-out").text = "\n".join(_line(finding) for finding in notes)


def _line(finding: Finding) -> str:
    return f"{finding.subject}: {finding.message}"
