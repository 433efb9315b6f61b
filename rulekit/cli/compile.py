"""``rulekit compile``: a law into an artifact folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer, findings_text, numerics_of, table

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.targets.artifact import Artifact
    from rulekit.targets.c.size import Size


def compile_(
    rules: Rules,
    out: Annotated[Path, typer.Option("--out", help="The artifact folder to write.", show_default=False)],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")] = "kernel",
    numerics: Annotated[
        Path | None, typer.Option("--numerics", help="YAML file with fixed-point formats; native without.")
    ] = None,
    bits: Annotated[
        int | None, typer.Option("--bits", help="Choose fixed-point formats of at most so many bits.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="NAME=VALUE of the target, such as stages=2.")
    ] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Prove the artifact equal to the law; target systemverilog only.")
    ] = False,
    synth: Annotated[
        bool, typer.Option("--synth", help="Synthesise, place and route; target systemverilog only.")
    ] = False,
    size: Annotated[
        bool, typer.Option("--size", help="Measure builds for two ARM microcontrollers; target c only.")
    ] = False,
    json: Json = False,
) -> None:
    """Compile a law for a target into an artifact folder.

    Exits with 1 when a literal is constant in the numerics, or a proof fails; the artifact is written all the same.
    """
    from rulekit.store.lookup import read_law
    from rulekit.targets.api import compile

    _check_fit(
        target,
        {"--size": ("c", size), "--prove": ("systemverilog", prove), "--synth": ("systemverilog", synth)},
    )
    ruleset = read_law(rules).ruleset
    artifact = compile(ruleset, target, numerics_of(ruleset, numerics, bits), **_options(option or []))
    findings = _findings(artifact)
    texts: list[str] = []
    if prove or synth:
        from rulekit.cli import compile_fpga

        artifact, texts = compile_fpga.shown(artifact, prove=prove, synth=synth)
    measured = _sizes(artifact) if size else []
    folder = artifact.write(out)
    files = ", ".join([*artifact.files, "manifest.json"])
    head = f"{folder}: {files}\n{artifact.ruleset.digest}"
    parts = [head, findings_text(findings), *texts, _size_text(measured) if size else ""]
    document = {**artifact.manifest, "findings": [each.model_dump(mode="json") for each in findings]}
    if size:
        document["size"] = [each.to_document() for each in measured]
    answer(json, document, "\n\n".join(part for part in parts if part))
    if findings or not artifact.evidence.get("proof", {"holds": True})["holds"]:
        raise typer.Exit(1)


def _check_fit(target: str, asked: dict[str, tuple[str, bool]]) -> None:
    from rulekit.errors import RulekitError

    for flag, (wanted, given) in asked.items():
        if given and target != wanted:
            what = f"{flag} is about what target {wanted} gives"
            raise RulekitError(what, expected=f"--target {wanted}", got=f"--target {target}")


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
    from rulekit.targets.lower import lower
    from rulekit.targets.shared.constants import constant_literals

    fixed = isinstance(artifact.numerics, Fixed)
    return constant_literals(lower(artifact.ruleset, artifact.numerics)) if fixed else []


def _sizes(artifact: Artifact) -> list[Size]:
    from rulekit.targets.c.size import sizes

    return sizes(artifact)


def _size_text(measured: list[Size]) -> str:
    """Return the sizes as a table, in bytes."""
    head = ["bytes", "linked", "text", "rodata", "data", "bss", "flash", "ram", "stack"]
    lines = []
    for each in measured:
        numbers = (each.text, each.rodata, each.data, each.bss, each.flash, each.ram, each.stack)
        lines.append([each.core, each.part, *(f"{number:,}" for number in numbers)])
    notes = (
        "linked decide: one event; all: everything that is public. stack: the largest frame of one function."
    )
    return f"{table(head, lines)}\n{notes}"
