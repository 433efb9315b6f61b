"""``rulekit explain``: why one event was decided as it was, and the least that would change it."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.common import Json, Rules, answer, findings_text, finish

if TYPE_CHECKING:
    from rulekit.explanation.result import Explanation
    from rulekit.findings import Finding
    from rulekit.ir.numerics import Numerics
    from rulekit.ir.ruleset import Ruleset
    from rulekit.ir.schema import Schema
    from rulekit.log.record import DecisionRecord


def explain(
    rules: Rules,
    event: Annotated[
        str | None, typer.Argument(help="The event as a JSON object, or @FILE with one.", show_default=False)
    ] = None,
    events: Annotated[
        str | None, typer.Option("--events", help="File of events; say which with --row or --id.")
    ] = None,
    row: Annotated[int | None, typer.Option("--row", help="Place in the file, from 0.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="COLUMN=VALUE of the event in the file.")] = None,
    log: Annotated[
        str | None, typer.Option("--log", help="Log of decisions; say which with --event or --line.")
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--event", help="Id of the event in the log: its last decision.")
    ] = None,
    line: Annotated[int | None, typer.Option("--line", help="Number of the line in the log, from 0.")] = None,
    toward: Annotated[
        str | None, typer.Option("--toward", help="Outcome that the least change is to give.")
    ] = None,
    immutable: Annotated[
        str | None, typer.Option("--immutable", help="Features that can't change: a,b.")
    ] = None,
    monotone: Annotated[
        str | None, typer.Option("--monotone", help="Numbers that change one way: age=up,debt=down.")
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option("--scale", help="FEATURE=NUMBER, the change that costs one; may be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Explain one decision: the rule and why, what was near, the least change to another outcome.

    A decision of a log is explained by the law of its digest. Ends with 1 when the log says otherwise.
    """
    from rulekit.explanation.explainer import Explainer
    from rulekit.explanation.text import as_text

    if log is None:
        _refuse_without_log(event_id, line)
        asked = _asked(rules, event, events, row, id_)
    else:
        _refuse_beside_log(event, events, row, id_)
        asked = _logged(log, rules, event_id, line)
    explainer = Explainer(
        asked.ruleset,
        numerics=asked.numerics,
        immutable=immutable.split(",") if immutable else (),
        monotone=dict(_pairs("--monotone", monotone.split(",") if monotone else ())),  # type: ignore[arg-type]
        scales={name: _number(name, text) for name, text in _pairs("--scale", scale or ())},
    )
    told = explainer.explain(asked.event, toward=toward)
    findings = asked.findings(told)
    document = told.model_dump(mode="json") | {"findings": [one.model_dump(mode="json") for one in findings]}
    answer(json, document, "\n\n".join(filter(None, (as_text(told), findings_text(findings)))))
    finish(findings)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be explained, and the record of its decision, if there is one."""

    ruleset: Ruleset
    event: Mapping[str, Any]
    numerics: Numerics | None = None
    record: DecisionRecord | None = None

    def findings(self, told: Explanation) -> list[Finding]:
        """Hold a record to its explanation."""
        from rulekit.explanation.recorded import mismatches

        return [] if self.record is None else mismatches(self.record, told)


def _refuse_without_log(*options: object) -> None:
    if any(option is not None for option in options):
        raise typer.BadParameter("--event and --line belong to --log")


def _refuse_beside_log(*options: object) -> None:
    if any(option is not None for option in options):
        raise typer.BadParameter("name one event: --log brings its own")


def _logged(log: str, rules: Path, event_id: str | None, line: int | None) -> _Asked:
    from rulekit.explanation.recorded import recorded_decision

    if (event_id is None) == (line is None):
        raise typer.BadParameter("--log wants one of --event and --line")
    found = recorded_decision(log, rules, event=event_id, line=line)
    return _Asked(found.ruleset, found.event, found.numerics, found.record)


def _asked(rules: Path, event: str | None, events: str | None, row: int | None, id_: str | None) -> _Asked:
    from rulekit.store.lookup import read_law

    ruleset = read_law(rules).ruleset
    return _Asked(ruleset, _event(event, events, row, id_, ruleset.schema))


def _pairs(option: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals:
            raise typer.BadParameter(f"{option} wants NAME=VALUE, got {text!r}")
        yield name, value


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"--scale wants {name}=NUMBER, got {text!r}") from None


def _event(
    text: str | None, file: str | None, row: int | None, id_: str | None, schema: Schema
) -> dict[str, Any]:
    """Return the one event that was asked about."""
    if (text is None) == (file is None):
        raise typer.BadParameter(
            "name one event: as JSON, as @FILE, in a file with --events, in a log with --log"
        )
    if text is not None:
        if row is not None or id_ is not None:
            raise typer.BadParameter("--row and --id belong to --events")
        return _from_json(text)
    if (row is None) == (id_ is None):
        raise typer.BadParameter("--events wants one of --row and --id")
    return _from_file(str(file), row, id_, schema)


def _from_json(text: str) -> dict[str, Any]:
    from rulekit.errors import EventError, Where

    where = None
    if text.startswith("@"):
        where = Where(file=text[1:])
        text = Path(text[1:]).read_text(encoding="utf-8")
    try:
        event = jsonlib.loads(text)
    except ValueError as error:
        raise EventError(f"the event is not JSON: {error}", where=where) from None
    if not isinstance(event, dict):
        got = type(event).__name__
        raise EventError("the event is no JSON object", where=where, expected='{"feature": value}', got=got)
    return event


def _from_file(file: str, row: int | None, id_: str | None, schema: Schema) -> dict[str, Any]:
    import polars as pl

    from rulekit.errors import EventError, Where
    from rulekit.frames import collect, scan

    frame = scan(file, schema)
    where = Where(file=file)
    if row is not None:
        found = collect(frame.slice(row, 1)) if row >= 0 else pl.DataFrame()
    else:
        ((column, value),) = _pairs("--id", [str(id_)])
        if column not in frame.collect_schema():
            raise EventError("the file has no such column", where=where, got=column)
        found = collect(frame.filter(pl.col(column).cast(pl.String) == value).head(2))
    if found.height != 1:
        got = "none" if found.height == 0 else "several"
        raise EventError("which event?", where=where, expected=f"one with {id_ or f'row {row}'}", got=got)
    return found.row(0, named=True)
