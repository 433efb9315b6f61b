"""``rulekit compile``: a law into an artifact folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.check_flags import asked, checks_of
from rulekit.cli.options import Bits, Json, NumericsFile, RulesetArgument, numerics_of
from rulekit.cli.output import findings_text, print_answer
from rulekit.tables import table

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.targets.artifact import Artifact
    from rulekit.targets.checks import Check, Evidence


def compile_(
    ctx: typer.Context,
    source: RulesetArgument,
    out: Annotated[Path, typer.Option("--out", help="The artifact folder to write.", show_default=False)],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")] = "kernel",
    numerics: NumericsFile = None,
    bits: Bits = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="NAME=VALUE of the target, such as stages=2.")
    ] = None,
    json: Json = False,
) -> None:
    """Compile a law for a target into an artifact folder.

    Exits with 1 when a literal is constant in the numerics, or a proof fails; the artifact is written all the same.
    """
    from rulekit.ir.numerics import Native
    from rulekit.store.lookup import read_law
    from rulekit.targets import targets
    from rulekit.targets.api import options_of

    chosen = targets.get(target)
    checks, options = checks_of(chosen, asked(ctx)), options_of(chosen, _options(option or []))
    ruleset = read_law(source).ruleset
    artifact = chosen.compile(ruleset, numerics_of(ruleset, numerics, bits) or Native(), options)
    findings = _findings(artifact)
    artifact, shown = with_evidence(artifact, checks)
    folder = artifact.write(out)
    head = f"{folder}: {', '.join([*artifact.files, 'manifest.json'])}\n{artifact.ruleset.digest}"
    parts = [head, findings_text(findings), *(text_of(each) for _, each in shown)]
    document = {**artifact.manifest, "findings": [each.model_dump(mode="json") for each in findings]}
    document |= {check.kind: evidence.facts for check, evidence in shown if not check.kept}
    print_answer(json, document, "\n\n".join(part for part in parts if part))
    if findings or not all(evidence.holds for _, evidence in shown):
        raise typer.Exit(1)


def with_evidence(artifact: Artifact, checks: list[Check]) -> tuple[Artifact, list[tuple[Check, Evidence]]]:
    """Run checks on an artifact. Return it with the evidence that is kept in it, and what each check found."""
    shown = []
    for check in checks:
        evidence = check.run(artifact)
        if check.kept:
            artifact = artifact.with_evidence(check.kind, evidence.facts, evidence.files)
        shown.append((check, evidence))
    return artifact, shown


def text_of(evidence: Evidence) -> str:
    """Return what a check found as text: paragraphs and tables with an empty line between."""
    parts = []
    for part in evidence.shown:
        drawn = part if isinstance(part, str) else table(part.head, part.rows)
        note = "" if isinstance(part, str) else part.note
        parts.append("\n".join(filter(None, (drawn, note))))
    return "\n\n".join(parts)


def _options(given: list[str]) -> dict[str, object]:
    """Return NAME=VALUE options; a value with commas is a list."""
    from rulekit.errors import RulekitError

    found: dict[str, object] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise RulekitError("an option has a name and a value", expected="--option NAME=VALUE", got=each)
        found[name] = value.split(",") if "," in value else value
    return found


def _findings(artifact: Artifact) -> list[Finding]:
    from rulekit.ir.numerics import Fixed
    from rulekit.targets.shared.constants import constant_literals

    return constant_literals(artifact.lowered) if isinstance(artifact.numerics, Fixed) else []
