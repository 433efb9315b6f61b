"""``rulekit compile``: a law into an artifact folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer, table

if TYPE_CHECKING:
    from rulekit.targets.c.size import Size


def compile_(
    rules: Rules,
    out: Annotated[Path, typer.Option("--out", help="The artifact folder to write.", show_default=False)],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")] = "kernel",
    numerics: Annotated[
        Path | None, typer.Option("--numerics", help="YAML file with fixed-point formats; native without.")
    ] = None,
    size: Annotated[
        bool, typer.Option("--size", help="Measure builds for two ARM microcontrollers; target c only.")
    ] = False,
    json: Json = False,
) -> None:
    """Compile a law for a target into an artifact folder."""
    from rulekit.errors import RulekitError
    from rulekit.ir.lawfile import load_numerics
    from rulekit.store.folder import read
    from rulekit.targets.api import compile

    if size and target != "c":
        raise RulekitError(
            "--size measures what target c gives", expected="--target c", got=f"--target {target}"
        )
    artifact = compile(read(rules).ruleset, target, load_numerics(numerics) if numerics else None)
    measured = []
    if size:
        from rulekit.targets.c.size import sizes

        measured = sizes(artifact)
    folder = artifact.write(out)
    files = ", ".join([*artifact.files, "manifest.json"])
    text = f"{folder}: {files}\n{artifact.ruleset.digest}"
    document = (
        {**artifact.manifest, "size": [each.to_json() for each in measured]} if size else artifact.manifest
    )
    answer(json, document, f"{text}\n\n{_size_text(measured)}" if size else text)


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
