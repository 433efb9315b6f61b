"""``rulekit enact``, ``repeal`` and ``rollback``: the acts on a law, and how an act is recorded and printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.options import FolderArgument, Json, time_of
from rulekit.cli.output import findings_text, finish, print_answer

if TYPE_CHECKING:
    from rulekit.store.acts.model import Act
    from rulekit.store.acts.proposals import Proposal

From = Annotated[
    str | None,
    typer.Option("--from", help="In force from then, as 2026-03-01T12:00Z. Default: now.", metavar="TIME"),
]
Because = Annotated[
    str, typer.Option("--because", help="The reason, which is recorded.", show_default=False, metavar="TEXT")
]
ApproverKey = Annotated[
    Path | None,
    typer.Option("--key", help="Private key of an approver, who approves the act first.", metavar="FILE"),
]


def enact(folder: FolderArgument, begins: From = None, key: ApproverKey = None, json: Json = False) -> None:
    """Make a draft law: freeze it and enter it in the register.

    Its evidence is written, too. Refused when the charter is incomplete, precedents fail, the version is too low,
    or approvals are missing.
    """
    from rulekit.store.acts.enact import resume
    from rulekit.store.acts.proposals import propose_enactment

    resumed = resume(folder)
    if resumed is not None:
        print_act(folder, resumed, json)
    else:
        record_act(propose_enactment(folder, time_of(begins)), key, json)


def repeal(
    folder: FolderArgument, because: Because, begins: From = None, key: ApproverKey = None, json: Json = False
) -> None:
    """Repeal the version that is in force.

    Its copy stays, so that its decisions can still be replayed.
    """
    from rulekit.store.acts.proposals import propose_repeal

    record_act(propose_repeal(folder, because, time_of(begins)), key, json)


def rollback(
    folder: FolderArgument,
    version: Annotated[
        str, typer.Argument(help="A version that was enacted.", show_default=False, metavar="VERSION")
    ],
    because: Because,
    begins: From = None,
    key: ApproverKey = None,
    json: Json = False,
) -> None:
    """Put a version that was enacted before in force again."""
    from rulekit.store.acts.proposals import propose_rollback

    record_act(propose_rollback(folder, version, because, time_of(begins)), key, json)


def record_act(proposal: Proposal, key: Path | None, as_json: bool) -> None:
    """Record a proposed act and print it; when there are findings, print only these and end with 1."""
    from rulekit.keys import load_private
    from rulekit.store.acts.enact import approve_proposal, record

    stop_on_findings(proposal, as_json)
    if key is not None:
        approve_proposal(proposal, load_private(key))
    print_act(proposal.folder, record(proposal), as_json)


def stop_on_findings(proposal: Proposal, as_json: bool) -> None:
    """End with 1, with nothing written, when a proposal has findings and no other problem."""
    if proposal.problems or not proposal.findings:
        return
    findings = [finding.model_dump(mode="json") for finding in proposal.findings]
    act = proposal.proposed
    document = {"name": act.name, "version": act.version, "recorded": None, "findings": findings}
    head = f"{act.name} {act.version} is not fit to be enacted; nothing was written"
    print_answer(as_json, document, f"{head}\n{findings_text(proposal.findings)}")
    finish(proposal.findings)


def print_act(folder: Path, act: Act, as_json: bool) -> None:
    """Print an act that was recorded."""
    done = {"enact": "enacted", "repeal": "repealed", "rollback": "rolled back to"}[act.act]
    from_when = "nothing is in force from" if act.act == "repeal" else "in force from"
    document = act.document()
    by = f", approved by {', '.join(act.approved_by)}" if act.approved_by else ""
    lines = [
        f"{folder}: {done} {act.name} {act.version}, {act.digest[:19]}",
        f"{from_when} {document['from']}{by}",
    ]
    print_answer(as_json, {**document, "findings": []}, "\n".join(lines))
