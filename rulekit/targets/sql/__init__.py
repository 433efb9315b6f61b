"""The ``sql`` target: one SELECT and one WHERE for seven dialects, decided by DuckDB.

Chosen: every scalar is a sqlglot tree, which a dialect writes in its own words; what sqlglot can't know (how a
double is read back exactly, where NaN sorts, which names are one column) is a row of the table in
:mod:`rulekit.targets.sql.dialects`. Stages, lines and comments are laid out here, because a statement is law to be
read, with each rule's own text above its test.

Refused: fixed point, because rounding halves differs from engine to engine, and a warehouse has doubles; a nested
chain of CASEs, because engines limit how deep an expression is; relying on how an engine compares NaN, a float32
with a double, or a decimal literal with either, because each of these differs somewhere.

``select`` and ``where`` give the text for one dialect. The columns of the table must have the names of the features
and their dtypes; floats may be of either width, and a missing value is NULL or NaN.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from rulekit.errors import MissingExtraError, RulekitError, UnsupportedError
from rulekit.ir.numerics import Native
from rulekit.targets.artifact import Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.lower import Lowered, lower

if TYPE_CHECKING:
    from rulekit.ir.ruleset import Ruleset
    from rulekit.targets.artifact import Artifact
    from rulekit.targets.sql.plan import Plan

ENTRY = "duckdb.select.sql"


def select(ruleset: Ruleset, dialect: str, table: str = "events") -> str:
    """Return one SELECT of every column of a table, and outcome, rule, hits, and under SCORE score.

    ``hits`` are the ids of all rules that hit, in text order: an array, in SQLite one string with a space between
    ids. ``outcome`` is never NULL. SQLite's answer has the columns in the order hits, rule, outcome.

    Parameters
    ----------
    ruleset : the law.
    dialect : duckdb, postgres, sqlite, spark, clickhouse, bigquery or snowflake.
    table : name of the table, with its schema or catalog before it where it needs one.

    Raises
    ------
    RulekitError
        when there is no such dialect.
    UnsupportedError
        when a rule is prescaled, or a name in it can't be written in SQL.
    MissingExtraError
        when sqlglot is not installed.

    """
    plan = _plan(ruleset, dialect)
    from rulekit.targets.sql.emit import select_text

    return select_text(plan, table)


def where(ruleset: Ruleset, dialect: str, outcome: str | None = None) -> str:
    """Return a condition for WHERE: true where an event gets the outcome, never NULL.

    Without ``outcome`` it is true where any outcome but ``otherwise`` and ``invalid`` is given. It reads the
    columns of ``events``: call the table so, ``FROM payments AS events WHERE ...``.

    Raises
    ------
    RulekitError
        when there is no such dialect or outcome.
    UnsupportedError, MissingExtraError
        as :func:`select` does.

    """
    plan = _plan(ruleset, dialect)
    from rulekit.targets.sql.emit import wanted, where_text

    return where_text(plan, wanted(ruleset, outcome))


def _plan(ruleset: Ruleset, dialect: str) -> Plan:
    _need("sqlglot")
    refusals = TARGET.capabilities.refusals(ruleset, Native())
    if refusals:
        raise UnsupportedError(TARGET.name, refusals)
    from rulekit.targets.sql.dialects import dialect_of
    from rulekit.targets.sql.emit import plan

    return plan(lower(ruleset, Native()), dialect_of(dialect))


def _absent(*libraries: str) -> RulekitError | None:
    missing = [library for library in libraries if find_spec(library) is None]
    return MissingExtraError(missing[0], "sql") if missing else None


def _need(*libraries: str) -> None:
    error = _absent(*libraries)
    if error is not None:
        raise error


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return ``<dialect>.select.sql`` and ``<dialect>.where.sql`` for every dialect."""
    _need("sqlglot")
    from rulekit.targets.sql.emit import emit_files

    return emit_files(low)


def load(artifact: Artifact) -> Runner:
    """Return a runner on DuckDB."""
    _need("sqlglot", "duckdb", "pyarrow")
    from rulekit.targets.sql.runner import DuckDBRunner

    return DuckDBRunner(artifact)


TARGET = Target(
    name="sql",
    summary="one SELECT and one WHERE for seven dialects, decided by DuckDB",
    capabilities=Capabilities(numerics=frozenset({"native"})),
    entry=ENTRY,
    emit=emit,
    load=load,
    absent=lambda: _absent("sqlglot", "duckdb", "pyarrow"),
    tools=("sqlglot",),
)
