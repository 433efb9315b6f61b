"""Integrity of a law folder: whether every act, every approval and every frozen copy is unchanged.

What is detected: each act carries a hash over itself and over the act before, and names the digests of its copy
and its evidence, so an edit of any of them is found and named. If the charter asks for approvals, each act is
signed too, and the signed text contains the act before. So nobody without the keys can change an act, add one,
reorder them, or drop one that is not the latest.

What is not: without approvals (``approvals: 0``), whoever can write to the folder can write all of it anew. With
approvals, the latest acts can still be cut off together with their copies, since nothing in the folder knows of
them any more. The first act has nothing but its own charter to check against, so whoever cuts off every act can
begin again with other approvers. A copy elsewhere, such as git, shows both. Stolen keys sign like their owners,
and a key can sign with an earlier time, down to that of the act before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rulekit.digests import file_digest, short
from rulekit.errors import RulekitError
from rulekit.findings import Finding
from rulekit.ir.notation.yaml_file import load_ruleset
from rulekit.store.acts.approvals import count_approvals, missing_approvals, requirement_for_act
from rulekit.store.acts.model import Act
from rulekit.store.acts.register import copy_path
from rulekit.store.folder.folder import ENACTED, EVIDENCE
from rulekit.store.folder.times import time_text


def integrity_findings(folder: Path, acts: Sequence[Act]) -> list[Finding]:
    """Return a finding for everything in a law folder that is not as its acts say."""
    found = [
        _tampered(f"register.yaml, entry {number} ({act.act} {act.version})", message)
        for number, act in enumerate(acts, 1)
        for message in _entry(act, acts[: number - 1])
    ]
    files = [finding for act in acts if act.act == "enact" for finding in _act_files(folder, act)]
    return [*found, *files, *_strangers(folder, acts)]


def _entry(act: Act, earlier: Sequence[Act]) -> Iterator[str]:
    before = earlier[-1] if earlier else None
    yield from _chain(act, before)
    yield from _history(act, earlier)
    yield from _approvals(act, before)


def _chain(act: Act, before: Act | None) -> Iterator[str]:
    if act.hash != act.expected_hash:
        yield f"the entry was changed: expected hash {short(act.expected_hash)}, got {short(act.hash)}"
    previous = None if before is None else before.hash
    if act.previous != previous:
        what = "the entry before it is another one than when it was written"
        yield f"{what}: expected {short(act.previous)}, got {short(previous)}"


def _history(act: Act, earlier: Sequence[Act]) -> Iterator[str]:
    """Yield what is impossible in an act after those before it."""
    if earlier and act.name != earlier[-1].name:
        yield f"the name changed: expected {earlier[-1].name}, got {act.name}"
    if earlier and act.recorded < earlier[-1].recorded:
        yield f"recorded at {time_text(act.recorded)}, before the entry above it"
    if act.begins < act.recorded:
        yield f"from {time_text(act.begins)}, before it was recorded at {time_text(act.recorded)}"
    enacted = next((one for one in earlier if (one.act, one.version) == ("enact", act.version)), None)
    if act.act == "enact" and enacted is not None:
        yield f"{act.version} was enacted before"
    if act.act != "enact" and (enacted is None or (enacted.digest, enacted.text) != (act.digest, act.text)):
        yield f"{act.version} was never enacted so"


def _approvals(act: Act, before: Act | None) -> Iterator[str]:
    requirement = requirement_for_act(act, before)
    counted, wrong = count_approvals(act.approvals, requirement)
    yield from (_sentence(error) for error in [*wrong, *missing_approvals(counted, requirement)])
    names = tuple(dict.fromkeys(approval.by for approval in act.approvals))
    if act.approved_by != names:
        yield f"approved_by is not who signed: expected {_names(names)}, got {_names(act.approved_by)}"


def _sentence(error: RulekitError) -> str:
    contrast = [f"{name} {fact}" for name, fact in (("expected", error.expected), ("got", error.got)) if fact]
    return ": ".join(filter(None, (error.what, ", ".join(contrast))))


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "nobody"


def _act_files(folder: Path, act: Act) -> Iterator[Finding]:
    """Yield what is wrong with the copy and the evidence that an act names."""
    copy, evidence = copy_path(folder, act.version), folder / EVIDENCE / f"{act.version}.json"
    for path, expected in ((copy, act.text), (evidence, act.evidence)):
        got = file_digest(path)
        if got != expected:
            what = "is gone" if got is None else "was added" if expected is None else "was changed"
            message = f"the file {what}: expected {short(expected)}, got {short(got)}"
            yield _tampered(str(path.relative_to(folder)), message)
    if file_digest(copy) == act.text and (digest := load_ruleset(copy).digest) != act.digest:
        message = f"the copy is another law: expected digest {short(act.digest)}, got {short(digest)}"
        yield _tampered(str(copy.relative_to(folder)), message)


def _strangers(folder: Path, acts: Sequence[Act]) -> Iterator[Finding]:
    """Yield a finding for each file in ``enacted/`` that no act put there, except staged copies."""
    known = {f"{act.version}.yaml" for act in acts if act.act == "enact"}
    for path in sorted((folder / ENACTED).glob("*")):
        if path.name not in known and not path.name.startswith("."):
            message = "no act in the register enacted this file"
            yield _tampered(str(path.relative_to(folder)), message)


def _tampered(subject: str, message: str) -> Finding:
    return Finding(code="tampered", subject=subject, message=message, level="error")
