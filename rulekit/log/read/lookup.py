"""Looks up one record and its event, or what a log is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rulekit.errors import LawError, LogError, Where
from rulekit.ir.numerics import Event
from rulekit.ir.ruleset import Ruleset
from rulekit.log.counts import note_of
from rulekit.log.manifests import manifest_digest
from rulekit.log.open import read_log
from rulekit.log.read.records import read_batches
from rulekit.log.record import DecisionRecord, record_from_text, values_from_json

_RULESET = r',"ruleset":"(sha256:[0-9a-f]{64})"'
"""The law of a record. A match cannot lie inside a JSON string, where each quote has a backslash before it."""


def find_record(where: str | Path, *, event: str | None = None, seq: int | None = None) -> DecisionRecord:
    """Return the record of a line, or else the last record of an event.

    The chain is not checked: verify the log first.

    Parameters
    ----------
    where : the log.
    event : an event id as text, or its hash.
    seq : the number of a line, from 0; if given, ``event`` is ignored.

    Raises
    ------
    LogError
        when there is no such log or no such record, or it can't be read.

    """
    store, _, _ = read_log(where)
    store.close()
    text = _last_of(where, event) if seq is None else _line(where, seq)
    if text is None:
        expected = f"event {event}" if seq is None else f"line {seq}"
        hint = "a decision may have been sampled away"
        raise LogError(
            "the log holds no such record", where=Where(file=store.where), expected=expected, hint=hint
        )
    return record_from_text(text)


def event_of(record: DecisionRecord, ruleset: Ruleset) -> Event:
    """Return the event of a record: what its decision read, at the dtypes of its law.

    Raises
    ------
    LawError
        when the record is of another law.
    LogError
        when the log withholds a value, or holds one that does not fit its feature.

    """
    if record.ruleset != ruleset.digest:
        what = f"record {record.id} is of another law than {ruleset.name} {ruleset.version}"
        raise LawError(what, expected=record.ruleset, got=ruleset.digest)
    hidden = [name for name, value in record.values.items() if isinstance(value, dict)]
    if hidden:
        what = f"the log withholds {', '.join(hidden)} of record {record.id}"
        raise LogError(what, hint="only who has the event can say more")
    return values_from_json(ruleset.read, record.values)


@dataclass(frozen=True, slots=True)
class LogContents:
    """What a log is about.

    Attributes
    ----------
    where : the place of the log, without a password.
    laws : the number of records by the digest of their law.
    manifests : the manifests that it holds, by their digest; see :mod:`rulekit.log.manifests`.

    """

    where: str
    laws: dict[str, int]
    manifests: dict[str, str]


def log_contents(where: str | Path) -> LogContents:
    """Return which laws and manifests a log names, without reading its records in full.

    Raises
    ------
    LogError
        when there is no such log, or it can't be read.

    """
    laws, manifests = Counter[str](), dict[str, str]()
    store, _, _ = read_log(where)
    try:
        for lines in store.read():
            found = (
                pl.Series("text", lines.texts, pl.Binary).cast(pl.String, strict=False).str.extract(_RULESET)
            )
            laws.update(dict(found.drop_nulls().value_counts().iter_rows()))
            for place in found.is_null().arg_true():
                told = note_of(place, lines.texts[place]).manifest
                if told is not None:
                    manifests[manifest_digest(told)] = told
    finally:
        store.close()
    return LogContents(store.where, dict(laws), manifests)


def _line(where: str | Path, seq: int) -> bytes | None:
    store, _, _ = read_log(where)
    try:
        lines = next(store.read(seq, 1), None) if seq >= 0 else None
    finally:
        store.close()
    return lines.texts[0] if lines is not None and lines.first == seq else None


def _last_of(where: str | Path, event: str | None) -> bytes | None:
    found = None
    for frame in read_batches(where):
        texts = frame.filter(pl.col("event") == event)["text"]
        found = texts[-1].encode() if len(texts) else found
    return found
