"""Finds the laws of a decision log by the digests in its records, with the times when they were in force."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from rulekit.errors import LawError
from rulekit.findings import Finding
from rulekit.ir.ruleset import Ruleset
from rulekit.store.acts.integrity import integrity_findings
from rulekit.store.acts.model import Act, act_statuses, version_in_force
from rulekit.store.acts.register import load_register
from rulekit.store.folder.times import now, time_text
from rulekit.store.lookup import RulesetSource, find_law, read_law

_SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime | None]
"""From a time on and until another one; None is for ever."""


@dataclass(frozen=True, slots=True)
class FoundLaw:
    """A law, the place where it was found, and its acts; no acts where there is no register."""

    ruleset: Ruleset
    place: Path
    acts: tuple[Act, ...] = ()

    @property
    def spans(self) -> list[Span]:
        """When a law of this digest was in force; versions of equal digest differ in words only."""
        return [
            (term.begins, term.until)
            for term in act_statuses(self.acts, now())
            if term.act != "repeal" and term.digest == self.ruleset.digest and term.status != "withdrawn"
        ]

    def in_force(self, at: str) -> pl.Expr:
        """Return the expression that says of a column of times whether the law was in force.

        Acts are exact to the second. In the second of a change both laws count as in force.
        """
        begun = [
            (pl.col(at) >= begins) & (True if until is None else pl.col(at) < until + _SECOND)
            for begins, until in self.spans
        ]
        return pl.any_horizontal(begun) if begun else pl.lit(value=False)

    def governing(self, at: datetime) -> str:
        """Return what was in force at a time, in words."""
        act = version_in_force(self.acts, at)
        return "nothing" if act is None else act.version


@dataclass(frozen=True, slots=True)
class AbsentLaw:
    """Why no law of a digest was found."""

    why: str


class LawsByDigest:
    """Finds laws by digest in folders, trees of folders and single files; each digest is looked up once.

    Raises
    ------
    LawError
        when a place does not exist, or a single file is not a law.

    """

    def __init__(self, named: Sequence[RulesetSource]) -> None:
        self._folders = [Path(str(source)) for source in named if _is_folder(source)]
        self._given = [_given(source) for source in named if not _is_folder(source)]
        self.places = (*(law.place for law in self._given), *self._folders)
        self.of_digest = cache(self._find)

    def _find(self, digest: str) -> FoundLaw | AbsentLaw:
        for given in self._given:
            if given.ruleset.digest == digest:
                return given
        why: list[str] = []
        for place in self._folders:
            try:
                law = find_law(place, digest)
            except LawError as error:
                why += [str(problem) for problem in (error.problems or (error,))]
            else:
                folder = law.folder or place
                return FoundLaw(law.ruleset, folder, load_register(folder))
        return AbsentLaw("\n".join(why) or "the files have other digests")

    def findings(self, found: Sequence[FoundLaw]) -> list[Finding]:
        """Return what was tampered with in the folders of some laws, each folder once."""
        folders = {law.place: law.acts for law in found if law.acts}
        return [finding for folder, acts in folders.items() for finding in integrity_findings(folder, acts)]


def _is_folder(source: RulesetSource) -> bool:
    return isinstance(source, (str, Path)) and os.path.isdir(source)  # noqa: PTH112 - Path.is_dir raises for long texts


def _given(source: RulesetSource) -> FoundLaw:
    """Return the one law that is named, with the acts of its folder where an enacted version is named."""
    law = read_law(source)
    place = law.folder or law.file or Path(f"{law.ruleset.name} {law.ruleset.version}")
    return FoundLaw(law.ruleset, place, load_register(law.folder) if law.folder else ())


def not_in_force(law: FoundLaw, count: int, first: datetime, last: datetime) -> Finding:
    """Return the finding about records that a law decided when it was not in force."""
    subject = f"{law.ruleset.name} {law.ruleset.version}"
    when = f"at {time_text(first)}" if count == 1 else f"from {time_text(first)} to {time_text(last)}"
    message = (
        f"{count:,} records were decided by it {when}, when it was not in force: "
        f"in force was {law.governing(first)}"
    )
    return Finding(code="not-in-force", subject=subject, message=message, count=count, level="error")
