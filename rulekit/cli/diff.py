"""``rulekit diff``: what an amendment changes, for every event and for reference events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import Accept, IdColumn, Json, Truth, Weight, names_of
from rulekit.cli.output import print_answer

if TYPE_CHECKING:
    from rulekit.reports.diff.events import ReferenceOptions

_RULESET = "A law folder, FOLDER@VERSION, FOLDER@in-force, or a ruleset file (YAML or JSON)."


def diff(
    old: Annotated[str, typer.Argument(help=_RULESET, show_default=False, metavar="OLD")],
    new: Annotated[
        str, typer.Argument(help="The same, of the new version.", show_default=False, metavar="NEW")
    ],
    events: Annotated[
        str | None,
        typer.Option(
            "--events",
            help="Reference events: Parquet, CSV or Arrow IPC file, or a glob.",
            metavar="EVENTS",
        ),
    ] = None,
    truth: Truth = None,
    weight: Weight = None,
    accept: Accept = None,
    id_column: IdColumn = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write a report: .html, .md or .json.", metavar="FILE")
    ] = None,
    json: Json = False,
) -> None:
    """Show what a new version of a law decides differently.

    The answer, or the proof that no decision changes, is about every event that there can be. With --events, the
    decisions that change among them are counted, too. Ends with 1 when a decision changes, or when the version is
    too low for what changed.
    """
    from rulekit.reports.diff.diff import diff_of
    from rulekit.reports.diff.page import write
    from rulekit.reports.diff.text import to_text
    from rulekit.store.compare import compare

    found = diff_of(compare(old, new), _asked(events, truth, weight, id_column, accept), (old, new))
    text = to_text(found)
    if out is not None:
        text += f"\n\nreport: {write(found, out)}"
    print_answer(json, found.to_document(), text)
    if not (found.alike and found.bump.enough):
        raise typer.Exit(1)


def _asked(
    events: str | None, truth: str | None, weight: str | None, id_column: str | None, accept: str | None
) -> ReferenceOptions | None:
    from rulekit.reports.diff.events import ReferenceOptions

    if events is not None:
        return ReferenceOptions(events, truth, weight, id_column, names_of(accept) or None)
    if truth or weight or id_column or accept:
        raise typer.BadParameter("there are no reference events: name them with --events")
    return None
