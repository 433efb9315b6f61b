"""``rulekit approve``: what an approver signs before an act is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rulekit.cli.acts import From, stop_on_findings
from rulekit.cli.options import FolderArgument, Json, time_of
from rulekit.cli.output import print_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulekit.store.acts.model import Approval
    from rulekit.store.acts.proposals import Proposal


def approve(
    folder: FolderArgument,
    key: Annotated[Path, typer.Option("--key", help="Your private key.", show_default=False, metavar="FILE")],
    begins: From = None,
    repeal: Annotated[bool, typer.Option("--repeal", help="Approve a repeal.")] = False,
    rollback: Annotated[
        str | None, typer.Option("--rollback", help="Approve a rollback to a version.", metavar="VERSION")
    ] = None,
    because: Annotated[
        str, typer.Option("--because", help="Reason of a repeal or rollback.", metavar="TEXT")
    ] = "",
    json: Json = False,
) -> None:
    """Show what an act on a law would change, and sign it.

    The signature covers the text, the time it takes effect, and the register before it: when any word of these
    changes, the act has to be approved again.
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
    lines = [*_change(proposal), f"approved by {', '.join(names)}: {enough}"]
    print_answer(json, document, "\n".join(lines))


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


def _change(proposal: Proposal) -> list[str]:
    """Return what the act is, and what it changes, one a line."""
    from rulekit.store.versions.versions import changes

    act, old, new = proposal.proposed, proposal.in_force, proposal.ruleset
    head = f"{act.act} {act.name} {act.version}, {act.digest[:19]}"
    if new is None:
        return [head, "nothing would be in force"]
    if old is None:
        return [head, f"nothing is in force before it; {len(new.rules)} rules"]
    text = str(changes(old, new))
    return [head, f"against {old.version}, in force until then:", text or "  the same rules and words"]
