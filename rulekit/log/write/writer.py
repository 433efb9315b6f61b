"""Writes a log: lines get their chain hash, are stored and acknowledged, and segments get their heads."""

from __future__ import annotations

import weakref
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Self

from rulekit.errors import LogError, SignatureError, Where
from rulekit.keys import PrivateKey, as_private
from rulekit.log.chain import chain_hashes, new_header, read_header
from rulekit.log.counts import without_zeros
from rulekit.log.heads import Head, head_text, new_head
from rulekit.log.manifests import MANIFEST
from rulekit.log.open import open_store
from rulekit.log.options import LogOptions
from rulekit.log.record import line_text, time_text
from rulekit.log.stores.base import Lines, Store
from rulekit.log.write.encoder import NOTHING, Entries
from rulekit.log.write.lock import WriterLock, writer_lock
from rulekit.log.write.losses import LOGGER, LossCounter
from rulekit.log.write.state import State, resume_state

UNCOUNTED = 10_000
"""Decisions that may be sampled away before a line counts them; the next kept decision counts them at once."""


class DecisionLog:
    """A log that is open for writing; threads may share it. Open one by :func:`open_log`.

    Attributes
    ----------
    options : the options of the log.
    notes : what was repaired when it was opened, in sentences.

    """

    def __init__(
        self, store: Store, lock: WriterLock | None, options: LogOptions, key: PrivateKey | None
    ) -> None:
        self.options = options
        self._store, self._writer_lock, self._key = store, lock, key
        self._header = _started(store)
        self.name = str(read_header(self._header, store.where)["log"])
        self._state: State | None = resume_state(store, self._header)
        self._written = self._state.counts.total  # known even while the store is gone
        self.notes = store.notes
        self._sampled: Counter[str] = Counter()
        self._manifests: set[str] = set()
        self._closed = False
        self._losses = LossCounter(store.where, lock)
        self._complaint = weakref.finalize(self, self._losses.warn_of_losses)
        self._alone = Lock()

    def __repr__(self) -> str:
        return (
            f"<DecisionLog {self.where}: {self.decided:,} decisions, {self.unrecorded:,} of them unrecorded>"
        )

    @property
    def where(self) -> str:
        """The place of the log."""
        return self._store.where

    @property
    def lost(self) -> Counter[str]:
        """Decisions that were given out and not logged since the log was opened, by outcome."""
        return self._losses.ever

    @property
    def unrecorded(self) -> int:
        """Decisions that were lost, now or by an earlier writer, and that the log does not count yet."""
        return self._losses.total

    @property
    def decided(self) -> int:
        """All decisions since the log began: kept, sampled away and lost."""
        return self._written + self._sampled.total() + self.unrecorded

    def append(self, entries: Entries) -> None:
        """Write entries. They are on the disk when this returns; only then may the decisions be given out.

        Raises
        ------
        LogError
            when they can't be written, under the policy ``closed``. Under ``open`` they are counted as lost.
        SignatureError
            when the head of the last segment is due and the key has expired, under ``closed``.

        """
        with self._alone:
            self._check_open()
            try:
                self._write(entries, least=UNCOUNTED)
            except BaseException as error:
                self._state = None  # unknown now: the store is asked what it holds before the next lines
                if not isinstance(error, LogError) or self.options.on_failure == "closed":
                    raise
                self._losses.add(entries.kept, str(error))
                self._sampled += entries.sampled

    def sign(self) -> Head | None:
        """End the segment here, with a head; return None when the last line has a head already.

        Raises
        ------
        LogError, SignatureError
            when it can't be written, or the key has expired.

        """
        with self._alone:
            self._check_open()
            self._write(NOTHING, least=1)
            return self._end_segment()

    def close(self) -> None:
        """Write the last notes and the last head, and release the log.

        Raises
        ------
        LogError
            when that can't be written; the message then counts the losses, if there are any.
        SignatureError
            when the key has expired, under ``closed``.

        A log that is closed already is left as it is.
        """
        if self._closed:
            return
        try:
            self.sign()
        except LogError as error:
            if self.unrecorded:
                hint = "note them down: the log does not tell of them"
                raise LogError(f"{self.unrecorded} decisions were lost: {error.what}", where=error.where,
                               hint=hint) from None  # fmt: skip
            raise
        finally:
            self._closed = True
            self._complaint()
            self._store.close()
            if self._writer_lock is not None:
                self._writer_lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.close()
        except (LogError, SignatureError) as error:
            if kind is None:
                raise
            LOGGER.error("%s", error)

    def _check_open(self) -> None:
        if self._closed:
            raise LogError("the log is closed", where=Where(file=self.where), hint="open it again")

    def _write(self, entries: Entries, *, least: int) -> None:
        """Write entries, after the lines that count losses and sampled decisions or hold a manifest."""
        state = self._ready()
        sampled = self._sampled + entries.sampled
        tells = bool(sampled) and (bool(entries.kept) or sampled.total() >= least)
        manifest = entries.manifest if entries.kept and entries.manifest not in self._manifests else None
        notes = self._notes(state.end, sampled if tells else Counter(), manifest)
        texts = [*notes, *entries.texts(state.end + len(notes))]
        if texts:
            lines = Lines(state.end, texts, chain_hashes(state.chain_hash, texts))
            self._store.append(lines)
            state.advance(lines, notes, entries.kept)
            self._written = state.counts.total
            self._losses.written()
            self._manifests |= {manifest} if manifest else set()
        self._sampled = Counter() if tells else sampled
        if state.since_head >= self.options.segment:
            # A failure counts when it is tried again, before the next lines: these are on the disk.
            with suppress(LogError, SignatureError):
                self._end_segment()

    def _ready(self) -> State:
        """Return the state, read anew after a failure; first end a segment that could not be ended before."""
        if self._state is None:
            self._state = resume_state(self._store, self._header)
        if self._state.since_head >= self.options.segment:
            self._end_segment()
        return self._state

    def _notes(self, seq: int, sampled: Counter[str], manifest: str | None) -> list[bytes]:
        losses = self._losses.line(seq)
        notes = [] if losses is None else [losses]
        at = time_text(datetime.now(UTC))
        if sampled:
            notes.append(line_text({"at": at, "id": seq + len(notes), "sampled": without_zeros(sampled)}))
        if manifest is not None:
            notes.append(line_text({"at": at, "id": seq + len(notes), MANIFEST: manifest}))
        return notes

    def _end_segment(self) -> Head | None:
        state = self._state
        if state is None or not state.since_head:
            return None
        head = self._new_head(state)
        self._store.add_head(head_text(head))
        self._store.end_segment()
        state.since_head = 0
        return head

    def _new_head(self, state: State) -> Head:
        seq = state.end - 1
        try:
            return new_head(self.name, seq, state.chain_hash, state.counts, self._key)
        except SignatureError as error:
            if self.options.on_failure == "closed":
                raise
            LOGGER.error("the head of line %d is NOT signed: %s", seq, error)
            return new_head(self.name, seq, state.chain_hash, state.counts, None)


def open_log(
    where: str | Path, options: LogOptions | None = None, key: PrivateKey | str | Path | None = None
) -> DecisionLog:
    """Open a log for writing; a log that does not exist is begun.

    Parameters
    ----------
    where : a file ending in ``.sqlite``, ``.sqlite3`` or ``.db``, a folder (Parquet files), or
        ``postgresql://host/database#name``.
    options : what the log keeps and what happens when it fails; default: ``LogOptions()``, which keeps every
        decision and fails closed.
    key : a private key, or its file, that signs the heads; default: the heads are not signed.

    Returns
    -------
    The open log, a context manager that closes it.

    Raises
    ------
    LogError
        when the log can't be opened, is damaged, or another process is writing it.
    SignatureError
        when the key is not valid now.
    LawError
        when the file of the key can't be read.

    """
    options = options or LogOptions()
    signer = None if key is None else as_private(key)
    if signer is not None:
        signer.sign(b"")  # an expired key is better found now than at the end of a segment
    lock = writer_lock(where, options.losses)
    store = None
    try:
        store = open_store(where, write=True)
        return DecisionLog(store, lock, options, signer)
    except BaseException:
        for held in (store, lock):
            if held is not None:
                held.close()
        raise


def _started(store: Store) -> bytes:
    """Return the header of a log; write it when there is none."""
    header = store.header()
    if header is None:
        header = new_header()
        store.start(header)
    return header
