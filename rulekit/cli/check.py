"""``rulekit check``: what is odd about a law before anybody decides by it."""

from __future__ import annotations

import textwrap
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.common import Json, Rules, finish, numerics_of
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.store.check import CheckedLaw

_WIDTH = 80


class Format(StrEnum):
    """How the answer is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


def check(
    rules: Rules,
    numerics: Annotated[
        Path | None, typer.Option("--numerics", help="YAML file with fixed-point formats; native without.")
    ] = None,
    bits: Annotated[
        int | None, typer.Option("--bits", help="Check in fixed-point formats of at most so many bits.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="text, json, sarif (for code review) or junit (for CI).")
    ] = Format.TEXT,
    out: Annotated[Path | None, typer.Option("--out", help="Write the answer to a file.")] = None,
    json: Json = False,
) -> None:
    """Check a law: what can never happen, what contradicts, what is left out, and its precedents.

    Every answer is about all events, not about those that were seen: proved, refuted, or undecided with the reason.
    Notes leave the exit code alone.
    """
    from rulekit.files import write_text
    from rulekit.store.check import check_law
    from rulekit.store.lookup import read_law

    law = read_law(rules)
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
    said = textwrap.fill(
        f"{finding.subject}: {finding.message} [{finding.code}]",
        _WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    place = checked.places.get(finding.rule or "")
    return said if place is None else f"{said}\n{' ' * len(head)}{place}"
