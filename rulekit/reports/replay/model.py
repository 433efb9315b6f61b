"""The replay of a decision log as a value: plain frozen models, which are its JSON twin."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from rulekit.findings import Finding
from rulekit.ir.schema import Model
from rulekit.log.read.verify import Verification

By = Literal["compiled rules", "reference semantics", "recorded hits"]


Verdict = Literal["holds", "does not hold", "not replayed"]


class Difference(Model):
    """One field that the record and the replay do not agree on."""

    field: str
    recorded: str | None
    recomputed: str | None


class Mismatch(Model):
    """One event whose recorded decision is not what the law says, and who says so."""

    event: str
    by: By
    differences: tuple[Difference, ...]


class Replay(Model):
    """What was recomputed, and whether it agrees.

    Attributes
    ----------
    compared : decisions recomputed with the compiled rules.
    sampled : decisions replayed by the reference semantics.
    seed : of the sample.
    mismatched : events whose record differs from either.
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
"""How many mismatches are shown in full."""


class ReplayOptions(Model):
    """What is replayed, and how.

    Attributes
    ----------
    target : recomputes every record.
    sample, seed : how many records of each law the reference semantics decides again, and which.
    event : only records of this event id, as text; of a hashed one the hash.
    since, until : only records from the one time on and before the other.
    prescale_seed : of the run that prescaled; the one that the log tells, if any, without.

    """

    target: str = "kernel"
    sample: int = Field(default=1000, ge=0)
    seed: int = 0
    event: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    prescale_seed: int | None = None


class RecordMismatch(Model):
    """One record that is not what its law says, and who says so.

    Attributes
    ----------
    seq : the number of its line.
    differences : by field; lists of ids are joined by a space.

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
    numerics : the kinds of numbers that decided.
    records : how many there are: ``equal``, ``different``, ``withheld``, which can't be replayed because the log
        does not hold the values, or damaged.
    sampled : how many the reference semantics decided again.
    first, last : when the first and the last of them were decided.
    not_in_force : how many were decided when this law was not in force; None where no register tells.

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
    """Records whose law was not found, and ``why``."""

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
    options : what was asked for.
    verification : of the chain and its heads; None when it was not asked for.
    records : how many were looked at: ``equal`` to what their law says, ``different``, or not replayed, which are
        ``withheld``, of an ``unknown_law``, or ``damaged``.
    laws, unknown : the records by law.
    sampled_away, lost : decisions that are not in the log, by outcome, as the whole log tells.
    mismatches : the first of them.
    findings : everything that is amiss. notes : what a reader should know, and what is not amiss.

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
