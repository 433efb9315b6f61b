"""A runner that logs each decision before it returns it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, overload

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import EagerFrame, Frame, collect, scan
from rulekit.ir.decision import Decision
from rulekit.ir.prescale import EVENT_IDS
from rulekit.log.write.encoder import RecordEncoder
from rulekit.log.write.writer import DecisionLog
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.shared.columns import HITS


class LoggedRunner:
    """Decides by a runner, and returns each decision once it is in the log.

    Parameters
    ----------
    runner : the runner that decides.
    log : a log that is open for writing.
    id_column : the column, or key, with the event id; default: the decisions of the log are numbered from 0.

    Attributes
    ----------
    notes : what a reviewer will miss in the log, in sentences.

    Raises
    ------
    LogError
        when the options of the log do not fit the ruleset.

    """

    def __init__(self, runner: Runner, log: DecisionLog, id_column: str | None = None) -> None:
        self.artifact: Artifact = runner.artifact
        self._runner, self._log, self._id = runner, log, id_column
        self._encoder = RecordEncoder(runner.artifact, log.options)
        self.notes = self._encoder.notes

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide a frame and log it, at once even where it is lazy; see :class:`rulekit.targets.artifact.Runner`.

        Raises
        ------
        EventError
            as the runner does, or when an event has no id.
        LogError
            when the decisions can't be logged, under the policy ``closed``: then none is given out.

        """
        scanned = collect(scan(events, self.artifact.ruleset.schema))
        start = time.perf_counter_ns()
        decided = self._runner.batch(scanned, hits=True, cast=cast)
        took = time.perf_counter_ns() - start
        self._log.append(self._encoder.batch(decided, self._ids(scanned), took, cast=cast))
        answer = decided if hits else decided.drop(HITS)
        return answer.lazy() if isinstance(events, pl.LazyFrame) else answer

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event and log it; see :meth:`batch`."""
        event_id = self._event_id(event)
        start = time.perf_counter_ns()
        decision = self._runner.one(event, hits=True)
        took = time.perf_counter_ns() - start
        self._log.append(self._encoder.one(event, decision, event_id, took))
        bare = Decision(decision.outcome, decision.rule, None, decision.missing, decision.score)
        return decision if hits else bare

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; this is not a decision and is not logged."""
        return self._runner.hit_matrix(events, cast=cast)

    def _ids(self, events: pl.DataFrame) -> pl.Series:
        if self._id is None:
            first = self._log.decided
            return pl.select(pl.int_range(first, first + events.height).alias("event")).to_series()
        if self._id not in events.columns:
            raise EventError(f"the events have no column {self._id!r} for the event id")
        return events[self._id]

    def _event_id(self, event: Mapping[str, Any]) -> int | str:
        found = self._log.decided if self._id is None else event.get(self._id)
        if isinstance(found, bool) or not isinstance(found, (int, str)):
            raise EventError("the event has no id", expected=EVENT_IDS, got=repr(found))
        return found
