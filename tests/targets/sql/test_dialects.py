"""What dialects differ in: numbers, strings, and names that are one column."""

from __future__ import annotations

import math
import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import RulekitError

exp = pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'").exp

from rulekit.targets.sql.dialects import DIALECTS, dialect_of  # noqa: E402

SEVEN = ["duckdb", "postgres", "sqlite", "spark", "clickhouse", "bigquery", "snowflake"]


def test_there_are_seven():
    assert list(DIALECTS) == SEVEN
    assert all(dialect_of(name) is DIALECTS[name] for name in SEVEN)


def test_another_is_refused_by_name():
    with pytest.raises(RulekitError, match="no such SQL dialect") as raised:
        dialect_of("oracle")
    assert raised.value.got == "oracle"
    assert "snowflake" in raised.value.expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_double_is_read_back_from_its_shortest_text(value):
    for name in ("duckdb", "postgres", "spark", "clickhouse", "bigquery", "snowflake"):
        text = DIALECTS[name].number(value).removeprefix("FLOAT8")
        number = re.search(r"-?\d[\d.]*(e[+-]?\d+)?", text)[0]
        assert float(number) == value, (name, text)


@given(st.floats(allow_nan=False))
def test_sqlite_computes_every_double_exactly(value):
    text = DIALECTS["sqlite"].number(value)
    (found,) = sqlite3.connect(":memory:").execute(f"SELECT {text}").fetchone()
    assert found == value


@pytest.mark.parametrize("name", SEVEN)
@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinity_is_no_bare_number(name, value):
    text = DIALECTS[name].number(value)
    assert ("-" in text) == (value < 0)
    assert "inf" in text or "9e999" in text


@given(st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_sqlite_reads_a_string_back(text):
    written = DIALECTS["sqlite"].text(text).sql("sqlite")
    (found,) = sqlite3.connect(":memory:").execute(f"SELECT {written}").fetchone()
    assert found == text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("duckdb", "'it''s \\ ${x}'"),
        ("spark", r"'it\'s \\ \u0024{x}'"),
        ("bigquery", r"'it\'s \\ ${x}'"),
    ],
)
def test_a_string_is_escaped_as_its_dialect_reads_it(name, expected):
    assert DIALECTS[name].text("it's \\ ${x}").sql(name) == expected


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("duckdb", {"a": "a", "A": "2_A", "b": "b"}),
        ("snowflake", {"a": "a", "A": "A", "b": "b"}),
        ("postgres", {"a": "a", "A": "A", "b": "b"}),
        ("spark", {"a": "a", "A": "2_A", "b": "b"}),
    ],
)
def test_names_that_are_one_column_are_numbered(name, columns):
    assert DIALECTS[name].column_names(list(columns)) == columns


def test_postgres_takes_names_alike_for_63_bytes():
    long = "x" * 63
    found = DIALECTS["postgres"].column_names([f"{long}a", f"{long}b"])
    assert found == {f"{long}a": f"{long}a", f"{long}b": f"2_{long}b"}


def test_sqlite_has_no_column_called_true():
    assert DIALECTS["sqlite"].column_names(["TRUE", "x"]) == {"TRUE": "2_TRUE", "x": "x"}
    assert DIALECTS["duckdb"].column_names(["true"]) == {"true": "true"}


@pytest.mark.parametrize("name", SEVEN)
def test_truth_is_a_word_but_in_sqlite(name):
    texts = [DIALECTS[name].truth(value=value).sql(name) for value in (True, False)]
    assert texts == (["1", "0"] if name == "sqlite" else ["TRUE", "FALSE"])


@given(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=8))
def test_columns_are_never_the_same(features):
    for dialect in DIALECTS.values():
        columns = dialect.column_names(features)
        assert len({dialect.same_column(column) for column in columns.values()}) == len(features)
