"""Event alignment: find and read the events of a record, and put them in the order of its decisions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from rulekit.errors import EventError
from rulekit.findings import Finding
from rulekit.frames import Frame, collect, scan
from rulekit.reports.replay.record import Record
from rulekit.runtime.decide_file import manifest_path


@dataclass(frozen=True, slots=True)
class AlignedEvents:
    """Decisions and their events, row by row; ``events`` is None if they were not found, for the reason ``why``."""

    decisions: pl.DataFrame
    events: pl.DataFrame | None
    findings: tuple[Finding, ...] = ()
    path: Path | None = None
    why: str = ""


def align(record: Record, events: Frame | None) -> AlignedEvents:
    """Read the events and align them with the decisions: by id if there is one, else by position.

    Raises
    ------
    EventError
        when the events can't be read, or have no id column.

    """
    source: Frame | None = find_events(record) if events is None else events
    path = Path(source) if isinstance(source, (str, Path)) else None
    if source is None:
        named = record.manifest.events
        why = f"the events file {named} was not found" if named else "the manifest names no events file"
        return AlignedEvents(record.decisions, None, why=why)
    frame = collect(scan(source, record.ruleset.schema))
    decisions, lined, findings = _line_up(record, frame)
    return AlignedEvents(decisions, lined, tuple(findings), path)


def find_events(record: Record) -> Path | None:
    """Return the events file that the manifest names, relative to the working directory or else to the manifest."""
    if record.manifest.events is None:
        return None
    named = Path(record.manifest.events)
    for path in (named, manifest_path(record.path).parent / named):
        if path.is_file() or ("*" in path.name and any(path.parent.glob(path.name))):
            return path
    return None


def _line_up(record: Record, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, list[Finding]]:
    name, decisions = record.manifest.id, record.decisions
    if not record.manifest.id_in_events:
        return _by_position(decisions, frame)
    if name not in frame.columns:
        near = difflib.get_close_matches(name, frame.columns, n=1)
        hint = f"is it the column {near[0]!r}?" if near else "are these the events that were decided?"
        raise EventError(
            f"the events have no id column {name!r}", got=", ".join(frame.columns[:8]), hint=hint
        )
    ids = frame[name].cast(pl.String)
    if ids.len() == decisions.height and ids.equals(decisions["id"].alias(name), check_names=False):
        return decisions, frame, []
    if ids.is_duplicated().any() or decisions["id"].is_duplicated().any():
        return _by_position(decisions, frame)
    return _by_id(decisions, frame, ids)


def _by_position(
    decisions: pl.DataFrame, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, list[Finding]]:
    if decisions.height == frame.height:
        return decisions, frame, []
    message = f"the record holds {decisions.height:,} decisions, the file of events {frame.height:,} events"
    difference = abs(decisions.height - frame.height)
    least = min(decisions.height, frame.height)
    finding = Finding(code="mismatch", subject="number of events", message=message, count=difference)
    return decisions.head(least), frame.head(least), [finding]


def _by_id(
    decisions: pl.DataFrame, frame: pl.DataFrame, ids: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame, list[Finding]]:
    places = pl.DataFrame({"id": ids}).with_row_index("_event")
    both = (
        decisions.select("id")
        .with_row_index("_decision")
        .join(places, on="id", how="inner")
        .sort("_decision")
    )
    undecided = ids.filter(~ids.is_in(decisions["id"].implode()))
    unknown = decisions["id"].filter(~decisions["id"].is_in(ids.implode()))
    findings = [
        Finding(
            code="mismatch",
            subject=subject,
            message=f"{some.len():,} {message}: {_named(some)}",
            count=some.len(),
        )
        for some, subject, message in (
            (undecided, "events without decision", "events have no decision"),
            (unknown, "decisions without event", "decisions belong to no event of the file"),
        )
        if some.len()
    ]
    return decisions[both["_decision"]], frame[both["_event"]], findings


def _named(ids: pl.Series) -> str:
    return ", ".join(str(name) for name in ids.head(20).to_list()) + (" and more" if ids.len() > 20 else "")
