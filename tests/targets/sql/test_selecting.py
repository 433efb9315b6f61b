"""The SELECT: stages, tables and columns as each engine needs them."""

from __future__ import annotations

import sqlite3

import pytest
from sqllaws import many

from rulekit.ir.semantics import decide
from rulekit.targets.sql import select


@pytest.mark.parametrize(("policy", "count"), [("first", 5000), ("score", 2500)])
def test_sqlite_decides_more_rules_than_it_has_columns(policy, count):
    """SQLite has 2,000 columns, and reads expressions to a depth of 1,000."""
    ruleset = many(count, policy)
    rows = [(-1, None), (2, None), (count - 1, 1.0)]
    expected = [decide(ruleset, {"x": x, "y": y}) for x, y in rows]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE events (x INTEGER, y REAL)")
    connection.executemany("INSERT INTO events VALUES (?, ?)", rows)
    query = f"SELECT outcome, rule, hits FROM (\n{select(ruleset, 'sqlite')})"  # noqa: S608 - our own text
    found = connection.execute(query).fetchall()
    connection.close()
    assert found == [(e.outcome, e.rule, " ".join(e.hits)) for e in expected]


def test_sqlite_takes_no_absent_column_for_a_string(fraud):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE events (amount REAL, cards_per_device_1h INTEGER, country TEXT)")
    with pytest.raises(sqlite3.OperationalError, match=r"no such column: events\.device_age"):
        connection.execute(select(fraud, "sqlite"))
    connection.close()


def test_another_table_is_read_under_the_name_events(fraud):
    text = select(fraud, "snowflake", table="bank.payments")
    assert '  FROM "bank"."payments" AS events\n' in text


EVENTS = [(1, 2.5, "kept"), (2, None, None), (3, -1.0, "too")]


@pytest.mark.parametrize("policy", ["first", "score"])
def test_sqlite_keeps_other_columns_and_shows_none_of_its_own(policy):
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE payments (x INTEGER, y REAL, note TEXT)")
    connection.executemany("INSERT INTO payments VALUES (?, ?, ?)", EVENTS)
    cursor = connection.execute(select(many(3, policy), "sqlite", table="payments"))
    names, rows = [column[0] for column in cursor.description], cursor.fetchall()
    connection.close()
    assert names[:3] == ["x", "y", "note"]
    assert set(names[3:]) == {"outcome", "rule", "hits"} | ({"score"} if policy == "score" else set())
    assert [row[:3] for row in rows] == EVENTS


@pytest.mark.parametrize("policy", ["first", "score"])
def test_duckdb_keeps_other_columns_and_shows_none_of_its_own(policy):
    duckdb = pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE payments (x BIGINT, y DOUBLE, note TEXT)")
        connection.executemany("INSERT INTO payments VALUES (?, ?, ?)", EVENTS)
        cursor = connection.execute(select(many(3, policy), "duckdb", table="payments"))
        names, rows = [column[0] for column in cursor.description], cursor.fetchall()
    added = ["outcome", "rule", "score", "hits"] if policy == "score" else ["outcome", "rule", "hits"]
    assert names == ["x", "y", "note", *added]
    assert sorted(row[:3] for row in rows) == EVENTS


@pytest.mark.parametrize(
    ("dialect", "word"),
    [("duckdb", "EXCLUDE"), ("snowflake", "EXCLUDE"), ("bigquery", "EXCEPT"), ("clickhouse", "EXCEPT")],
)
def test_stages_are_left_out_in_the_words_of_the_dialect(dialect, word):
    text = select(many(2), dialect)
    assert f"* {word} (" in text
    assert "LATERAL" not in text


def test_postgresql_gets_at_most_a_thousand_columns_a_subquery():
    text = select(many(1001), "postgres")  # a column for each rule
    stages = [stage.count(" AS r") for stage in text.split("CROSS JOIN LATERAL (")[1:]]
    assert ") AS hit_2" in text
    assert ") AS hit_3" not in text
    assert max(stages) <= 1000
