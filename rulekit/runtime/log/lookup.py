"""One record of a log, and the event that it was a decision on: what an explanation starts from."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from rulekit.errors import LawError, LogError, Where
from rulekit.ir.numerics import Event
from rulekit.ir.ruleset import Ruleset
from rulekit.records import DecisionRecord, record_from_text, values_from_json
from rulekit.runtime.log.open import read_log
from rulekit.runtime.log.read import read_batches


def find_record(where: str | Path, *, event: str | None = None, seq: int | None = None) -> DecisionRecord:
    """Return the record of a line, or else the last one of an event; ``event`` is an id as text, or its hash.

    The seals are not looked at: verify the log first.

    Raises
    ------
    LogError
        when there is no such log or no such record, or it can't be read.

    """
    text = _last_of(where, event) if seq is None else _line(where, seq)
    if text is None:
        expected = f"event {event}" if seq is None else f"line {seq}"
        hint = "a decision may have been sampled away"
        raise LogError(
            "the log holds no such record", where=Where(file=str(where)), expected=expected, hint=hint
        )
    return record_from_text(text)


def event_of(record: DecisionRecord, ruleset: Ruleset) -> Event:
    """Return the event of a record: what its decision read, at the dtypes of its law.

    Raises
    ------
    LawError
        when the record is of another law.
    LogError
        when the log withholds a value, or holds one that is none of its feature.

    """
    if record.ruleset != ruleset.digest:
        what = f"record {record.id} is of another law than {ruleset.name} {ruleset.version}"
        raise LawError(what, expected=record.ruleset, got=ruleset.digest)
    hidden = [name for name, value in record.values.items() if isinstance(value, dict)]
    if hidden:
        what = f"the log withholds {', '.join(hidden)} of record {record.id}"
        raise LogError(what, hint="only who has the event can say more")
    return values_from_json(ruleset.read, record.values)


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
