"""Approvals: signed statements that an act, word for word, is approved.

What is signed is canonical JSON that names the act, the version, the digest of the law, the digest of the exact
text that will be enacted, the time from which, the act before, and the digest of everything else in the bill.
So an approval holds for one act at one place in the register, and no word can be changed under it.

Who counts: the approvers of the charter, so many of them as it asks for. Where an act changes who they are, it
is those of the act before, too, so that nobody becomes an approver by editing a file; unless so many of their
keys have expired that they can't be enough any more. Keys are renewed by an act, in time.

A key signs from its ``since`` to its ``until``, as the charter has them; a signature counts if it held when it
was made, between the act before and the act itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rulekit.digests import canonical_json, short
from rulekit.errors import RulekitError, SignatureError
from rulekit.keys import PrivateKey, PublicKey
from rulekit.store.acts.model import Act, Approval, Bill
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
"""What an approval and a bill must have in common, and how a sentence calls it."""


@dataclass(frozen=True)
class Ballot:
    """What approvals are held against.

    ``begins`` are the times that may stand in an approval, None for whenever the act is recorded; ``bodies`` the
    officers who must each be enough; ``since`` and ``until`` the times between which approvals are signed.
    """

    bill: Bill
    begins: tuple[datetime | None, ...]
    bodies: tuple[Officers, ...]
    since: datetime | None
    until: datetime

    @property
    def approvers(self) -> list[PublicKey]:
        """Every key that may sign."""
        return [key for body in self.bodies for key in body.approvers]


def ballot_on_bill(bill: Bill, begins: datetime | None, before: Act | None) -> Ballot:
    """Return what approvals of a bill are held against now."""
    time = now()
    since = None if before is None else before.recorded
    return Ballot(bill, (begins,), _bodies(bill, before, time), since, time)


def ballot_on_act(act: Act, before: Act | None) -> Ballot:
    """Return what the approvals in the register are held against."""
    begins = (act.begins, None) if act.begins == act.recorded else (act.begins,)
    since = None if before is None else before.recorded
    return Ballot(act, begins, _bodies(act, before, act.recorded), since, act.recorded)


def _bodies(bill: Bill, before: Act | None, at: datetime) -> tuple[Officers, ...]:
    if before is None or before.officers == bill.officers or lapsed(before.officers, at):
        return (bill.officers,)
    return (bill.officers, before.officers)


def lapsed(officers: Officers, at: datetime) -> bool:
    """Return whether so many keys have expired that the officers can't be enough any more."""
    valid = [key for key in officers.approvers if key.until is None or at < key.until]
    return len(valid) < officers.approvals


def sign(ballot: Ballot, key: PrivateKey) -> Approval:
    """Return the approval of a bill by the owner of a key.

    Raises
    ------
    SignatureError
        when the key is not that of an approver, or is not valid now.

    """
    bill = ballot.bill
    unsigned = Approval(
        by=key.public.name,
        key=key.public.key,
        at=ballot.until,
        act=bill.act,
        name=bill.name,
        version=bill.version,
        digest=bill.digest,
        text=bill.text,
        begins=ballot.begins[0],
        previous=bill.previous,
        bill=bill.substance,
        signature="",
    )
    _approver(unsigned, ballot)
    approval = unsigned.model_copy(update={"signature": key.sign(_statement(unsigned))})
    wrong = objection(approval, ballot)
    if wrong is not None:
        raise wrong
    return approval


def _statement(approval: Approval) -> bytes:
    return canonical_json({"statement": "approve", **approval.document(without=frozenset({"signature"}))})


def objection(approval: Approval, ballot: Ballot) -> RulekitError | None:
    """Return why an approval does not count; None when it does."""
    try:
        approver = _approver(approval, ballot)
        _check_subject(approval, ballot)
        approver.verify(_statement(approval), approval.signature, approval.at)
    except SignatureError as error:
        return error
    return None


def _approver(approval: Approval, ballot: Ballot) -> PublicKey:
    """Return the public key that the charter has for an approval."""
    named = [key for key in ballot.approvers if key.name == approval.by]
    if not named:
        names = ", ".join(dict.fromkeys(key.name for key in ballot.approvers)) or "nobody"
        hint = "CHARTER.md lists who approves"
        raise SignatureError(f"{approval.by} is no approver", expected=names, got=approval.by, hint=hint)
    found = next((key for key in named if key.key == approval.key), None)
    if found is None:
        what = f"the charter has another key for {approval.by}"
        raise SignatureError(what, expected=named[0].key, got=approval.key)
    return found


def _check_subject(approval: Approval, ballot: Ballot) -> None:
    ours = {**ballot.bill.model_dump(include=set(_SAME)), "bill": ballot.bill.substance}
    for field, words in _SAME.items():
        theirs = getattr(approval, field)
        if theirs != ours[field]:
            what = f"{approval.by} approved something else: {words} differs"
            raise SignatureError(what, expected=short(ours[field]), got=short(theirs))
    if approval.begins not in ballot.begins:
        what = f"{approval.by} approved another beginning"
        expected, got = _when(ballot.begins[0]), _when(approval.begins)
        raise SignatureError(what, expected=expected, got=got, hint="`--from` is the same for all")
    if approval.at > ballot.until or (ballot.since is not None and approval.at < ballot.since):
        since = "" if ballot.since is None else f"from {time_text(ballot.since)} "
        expected, got = f"{since}to {time_text(ballot.until)}", time_text(approval.at)
        raise SignatureError(f"{approval.by} signed at an odd time", expected=expected, got=got)


def _when(begins: datetime | None) -> str:
    return "no `from`" if begins is None else f"from {time_text(begins)}"


def weigh(approvals: Iterable[Approval], ballot: Ballot) -> tuple[list[Approval], list[RulekitError]]:
    """Return the approvals that count, and why others do not."""
    judged = [(approval, objection(approval, ballot)) for approval in approvals]
    return (
        [approval for approval, wrong in judged if wrong is None],
        [wrong for _, wrong in judged if wrong is not None],
    )


def shortfalls(counted: Sequence[Approval], ballot: Ballot) -> list[RulekitError]:
    """Return an error for each body of officers of which too few approve."""
    keys = {approval.key for approval in counted}
    problems: list[RulekitError] = []
    for place, body in enumerate(ballot.bodies):
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
