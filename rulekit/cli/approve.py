"""``rulekit approve``: one approver signs what is about to be enacted, repealed or rolled back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.acts import Folder, From, stop_on_findings, time_of
from rulekit.cli.common import Json, answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulekit.store.acts import Approval
    from rulekit.store.proposals import Proposal


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
    from rulekit.store.enact import approve as sign

    signer = load_private(key)
    proposal = _proposed(folder, begins, repeal, rollback, because)
    stop_on_findings(proposal, json)
    approvals = sign(proposal, signer)
    names = [approval.by for approval in approvals]
    missing = _missing(proposal, approvals)
    document = {
        **proposal.bill.document(),
        "from": begins,
        "approved_by": names,
        "missing": missing,
        "findings": [],
    }
    enough = "; ".join(missing) or "enough"
    lines = [*_shown(proposal), f"approved by {', '.join(names)}: {enough}"]
    answer(json, document, "\n".join(lines))


def _proposed(folder: Path, begins: str | None, repeal: bool, rollback: str | None, because: str) -> Proposal:
    from rulekit.store.proposals import propose_enactment, propose_repeal, propose_rollback

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
    from rulekit.store.approvals import ballot_on_bill, shortfalls

    ballot = ballot_on_bill(proposal.bill, proposal.begins, proposal.before)
    return [error.what for error in shortfalls(approvals, ballot)]


def _shown(proposal: Proposal) -> list[str]:
    bill = proposal.bill
    return [f"{bill.act} {bill.name} {bill.version}, {bill.digest[:19]}", *_changed(proposal)]


def _changed(proposal: Proposal) -> list[str]:
    from rulekit.store.versions import changes

    old, new = proposal.in_force, proposal.ruleset
    if new is None:
        return ["nothing would be in force"]
    if old is None:
        return [f"nothing is in force before it; {len(new.rules)} rules"]
    text = str(changes(old, new))
    return [f"against {old.version}, in force until then:", text or "  the same rules and words"]
