"""``rulekit diff``: what an amendment changes, for every event and for reference events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, answer

if TYPE_CHECKING:
    from rulekit.reports.diff.events import ReferenceOptions

_LAW = "A law folder, a ruleset file, or FOLDER@1.2.0 for an enacted version."


def diff(
    old: Annotated[str, typer.Argument(help=_LAW, show_default=False)],
    new: Annotated[str, typer.Argument(help=_LAW, show_default=False)],
    events: Annotated[
        str | None, typer.Option("--events", help="Reference events: Parquet, CSV or Arrow IPC, or a glob.")
    ] = None,
    truth: Annotated[
        str | None, typer.Option("--truth", help="Boolean column of the events: signal or not.")
    ] = None,
    weight: Annotated[str | None, typer.Option("--weight", help="Column of the events with weights.")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Outcomes that count as selected: a,b.")
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="Column with the event id; a running number without.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it to a file: .html, .md or .json.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare two versions of a law: which decisions change, or the proof that none does.

    The answer is about every event there can be; with --events, the swap set is measured as well. Ends with 0 when
    no decision changes and the version is high enough.
    """
    from rulekit.reports.diff.diff import diff_of
    from rulekit.reports.diff.page import write
    from rulekit.reports.diff.text import to_text
    from rulekit.store.compare import compare

    found = diff_of(compare(old, new), _asked(events, truth, weight, id_column, accept), (old, new))
    text = to_text(found)
    if out is not None:
        text += f"\n\nreport: {write(found, out)}"
    answer(json, found.to_document(), text)
    if not (found.alike and found.bump.enough):
        raise typer.Exit(1)


def _asked(
    events: str | None, truth: str | None, weight: str | None, id_column: str | None, accept: str | None
) -> ReferenceOptions | None:
    from rulekit.reports.diff.events import ReferenceOptions

    if events is not None:
        return ReferenceOptions(
            events, truth, weight, id_column, tuple(accept.split(",")) if accept else None
        )
    if truth or weight or id_column or accept:
        raise typer.BadParameter("there are no reference events: name them with --events")
    return None
