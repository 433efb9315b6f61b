"""The result of a replay: frozen models that are its JSON."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from rulekit.findings import Finding, serious
from rulekit.html import page, table
from rulekit.ir.schema import Model
from rulekit.log.read.verify import Verification

By = Literal["compiled rules", "reference semantics", "recorded hits"]


Verdict = Literal["holds", "does not hold", "not replayed"]


class Difference(Model):
    """One field in which the record and the replay differ."""

    field: str
    recorded: str | None
    recomputed: str | None


class Mismatch(Model):
    """One event whose recorded decision is not what the ruleset says; ``by`` tells what decided it again."""

    event: str
    by: By
    differences: tuple[Difference, ...]


class Replay(Model):
    """What was decided again, and whether it agrees with the record.

    Attributes
    ----------
    compared : decisions made again by the compiled rules.
    sampled : decisions made again by the reference semantics.
    seed : the seed that picked the sample.
    mismatched : events whose record differs from either of them.
    mismatches : the first of them.

    """

    verdict: Verdict
    sentence: str
    decisions: int
    compared: int
    sampled: int
    seed: int
    mismatched: int
    mismatches: tuple[Mismatch, ...] = ()


SHOWN = 20
"""The most mismatches that are shown in full."""


class ReplayOptions(Model):
    """What is replayed, and how.

    Attributes
    ----------
    target : the target that decides every record again.
    sample, seed : how many records of each ruleset the reference semantics decides too, and which it picks.
    event : only records of this event id, as text; of a hashed id, the hash.
    since, until : only records from the one time on and before the other.
    prescale_seed : the seed of the run that prescaled; default: the one that the log tells, if any.

    """

    target: str = "kernel"
    sample: int = Field(default=1000, ge=0)
    seed: int = 0
    event: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    prescale_seed: int | None = None


class RecordMismatch(Model):
    """One record that is not what its ruleset says; ``by`` tells what decided it again.

    Attributes
    ----------
    seq : the number of its line.
    differences : one per field; lists of ids are joined by a space.

    """

    seq: int
    at: AwareDatetime
    event: str
    ruleset: str
    by: By
    differences: tuple[Difference, ...]


class LawReplay(Model):
    """The records of one law.

    Attributes
    ----------
    place : where the law was found.
    numerics : the number formats that decided.
    records : their number. Each is ``equal`` to what the ruleset says, ``different``, ``withheld`` (it can't be
        replayed, because the log does not hold the values), or damaged.
    sampled : how many the reference semantics decided again.
    first, last : when the first and the last of them were decided.
    not_in_force : how many were decided when this ruleset was not in force; None without a register.

    """

    name: str
    version: str
    digest: str
    place: str
    numerics: tuple[str, ...]
    records: int
    equal: int
    different: int
    withheld: int
    sampled: int
    first: AwareDatetime
    last: AwareDatetime
    not_in_force: int | None


class UnknownLaw(Model):
    """Records whose ruleset was not found, and ``why``."""

    digest: str
    records: int
    first: AwareDatetime
    last: AwareDatetime
    why: str


class LogReplay(Model):
    """What replaying a log found.

    Attributes
    ----------
    where, log, created : which log it is.
    options : what was replayed, and how.
    verification : of the hash chain and its signed heads; None if it was skipped.
    records : how many were examined. Each is ``equal`` to what its ruleset says, ``different``, or not replayed:
        ``withheld``, of an ``unknown_law``, or ``damaged``.
    laws, unknown : the records by ruleset.
    sampled_away, lost : by outcome, decisions that the log says it does not hold.
    mismatches : the first of them.
    findings : everything that is wrong.
    notes : sentences to know about what is not wrong.

    """

    where: str
    log: str
    created: str
    options: ReplayOptions
    verification: Verification | None
    records: int
    equal: int
    different: int
    withheld: int
    unknown_law: int
    damaged: int
    laws: tuple[LawReplay, ...]
    unknown: tuple[UnknownLaw, ...]
    sampled_away: dict[str, int]
    lost: dict[str, int]
    mismatches: tuple[RecordMismatch, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every record could be decided again and is what its ruleset says, and the log is sound."""
        return self.equal == self.records and not serious(self.findings)

    def to_document(self) -> dict[str, Any]:
        """Return the result as a JSON-ready dict."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """Return the result as indented JSON."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        counts = ", ".join(f"{number:,} {name}" for name, number in self._counts.items() if number)
        findings = f"{len(self.findings):,} finding{'' if len(self.findings) == 1 else 's'}"
        return f"{self.where}: {self.records:,} records, {counts or 'none'}; {findings}"

    def __repr__(self) -> str:
        return f"LogReplay({self})"

    def _repr_html_(self) -> str:
        rows = [
            (
                f"{law.name} {law.version}",
                f"{law.records:,}",
                f"{law.equal:,}",
                f"{law.different:,}",
                f"{law.withheld:,}",
            )
            for law in self.laws
        ]
        head = ("law", "records", "equal", "different", "withheld")
        said = [str(finding) for finding in self.findings] or ["no findings"]
        return page(f"Replay of {self.where}", str(self), table(head, rows, numbers=(1, 2, 3, 4)), *said)

    @property
    def _counts(self) -> dict[str, int]:
        return {
            "equal": self.equal,
            "different": self.different,
            "withheld": self.withheld,
            "of an unknown law": self.unknown_law,
            "damaged": self.damaged,
        }
