"""Enact, repeal and roll back: the acts that make, end and restore law.

An act writes the evidence, the copy under a staged name, the register, and then gives the copy its name. It can be
interrupted anywhere, because only the register makes it law. :func:`resume` completes an interrupted act.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rulekit.digests import file_digest
from rulekit.errors import LawError, Where
from rulekit.ir.notation.yaml_file import load_ruleset
from rulekit.keys import PrivateKey, as_private
from rulekit.store.acts.approvals import (
    count_approvals,
    missing_approvals,
    requirement_for_proposal,
    sign_approval,
)
from rulekit.store.acts.model import Act, Approval, ApprovalStatus, ProposedAct
from rulekit.store.acts.proposals import (
    Proposal,
    propose,
    propose_enactment,
    propose_repeal,
    propose_rollback,
    reaching_back,
)
from rulekit.store.acts.register import (
    load_approvals,
    load_register,
    pending_path,
    staged_path,
    write_approvals,
    write_register,
    write_settled,
)
from rulekit.store.folder.folder import ENACTED, EVIDENCE, REGISTER
from rulekit.store.folder.times import as_time, now


def enact(
    folder: str | Path, *, begins: datetime | str | None = None, key: PrivateKey | str | Path | None = None
) -> Act:
    """Make the draft in a law folder law.

    An enactment that was cut short is completed first.

    Parameters
    ----------
    folder : the law folder.
    begins : when the law begins, a time with a zone or its ISO 8601 text; default: when the act is recorded.
    key : a private key, or its file, that approves the act first; see :func:`approve`.

    Returns
    -------
    The act, as it stands in the register.

    Raises
    ------
    LawError
        with everything that speaks against the act: findings, precedents, charter, version, ids, evidence, or a
        time that has passed.
    SignatureError
        when only approvals are missing.

    """
    return resume(folder) or _approve_and_record(propose_enactment(folder, _time(begins)), key)


def repeal(
    folder: str | Path,
    because: str,
    *,
    begins: datetime | str | None = None,
    key: PrivateKey | str | Path | None = None,
) -> Act:
    """Repeal the version in force, so that nothing is in force afterwards.

    ``because`` is the reason, which is recorded; the other parameters and the errors are those of :func:`enact`.
    """
    return _approve_and_record(propose_repeal(folder, because, _time(begins)), key)


def rollback(
    folder: str | Path,
    version: str,
    because: str,
    *,
    begins: datetime | str | None = None,
    key: PrivateKey | str | Path | None = None,
) -> Act:
    """Put a version in force again that was enacted before.

    ``because`` is the reason, which is recorded; the other parameters and the errors are those of :func:`enact`.
    """
    return _approve_and_record(propose_rollback(folder, version, because, _time(begins)), key)


def approve(
    folder: str | Path,
    key: PrivateKey | str | Path,
    *,
    repeal: bool = False,
    rollback: str | None = None,
    because: str = "",
    begins: datetime | str | None = None,
) -> ApprovalStatus:
    """Sign what would become law: this text, from this time, after this register.

    The approval waits in the law folder until the act is recorded. Any change of the draft afterwards, even of one
    word, needs a new approval.

    Parameters
    ----------
    folder : the law folder.
    key : the private key of an approver, or its file.
    repeal : whether to approve a repeal; default: the enactment of the draft.
    rollback : the version to roll back to, to approve a rollback.
    because : the reason for a repeal or a rollback.
    begins : as in :func:`enact`; all approvers must name the same time.

    Raises
    ------
    LawError
        when something speaks against the act.
    SignatureError
        when the key is not that of an approver, or has expired.

    """
    proposal = propose(folder, repeal=repeal, rollback=rollback, because=because, begins=_time(begins))
    approvals = approve_proposal(proposal, as_private(key))
    requirement = requirement_for_proposal(proposal.proposed, proposal.begins, proposal.before)
    return ApprovalStatus(
        proposed=proposal.proposed,
        approved_by=tuple(approval.by for approval in approvals),
        missing=tuple(error.what for error in missing_approvals(approvals, requirement)),
    )


def _time(begins: datetime | str | None) -> datetime | None:
    return None if begins is None else as_time(begins)


def _approve_and_record(proposal: Proposal, key: PrivateKey | str | Path | None) -> Act:
    if key is not None:
        approve_proposal(proposal, as_private(key))
    return record(proposal)


def approve_proposal(proposal: Proposal, key: PrivateKey) -> tuple[Approval, ...]:
    """Sign a proposal, keep the approval until the act is recorded, and return all approvals that count so far.

    Raises
    ------
    LawError
        when something speaks against the proposal.
    SignatureError
        when the key is not that of an approver, or has expired.

    """
    proposal.refuse()
    requirement = requirement_for_proposal(proposal.proposed, proposal.begins, proposal.before)
    approval = sign_approval(requirement, key)
    path = pending_path(proposal.folder, proposal.proposed)
    kept = [other for other in load_approvals(path) if other.key != approval.key]
    approvals = (*kept, approval)
    write_approvals(path, approvals)
    return tuple(count_approvals(approvals, requirement)[0])


def record(proposal: Proposal) -> Act:
    """Record a proposal as an act, with its approvals.

    Raises
    ------
    LawError
        with everything that speaks against it, or when another act was recorded in the meantime.
    SignatureError
        when only approvals are missing.

    """
    requirement = requirement_for_proposal(proposal.proposed, proposal.begins, proposal.before)
    counted, wrong = count_approvals(
        load_approvals(pending_path(proposal.folder, proposal.proposed)), requirement
    )
    missing = missing_approvals(counted, requirement)
    proposal.refuse(*(missing and [*missing, *wrong]), *reaching_back(proposal.begins))
    act = _signed_act(proposal, counted)
    _write(proposal, act)
    return act


def _signed_act(proposal: Proposal, approvals: list[Approval]) -> Act:
    recorded = now()
    act = Act(
        **{field: getattr(proposal.proposed, field) for field in ProposedAct.model_fields},
        begins=proposal.begins or recorded,
        recorded=recorded,
        approved_by=tuple(dict.fromkeys(approval.by for approval in approvals)),
        approvals=tuple(approvals),
        hash="",
    )
    return act.model_copy(update={"hash": act.expected_hash})


def _write(proposal: Proposal, act: Act) -> None:
    folder = proposal.folder
    if load_register(folder) != proposal.acts:
        where = Where(file=str(folder / REGISTER))
        raise LawError(
            "another act was recorded meanwhile", where=where, hint="look at it, and propose again"
        )
    if proposal.evidence is not None:
        evidence = folder / EVIDENCE / f"{act.version}.json"
        if not evidence.exists():
            write_settled(evidence, proposal.evidence)
    if proposal.copy is not None:
        write_settled(staged_path(folder / ENACTED / f"{act.version}.yaml"), proposal.copy)
    write_register(folder, (*proposal.acts, act))
    _finish(folder, act)


def resume(folder: str | Path) -> Act | None:
    """Complete the last act if it was interrupted; return it if it enacted the draft that lies there.

    Raises
    ------
    LawError
        when the register or the draft can't be read.

    """
    folder = Path(folder)
    acts = load_register(folder)
    if not acts or not _finish(folder, acts[-1]):
        return None
    last = acts[-1]
    return last if (last.act, last.version) == ("enact", load_ruleset(folder).version) else None


def _finish(folder: Path, act: Act) -> bool:
    """Name the copy of an act, and remove the approvals that waited for it; return whether there was either."""
    copy, waiting = folder / ENACTED / f"{act.version}.yaml", pending_path(folder, act)
    named = act.act == "enact" and not copy.exists() and file_digest(staged_path(copy)) == act.text
    if named:
        staged_path(copy).replace(copy)
    dropped = any(approval.previous == act.previous for approval in load_approvals(waiting))
    if dropped:
        waiting.unlink()
    return named or dropped
