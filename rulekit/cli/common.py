"""What the verbs share: options, tables, numbers and exit codes."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rulekit.findings import Finding
    from rulekit.ir.numerics import Numerics
    from rulekit.ir.ruleset import Ruleset
    from rulekit.statistics.intervals import Proportion

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


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a plain table: the first column left, numbers right, two spaces between."""
    grid = [list(head), *(list(line) for line in lines)]
    widths = [max(len(line[index]) for line in grid) for index in range(len(head))]
    texts = []
    for line in grid:
        cells = [cell.ljust(width) if index == 0 else cell.rjust(width)
                 for index, (cell, width) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        texts.append("  ".join(cells).rstrip())
    return "\n".join([texts[0], "-" * max(map(len, texts)), *texts[1:]])


def interval(share: Proportion | None) -> str:
    """Return a share in per cent with its interval: ``34.2 % (33.1 to 35.3)``."""
    return interval_of(None if share is None else share.to_document())


def interval_of(share: Mapping[str, Any] | None) -> str:
    """Return a share as it stands in a JSON document; see :func:`interval`."""
    if share is None or share["value"] is None:
        return "unknown"
    value, low, high = (_percent(share[key], share["value"]) for key in ("value", "low", "high"))
    return f"{value} % ({low} to {high})"


def percent(share: Proportion | None) -> str:
    """Return a share in per cent, without its interval: ``34.2 %``."""
    return "unknown" if share is None else percent_of(share.to_document())


def percent_of(share: Mapping[str, Any] | None) -> str:
    """Return a share as it stands in a JSON document; see :func:`percent`."""
    unknown = share is None or share["value"] is None
    return "unknown" if unknown or share is None else f"{_percent(share['value'], share['value'])} %"


def _percent(number: float, scale: float) -> str:
    return f"{100 * number:.{1 if scale >= 0.1 else 2 if scale >= 0.01 else 3}f}"


def command_line() -> str:
    """Return the command that was typed, fit to be pasted into a shell."""
    return shlex.join(["rulekit", *sys.argv[1:]])
