"""Deciding a file of events into a decisions file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rulekit import html
from rulekit.errors import EventError, Where
from rulekit.files import write_text, write_whole
from rulekit.findings import Finding
from rulekit.frames import scan, unreadable
from rulekit.ir.notation.document import ruleset_to_document
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
    """The result of deciding a file.

    Attributes
    ----------
    decisions : the file that was written.
    events : how many events were decided.
    counts : how many events got each outcome, every outcome of the ruleset in its order.
    findings : what was odd about the events.
    log : what was written to a log, if there is one.

    """

    decisions: str
    events: int
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    log: LogSummary | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the result as plain JSON."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> str:
        """Return :meth:`to_document` as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in self.counts.items())
        found = f"; {len(self.findings)} findings" if self.findings else ""
        return f"<DecideSummary of {self.events:,} events: {counts}{found}; {self.decisions}>"

    def _repr_html_(self) -> str:
        rows = [
            (outcome, f"{count:,}", f"{100 * count / max(self.events, 1):.3f} %")
            for outcome, count in self.counts.items()
        ]
        return html.page(
            f"{self.events:,} events decided",
            html.table(("outcome", "events", "share"), rows, numbers=(1, 2)),
            *map(str, self.findings),
            html.code(self.decisions),
        )


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
    """Decide a file of events into a decisions file, in bounded memory. The events are read once.

    The decisions keep the order of the events. Their columns are the event id, ``outcome``, ``rule``, under SCORE
    ``score``, ``hits``, and ``ruleset``: the digest. The file is complete or absent; the manifest ``<out>.json``
    beside it says how it was made.

    Parameters
    ----------
    artifact : the compiled law.
    events : a Parquet, CSV or Arrow IPC file, or a glob of them.
    out : the decisions file, with the suffix .parquet, .csv, .arrow, .ipc or .feather.
    id_column : the column with the event id (default: a column ``event`` that numbers the events from 0).
    cast : round numbers to the schema's floats.
    command : the command that was typed, for the manifest.
    log : a log that is open for writing; each decision is in it before it is in the file (default: no log).

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
