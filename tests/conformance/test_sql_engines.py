# ruff: noqa: S608 - every query is ours, over tables that we fill
"""The emitted SQL, executed by SQLite, PostgreSQL and Spark (DuckDB is the runner of the target itself).

Each engine gets a table ``events`` of its own types and executes the artifact's own SELECT and WHERE over it.
"""

from __future__ import annotations

import math
import shutil
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.util import find_spec
from itertools import groupby
from threading import Lock
from typing import Any, ClassVar, Protocol

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from postgres import postgres_server

import rulekit
from rulekit.frames import bind_columns, collect, scan
from rulekit.ir.condition import AllOf
from rulekit.ir.event import bind_event
from rulekit.ir.floats import float32_edge
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import DType
from rulekit.ir.semantics import decide
from rulekit.targets.artifact import Artifact
from rulekit.targets.base import Target
from rulekit.targets.shared.columns import check_free, decision_columns, one_by_frame
from rulekit.targets.sql import TARGET, select, where
from rulekit.testing import TargetContract, load_corpus
from rulekit.testing.conformance import Drawn, check_frame, drawn
from rulekit.testing.events import frame_of

pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'")

from rulekit.targets.sql.dialects import dialect_of

PLACE = "the place of an event"
Column = tuple[str, DType, list[Any]]


class Engine(Protocol):
    """Executes a query over a table ``events`` made of columns, and returns its rows."""

    dialect: str

    def rows(self, columns: Sequence[Column], query: str) -> list[tuple[Any, ...]]: ...


class SQLite:
    dialect = "sqlite"
    TYPES: ClassVar = {DType.BOOL: "BOOLEAN", DType.INT32: "INTEGER", DType.INT64: "BIGINT", DType.FLOAT32: "REAL",
                       DType.FLOAT64: "REAL", DType.CATEGORY: "TEXT"}  # fmt: skip

    def rows(self, columns, query):
        connection = sqlite3.connect(":memory:")
        try:
            connection.execute(f"CREATE TABLE events ({typed(columns, self.TYPES)})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO events VALUES ({marks})", transposed(columns))
            return connection.execute(query).fetchall()
        finally:
            connection.close()


class PostgreSQL:
    dialect = "postgres"
    TYPES: ClassVar = {DType.BOOL: "BOOLEAN", DType.INT32: "INTEGER", DType.INT64: "BIGINT", DType.FLOAT32: "REAL",
                       DType.FLOAT64: "DOUBLE PRECISION", DType.CATEGORY: "TEXT"}  # fmt: skip

    connection: ClassVar[Any]
    alone: ClassVar = Lock()  # streams ask from several threads

    def rows(self, columns, query):
        with self.alone, self.connection.cursor() as cursor:
            try:
                cursor.execute(f"CREATE TEMPORARY TABLE events ({typed(columns, self.TYPES)})")
                with cursor.copy("COPY events FROM STDIN") as copy:
                    for row in transposed(columns):
                        copy.write_row([self.text(value) for value in row])
                return cursor.execute(query).fetchall()
            finally:
                self.connection.rollback()

    @staticmethod
    def text(value):
        """A text in PostgreSQL holds no NUL, so no table can have it: another unknown category stands for it."""
        return value.replace("\0", "\ufffd no NUL") if isinstance(value, str) else value


class Spark:
    dialect = "spark"

    def __init__(self, session):
        self.session = session

    def rows(self, columns, query):
        from pyspark.sql import types

        kinds = {DType.BOOL: types.BooleanType(), DType.INT32: types.IntegerType(), DType.INT64: types.LongType(),
                 DType.FLOAT32: types.FloatType(), DType.FLOAT64: types.DoubleType(),
                 DType.CATEGORY: types.StringType()}  # fmt: skip
        schema = types.StructType([types.StructField(name, kinds[dtype]) for name, dtype, _ in columns])
        self.session.createDataFrame(transposed(columns), schema).createOrReplaceTempView("events")
        return [tuple(row) for row in self.session.sql(query).collect()]


def typed(columns: Sequence[Column], types: dict[DType, str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + f'" {types[dtype]}' for name, dtype, _ in columns)


def transposed(columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    return list(zip(*(values for _, _, values in columns), strict=True))


def quoted(name: str, dialect: str) -> str:
    mark = "`" if dialect == "spark" else '"'
    return mark + name.replace(mark, mark * 2) + mark


class EngineRunner:
    """Decides frames by an engine: executes the SELECT for it, and uses nothing else of the target."""

    def __init__(self, engine: Engine, artifact: Artifact) -> None:
        self.engine, self.artifact = engine, artifact
        self.ruleset = artifact.ruleset

    def one(self, event, *, hits=False):
        return one_by_frame(self, event, hits=hits)

    def batch(self, frame, *, hits=False, cast=False):
        events = scan(frame, self.ruleset.schema)
        columns = bind_columns(events, self.ruleset.schema, self.ruleset.read, cast=cast)
        added = decision_columns(self.ruleset, hits=hits)
        check_free(events, added)
        bound = [expression.alias(name) for name, expression in columns.items()]

        def run(batch: pl.DataFrame) -> pl.DataFrame:
            read = batch.select(bound) if bound else pl.DataFrame()
            rows = self.answer({name: read[name].to_list() for name in columns}, batch.height)
            return batch.with_columns(
                pl.Series(name, [row[place] for row in rows], dtype=dtype)
                for place, (name, dtype) in enumerate(added.items())
            )

        if isinstance(frame, pl.LazyFrame):
            schema = pl.Schema({**events.collect_schema(), **added})
            return events.map_batches(run, schema=schema, streamable=True)
        return run(collect(events))

    def hit_matrix(self, frame, *, cast=False):
        hits = [set(found) for found in self.batch(frame, hits=True, cast=cast)["hits"].to_list()]
        ids = [rule.id for rule in self.ruleset.rules]
        return pl.DataFrame(
            {name: pl.Series([name in found for found in hits], dtype=pl.Boolean) for name in ids}
        )

    def answer(self, values: dict[str, list[Any]], count: int) -> list[list[Any]]:
        """Return outcome, rule, score (under SCORE) and hits of each event."""
        select = self.artifact.files[f"{self.engine.dialect}.select.sql"].decode()
        score = ["score"] if self.ruleset.hit_policy is HitPolicy.SCORE else []
        asked = ", ".join(["outcome", "rule", *score, "hits"])
        place = quoted(PLACE, self.engine.dialect)
        query = f"SELECT {asked} FROM (\n{select}) AS decided ORDER BY {place}"
        rows = self.engine.rows(table(self.ruleset, self.engine.dialect, values, count), query)
        return [[*row[:-1], row[-1].split() if isinstance(row[-1], str) else row[-1]] for row in rows]


def table(ruleset: Ruleset, dialect: str, values: dict[str, list[Any]], count: int) -> list[Column]:
    """Return the columns of the table: the features under their names, and one that the law does not know."""
    names = dialect_of(dialect).column_names([feature.name for feature in ruleset.read])
    read = [(names[feature.name], feature.dtype, values[feature.name]) for feature in ruleset.read]
    return [*read, (PLACE, DType.INT64, list(range(count)))]


# ---- the engines


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    with postgres_server() as folder:
        import psycopg

        with psycopg.connect(host=folder, user="rulekit", dbname="postgres") as connection:
            PostgreSQL.connection = connection
            yield PostgreSQL()


@pytest.fixture(scope="module")
def spark(tmp_path_factory) -> Iterator[Spark]:
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("Spark is not installed: pip install pyspark, apt-get install default-jre-headless")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        folder = str(tmp_path_factory.mktemp("spark"))
        builder = SparkSession.builder.master("local[1]").appName("rulekit")
        for key, value in {
            "spark.ui.enabled": "false",
            "spark.log.level": "ERROR",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.warehouse.dir": folder,
            "spark.local.dir": folder,
            "spark.driver.memory": "1g",
        }.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        yield Spark(session)
        session.stop()


class TestSQLite(TargetContract):
    """The whole contract, decided by SQLite."""

    target: ClassVar[Target] = replace(TARGET, load=partial(EngineRunner, SQLite()))


@pytest.mark.usefixtures("postgres")
class TestPostgreSQL(TargetContract):
    """The whole contract, decided by PostgreSQL."""

    target: ClassVar[Target] = replace(TARGET, load=lambda artifact: EngineRunner(PostgreSQL(), artifact))


# ---- WHERE, and columns that nobody has rounded


def check_where(engine: Engine, case: Drawn) -> None:
    """Check the WHERE of each outcome over raw events: float32 features in columns of doubles, not rounded."""
    expected = [decide(case.ruleset, event).outcome for event in case.events]
    bound = {
        feature.name: [bind_event([feature], event)[feature.name] for event in case.events]
        for feature in case.ruleset.read
    }
    for feature in case.ruleset.read:
        if feature.dtype.is_float:
            bound[feature.name] = [unrounded(event.get(feature.name)) for event in case.events]
    columns = [
        (name, DType.FLOAT64 if dtype.is_float else dtype, values)
        for name, dtype, values in table(case.ruleset, engine.dialect, bound, len(case.events))
    ]
    place = quoted(PLACE, engine.dialect)
    asked = {name: where(case.ruleset, engine.dialect, name) for name in case.ruleset.outcomes}
    answers = ", ".join(f"(\n{condition}\n)" for condition in asked.values())
    rows = engine.rows(columns, f"SELECT {answers} FROM events ORDER BY {place}")
    wanted = [tuple(outcome == name for name in asked) for outcome in expected]
    assert rows == wanted
    named = set(case.ruleset.outcomes) - {case.ruleset.otherwise, "invalid"}
    kept = engine.rows(
        columns, f"SELECT {place} FROM events WHERE\n{where(case.ruleset, engine.dialect)}\nORDER BY 1"
    )
    assert [row[0] for row in kept] == [place for place, outcome in enumerate(expected) if outcome in named]


def unrounded(value: Any) -> float | None:
    return None if value is None else float(value)


class DuckDB:
    dialect = "duckdb"
    TYPES: ClassVar = {**PostgreSQL.TYPES, DType.CATEGORY: "VARCHAR"}

    def rows(self, columns, query):
        import duckdb

        frame = pl.DataFrame(
            [
                pl.Series(f"c{place}", values, dtype=FRAME[dtype])
                for place, (_, dtype, values) in enumerate(columns)
            ]
        )
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"CREATE TABLE events ({typed(columns, self.TYPES)})")
            connection.register("drawn", frame)
            connection.execute("INSERT INTO events SELECT * FROM drawn")
            return connection.execute(query).fetchall()


FRAME = {DType.BOOL: pl.Boolean, DType.INT32: pl.Int32, DType.INT64: pl.Int64, DType.FLOAT32: pl.Float32,
         DType.FLOAT64: pl.Float64, DType.CATEGORY: pl.String}  # fmt: skip
_drawn = settings(deadline=None, suppress_health_check=list(HealthCheck))


@_drawn
@given(drawn(size=24))
def test_where_in_sqlite(case: Drawn) -> None:
    check_where(SQLite(), case)


@_drawn
@given(drawn(size=24))
def test_where_in_duckdb(case: Drawn) -> None:
    check_where(DuckDB(), case)


@_drawn
@given(case=drawn(size=24))
def test_where_in_postgresql(postgres: PostgreSQL, case: Drawn) -> None:
    check_where(postgres, case)


@pytest.mark.parametrize("engine", [SQLite(), DuckDB(), PostgreSQL()], ids=lambda engine: engine.dialect)
@pytest.mark.parametrize(
    "threshold", ["0.1", "1.000000059604644775390625", "-1e-45", "3.4028234663852886e38"]
)
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
def test_doubles_beside_a_float32_threshold(
    postgres: PostgreSQL, engine: Engine, sign: str, threshold: str
) -> None:
    """Each double at which rounding to float32 turns, and those next to it, in columns that nobody has rounded."""
    ruleset = rulekit.load(
        "name: near\nversion: 0.1.0\nhit_policy: first\notherwise: none\n"
        "schema: {name: near, version: 1.0.0, features: [{name: x, dtype: float32}]}\n"
        f'rules: [{{id: r, when: ["x {sign} {threshold}"], then: hit}}]\n'
    )
    bound = ruleset.bound[0].terms[0] if isinstance(ruleset.bound[0], AllOf) else ruleset.bound[0]
    edges = [float32_edge(bound.value, side)[0] for side in (-math.inf, math.inf)]
    turning = [math.nextafter(edge, side) for edge in edges for side in (-math.inf, math.inf)]
    events = [{"x": value} for value in (*turning, *edges, bound.value, None, math.nan, -math.inf, math.inf)]
    assert len({decide(ruleset, event).outcome for event in events}) == 2
    check_where(engine, Drawn(ruleset, Native(), events))


def test_more_rules_than_postgresql_has_columns(postgres: PostgreSQL) -> None:
    """A subquery has at most 1664 columns, so 2,000 hits stand in two; their points overflow 32 bits."""
    features = "[{name: x, dtype: int64}]"
    rules = "".join(f"  - {{id: r{i}, when: [x >= {i}], points: 2000000000}}\n" for i in range(2000))
    ruleset = rulekit.load(
        f"name: many\nversion: 0.1.0\nschema: {{name: many, version: 1.0.0, features: {features}}}\n"
        f"hit_policy: score\notherwise: none\nthresholds: {{some: 1, all: 4000000000000}}\nrules:\n{rules}"
    )
    events = [{"x": value} for value in (-1, 0, 1500, 2000)]
    columns = table(ruleset, "postgres", {"x": [event["x"] for event in events]}, len(events))
    query = f"SELECT outcome, score, hits FROM (\n{select(ruleset, 'postgres')}) AS decided ORDER BY x"
    expected = [decide(ruleset, event) for event in events]
    assert postgres.rows(columns, query) == [(e.outcome, e.score, list(e.hits or ())) for e in expected]


# ---- Spark, where a query costs a tenth of a second and more


@cache
def corpus() -> list[list[Any]]:
    listed = [list(cases) for _, cases in groupby(load_corpus(), key=lambda case: case.file)]
    return [cases for cases in listed if cases[0].numerics.kind == "native"]


@settings(_drawn, max_examples=8)
@given(case=drawn(size=40))
def check_drawn(engine: Engine, case: Drawn) -> None:
    frame = frame_of(case.ruleset.schema, case.events)
    expected = [decide(case.ruleset, event) for event in case.events]
    runner = EngineRunner(engine, TARGET.compile(case.ruleset, Native()))
    check_frame(case.ruleset, frame, runner.batch(frame, hits=True), expected)
    check_where(engine, case)


@pytest.mark.filterwarnings("ignore")
def test_spark_decides_the_corpus_and_drawn_events(spark: Spark) -> None:
    """One test, so that one process starts one Java."""
    for cases in corpus():
        ruleset = cases[0].ruleset
        runner = EngineRunner(spark, TARGET.compile(ruleset, Native()))
        frame = frame_of(ruleset.schema, [case.event for case in cases])
        check_frame(ruleset, frame, runner.batch(frame, hits=True), [case.expected for case in cases])
    check_drawn(spark)
