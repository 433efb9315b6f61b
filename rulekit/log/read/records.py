"""Reads a log as frames, for replays, reports and notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from rulekit.errors import LogError
from rulekit.frames import POLARS
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import DType, Feature
from rulekit.log.open import read_log
from rulekit.log.stores.base import Lines

_EVENT_KINDS = pl.Enum(["text", "integer", "hashed"])
_MASK, _HASH = '{"masked":true}', '{"hashed":'
_HASHED = r'\{"hashed":("[^"]*")\}'
_INTEGER = r'\{"integer":("[^"]*")\}'
_LIST = pl.List(pl.String)
_FIELDS: dict[str, pl.DataType] = {
    "id": pl.Int64(),
    "at": pl.String(),
    "ruleset": pl.String(),
    "artifact": pl.String(),
    "event": pl.String(),
    "outcome": pl.String(),
    "rule": pl.String(),
    "score": pl.String(),
    "hits": _LIST,
    "suppressed": _LIST,
    "missing": _LIST,
    "took_ns": pl.Int64(),
    "one_in": pl.Int64(),
}


def read_batches(where: str | Path, size: int = 10_000, first: int = 0) -> Iterator[pl.DataFrame]:
    """Give the records of a log from a line on, about ``size`` at once, in the order in which they were written.

    The hashes are not looked at: verify the log first. Columns:

    - ``seq`` (Int64), the sequence number; ``at`` (Datetime, us, UTC); ``took_ns`` (Int64);
    - ``ruleset`` and ``artifact`` (String), the digests;
    - ``event`` (String) and ``event_kind``: whether the id was a text, an integer, or is hashed;
    - ``outcome``, ``rule`` (String), ``score`` (Int64, null but under SCORE); ``hits``, ``suppressed`` and
      ``missing`` (List of String); ``one_in`` (Int64, null where every decision of that outcome is kept);
    - ``withheld`` (Boolean): a value is masked or hashed, so that the decision can't be replayed;
    - ``text`` (String), the record itself, from which :func:`values_frame` reads the values.

    Raises
    ------
    LogError
        when there is no such log, or a line is no record.

    """
    store, _, _ = read_log(where)
    try:
        for lines in store.read(first, size):
            frame = records_frame(lines)
            if frame.height:
                yield frame
    finally:
        store.close()


def records_frame(lines: Lines) -> pl.DataFrame:
    """Return the records among some lines as a frame; see :func:`read_batches`."""
    texts = pl.Series("text", lines.texts, pl.Binary).cast(pl.String)
    texts = texts.filter(texts.str.starts_with('{"artifact":'))
    try:
        fields = _simple(texts).str.json_decode(pl.Struct(_FIELDS)).struct.unnest()
        return fields.with_columns(texts).select(_columns())
    except pl.exceptions.PolarsError as error:
        why = str(error).splitlines()[0]
        raise LogError(f"lines {lines.first} to {lines.end - 1} are no records: {why}") from None


def values_frame(texts: pl.Series, ruleset: Ruleset) -> pl.DataFrame:
    """Return what decisions read: one column per feature of ``ruleset.read``, at its dtype.

    Shape (records, features). Missing, masked and hashed values are null: leave out the records that are
    ``withheld``. Integers and floats are exact; categories are String. ``ruleset`` must be the law that the
    records name: a feature that they lack is null.

    Raises
    ------
    LogError
        when a value does not fit its feature.

    """
    names = [feature.name for feature in ruleset.read]
    if not names:
        return pl.DataFrame(height=len(texts))
    values = pl.Struct(dict.fromkeys(names, pl.String()))
    try:
        decoded = _simple(texts).str.json_decode(pl.Struct({"values": values}))
        frame = decoded.struct.field("values").struct.unnest()
        return frame.select(_typed(feature) for feature in ruleset.read)
    except pl.exceptions.PolarsError as error:
        why = str(error).splitlines()[0]
        what = f"the records have no values for the features of {ruleset.name}: {why}"
        raise LogError(what, hint="is it the ruleset that their digest names?") from None


def _simple(texts: pl.Series) -> pl.Series:
    """Return texts in which each object that stands for a value is a string or null: a column has one dtype.

    Inside a JSON string each quote has a backslash before it, so no value of an event looks like such an object.
    """
    if texts.str.contains(_MASK, literal=True).any():
        texts = texts.str.replace_all(_MASK, "null", literal=True)
    if texts.str.contains(_HASH, literal=True).any():
        first, rest = texts.str.splitn(',"values":', 2).struct.unnest().get_columns()
        shown = first.str.replace_all(_HASHED, "$1")  # the event id; a hashed value is none that can be read
        hidden = rest.str.replace_all(_HASHED, "null")
        texts = pl.select(pl.concat_str(shown, pl.lit(',"values":'), hidden).alias(texts.name)).to_series()
    if texts.str.contains('{"integer":', literal=True).any():
        texts = texts.str.replace_all(_INTEGER, "$1")
    return texts


def _columns() -> list[pl.Expr]:
    parts = pl.col("text").str.splitn(',"values":', 2).struct
    head, values = parts.field("field_0"), parts.field("field_1")  # a feature may be called event, too
    is_text, is_hashed = (head.str.contains(mark, literal=True) for mark in ('"event":"', f'"event":{_HASH}'))
    kind = pl.when(is_text).then(pl.lit("text")).when(is_hashed).then(pl.lit("hashed"))
    withheld = values.str.contains(_MASK, literal=True) | values.str.contains(_HASH, literal=True)
    return [
        pl.col("id").alias("seq"),
        pl.col("at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC"),
        *(pl.col(name) for name in ("ruleset", "artifact", "event")),
        kind.otherwise(pl.lit("integer")).cast(_EVENT_KINDS).alias("event_kind"),
        *(pl.col(name) for name in ("outcome", "rule")),
        pl.col("score").cast(pl.Int64),
        *(pl.col(name) for name in ("hits", "suppressed", "missing", "took_ns", "one_in")),
        withheld.alias("withheld"),
        pl.col("text"),
    ]


def _typed(feature: Feature) -> pl.Expr:
    column = pl.col(feature.name)
    if feature.dtype is DType.BOOL:
        return column.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    if feature.dtype.is_float:
        return column.cast(pl.Float64).cast(POLARS[feature.dtype])
    return column.cast(POLARS[feature.dtype])


def find_records(
    where: str | Path, *, event: str | None = None, outcome: str | None = None, last: int = 10
) -> list[dict[str, Any]]:
    """Return the last records of an event or an outcome, or of all, as plain JSON in the order of the log.

    Parameters
    ----------
    where : the log.
    event : an event id as text, or its hash; default: all events.
    outcome : an outcome; default: all outcomes.
    last : the largest number of records; default: 10.

    Raises
    ------
    LogError
        when there is no such log, or a line is not a record.

    """
    found = pl.Series("text", [], pl.String)
    for frame in read_batches(where):
        wanted = [
            pl.lit(value) == pl.col(name) for name, value in (("event", event), ("outcome", outcome)) if value
        ]
        found = pl.concat([found, frame.filter(wanted)["text"] if wanted else frame["text"]]).tail(last)
    return [json.loads(text) for text in found]
