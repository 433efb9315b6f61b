"""The one event that ``rulekit explain`` is asked about: typed in, in a file of events, or in a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rulekit.explanation.result import Explanation
    from rulekit.findings import Finding
    from rulekit.ir.numerics import Numerics
    from rulekit.ir.ruleset import Ruleset
    from rulekit.ir.schema import Schema
    from rulekit.log.record import DecisionRecord


@dataclass(frozen=True, slots=True)
class ChosenEvent:
    """The event, the ruleset that explains it, and the record of its decision, if a log has one."""

    ruleset: Ruleset
    event: Mapping[str, Any]
    numerics: Numerics | None = None
    record: DecisionRecord | None = None

    def findings(self, explanation: Explanation) -> list[Finding]:
        """Return where the record differs from the explanation; nothing without a record."""
        from rulekit.explanation.recorded import mismatches

        return [] if self.record is None else mismatches(self.record, explanation)


def event_of_log(log: str, ruleset: Path, event_id: str | None, line: int | None) -> ChosenEvent:
    """Return the last decision on an event, or the decision of a line, from a log.

    Raises
    ------
    typer.BadParameter
        unless one of the event id and the line is given.
    LogError, LawError
        when the log has no such decision, or its law is not found.

    """
    from rulekit.explanation.recorded import recorded_decision

    if (event_id is None) == (line is None):
        raise typer.BadParameter("--log wants one of --event and --line")
    found = recorded_decision(log, ruleset, event=event_id, line=line)
    return ChosenEvent(found.ruleset, found.event, found.numerics, found.record)


def event_of_input(
    ruleset: Path,
    text: str | None,
    file: str | None,
    row: int | None,
    id_column: str | None,
    event_id: str | None,
    line: int | None,
) -> ChosenEvent:
    """Return the event that was typed in, or the one of a file that the options choose.

    Raises
    ------
    typer.BadParameter
        when the options name no event, or several, or do not fit together.
    EventError
        when the event can't be read or found.

    """
    from rulekit.store.lookup import read_law

    if line is not None:
        raise typer.BadParameter("--line belongs to --log")
    if (text is None) == (file is None):
        ways = "as JSON, as @FILE, in a file with --events, in a log with --log"
        raise typer.BadParameter(f"name one event: {ways}")
    law = read_law(ruleset).ruleset
    if file is not None:
        return ChosenEvent(law, _from_file(file, row, id_column, event_id, law.schema))
    if any(given is not None for given in (row, id_column, event_id)):
        raise typer.BadParameter("--row, --id and --event belong to --events")
    return ChosenEvent(law, _from_json(str(text)))


def _from_json(text: str) -> dict[str, Any]:
    from rulekit.errors import EventError, Where

    where = None
    if text.startswith("@"):
        where = Where(file=text[1:])
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        event = json.loads(text)
    except ValueError as error:
        raise EventError(f"the event is not JSON: {error}", where=where) from None
    if not isinstance(event, dict):
        got = type(event).__name__
        raise EventError("the event is no JSON object", where=where, expected='{"feature": value}', got=got)
    return event


def _from_file(
    file: str, row: int | None, id_column: str | None, event_id: str | None, schema: Schema
) -> dict[str, Any]:
    import polars as pl

    from rulekit.errors import EventError, Where
    from rulekit.frames import collect, scan

    if (id_column is None) != (event_id is None) or (row is None) == (id_column is None):
        raise typer.BadParameter("--events wants --row, or --id and --event")
    events, where = scan(file, schema), Where(file=file)
    if row is not None:
        found = collect(events.slice(row, 1)) if row >= 0 else pl.DataFrame()
    else:
        if id_column not in events.collect_schema():
            raise EventError("the file has no such column", where=where, got=id_column)
        found = collect(events.filter(pl.col(str(id_column)).cast(pl.String) == event_id).head(2))
    if found.height != 1:
        expected = f"one with {f'row {row}' if id_column is None else f'{id_column}={event_id}'}"
        got = "none" if found.height == 0 else "several"
        raise EventError("no single event was found", where=where, expected=expected, got=got)
    return found.row(0, named=True)
