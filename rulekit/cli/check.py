"""``rulekit check``: what is wrong or odd about a law, before anybody decides by it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.options import Bits, Json, NumericsFile, RulesetArgument, numerics_of
from rulekit.cli.output import finish, wrapped
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.store.check import CheckedLaw


class Format(StrEnum):
    """How the answer is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


def check(
    ruleset: RulesetArgument,
    numerics: NumericsFile = None,
    bits: Bits = None,
    form: Annotated[
        Format, typer.Option("--format", help="sarif is for code review, junit for continuous integration.")
    ] = Format.TEXT,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the answer to a file. Default: print it.", metavar="FILE"),
    ] = None,
    json: Json = False,
) -> None:
    """Check a law for contradictions, gaps and broken precedents.

    It also finds rules that can never hit, and literals that say nothing. Every answer is about all events that
    there can be: proved, refuted, or undecided with the reason. Ends with 1 on errors and warnings; notes do not
    count.
    """
    from rulekit.files import write_text
    from rulekit.store.check import check_law
    from rulekit.store.lookup import read_law

    law = read_law(ruleset)
    checked = check_law(law, numerics_of(law.ruleset, numerics, bits))
    text = _written(checked, Format.JSON if json else form)
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text + "\n")
    finish(checked.findings)


def _written(checked: CheckedLaw, form: Format) -> str:
    from rulekit.reports.formats.junit import to_junit
    from rulekit.reports.formats.sarif import to_sarif

    if form is Format.SARIF:
        return _json(to_sarif(checked))
    if form is Format.JUNIT:
        return to_junit(checked)
    return _json(_document(checked)) if form is Format.JSON else _text(checked)


def _json(document: dict[str, Any]) -> str:
    import json

    return json.dumps(document, indent=2, ensure_ascii=False)


def _document(checked: CheckedLaw) -> dict[str, Any]:
    ruleset, places = checked.law.ruleset, checked.places
    return {
        "name": ruleset.name,
        "version": ruleset.version,
        "digest": ruleset.digest,
        "rules": len(ruleset.rules),
        "precedents": len(checked.law.cases),
        "questions": [tally.model_dump(mode="json") for tally in checked.counts],
        "findings": [
            {
                **finding.model_dump(mode="json", exclude_none=True),
                **({"where": str(places[finding.rule])} if finding.rule in places else {}),
            }
            for finding in checked.findings
        ],
    }


def _text(checked: CheckedLaw) -> str:
    ruleset = checked.law.ruleset
    size = f"{len(ruleset.rules)} rules, {len(checked.law.cases)} precedents"
    lines = [
        (tally.question, *(f"{count:,}" for count in (tally.proved, tally.refuted, tally.undecided)))
        for tally in checked.counts
    ]
    parts = [
        f"{ruleset.name} {ruleset.version}: {size}\n{ruleset.digest}",
        table(("over all events", "proved", "refuted", "undecided"), lines),
        "\n".join(_finding_text(checked, finding) for finding in checked.findings) or "no findings",
    ]
    return "\n\n".join(parts)


def _finding_text(checked: CheckedLaw, finding: Finding) -> str:
    head = f"{finding.level:<9}"
    said = wrapped(f"{finding.subject}: {finding.message} [{finding.code}]", head)
    place = checked.places.get(finding.rule or "")
    return said if place is None else f"{said}\n{' ' * len(head)}{place}"
