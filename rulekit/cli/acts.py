"""What the verbs that act on a law share: options, and how a proposal and an act are told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.common import Json, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulekit.store.acts.model import Approval
    from rulekit.store.acts.proposals import Proposal

from datetime import datetime
from typing import TYPE_CHECKING, Any

from rulekit.cli.common import findings_text, finish

if TYPE_CHECKING:
    from rulekit.store.acts.model import Act
    from rulekit.store.acts.proposals import Proposal

Folder = Annotated[Path, typer.Argument(help="A law folder.", show_default=False)]
From = Annotated[
    str | None, typer.Option("--from", help="In force from then, as 2026-03-01T12:00Z; from now without.")
]
Because = Annotated[str, typer.Option("--because", help="The reason, which is recorded.", show_default=False)]
Key = Annotated[Path | None, typer.Option("--key", help="Private key of an approver: approves first.")]


def time_of(text: str | None) -> datetime | None:
    """Return the time of an option; None when it was left out."""
    from rulekit.store.folder.times import parse_time

    return None if text is None else parse_time(text)


def carry(proposal: Proposal, key: Path | None, as_json: bool) -> None:
    """Record a proposal and tell of it; findings alone are printed, and leave with 1."""
    from rulekit.keys import load_private
    from rulekit.store.acts.enact import approve_proposal, record

    stop_on_findings(proposal, as_json)
    if key is not None:
        approve_proposal(proposal, load_private(key))
    tell(proposal.folder, record(proposal), as_json)


def stop_on_findings(proposal: Proposal, as_json: bool) -> None:
    """Leave with 1, and nothing written, when findings are all that speaks against a proposal."""
    if proposal.problems or not proposal.findings:
        return
    findings = [finding.model_dump(mode="json") for finding in proposal.findings]
    act = proposal.proposed
    document = {"name": act.name, "version": act.version, "recorded": None, "findings": findings}
    head = f"{act.name} {act.version} is not fit to be enacted; nothing was written"
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


def approve(
    folder: Folder,
    key: Annotated[Path, typer.Option("--key", help="Your private key.", show_default=False)],
    begins: From = None,
    repeal: Annotated[bool, typer.Option("--repeal", help="Approve a repeal.")] = False,
    rollback: Annotated[
        str | None, typer.Option("--rollback", help="Approve a rollback to a version.")
    ] = None,
    because: Annotated[str, typer.Option("--because", help="Reason of a repeal or rollback.")] = "",
    json: Json = False,
) -> None:
    """Show what would become law, and sign it: this text, from this time, after this register.

    Whatever changes afterwards, one word of it included, has to be approved again.
    """
    from rulekit.keys import load_private
    from rulekit.store.acts.enact import approve_proposal

    signer = load_private(key)
    proposal = _proposed(folder, begins, repeal, rollback, because)
    stop_on_findings(proposal, json)
    approvals = approve_proposal(proposal, signer)
    names = [approval.by for approval in approvals]
    missing = _missing(proposal, approvals)
    document = {
        **proposal.proposed.document(),
        "from": begins,
        "approved_by": names,
        "missing": missing,
        "findings": [],
    }
    enough = "; ".join(missing) or "enough"
    lines = [*_shown(proposal), f"approved by {', '.join(names)}: {enough}"]
    answer(json, document, "\n".join(lines))


def _proposed(folder: Path, begins: str | None, repeal: bool, rollback: str | None, because: str) -> Proposal:
    from rulekit.store.acts.proposals import propose_enactment, propose_repeal, propose_rollback

    if repeal and rollback is not None:
        raise typer.BadParameter("--repeal and --rollback are two acts")
    if repeal:
        return propose_repeal(folder, because, time_of(begins))
    if rollback is not None:
        return propose_rollback(folder, rollback, because, time_of(begins))
    if because:
        raise typer.BadParameter("--because belongs to --repeal or --rollback; a rule has its own because")
    return propose_enactment(folder, time_of(begins))


def _missing(proposal: Proposal, approvals: Sequence[Approval]) -> list[str]:
    from rulekit.store.acts.approvals import missing_approvals, requirement_for_proposal

    requirement = requirement_for_proposal(proposal.proposed, proposal.begins, proposal.before)
    return [error.what for error in missing_approvals(approvals, requirement)]


def _shown(proposal: Proposal) -> list[str]:
    act = proposal.proposed
    return [f"{act.act} {act.name} {act.version}, {act.digest[:19]}", *_changed(proposal)]


def _changed(proposal: Proposal) -> list[str]:
    from rulekit.store.versions.versions import changes

    old, new = proposal.in_force, proposal.ruleset
    if new is None:
        return ["nothing would be in force"]
    if old is None:
        return [f"nothing is in force before it; {len(new.rules)} rules"]
    text = str(changes(old, new))
    return [f"against {old.version}, in force until then:", text or "  the same rules and words"]


def enact(folder: Folder, begins: From = None, key: Key = None, json: Json = False) -> None:
    """Make a draft law: a frozen copy, its evidence, and an entry in the register.

    Refused when the charter is incomplete, precedents fail, the version is too low, or approvals are missing.
    """
    from rulekit.store.acts.enact import resume
    from rulekit.store.acts.proposals import propose_enactment

    resumed = resume(folder)
    if resumed is not None:
        tell(folder, resumed, json)
    else:
        carry(propose_enactment(folder, time_of(begins)), key, json)


def repeal(
    folder: Folder, because: Because, begins: From = None, key: Key = None, json: Json = False
) -> None:
    """Repeal the version in force; its copy stays, and what it decided can be replayed."""
    from rulekit.store.acts.proposals import propose_repeal

    carry(propose_repeal(folder, because, time_of(begins)), key, json)


def rollback(
    folder: Folder,
    version: Annotated[str, typer.Argument(help="A version that was enacted.", show_default=False)],
    because: Because,
    begins: From = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Put a version in force again that was enacted before."""
    from rulekit.store.acts.proposals import propose_rollback

    carry(propose_rollback(folder, version, because, time_of(begins)), key, json)
