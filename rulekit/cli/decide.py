"""``rulekit decide``: a file of events into a decisions file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, Rules, answer, command_line, findings_text, finish, table

if TYPE_CHECKING:
    from rulekit.runtime.engine import DecideSummary


def decide(
    rules: Rules,
    events: Annotated[
        str, typer.Argument(help="Parquet, CSV or Arrow IPC file, or a glob.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Decisions file: .parquet, .csv or .arrow.", show_default=False)
    ],
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column with the event id; a running number without.")
    ] = None,
    target: Annotated[str, typer.Option("--target", help="Name of the target that decides.")] = "kernel",
    cast: Annotated[
        bool, typer.Option("--cast", help="Round numbers to the schema's floats (float64 to float32).")
    ] = False,
    json: Json = False,
) -> None:
    """Decide a file of events into a decisions file.

    Files of any size stream in bounded memory; a manifest with the law is written beside the decisions.
    """
    from rulekit.runtime.engine import decide_file
    from rulekit.store.folder import read
    from rulekit.targets.api import compile

    artifact = compile(read(rules).ruleset, target)
    summary = decide_file(artifact, events, out, id_column=id_column, cast=cast, command=command_line())
    answer(json, summary.model_dump(mode="json"), _text(summary))
    finish(summary.findings)


def _text(summary: DecideSummary) -> str:
    total = max(summary.events, 1)
    lines = [(name, f"{count:,}", f"{100 * count / total:.3f} %") for name, count in summary.counts.items()]
    parts = [
        table(("outcome", "events", "share"), [*lines, ("all", f"{summary.events:,}", "")]),
        findings_text(summary.findings),
        f"decisions: {summary.decisions}",
    ]
    return "\n".join(part for part in parts if part)
