"""Decides a file of events with a log, batch by batch; each batch is in the log before it goes on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import polars as pl
from polars.io.plugins import register_io_source

from rulekit.log.counts import LogSummary
from rulekit.log.write.encoder import RecordEncoder
from rulekit.log.write.writer import DecisionLog
from rulekit.targets.artifact import Artifact
from rulekit.targets.shared.columns import decision_columns

BATCH = 1 << 15
"""Events per batch: one write to the log, and one wait for the disk."""


class LoggedStream:
    """Decides events that may be larger than memory, and logs them in order.

    Raises
    ------
    LogError
        when the options of the log do not fit the ruleset.

    """

    def __init__(self, artifact: Artifact, log: DecisionLog, id_column: str | None, *, cast: bool) -> None:
        self._artifact, self._log, self._id, self._cast = artifact, log, id_column, cast
        self._encoder = RecordEncoder(artifact, log.options)
        self._kept: Counter[str] = Counter()
        self._sampled: Counter[str] = Counter()
        self._lost_before = log.lost.copy()

    def decide(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """Return the events with the decision columns, hits included; it logs when read, so read it once."""
        schema = pl.Schema({**events.collect_schema(), **decision_columns(self._artifact.ruleset, hits=True)})

        def batches(
            columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
        ) -> Iterator[pl.DataFrame]:
            del predicate, rows, size  # nothing is filtered: every event is decided
            for decided in self._batches(events):
                yield decided if columns is None else decided.select(columns)

        return register_io_source(batches, schema=schema)

    def summary(self) -> LogSummary:
        """Return what was logged so far."""
        lost = self._log.lost - self._lost_before
        return LogSummary(
            where=self._log.where,
            log=self._log.name,
            kept=dict(self._kept - lost),
            sampled=dict(self._sampled),
            lost=dict(lost),
            notes=(*self._log.notes, *self._encoder.notes),
        )

    def _batches(self, events: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        runner, first = self._artifact.load(), 0
        for batch in events.collect_batches(chunk_size=BATCH, maintain_order=True):
            start = time.perf_counter_ns()
            decided = runner.batch(batch, hits=True, cast=self._cast)
            took = time.perf_counter_ns() - start
            ids = (
                pl.int_range(first, first + batch.height, eager=True) if self._id is None else batch[self._id]
            )
            entries = self._encoder.batch(decided, ids, took, cast=self._cast)
            self._log.append(entries)
            self._kept += entries.kept
            self._sampled += entries.sampled
            first += batch.height
            yield decided
