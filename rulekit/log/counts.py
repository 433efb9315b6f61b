"""Counts of decisions by outcome: those in the log, those sampled away, and those lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from rulekit.ir.schema import Model
from rulekit.log.manifests import MANIFEST

_OUTCOME = r',"outcome":("[^"\\]*(?:\\.[^"\\]*)*")'
"""The outcome of a record, as JSON. Inside a string of JSON each quote has a backslash before it, so that this can
stand in no event id; the values, which may have a feature of that name, come after it."""


class Note(NamedTuple):
    """What a line says that is no record.

    Attributes
    ----------
    place : its position among the lines that were counted.
    sampled, lost : decisions by outcome.
    manifest : the manifest of an artifact; None where it holds none.
    known : whether it is such a line at all, not some other text.

    """

    place: int
    sampled: dict[str, int]
    lost: dict[str, int]
    manifest: str | None = None
    known: bool = True


@dataclass(slots=True)
class DecisionCounts:
    """Decisions by outcome since the log began."""

    kept: Counter[str] = field(default_factory=Counter)
    sampled: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All decisions that the log accounts for."""
        return self.kept.total() + self.sampled.total() + self.lost.total()

    def add(self, texts: Sequence[bytes]) -> list[Note]:
        """Count lines; return what those say that are no records."""
        if not texts:
            return []
        found = pl.Series("text", texts, pl.Binary).cast(pl.String, strict=False).str.extract(_OUTCOME)
        for outcome, count in found.drop_nulls().value_counts().iter_rows():
            self.kept[json.loads(outcome)] += count
        notes = [note_of(place, texts[place]) for place in found.is_null().arg_true()]
        for note in notes:
            self.sampled.update(note.sampled)
            self.lost.update(note.lost)
        return notes

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Return the counts as a head holds them."""
        return {
            "kept": without_zeros(self.kept),
            "sampled": without_zeros(self.sampled),
            "lost": without_zeros(self.lost),
        }


def without_zeros(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts without zeros, sorted by name."""
    return {name: counts[name] for name in sorted(counts) if counts[name]}


def note_of(place: int, text: bytes) -> Note:
    """Return what a line says that is no record."""
    try:
        line = json.loads(text)
        known = bool({"sampled", "lost", MANIFEST} & set(line))
        sampled, lost = dict(line.get("sampled", {})), dict(line.get("lost", {}))
        return Note(place, sampled, lost, line.get(MANIFEST), known)
    except (ValueError, TypeError, AttributeError):
        return Note(place, {}, {}, known=False)


class LogSummary(Model):
    """What a run left in its log.

    Attributes
    ----------
    where, log : the place and the id of the log.
    kept, sampled, lost : decisions of this run by outcome: in the log, sampled away, and lost.
    notes : what a reviewer will miss in it, and what was repaired when it was opened.

    """

    where: str
    log: str
    kept: dict[str, int]
    sampled: dict[str, int]
    lost: dict[str, int]
    notes: tuple[str, ...]
