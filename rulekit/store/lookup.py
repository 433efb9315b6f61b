"""What is law: which version was in force when, and the law that a digest names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from rulekit.digests import file_digest, short, text_digest
from rulekit.errors import LawError, Where
from rulekit.findings import Finding
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.yaml_file import load
from rulekit.store.acts.approvals import too_few_valid_keys
from rulekit.store.acts.integrity import integrity_findings
from rulekit.store.acts.model import Act, ActStatus, act_statuses, version_in_force
from rulekit.store.acts.proposals import frozen_text
from rulekit.store.acts.register import copy_path, load_register
from rulekit.store.folder.folder import CASES, CHARTER, REGISTER, RULESET, LawFolder, read
from rulekit.store.folder.times import now, time_text

IN_FORCE = "in-force"
"""In place of a version: the one that is in force now."""


@dataclass(frozen=True)
class RegisterStatus:
    """How a law stands at a time.

    Parameters
    ----------
    at : the time asked about.
    name : of the ruleset; None when there was no act yet.
    acts : every act of the register as it stands then.
    current : the one that put a version in force; None when nothing is.
    findings : what was tampered with; with any of them the rest is only what the register says.
    notes : what is no fault and good to know, a sentence each.

    """

    at: datetime
    name: str | None
    acts: tuple[ActStatus, ...]
    current: ActStatus | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def status_at(folder: str | Path, at: datetime | None = None) -> RegisterStatus:
    """Return how a law stands at a time, now without one, after everything in its folder was verified.

    Raises
    ------
    LawError
        when the register can't be read.

    """
    folder, at = Path(folder), at or now()
    if not folder.is_dir():
        raise LawError("there is no such law folder", where=Where(file=str(folder)))
    acts = load_register(folder)
    listed = act_statuses(acts, at)
    current = next((term for term in listed if term.status == "in force"), None)
    notes = (*_amended(folder, acts), *_successions(acts))
    name = acts[-1].name if acts else None
    return RegisterStatus(at, name, tuple(listed), current, tuple(integrity_findings(folder, acts)), notes)


def in_force(folder: str | Path, at: datetime | None = None) -> Act | None:
    """Return the act that put a version in force at a time, now without one; None when nothing is.

    Raises
    ------
    LawError
        when the register can't be read, or anything was tampered with.

    """
    folder = Path(folder)
    acts = load_register(folder)
    findings = integrity_findings(folder, acts)
    if findings:
        raise LawError.collect([LawError(str(each), where=Where(file=str(folder))) for each in findings])
    return version_in_force(acts, at or now())


def law_in_force(folder: str | Path, at: datetime | None = None) -> Ruleset:
    """Return the ruleset in force at a time, now without one.

    Raises
    ------
    LawError
        when nothing is in force, or anything in the folder was tampered with.

    """
    at = at or now()
    act = in_force(folder, at)
    if act is None:
        what = f"nothing is in force at {time_text(at)}"
        raise LawError(what, where=Where(file=str(folder)), hint="see `rulekit law`")
    return load(copy_path(Path(folder), act.version))


def enacted(folder: str | Path, version: str) -> Ruleset:
    """Return a version that was enacted, in force or not.

    Raises
    ------
    LawError
        when it was not, or its copy was tampered with.

    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LawError("there is no such law folder", where=Where(file=str(folder)))
    acts = {act.version: act for act in load_register(folder) if act.act == "enact"}
    if version not in acts:
        expected = "one of " + ", ".join(acts) if acts else "an enacted version, and there is none"
        where = Where(file=str(folder))
        raise LawError("this version was never enacted", where=where, expected=expected, got=version)
    return _untouched(folder, acts[version])


def read_law(where: str | Path) -> LawFolder:
    """Read a law by where it lies: a folder, a file, ``FOLDER@1.2.0`` or ``FOLDER@in-force``.

    A folder alone is read as it stands, with amendments that are not law yet.

    Raises
    ------
    LawError
        when it can't be read, was never enacted, is not in force, or its copy was tampered with.

    """
    folder, at, version = str(where).rpartition("@")
    if not at or Path(where).exists():
        return read(where)
    ruleset = law_in_force(folder) if version == IN_FORCE else enacted(folder, version)
    return LawFolder(ruleset, folder=Path(folder), file=copy_path(Path(folder), ruleset.version))


def ruleset_of_digest(folder: str | Path, digest: str) -> Ruleset:
    """Return the law that a digest names: an enacted version, in force or not, or else the draft.

    Raises
    ------
    LawError
        when the folder has no law of that digest, or its copy was tampered with.

    """
    known: dict[str, str] = {}
    found = _search(Path(folder), digest, known)
    if found is None:
        raise _unknown(Path(folder), digest, known)
    return found


def find_law(root: str | Path, digest: str) -> LawFolder:
    """Find the law that a digest names in a tree of law folders.

    A folder that can't be read is passed over, and named if the law is not found in another one.

    Raises
    ------
    LawError
        when no folder has a law of that digest.

    """
    root, known, unreadable = Path(root), dict[str, str](), []
    for path in sorted(root.rglob(RULESET)):
        try:
            found = _search(path.parent, digest, known)
        except LawError as error:
            unreadable.append(error)
            continue
        if found is not None:
            return LawFolder(found, (), path.parent)
    raise LawError.collect([_unknown(root, digest, known), *unreadable])


def _search(folder: Path, digest: str, known: dict[str, str]) -> Ruleset | None:
    """Return the law of a digest in one folder; what else there is is noted in ``known``, words by digest."""
    for act in load_register(folder):
        known[act.digest] = f"{act.name} {act.version}"
        if act.digest == digest and act.act == "enact":
            return _untouched(folder, act)
    if not (folder / RULESET).exists():
        return None
    draft = load(folder)
    known.setdefault(draft.digest, f"{draft.name} {draft.version}, a draft")
    return draft if draft.digest == digest else None


def _untouched(folder: Path, act: Act) -> Ruleset:
    path = copy_path(folder, act.version)
    found = file_digest(path)
    if found != act.text:
        what = "the copy is not the one that was enacted"
        raise LawError(what, where=Where(file=str(path)), expected=short(act.text), got=short(found))
    return load(path)


def _unknown(place: Path, digest: str, known: dict[str, str]) -> LawError:
    listed = "; ".join(f"{short(other)} ({words})" for other, words in known.items()) or "no law"
    hint = "a version that was never enacted is lost with its draft"
    what = "there is no law of this digest"
    return LawError(what, where=Where(file=str(place)), expected=listed, got=digest, hint=hint)


def _amended(folder: Path, acts: Sequence[Act]) -> Iterator[str]:
    """Yield what differs from the papers of the last enactment: amendments under way, no fault."""
    enacted = next((act for act in reversed(acts) if act.act == "enact"), None)
    if enacted is None:
        return
    try:
        draft = load(folder)
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
    for number, (before, act) in enumerate(pairwise(acts), 2):
        if before.officers != act.officers and too_few_valid_keys(before.officers, act.recorded):
            yield f"{REGISTER}, entry {number} changed the approvers after the keys of those before had expired"
