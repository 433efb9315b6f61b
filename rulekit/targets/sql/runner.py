"""The runner: DuckDB executes the SELECT of the artifact over bound columns.

Only the columns that are read go in, and only the answer comes back, in the order of the events: what else a frame
holds need not pass through another engine. One event is asked of a prepared statement, as planning 40 rules takes
thirty times as long as deciding them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from threading import Lock
from typing import Any, overload

import duckdb
import polars as pl

from rulekit.frames import EagerFrame, Frame, bind_columns, collect, scan
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.schema import DType
from rulekit.targets.artifact import Artifact
from rulekit.targets.shared.columns import (
    HITS,
    OUTCOME,
    RULE,
    SCORE,
    check_free,
    decision_columns,
    lacking,
    one_by_frame,
)
from rulekit.targets.sql.conditions import value_tree
from rulekit.targets.sql.dialects import dialect_of
from rulekit.targets.sql.plan import EVENTS

_NOTHING = "__nothing"
_DUCKDB = dialect_of("duckdb")
_TYPES: dict[DType, str] = {
    DType.BOOL: "BOOLEAN",
    DType.INT32: "INTEGER",
    DType.INT64: "BIGINT",
    DType.FLOAT32: "FLOAT",
    DType.FLOAT64: "DOUBLE",
    DType.CATEGORY: "VARCHAR",
}


class DuckDBRunner:
    """Decides frames and events in DuckDB."""

    def __init__(self, artifact: Artifact, threads: int | None = None) -> None:
        self.artifact = artifact
        self._ruleset = artifact.ruleset
        self._select = artifact.source
        self._columns = _DUCKDB.column_names([feature.name for feature in self._ruleset.read])
        self._connection = duckdb.connect(":memory:", config={"threads": threads} if threads else {})
        self._lock = Lock()

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        bound = bind_event(self._ruleset.read, event)
        if any(isinstance(value, str) and "\0" in value for value in bound.values()):
            return one_by_frame(self, event, hits=hits)  # SQL text ends at a NUL
        values = ["NULL" if value is None else _literal(value) for value in bound.values()]
        with self._lock:
            answer = self._prepared.execute(f"EXECUTE one({', '.join(values)})" if values else "EXECUTE one")
            outcome, rule, score, found = answer.fetchall()[0]
        missing = lacking(self._ruleset, bound)
        return Decision(outcome, rule=rule, hits=tuple(found) if hits else None, missing=missing, score=score)

    @cached_property
    def _prepared(self) -> duckdb.DuckDBPyConnection:
        """A connection with the statement ``one``, which takes the features in order."""
        read = [
            f"CAST(${place} AS {_TYPES[feature.dtype]}) AS {_quoted(self._columns[feature.name])}"
            for place, feature in enumerate(self._ruleset.read, start=1)
        ]
        score = SCORE if SCORE in decision_columns(self._ruleset, hits=False) else "NULL"
        events = f"WITH {EVENTS} AS (SELECT {', '.join(read) or f'0 AS {_NOTHING}'})"
        answer = _asked([OUTCOME, RULE, score, HITS], self._select)
        return self._connection.cursor().execute(f"PREPARE one AS {events} {answer}")

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide events; see :class:`rulekit.targets.artifact.Runner`."""
        scanned = scan(events, self._ruleset.schema)
        bound = self._bind(scanned, cast=cast)
        added = decision_columns(self._ruleset, hits=hits)
        check_free(scanned, added)

        def decide(batch: pl.DataFrame) -> pl.DataFrame:
            return batch.with_columns(self._decide(batch, bound, added).get_columns())

        if isinstance(events, pl.DataFrame):
            return decide(events)
        schema = pl.Schema({**scanned.collect_schema(), **added})
        decided = scanned.map_batches(decide, schema=schema, streamable=True)
        return decided if isinstance(events, pl.LazyFrame) else collect(decided)

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        scanned = scan(events, self._ruleset.schema)
        bound = self._bind(scanned, cast=cast)
        batch = collect(scanned.select(bound) if bound else scanned)
        read = [pl.col(name) for name in self._columns.values()]
        found = self._decide(batch, read, {HITS: pl.List(pl.String())})
        return found.select(
            pl.col(HITS).list.contains(rule.id).alias(rule.id) for rule in self._ruleset.rules
        )

    def _bind(self, events: pl.LazyFrame, *, cast: bool) -> list[pl.Expr]:
        """Return the columns that are read, under the names that DuckDB can tell apart."""
        columns = bind_columns(events, self._ruleset.schema, self._ruleset.read, cast=cast)
        return [expression.alias(self._columns[name]) for name, expression in columns.items()]

    def _decide(
        self, batch: pl.DataFrame, bound: list[pl.Expr], added: Mapping[str, pl.DataType]
    ) -> pl.DataFrame:
        """Return the columns that deciding adds."""
        nothing = pl.repeat(0, batch.height, eager=True).alias(_NOTHING)
        read = batch.select(bound) if bound else nothing.to_frame()
        # a cursor of its own: streams decide batches in several threads, and a view belongs to a connection
        with self._connection.cursor() as cursor:
            cursor.register(EVENTS, read)
            answer: pl.DataFrame = cursor.sql(_asked(added, self._select)).pl()
        return answer.cast(pl.Schema(added))


def _asked(columns: Iterable[str], select: str) -> str:
    """Return a query for some columns of the answer; DuckDB does not work out the others."""
    return f"SELECT {', '.join(columns)} FROM (\n{select})"  # noqa: S608 - our own words over our own artifact


def _literal(value: Any) -> str:
    return value_tree(value, _DUCKDB).sql(_DUCKDB.name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
