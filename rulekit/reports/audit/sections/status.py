"""Law status: whether a version is in force, by the register of its folder.

A page must be the same whenever it is made. So it does not say what is in force now, but the status after the last
act of the register, with the times written there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rulekit.findings import Finding
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.model.law import LawStatus
from rulekit.store.acts.model import ActStatus
from rulekit.store.acts.register import load_register
from rulekit.store.acts.status import status_at
from rulekit.store.folder.times import time_text


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a version, and findings if its folder was tampered with."""

    law: LawStatus
    findings: tuple[Finding, ...] = ()


def law_status(folder: str | Path | None, law: Ruleset) -> Status:
    """Return the status of a version, and verify its folder.

    Raises
    ------
    LawError
        when the register can't be read.

    """
    if folder is None:
        says = "Whether it is in force is not known: no law folder was given."
        return Status(LawStatus(state="not known", says=says))
    acts = load_register(Path(folder))
    if not acts:
        return Status(_draft(law))
    stands = status_at(folder, max(act.begins for act in acts))
    terms = [term for term in stands.acts if term.act != "repeal" and _names(term, law)]
    latest = max(terms, key=lambda term: term.begins, default=None)
    return Status(_draft(law) if latest is None else _enacted(latest), stands.findings)


def _names(term: ActStatus, law: Ruleset) -> bool:
    return (term.version, term.digest) == (law.version, law.digest)


def _draft(law: Ruleset) -> LawStatus:
    return LawStatus(state="draft", says=f"Version {law.version} is a draft: it is not enacted.")


def _enacted(term: ActStatus) -> LawStatus:
    since, until = time_text(term.begins), None if term.until is None else time_text(term.until)
    ends = f"to {until}: it is {term.status}" if until is not None else "on, and no later act ends that"
    if term.status == "withdrawn":
        ends = "on by an act that a later one withdrew before it began"
    return LawStatus(
        state=term.status,
        says=f"Version {term.version} is in force from {since} {ends}.",
        since=since,
        until=until,
        approved_by=term.approved_by,
    )
