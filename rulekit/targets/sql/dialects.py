"""The dialects: one table of all differences on which a decision depends.

What a tree looks like in a dialect (quotes, names of types) sqlglot knows. What it does not know is in the rows
here: how a threshold is written so that it is read as exactly that double, how NaN becomes NULL, how a list of ids
is made, what may stand in a string, and which column names a dialect takes for one another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from rulekit.errors import RulekitError

Tree = exp.Expr
Shape = Literal["staged", "lateral", "appended"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One SQL dialect.

    Attributes
    ----------
    name, title : the name that sqlglot has for it, and the one that its makers have.
    shape : how stages are built and left out of the result, see :mod:`rulekit.targets.sql.selecting`.
    number : the text of a double, exact to the last bit.
    without_nan : a float column as a double, NULL where it is NaN.
    hits : the ids of those rules that hit, from ids and hits.
    no_hits : the same of no rules.
    escapes : what stands for a character inside a string.
    same_column : equal for names that the dialect takes for one column.

    """

    name: str
    title: str
    shape: Shape
    number: Callable[[float], str]
    without_nan: Callable[[Tree], Tree]
    hits: Callable[[Sequence[Tree], Sequence[Tree]], Tree]
    no_hits: Tree
    escapes: dict[str, str]
    same_column: Callable[[str], str]

    def text(self, value: str) -> Tree:
        """Return a string literal."""
        return exp.Var(
            this="'" + "".join(self.escapes.get(character, character) for character in value) + "'"
        )

    def truth(self, *, value: bool) -> Tree:
        """Return TRUE or FALSE: in SQLite 1 or 0, because there a column may have these names."""
        return exp.Literal.number(int(value)) if self.name == "sqlite" else exp.Boolean(this=value)

    def column_names(self, features: Sequence[str]) -> dict[str, str]:
        """Return the column of each feature: its name, or a numbered one where two would be the same column.

        SQLite renames a column called true or false as soon as it leaves a subquery, so it could not be read.
        """
        columns: dict[str, str] = {}
        taken = {"true", "false"} if self.name == "sqlite" else set()
        for feature in features:
            column, number = feature, 1
            while self.same_column(column) in taken:
                number += 1
                column = f"{number}_{feature}"
            taken.add(self.same_column(column))
            columns[feature] = column
        return columns


def _double(column: Tree) -> Tree:
    return exp.cast(column, "double")


def _null_if_nan(column: Tree) -> Tree:
    """Where NaN equals NaN: DuckDB, PostgreSQL, Spark, Snowflake."""
    return exp.Nullif(this=_double(column), expression=exp.cast(exp.Literal.string("NaN"), "double"))


def _null_where_nan(column: Tree) -> Tree:
    """Where NaN equals nothing: ClickHouse, BigQuery."""
    number = _double(column)
    return exp.Case().when(exp.Not(this=exp.IsNan(this=number)), number)


def _as_it_is(column: Tree) -> Tree:
    """Where every float is a double and none is NaN: SQLite, which stores NaN as NULL."""
    return column


def _finite(template: str, infinite: str) -> Callable[[float], str]:
    """Return a writer of doubles whose shortest decimal text the dialect reads back exactly."""
    return lambda value: (infinite if math.isinf(value) else template).format(repr(value))


def _with_exponent(value: float) -> str:
    """DuckDB takes 0.1 for a DECIMAL, and 0.1e0 for a DOUBLE."""
    if math.isinf(value):
        return f"CAST('{value}' AS DOUBLE)"
    text = repr(value)
    return text if "e" in text else f"{text}e0"


def _binary_fraction(value: float) -> str:
    """SQLite reads many decimals only nearly right; integers and powers of two it reads and divides exactly."""
    if math.isinf(value):
        return "9e999" if value > 0 else "-9e999"
    if Decimal(value) == Decimal(repr(value)) and value.is_integer() and abs(value) < 2**53:
        return f"{int(value)}.0"
    numerator, denominator = value.as_integer_ratio()
    power = denominator.bit_length() - 1
    while numerator % 2 == 0:
        numerator, power = numerator // 2, power - 1
    sign, steps = ("/", power) if power > 0 else ("*", -power)
    factors = [62] * (steps // 62) + ([steps % 62] if steps % 62 else [])
    scaled = "".join(f" {sign} CAST(1 << {factor} AS REAL)" for factor in factors)
    return f"({numerator}{scaled})"


def _call(name: str, *terms: Tree) -> Tree:
    return exp.Anonymous(this=name, expressions=list(terms))


def _each(ids: Sequence[Tree], hits: Sequence[Tree]) -> list[Tree]:
    return [exp.Case().when(hit, name, copy=False) for name, hit in zip(ids, hits, strict=True)]


def _where(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    return _call("LIST_WHERE", exp.Array(expressions=list(ids)), exp.Array(expressions=list(hits)))


def _removed(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    return _call("ARRAY_REMOVE", exp.Array(expressions=_each(ids, hits)), exp.Null())


def _compacted(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    return _call("ARRAY_COMPACT", exp.Array(expressions=_each(ids, hits)))


def _filtered(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    keep = exp.Var(this="(id, hit) -> hit")
    return _call("arrayFilter", keep, exp.Array(expressions=list(ids)), exp.Array(expressions=list(hits)))


def _unnested(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    listed = exp.Array(expressions=_each(ids, hits)).sql("bigquery")
    kept = "SELECT id FROM UNNEST({}) AS id WITH OFFSET AS place WHERE NOT id IS NULL ORDER BY place"
    return exp.Var(this=f"ARRAY({kept.format(listed)})")


def _constructed(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    return _call("ARRAY_CONSTRUCT_COMPACT", *_each(ids, hits))


def _joined(ids: Sequence[Tree], hits: Sequence[Tree]) -> Tree:
    raise NotImplementedError(ids, hits)  # SQLite has no lists; its hits are a string of ids


_DOUBLED = {"'": "''"}
_BACKSLASHED = {"'": r"\'", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_NO_TEXTS = exp.cast(exp.Array(expressions=[]), "array<text>", dialect="duckdb")


def _any_case(name: str) -> str:
    return name.lower()


def _first_63_bytes(name: str) -> str:
    return name.encode()[:63].decode(errors="ignore")


_TABLE = (
    Dialect("duckdb", "DuckDB", "staged", _with_exponent, _null_if_nan, _where, _NO_TEXTS, _DOUBLED, _any_case),
    Dialect("postgres", "PostgreSQL", "lateral", _finite("FLOAT8 '{}'", "FLOAT8 '{}'"), _null_if_nan, _removed,
            _NO_TEXTS, _DOUBLED, _first_63_bytes),
    Dialect("sqlite", "SQLite", "appended", _binary_fraction, _as_it_is, _joined, exp.Var(this="''"),
            _DOUBLED, _any_case),
    # ${...} is replaced by a setting or an environment variable before Spark reads the text
    Dialect("spark", "Spark", "lateral", _finite("{}D", "CAST('{}' AS DOUBLE)"), _null_if_nan, _compacted,
            _NO_TEXTS, {**_BACKSLASHED, "$": r"\u0024"}, _any_case),
    Dialect("clickhouse", "ClickHouse", "staged", _finite("{}", "{}"), _null_where_nan, _filtered,
            exp.Var(this="CAST([] AS Array(String))"), _BACKSLASHED, str),
    Dialect("bigquery", "BigQuery", "staged", _finite("{}", "CAST('{}' AS FLOAT64)"), _null_where_nan, _unnested,
            _NO_TEXTS, _BACKSLASHED, _any_case),
    Dialect("snowflake", "Snowflake", "staged", _finite("CAST('{}' AS DOUBLE)", "CAST('{}' AS DOUBLE)"),
            _null_if_nan, _constructed, exp.Var(this="ARRAY_CONSTRUCT()"), _BACKSLASHED, str),
)  # fmt: skip

DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _TABLE}
"""Every dialect by name."""


def dialect_of(name: str) -> Dialect:
    """Return the dialect of that name.

    Raises
    ------
    RulekitError
        when there is none.

    """
    if name not in DIALECTS:
        raise RulekitError("there is no such SQL dialect", expected="one of " + ", ".join(DIALECTS), got=name)
    return DIALECTS[name]
