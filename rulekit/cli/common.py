"""What the verbs share: options, answers and exit codes."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.ir.numerics import Numerics
    from rulekit.ir.ruleset import Ruleset

Json = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON document.")]
Rules = Annotated[
    Path,
    typer.Argument(
        help="A law folder, FOLDER@VERSION, FOLDER@in-force, or a ruleset file (YAML or JSON).",
        show_default=False,
    ),
]


def answer(as_json: bool, document: Any, text: str) -> None:
    """Print the answer of a verb, in one of its two forms."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text)


def finish(findings: Iterable[Finding]) -> None:
    """Leave with 1 when there are findings that are more than notes."""
    from rulekit.findings import serious

    if serious(findings):
        raise typer.Exit(1)


def findings_text(findings: Sequence[Finding]) -> str:
    """Return the findings, one a line."""
    return "\n".join(f"finding  {finding}" for finding in findings)


def numerics_of(ruleset: Ruleset, file: Path | None, bits: int | None) -> Numerics | None:
    """Return the numerics that the options ``--numerics`` and ``--bits`` ask for; None for native ones."""
    from rulekit.errors import RulekitError
    from rulekit.ir.formats import fixed_for
    from rulekit.ir.yaml_file import load_numerics

    if file is not None and bits is not None:
        raise RulekitError("formats are given twice", expected="--numerics or --bits", got="both")
    if file is not None:
        return load_numerics(file)
    return None if bits is None else fixed_for(ruleset, bits)


def command_line() -> str:
    """Return the command that was typed, fit to be pasted into a shell."""
    return shlex.join(["rulekit", *sys.argv[1:]])
