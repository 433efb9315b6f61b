"""Findings as SARIF 2.1.0 (OASIS, 2020): what code review shows beside the line of a rule."""

from __future__ import annotations

from typing import Any, get_args

from rulekit.errors import Where
from rulekit.findings import Finding
from rulekit.store.check import CheckedLaw
from rulekit.version import VERSION

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_CODES: tuple[str, ...] = get_args(Finding.model_fields["code"].annotation)


def to_sarif(checked: CheckedLaw) -> dict[str, Any]:
    """Return the findings of a check as a SARIF log; paths are as they were given."""
    places = checked.places
    found = [code for code in _CODES if any(finding.code == code for finding in checked.findings)]
    driver = {
        "name": "rulekit",
        "version": VERSION,
        "rules": [{"id": code, "name": code} for code in found],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(checked, finding, places) for finding in checked.findings],
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(checked: CheckedLaw, finding: Finding, places: dict[str, Where]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.level,
        "message": {"text": f"{finding.subject}: {finding.message}"},
    }
    if checked.law.file is not None:
        result["locations"] = [_location(checked.law.file.as_posix(), places.get(finding.rule or ""))]
    if finding.witness is not None:
        result["properties"] = {"witness": finding.witness}
    return result


def _location(file: str, where: Where | None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": file}}
    if where is not None and where.line is not None:
        physical["region"] = {"startLine": where.line, "startColumn": where.column or 1}
    return {"physicalLocation": physical}
