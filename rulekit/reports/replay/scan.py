"""One pass over a decision log in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from rulekit.errors import LogError
from rulekit.findings import Finding
from rulekit.log.counts import note_of
from rulekit.log.manifests import manifest_digest, manifest_numerics, manifest_seed
from rulekit.log.read.records import records_frame
from rulekit.log.stores.base import Lines
from rulekit.reports.replay.account import Account, RecordCount
from rulekit.reports.replay.compare_records import RecordChecker
from rulekit.reports.replay.model import SHOWN, Difference, RecordMismatch, ReplayOptions
from rulekit.reports.replay.sample import Reservoir
from rulekit.store.by_digest import AbsentLaw, FoundLaw, LawsByDigest

_RECORD = b'{"artifact":'
"""The first bytes of a record; any other line is a note."""

_NEEDED = ("id", "at", "ruleset", "artifact", "event", "outcome")
_FACTS, _PARTS = ["seq", "at", "event", "ruleset", "by"], ["field", "recorded", "recomputed"]


class LogScan:
    """Reads the lines of a log and collects what is found.

    Attributes
    ----------
    accounts : by digest, for the rulesets that were found.
    unknown : by digest, the records of rulesets that were not found.
    damaged : numbers of lines that can't be read.
    moved : numbers of lines that hold the record of another line.
    sampled, lost : by outcome, decisions that the log says it does not hold.

    """

    def __init__(self, laws: LawsByDigest, options: ReplayOptions, *, keep: bool) -> None:
        self.accounts: dict[str, Account] = {}
        self.unknown: dict[str, RecordCount] = {}
        self.damaged: list[int] = []
        self.moved: list[int] = []
        self.sampled: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self._laws, self._options, self._keep = laws, options, keep
        self._manifests: dict[str, str] = {}
        self._shown: list[RecordMismatch] = []
        self._kept: list[pl.DataFrame] = []
        self._wanted = list(_wanted(options))

    def take(self, lines: Lines) -> None:
        """Take lines, in the order of the log."""
        numbers, texts = [], []
        for seq, text in enumerate(lines.texts, lines.first):
            if text.startswith(_RECORD):
                numbers.append(seq)
                texts.append(text)
            else:
                self._note(seq, text)
        for frame in self._read(numbers, texts):
            wanted = frame.filter(self._wanted) if self._wanted else frame
            for (digest,), records in wanted.group_by("ruleset", maintain_order=True):
                self._checker(str(digest), records)

    def finish(self) -> None:
        """Decide the samples by the reference semantics, and sort the first differences."""
        for account in self.accounts.values():
            for mismatch in account.replay_sample():
                self._shown.append(mismatch)
                if self._keep:
                    self._kept.append(_rows(mismatch))
        self._shown.sort(key=lambda mismatch: mismatch.seq)

    @property
    def mismatches(self) -> tuple[RecordMismatch, ...]:
        """The first differences, in the order of the log."""
        return tuple(self._shown[:SHOWN])

    @property
    def places(self) -> tuple[Path, ...]:
        """Where rulesets were looked for."""
        return self._laws.places

    def why(self, digest: str) -> str:
        """Return why a ruleset was not found."""
        law = self._laws.of_digest(digest)
        return law.why if isinstance(law, AbsentLaw) else ""

    def tampered(self) -> list[Finding]:
        """Return findings for law folders that were tampered with."""
        return self._laws.findings([account.law for account in self.accounts.values()])

    def table(self) -> pl.DataFrame:
        """Return every difference; see :func:`rulekit.reports.replay.compare_records.differences`."""
        return pl.concat([_NO_ROWS, *self._kept]).sort("seq", maintain_order=True)

    def _note(self, seq: int, text: bytes) -> None:
        note = note_of(seq, text)
        self.sampled.update(note.sampled)
        self.lost.update(note.lost)
        if not note.known:
            self.damaged.append(seq)
        elif note.manifest is not None:
            self._manifests[manifest_digest(note.manifest)] = note.manifest

    def _read(self, numbers: list[int], texts: list[bytes]) -> Iterator[pl.DataFrame]:
        """Yield records as frames with their line numbers; halve a batch that fails to find its damaged lines."""
        if not texts:
            return
        try:
            frame = records_frame(Lines(numbers[0], texts, []))
        except (LogError, pl.exceptions.PolarsError):
            if len(texts) == 1:
                self.damaged += numbers
                return
            middle = len(texts) // 2
            yield from self._read(numbers[:middle], texts[:middle])
            yield from self._read(numbers[middle:], texts[middle:])
        else:
            yield self._sound(frame.rename({"seq": "id"}).with_columns(pl.Series("seq", numbers, pl.Int64)))

    def _sound(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the records with all needed fields; note those that lack one, or carry another line's number."""
        lacks = pl.any_horizontal(pl.col(_NEEDED).is_null())
        odd = frame.filter(lacks | (pl.col("id") != pl.col("seq"))).select("seq", lacks.alias("lacks"))
        if not odd.height:
            return frame
        self.damaged += odd.filter("lacks")["seq"].to_list()
        self.moved += odd.filter(~pl.col("lacks"))["seq"].to_list()
        return frame.filter(~lacks)

    def _checker(self, digest: str, records: pl.DataFrame) -> None:
        law = self._laws.of_digest(digest)
        if isinstance(law, AbsentLaw):
            self.unknown.setdefault(digest, RecordCount()).add(records["at"])
            return
        if digest not in self.accounts:
            self.accounts[digest] = self._account(law)
        self.accounts[digest].take(records)

    def _account(self, law: FoundLaw) -> Account:
        digest, asked = law.ruleset.digest, self._options

        def checker_of(artifact: str) -> RecordChecker:
            manifest = self._manifests.get(artifact)
            seed = manifest_seed(manifest) if asked.prescale_seed is None else asked.prescale_seed
            return RecordChecker(law.ruleset, manifest_numerics(manifest), asked.target, seed)

        return Account(law, checker_of, Reservoir(asked.sample, f"{asked.seed} {digest}"), self._report)

    def _report(self, differences: pl.DataFrame) -> None:
        if self._keep:
            self._kept.append(differences)
        if len(self._shown) < SHOWN:
            self._shown += _mismatches(differences)


def _wanted(options: ReplayOptions) -> Iterator[pl.Expr]:
    if options.event is not None:
        yield pl.col("event") == options.event
    if options.since is not None:
        yield pl.col("at") >= options.since
    if options.until is not None:
        yield pl.col("at") < options.until


def _mismatches(differences: pl.DataFrame) -> list[RecordMismatch]:
    """Return the first records that differ, from one row per field."""
    first = differences["seq"].unique(maintain_order=True).head(SHOWN)
    shown = differences.filter(pl.col("seq").is_in(first.implode()))
    return [
        RecordMismatch(
            **dict(zip(_FACTS, facts, strict=True)),
            differences=tuple(Difference(**row) for row in fields.select(_PARTS).iter_rows(named=True)),
        )
        for facts, fields in shown.group_by(_FACTS, maintain_order=True)
    ]


def _rows(mismatch: RecordMismatch) -> pl.DataFrame:
    facts = mismatch.model_dump(exclude={"differences"})
    return pl.DataFrame([facts | each.model_dump() for each in mismatch.differences], schema=_NO_ROWS.schema)


_NO_ROWS = pl.DataFrame(
    schema={
        "seq": pl.Int64,
        "at": pl.Datetime("us", "UTC"),
        **dict.fromkeys([*_FACTS[2:], *_PARTS], pl.String),
    }
)
