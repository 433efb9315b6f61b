"""What the verbs that act on a law share: options, and how a proposal and an act are told."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.common import answer, findings_text, finish

if TYPE_CHECKING:
    from rulekit.store.acts import Act
    from rulekit.store.proposals import Proposal

Folder = Annotated[Path, typer.Argument(help="A law folder.", show_default=False)]
From = Annotated[
    str | None, typer.Option("--from", help="In force from then, as 2026-03-01T12:00Z; from now without.")
]
Because = Annotated[str, typer.Option("--because", help="The reason, which is recorded.", show_default=False)]
Key = Annotated[Path | None, typer.Option("--key", help="Private key of an approver: approves first.")]


def time_of(text: str | None) -> datetime | None:
    """Return the time of an option; None when it was left out."""
    from rulekit.store.times import parse_time

    return None if text is None else parse_time(text)


def carry(proposal: Proposal, key: Path | None, as_json: bool) -> None:
    """Record a proposal and tell of it; findings alone are printed, and leave with 1."""
    from rulekit.keys import load_private
    from rulekit.store.enact import approve, record

    stop_on_findings(proposal, as_json)
    if key is not None:
        approve(proposal, load_private(key))
    tell(proposal.folder, record(proposal), as_json)


def stop_on_findings(proposal: Proposal, as_json: bool) -> None:
    """Leave with 1, and nothing written, when findings are all that speaks against a proposal."""
    if proposal.problems or not proposal.findings:
        return
    findings = [finding.model_dump(mode="json") for finding in proposal.findings]
    bill = proposal.bill
    document = {"name": bill.name, "version": bill.version, "recorded": None, "findings": findings}
    head = f"{bill.name} {bill.version} is not fit to be enacted; nothing was written"
    answer(as_json, document, f"{head}\n{findings_text(proposal.findings)}")
    finish(proposal.findings)


def tell(folder: Path, act: Act, as_json: bool) -> None:
    """Print an act that was recorded."""
    done = {"enact": "enacted", "repeal": "repealed", "rollback": "rolled back to"}[act.act]
    from_when = "nothing is in force from" if act.act == "repeal" else "in force from"
    begins = act.document()["from"]
    by = f", approved by {', '.join(act.approved_by)}" if act.approved_by else ""
    lines = [
        f"{folder}: {done} {act.name} {act.version}, {act.digest[:19]}",
        f"{from_when} {begins}{by}",
    ]
    answer(as_json, _document(act), "\n".join(lines))


def _document(act: Act) -> dict[str, Any]:
    return {**act.document(), "findings": []}
