"""What the verbs print: text or JSON, and the exit code of findings."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rulekit.findings import Finding

WIDTH = 80
"""Columns that text fits into."""


def print_answer(as_json: bool, document: Any, text: str) -> None:
    """Print the answer of a verb: its JSON document, or its text."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text)


def finish(findings: Iterable[Finding]) -> None:
    """End with exit code 1 when there are findings that are more than notes."""
    from rulekit.findings import serious

    if serious(findings):
        raise typer.Exit(1)


def findings_text(findings: Sequence[Finding]) -> str:
    """Return the findings as text, one a line."""
    return "\n".join(f"finding  {finding}" for finding in findings)


def wrapped(text: str, head: str = "") -> str:
    """Return text that fits 80 columns, behind a head; later lines are indented as far as it.

    No line ends at a no-break space, which is printed as a space.
    """
    lines = textwrap.fill(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace("\N{NO-BREAK SPACE}", " ")


def command_line() -> str:
    """Return the command that was typed, fit to be pasted into a shell."""
    return shlex.join(["rulekit", *sys.argv[1:]])
