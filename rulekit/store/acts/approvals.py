"""Approvals: signed statements that approve an act word for word.

The signed text is canonical JSON. It names the act, the version, the digest of the law, the digest of the exact
text that will be enacted, the time from which, the act before, and the digest of everything else in the proposed
act. So an approval holds for one act at one place in the register, and no word can be changed afterwards.

The charter says who approves and how many must. If an act changes the approvers, the approvers of the act before
must approve as well, so that nobody becomes an approver by editing a file. The exception: so many of their keys
have expired that they can no longer be enough. Renew keys by an act, in time.

A key signs from its ``since`` to its ``until``. A signature counts if the key was valid when it was made, and if
it was made between the act before and the act itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rulekit.digests import canonical_json, short
from rulekit.errors import RulekitError, SignatureError
from rulekit.keys import PrivateKey, PublicKey
from rulekit.store.acts.model import Act, Approval, ProposedAct
from rulekit.store.folder.charter import Officers
from rulekit.store.folder.times import now, time_text

_SAME = {
    "act": "the act",
    "name": "the law",
    "version": "version",
    "digest": "the digest",
    "text": "the text",
    "previous": "the act before it",
    "bill": "the papers beside it (precedents, evidence, charter or reason)",
}
"""Fields that an approval and the proposed act must have in common, and what a message calls them."""


@dataclass(frozen=True)
class ApprovalRequirement:
    """What the approvals of an act must say, and who must give them.

    Attributes
    ----------
    proposed : the act that is approved.
    begins : the times that an approval may name; None stands for "whenever the act is recorded".
    officer_groups : groups of officers, each of which must give enough approvals.
    since, until : an approval must be signed between these times; no limit where ``since`` is None.

    """

    proposed: ProposedAct
    begins: tuple[datetime | None, ...]
    officer_groups: tuple[Officers, ...]
    since: datetime | None
    until: datetime

    @property
    def approvers(self) -> list[PublicKey]:
        """Every key that may sign."""
        return [key for body in self.officer_groups for key in body.approvers]


def requirement_for_proposal(
    proposed: ProposedAct, begins: datetime | None, before: Act | None
) -> ApprovalRequirement:
    """Return what approvals of a proposed act must meet now."""
    time = now()
    since = None if before is None else before.recorded
    return ApprovalRequirement(proposed, (begins,), _officer_groups(proposed, before, time), since, time)


def requirement_for_act(act: Act, before: Act | None) -> ApprovalRequirement:
    """Return what the approvals of an act in the register must meet."""
    begins = (act.begins, None) if act.begins == act.recorded else (act.begins,)
    since = None if before is None else before.recorded
    return ApprovalRequirement(act, begins, _officer_groups(act, before, act.recorded), since, act.recorded)


def _officer_groups(proposed: ProposedAct, before: Act | None, at: datetime) -> tuple[Officers, ...]:
    if before is None or before.officers == proposed.officers or too_few_valid_keys(before.officers, at):
        return (proposed.officers,)
    return (proposed.officers, before.officers)


def too_few_valid_keys(officers: Officers, at: datetime) -> bool:
    """Return whether so many keys have expired that the officers cannot be enough any more."""
    valid = [key for key in officers.approvers if key.until is None or at < key.until]
    return len(valid) < officers.approvals


def sign_approval(requirement: ApprovalRequirement, key: PrivateKey) -> Approval:
    """Return the approval of a proposed act by the owner of a key.

    Raises
    ------
    SignatureError
        when the key is not that of an approver, or is not valid now.

    """
    proposed = requirement.proposed
    unsigned = Approval(
        by=key.public.name,
        key=key.public.key,
        at=requirement.until,
        act=proposed.act,
        name=proposed.name,
        version=proposed.version,
        digest=proposed.digest,
        text=proposed.text,
        begins=requirement.begins[0],
        previous=proposed.previous,
        bill=proposed.content_digest,
        signature="",
    )
    _approver(unsigned, requirement)
    approval = unsigned.model_copy(update={"signature": key.sign(_statement(unsigned))})
    wrong = approval_error(approval, requirement)
    if wrong is not None:
        raise wrong
    return approval


def _statement(approval: Approval) -> bytes:
    return canonical_json({"statement": "approve", **approval.document(without=frozenset({"signature"}))})


def approval_error(approval: Approval, requirement: ApprovalRequirement) -> RulekitError | None:
    """Return why an approval does not count; None when it counts."""
    try:
        approver = _approver(approval, requirement)
        _check_subject(approval, requirement)
        approver.verify(_statement(approval), approval.signature, approval.at)
    except SignatureError as error:
        return error
    return None


def _approver(approval: Approval, requirement: ApprovalRequirement) -> PublicKey:
    """Return the public key that the charter has for an approval."""
    named = [key for key in requirement.approvers if key.name == approval.by]
    if not named:
        names = ", ".join(dict.fromkeys(key.name for key in requirement.approvers)) or "nobody"
        hint = "CHARTER.md lists who approves"
        raise SignatureError(f"{approval.by} is no approver", expected=names, got=approval.by, hint=hint)
    found = next((key for key in named if key.key == approval.key), None)
    if found is None:
        what = f"the charter has another key for {approval.by}"
        raise SignatureError(what, expected=named[0].key, got=approval.key)
    return found


def _check_subject(approval: Approval, requirement: ApprovalRequirement) -> None:
    ours = {
        **requirement.proposed.model_dump(include=set(_SAME)),
        "bill": requirement.proposed.content_digest,
    }
    for field, words in _SAME.items():
        theirs = getattr(approval, field)
        if theirs != ours[field]:
            what = f"{approval.by} approved something else: {words} differs"
            raise SignatureError(what, expected=short(ours[field]), got=short(theirs))
    if approval.begins not in requirement.begins:
        what = f"{approval.by} approved another beginning"
        expected, got = _when(requirement.begins[0]), _when(approval.begins)
        raise SignatureError(what, expected=expected, got=got, hint="`--from` is the same for all")
    if approval.at > requirement.until or (requirement.since is not None and approval.at < requirement.since):
        since = "" if requirement.since is None else f"from {time_text(requirement.since)} "
        expected, got = f"{since}to {time_text(requirement.until)}", time_text(approval.at)
        raise SignatureError(f"{approval.by} signed at an odd time", expected=expected, got=got)


def _when(begins: datetime | None) -> str:
    return "no `from`" if begins is None else f"from {time_text(begins)}"


def count_approvals(
    approvals: Iterable[Approval], requirement: ApprovalRequirement
) -> tuple[list[Approval], list[RulekitError]]:
    """Return the approvals that count, and an error for each that does not."""
    judged = [(approval, approval_error(approval, requirement)) for approval in approvals]
    return (
        [approval for approval, wrong in judged if wrong is None],
        [wrong for _, wrong in judged if wrong is not None],
    )


def missing_approvals(counted: Sequence[Approval], requirement: ApprovalRequirement) -> list[RulekitError]:
    """Return an error for each group of officers that has given too few approvals."""
    keys = {approval.key for approval in counted}
    problems: list[RulekitError] = []
    for place, body in enumerate(requirement.officer_groups):
        signed = [approver.name for approver in body.approvers if approver.key in keys]
        if len(signed) < body.approvals:
            whose = "" if place == 0 else ", of the approvers until now, whom the charter changes"
            problems.append(
                SignatureError(
                    f"{len(signed)} of {body.approvals} approvals{whose}",
                    expected=f"{body.approvals} of {body.names}",
                    got=", ".join(signed) or "none",
                    hint="`rulekit approve` signs one",
                )
            )
    return problems
