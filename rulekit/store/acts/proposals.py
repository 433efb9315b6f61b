"""Proposals: an act as it would be recorded, the texts it would write, and everything that speaks against it.

The approvers' view and the record come from the same functions here, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rulekit.digests import file_digest, text_digest
from rulekit.errors import LawError, RulekitError, Where
from rulekit.findings import Finding, serious
from rulekit.ir.notation.yaml_file import load_ruleset, read_text
from rulekit.ir.ruleset import Ruleset
from rulekit.store.acts.integrity import integrity_findings
from rulekit.store.acts.model import Act, ProposedAct, version_in_force
from rulekit.store.acts.register import copy_path, frozen_text, load_register
from rulekit.store.check import check
from rulekit.store.folder.charter import missing_headings, read_charter
from rulekit.store.folder.folder import (
    CASES,
    CHARTER,
    EVIDENCE,
    REGISTER,
    RULESET,
    LawFolder,
    evidence_text,
    read,
)
from rulekit.store.folder.times import now, time_text
from rulekit.store.versions.versions import least_bump, least_version, rule_documents, version_key


@dataclass(frozen=True)
class Proposal:
    """A proposed act with the texts that it would write, and everything that speaks against it.

    Parameters
    ----------
    folder, acts : the law folder, and its acts so far.
    proposed : the act that approvers sign.
    begins : from when; None for whenever it is recorded.
    ruleset : what would be in force; None for a repeal.
    copy, evidence : the texts that an enactment writes.
    problems, findings : what speaks against it; with any of them nothing is signed or recorded.

    """

    folder: Path
    acts: tuple[Act, ...]
    proposed: ProposedAct
    begins: datetime | None
    ruleset: Ruleset | None
    copy: str | None = None
    evidence: str | None = None
    problems: tuple[RulekitError, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def before(self) -> Act | None:
        """The act before."""
        return self.acts[-1] if self.acts else None

    @property
    def in_force(self) -> Ruleset | None:
        """The ruleset in force until then, which the act supersedes."""
        version = self.proposed.supersedes
        return None if version is None else load_ruleset(copy_path(self.folder, version))

    def refuse(self, *more: RulekitError) -> None:
        """Raise one error with everything that speaks against the act, if anything does."""
        problems = [*self.problems, *(LawError(str(finding)) for finding in self.findings), *more]
        if problems:
            raise LawError.collect(problems)


def propose(
    folder: str | Path,
    *,
    repeal: bool = False,
    rollback: str | None = None,
    because: str = "",
    begins: datetime | None = None,
) -> Proposal:
    """Propose a repeal, a rollback to a version, or else the enactment of the draft.

    Raises
    ------
    LawError
        when two acts are asked for, a reason is given for an enactment, or the act itself is impossible.

    """
    if repeal and rollback is not None:
        raise LawError("a repeal and a rollback are two acts", hint="propose one of them")
    if repeal:
        return propose_repeal(folder, because, begins)
    if rollback is not None:
        return propose_rollback(folder, rollback, because, begins)
    if because:
        hint = "each rule has its own `because`"
        raise LawError("a reason belongs to a repeal or a rollback, not to an enactment", hint=hint)
    return propose_enactment(folder, begins)


def propose_enactment(folder: str | Path, begins: datetime | None = None) -> Proposal:
    """Propose to enact the draft in a law folder.

    Raises
    ------
    LawError
        when the folder can't be read. The proposal itself lists what is merely wrong with it.

    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LawError("only a law folder can be enacted", where=Where(file=str(folder)))
    law, acts = read(folder), load_register(folder)
    ruleset, copy, evidence = law.ruleset, frozen_text(law.ruleset), _evidence(law.ruleset, folder)
    proposed = _proposed_act(
        folder,
        acts,
        begins,
        act="enact",
        name=ruleset.name,
        version=ruleset.version,
        digest=ruleset.digest,
        text=text_digest(copy),
        evidence=None if evidence is None else text_digest(evidence),
        cases=file_digest(folder / CASES),
    )
    problems = [*_general_problems(folder, acts, begins), *_unfit(law, folder, evidence)]
    if not problems:  # copies that were tampered with are not compared with anything
        problems = [*_version_problems(ruleset, acts, folder), *_reused_ids(ruleset, acts, folder)]
    return Proposal(
        folder,
        acts,
        proposed,
        begins,
        ruleset,
        copy,
        evidence,
        tuple(problems),
        findings=tuple(serious(check(law))),
    )


def propose_repeal(folder: str | Path, because: str, begins: datetime | None = None) -> Proposal:
    """Propose to repeal the version in force.

    Raises
    ------
    LawError
        when nothing is in force.

    """
    folder = Path(folder)
    acts = load_register(folder)
    current = version_in_force(acts, begins or now())
    if current is None:
        raise LawError("nothing is in force", where=Where(file=str(folder)), hint="see `rulekit law`")
    proposed = _proposed_act(folder, acts, begins, act="repeal", because=because, **_identity(current))
    problems = (*_general_problems(folder, acts, begins), *_unreasoned(because))
    return Proposal(folder, acts, proposed, begins, None, problems=problems)


def propose_rollback(
    folder: str | Path, version: str, because: str, begins: datetime | None = None
) -> Proposal:
    """Propose to put a version in force again that was enacted before.

    Raises
    ------
    LawError
        when it was never enacted, or is in force already.

    """
    folder = Path(folder)
    acts, where = load_register(folder), Where(file=str(folder / REGISTER))
    enacted = {act.version: act for act in acts if act.act == "enact"}
    if version not in enacted:
        known = ", ".join(enacted) or "none"
        raise LawError("this version was never enacted", where=where, expected=known, got=version)
    current = version_in_force(acts, begins or now())
    if current is not None and current.version == version:
        raise LawError(f"{version} is in force anyway", where=where, hint="see `rulekit law`")
    proposed = _proposed_act(
        folder, acts, begins, act="rollback", because=because, **_identity(enacted[version])
    )
    problems = (*_general_problems(folder, acts, begins), *_unreasoned(because))
    ruleset = None if problems else load_ruleset(copy_path(folder, version))
    return Proposal(folder, acts, proposed, begins, ruleset, problems=problems)


def _identity(act: Act) -> dict[str, Any]:
    return act.model_dump(include={"name", "version", "digest", "text"})


def _proposed_act(folder: Path, acts: Sequence[Act], begins: datetime | None, **facts: Any) -> ProposedAct:
    """Return a proposed act: its own facts, and those of the charter and the register."""
    charter = folder / CHARTER
    current = version_in_force(acts, begins or now())
    return ProposedAct(
        charter=text_digest(read_text(charter)),
        officers=read_charter(charter).officers,
        supersedes=None if current is None else current.version,
        previous=acts[-1].hash if acts else None,
        **facts,
    )


def _evidence(ruleset: Ruleset, folder: Path) -> str | None:
    path = folder / EVIDENCE / f"{ruleset.version}.json"
    if path.exists():
        return read_text(path)
    return None if ruleset.provenance is None else evidence_text(ruleset.provenance)


def _general_problems(folder: Path, acts: Sequence[Act], begins: datetime | None) -> Iterator[RulekitError]:
    """Yield what speaks against any act: a damaged register, a time that has passed."""
    yield from (
        LawError(str(finding), where=Where(file=str(folder))) for finding in integrity_findings(folder, acts)
    )
    yield from reaching_back(begins)


def reaching_back(begins: datetime | None) -> list[RulekitError]:
    """Return an error when a time has passed, because the law in force then must not change."""
    time = now()
    if begins is None or begins >= time:
        return []
    expected, got = f"from {time_text(time)} or later", time_text(begins)
    return [
        LawError("law does not reach back", expected=expected, got=got, hint="leave `--from` out for now")
    ]


def _unreasoned(because: str) -> list[RulekitError]:
    return [] if because.strip() else [LawError("a reason is needed", hint='--because "..."')]


def _unfit(law: LawFolder, folder: Path, evidence: str | None) -> Iterator[RulekitError]:
    """Yield what a law folder lacks."""
    missing = missing_headings(read_text(folder / CHARTER))
    if missing:
        hint = "as **Purpose.** and a sentence"
        where = Where(file=str(folder / CHARTER))
        yield LawError(f"the charter says nothing under {', '.join(missing)}", where=where, hint=hint)
    if not law.cases:
        where = Where(file=str(folder / CASES))
        yield LawError("there are no precedents", where=where, hint="one for each rule is a good beginning")
    learned = [rule.id for rule in law.ruleset.rules if rule.origin != "human"]
    if learned and evidence is None:
        where = Where(file=str(folder / EVIDENCE / f"{law.ruleset.version}.json"))
        hint = "carry over the evidence of the version that they are from"
        yield LawError("induced rules need evidence", where=where, got=", ".join(learned), hint=hint)


def _version_problems(ruleset: Ruleset, acts: Sequence[Act], folder: Path) -> Iterator[RulekitError]:
    enacted = [act.version for act in acts if act.act == "enact"]
    if not enacted:
        return
    where = Where(file=str(folder / RULESET))
    latest = max(enacted, key=version_key)
    old = load_ruleset(copy_path(folder, latest))
    if old.name != ruleset.name:
        yield LawError("another law is enacted here", where=where, expected=old.name, got=ruleset.name)
    if ruleset.version in enacted:
        yield LawError(
            f"{ruleset.version} is enacted already", where=where, hint="an amendment raises the version"
        )
        return
    bump = least_bump(old, ruleset)
    least = least_version(latest, bump)
    if version_key(ruleset.version) < version_key(least):
        expected = f"{least} or above, because against {latest} this is a {bump.upper()} change"
        yield LawError("the version is too low", where=where, expected=expected, got=ruleset.version)


def _reused_ids(ruleset: Ruleset, acts: Sequence[Act], folder: Path) -> Iterator[RulekitError]:
    """Yield an error for each rule whose id belonged to another rule that was removed."""
    enacted = sorted((act.version for act in acts if act.act == "enact"), key=version_key)
    rules = [rule_documents(load_ruleset(copy_path(folder, version))) for version in enacted]
    latest, wanted = rules[-1] if rules else {}, rule_documents(ruleset)
    gone: dict[str, str] = {}
    for version, earlier in zip(enacted[:-1], rules[:-1], strict=True):
        gone |= {
            rule: version
            for rule, law in earlier.items()
            if rule not in latest and wanted.get(rule, law) != law
        }
    for rule, version in gone.items():
        where = Where(file=str(folder / RULESET), rule=rule)
        yield LawError(
            f"this id belonged to another rule until {version}", where=where, hint="ids are never reused"
        )
