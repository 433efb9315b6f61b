"""The models of acts, and what was in force when.

An act enacts a version, repeals the version in force, or rolls back to a version that was enacted before. Acts are
added to the register and never changed, so status and ``until`` are not stored: they follow from the acts. From
its ``from`` on, an act displaces every act before it, including those that had not begun. No act begins before it
was recorded, so the law at a time that has passed never changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from rulekit import html
from rulekit.digests import document_digest, short
from rulekit.ir.schema import NAME_PATTERN, VERSION_PATTERN, Model
from rulekit.store.folder.charter import Officers
from rulekit.store.folder.times import Time, time_text

Kind = Literal["enact", "repeal", "rollback"]
Status = Literal["in force", "to come", "superseded", "repealed", "withdrawn", "repeal"]


class Named(Model):
    """A model whose ``begins`` is written ``from``, a word that Python keeps for itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def document(self, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return plain JSON, without the fields that say nothing."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(without))

    def to_json(self) -> str:
        """Return indented JSON text, without the fields that say nothing."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False)

    def _repr_html_(self) -> str:
        return html.page(repr(self), html.table(("field", "value"), self.document().items()))


class ProposedAct(Named):
    """An act before it is recorded: everything that approvers sign.

    Attributes
    ----------
    act, name, version, digest : what is done to which law.
    text, evidence, cases, charter : digests of ``enacted/<version>.yaml``, ``evidence/<version>.json``,
        ``cases.yaml`` and ``CHARTER.md``.
    officers : who approves, by the charter.
    because : the reason of a repeal or a rollback.
    supersedes : the version in force until then.
    previous : the hash of the act before.

    """

    act: Kind
    name: str = Field(pattern=NAME_PATTERN)
    version: str = Field(pattern=VERSION_PATTERN)
    digest: str
    text: str
    evidence: str | None = None
    cases: str | None = None
    charter: str
    officers: Officers = Officers()
    because: str | None = None
    supersedes: str | None = None
    previous: str | None = None

    @property
    def title(self) -> str:
        """What is done to which version: ``enact fraud.cards 1.2.0``."""
        return f"{self.act} {self.name} {self.version}"

    @property
    def content_digest(self) -> str:
        """The digest of everything that approvers sign; approvals name it in their field ``bill``."""
        fields = set(ProposedAct.model_fields)
        return document_digest(self.model_dump(mode="json", exclude_none=True, include=fields))


class Approval(Named):
    """One signed approval; ``begins`` is None where it holds for whenever the act is recorded."""

    by: str
    key: str
    at: Time
    act: Kind
    name: str
    version: str
    digest: str
    text: str
    begins: Time | None = Field(default=None, alias="from")
    previous: str | None = None
    bill: str
    signature: str


class ApprovalStatus(Named):
    """A proposed act with the approvals that count so far.

    Attributes
    ----------
    proposed : the act that is approved.
    approved_by : the names of those who approved it.
    missing : a sentence for each group of officers that has not approved yet; empty when the act can be recorded.

    """

    proposed: ProposedAct
    approved_by: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether the act can be recorded."""
        return not self.missing

    def __repr__(self) -> str:
        names = ", ".join(self.approved_by) or "nobody"
        return f"<{self.proposed.title}, approved by {names}: {'; '.join(self.missing) or 'enough'}>"


class Act(ProposedAct):
    """An entry of the register; ``hash`` covers everything else in it, and is the next entry's ``previous``."""

    begins: Time = Field(alias="from")
    recorded: Time
    approved_by: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    hash: str

    def __repr__(self) -> str:
        return f"<Act {self.title} from {time_text(self.begins)}, {short(self.digest)}>"

    @property
    def expected_hash(self) -> str:
        """The hash that the entry must have."""
        return document_digest(self.document(without=frozenset({"hash"})))


class ActStatus(Model):
    """An act as seen from a time: its status then, and until when it holds."""

    act: Kind
    version: str
    digest: str
    status: Status
    begins: Time = Field(serialization_alias="from")
    until: Time | None
    approved_by: tuple[str, ...]
    supersedes: str | None
    because: str | None


def governing(acts: Sequence[Act], at: datetime) -> Act | None:
    """Return the act that governs at a time: the last one that has begun; it may be a repeal."""
    return next((act for act in reversed(acts) if act.begins <= at), None)


def version_in_force(acts: Sequence[Act], at: datetime) -> Act | None:
    """Return the act that put a version in force at a time; None when nothing is."""
    act = governing(acts, at)
    return None if act is None or act.act == "repeal" else act


def act_statuses(acts: Sequence[Act], at: datetime) -> list[ActStatus]:
    """Return the status of every act at a time, in the order of the register."""
    return [_act_status(act, acts[place + 1 :], at) for place, act in enumerate(acts)]


def _act_status(act: Act, later: Sequence[Act], at: datetime) -> ActStatus:
    until = min((other.begins for other in later), default=None)
    return ActStatus(
        act=act.act,
        version=act.version,
        digest=act.digest,
        status=_status(act, later, until, at),
        begins=act.begins,
        until=until,
        approved_by=act.approved_by,
        supersedes=act.supersedes,
        because=act.because,
    )


def _status(act: Act, later: Sequence[Act], until: datetime | None, at: datetime) -> Status:
    if until is not None and until <= act.begins:
        return "withdrawn"
    if act.begins > at:
        return "to come"
    if until is None or until > at:
        return "repeal" if act.act == "repeal" else "in force"
    displacing = governing(later, until)
    return "repealed" if displacing is not None and displacing.act == "repeal" else "superseded"
