"""Deciding a file of events into a decisions file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rulekit.errors import EventError, Where
from rulekit.files import write_text, write_whole
from rulekit.findings import Finding
from rulekit.frames import scan, unreadable
from rulekit.ir.document import ruleset_to_document
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.log.counts import LogSummary
from rulekit.runtime.counts import EventCounts
from rulekit.targets.artifact import Artifact
from rulekit.targets.shared.columns import HITS, decision_columns
from rulekit.version import VERSION

if TYPE_CHECKING:
    from rulekit.log.stream import LoggedStream
    from rulekit.log.write.writer import DecisionLog

EVENT = "event"
DIGEST = "ruleset"


class DecideSummary(Model):
    """What deciding a file did.

    ``counts`` has every outcome of the ruleset; ``findings`` has what was odd about the events; ``log`` has what a
    log was told, if there is one.
    """

    decisions: str
    events: int
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    log: LogSummary | None = None


def decide_file(
    artifact: Artifact,
    events: str,
    out: Path,
    *,
    id_column: str | None = None,
    cast: bool = False,
    command: str = "",
    log: DecisionLog | None = None,
) -> DecideSummary:
    """Stream a file of events through a runner into a decisions file, in bounded memory.

    The decisions keep the order of the events. Their columns are the event id (``id_column``, or ``event``: a
    running number from 0), ``outcome``, ``rule``, under SCORE ``score``, ``hits``, and ``ruleset``: the digest. The
    file is complete or absent; ``<out>.json`` beside it says how it was made. With a ``log``, every decision is in
    it before the file has it.

    Raises
    ------
    EventError
        when the events can't be read or do not fit the schema, or ``out`` has an unknown suffix.
    LogError
        when the log does not fit the ruleset, or can't be written and its policy is ``closed``.

    """
    ruleset = artifact.ruleset
    sink = _SINKS.get(out.suffix.lower())
    if sink is None:
        raise EventError(
            "unknown kind of decisions file", where=Where(file=str(out)), expected=", ".join(_SINKS)
        )
    frame = scan(events, ruleset.schema)
    logged = None if log is None else _logged(artifact, log, id_column, cast=cast)
    decide = partial(artifact.load().batch, hits=True, cast=cast) if logged is None else logged.decide
    counts = EventCounts(ruleset, frame, cast=cast)
    decided = _decisions(ruleset, frame, id_column, lambda events: counts.counted(decide(events)))
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_whole(out, lambda draft: sink(decided, draft))
    except pl.exceptions.PolarsError as error:
        raise unreadable(error) from None
    summary = DecideSummary(
        decisions=str(out),
        events=sum(counts.outcomes.values()),
        counts=counts.outcomes,
        findings=(*counts.findings(), *_lost_findings(logged)),
        log=None if logged is None else logged.summary(),
    )
    manifest = _manifest(artifact, events, id_column, summary, command)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    write_text(manifest_path(out), text)
    return summary


def manifest_path(decisions: Path) -> Path:
    """Return where the manifest of a decisions file lies: beside it, with ``.json`` added to its name."""
    return decisions.with_name(decisions.name + ".json")


def _logged(artifact: Artifact, log: DecisionLog, id_column: str | None, *, cast: bool) -> LoggedStream:
    from rulekit.log.stream import LoggedStream  # who keeps no log need not load one

    return LoggedStream(artifact, log, id_column, cast=cast)


def _decisions(
    ruleset: Ruleset,
    frame: pl.LazyFrame,
    id_column: str | None,
    decide: Callable[[pl.LazyFrame], pl.LazyFrame],
) -> pl.LazyFrame:
    names = frame.collect_schema().names()
    if id_column is not None and id_column not in names:
        raise EventError(
            f"the events have no column {id_column!r} for the event id", got=", ".join(names[:8])
        )
    read = [feature.name for feature in ruleset.read]
    wanted = [name for name in names if name in read or name == id_column]
    added = decision_columns(ruleset, hits=True)
    clash = id_column is not None and id_column in {*added, DIGEST}
    if clash:
        raise EventError(
            f"the event id can't be called {id_column!r}", hint="rename the column of the events"
        )
    decided = decide(frame.select(wanted))
    digest = ruleset.digest
    columns = [
        *([] if id_column is None else [pl.col(id_column)]),
        *added,
        pl.lit(digest, pl.Enum([digest])).alias(DIGEST),
    ]
    chosen = decided.select(columns)
    return chosen.with_row_index(EVENT) if id_column is None else chosen


def _sink_csv(frame: pl.LazyFrame, draft: Path) -> None:
    frame.with_columns(pl.col(HITS).cast(pl.List(pl.String)).list.join(" ")).sink_csv(draft)


_SINKS: dict[str, Callable[[pl.LazyFrame, Path], Any]] = {
    ".parquet": lambda frame, draft: frame.sink_parquet(draft),
    ".csv": _sink_csv,
    ".arrow": lambda frame, draft: frame.sink_ipc(draft),
    ".ipc": lambda frame, draft: frame.sink_ipc(draft),
    ".feather": lambda frame, draft: frame.sink_ipc(draft),
}


def _lost_findings(logged: LoggedStream | None) -> list[Finding]:
    count = 0 if logged is None else sum(logged.summary().lost.values())
    message = f"{count} decisions were given out and not logged"
    return [Finding(code="log-lost", subject="the log", message=message, count=count)] if count else []


def _manifest(
    artifact: Artifact, events: str, id_column: str | None, summary: DecideSummary, command: str
) -> dict[str, Any]:
    return {
        "rulekit": VERSION,
        "target": artifact.target,
        "digest": artifact.ruleset.digest,
        "ruleset": ruleset_to_document(artifact.ruleset),
        "numerics": artifact.numerics.model_dump(mode="json"),
        "events": events,
        "id": id_column or EVENT,
        "id_in_events": id_column is not None,
        "counts": summary.counts,
        "findings": [finding.model_dump(mode="json") for finding in summary.findings],
        "command": command,
        **({} if summary.log is None else {"log": summary.log.model_dump(mode="json")}),
    }
