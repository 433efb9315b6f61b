"""The status of a law at a time, after everything in its folder was verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from rulekit.digests import file_digest, short, text_digest
from rulekit.errors import LawError, Where
from rulekit.findings import Finding
from rulekit.ir.notation.yaml_file import load_ruleset
from rulekit.store.acts.approvals import too_few_valid_keys
from rulekit.store.acts.integrity import integrity_findings
from rulekit.store.acts.model import Act, ActStatus, act_statuses, version_in_force
from rulekit.store.acts.register import frozen_text, load_register
from rulekit.store.folder.folder import CASES, CHARTER, REGISTER, RULESET
from rulekit.store.folder.times import now


@dataclass(frozen=True)
class RegisterStatus:
    """The status of a law at a time.

    Parameters
    ----------
    at : the time.
    name : the name of the ruleset; None when there was no act yet.
    acts : every act of the register with its status then.
    current : the act that put a version in force; None when nothing is in force.
    findings : what was tampered with; if there is any, the rest is only what the register says.
    notes : what is good to know and no fault, one sentence each.

    """

    at: datetime
    name: str | None
    acts: tuple[ActStatus, ...]
    current: ActStatus | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def status_at(folder: str | Path, at: datetime | None = None) -> RegisterStatus:
    """Return the status of a law at a time, after everything in its folder was verified.

    Parameters
    ----------
    folder : the law folder.
    at : a time with a zone; default: now.

    Raises
    ------
    LawError
        when there is no such folder, or its register can't be read.

    """
    folder, at = Path(folder), at or now()
    _check_folder(folder)
    acts = load_register(folder)
    listed = act_statuses(acts, at)
    current = next((term for term in listed if term.status == "in force"), None)
    notes = (*_amended(folder, acts), *_successions(acts))
    name = acts[-1].name if acts else None
    return RegisterStatus(at, name, tuple(listed), current, tuple(integrity_findings(folder, acts)), notes)


def in_force(folder: str | Path, at: datetime | None = None) -> Act | None:
    """Return the act that put a version in force at a time (default: now); None when nothing is in force.

    Raises
    ------
    LawError
        when the register can't be read, or anything was tampered with.

    """
    folder = Path(folder)
    _check_folder(folder)
    acts = load_register(folder)
    findings = integrity_findings(folder, acts)
    if findings:
        raise LawError.collect([LawError(str(each), where=Where(file=str(folder))) for each in findings])
    return version_in_force(acts, at or now())


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise LawError("there is no such law folder", where=Where(file=str(folder)))


def _amended(folder: Path, acts: Sequence[Act]) -> Iterator[str]:
    """Yield what differs from the files of the last enactment: amendments in progress, no fault."""
    enacted = next((act for act in reversed(acts) if act.act == "enact"), None)
    if enacted is None:
        return
    try:
        draft = load_ruleset(folder)
    except LawError as error:
        yield f"{RULESET} can't be read: {error.what}"
    else:
        if text_digest(frozen_text(draft)) != enacted.text:
            yield f"{RULESET} is an amendment: {draft.version}, {short(draft.digest)}"
    if file_digest(folder / CASES) != enacted.cases:
        yield f"{CASES} was amended after {enacted.version} was enacted"
    if file_digest(folder / CHARTER) != acts[-1].charter:
        yield f"{CHARTER} was amended after the last act"


def _successions(acts: Sequence[Act]) -> Iterator[str]:
    """Yield a note for each act that changed the approvers after too many of their keys had expired."""
    for number, (before, act) in enumerate(pairwise(acts), 2):
        if before.officers != act.officers and too_few_valid_keys(before.officers, act.recorded):
            yield f"{REGISTER}, entry {number} changed the approvers after the keys of those before had expired"
