"""``rulekit explain``: why one event was decided as it was, and the least that would change it."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rulekit.cli.common import Json, Rules, answer

if TYPE_CHECKING:
    from rulekit.ir.schema import Schema


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
    """Explain one decision: the rule and why, what was near, the least change to another outcome."""
    from rulekit.explanation.explainer import Explainer
    from rulekit.explanation.text import as_text
    from rulekit.store.folder import read

    ruleset = read(rules).ruleset
    explainer = Explainer(
        ruleset,
        immutable=immutable.split(",") if immutable else (),
        monotone=dict(_pairs("--monotone", monotone.split(",") if monotone else ())),  # type: ignore[arg-type]
        scales={name: _number(name, text) for name, text in _pairs("--scale", scale or ())},
    )
    told = explainer.explain(_event(event, events, row, id_, ruleset.schema), toward=toward)
    answer(json, told.model_dump(mode="json"), as_text(told))


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
        raise typer.BadParameter("name one event: as JSON, as @FILE, or in a file with --events")
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
