"""``rulekit compile``: a law into an artifact folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rulekit.cli.common import Json, Rules, answer


def compile_(
    rules: Rules,
    out: Annotated[Path, typer.Option("--out", help="The artifact folder to write.", show_default=False)],
    target: Annotated[str, typer.Option("--target", help="Name of the target.")] = "kernel",
    numerics: Annotated[
        Path | None, typer.Option("--numerics", help="YAML file with fixed-point formats; native without.")
    ] = None,
    json: Json = False,
) -> None:
    """Compile a law for a target into an artifact folder."""
    from rulekit.ir.lawfile import load_numerics
    from rulekit.store.folder import read
    from rulekit.targets.api import compile

    artifact = compile(read(rules).ruleset, target, load_numerics(numerics) if numerics else None)
    folder = artifact.write(out)
    files = ", ".join([*artifact.files, "manifest.json"])
    answer(json, artifact.manifest, f"{folder}: {files}\n{artifact.ruleset.digest}")
