"""What follows from the hits: over every pattern of hits, as the reference semantics says."""

from __future__ import annotations

import itertools
import sqlite3

import pytest
from hardware import law

from rulekit.ir.numerics import Native
from rulekit.ir.semantics import decide
from rulekit.targets.lower import lower
from rulekit.targets.sql import select

exp = pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'").exp
duckdb = pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")

from rulekit.targets.sql.answer import answer_columns, words  # noqa: E402 - needs sqlglot
from rulekit.targets.sql.dialects import DIALECTS  # noqa: E402
from rulekit.targets.sql.plan import Plan  # noqa: E402

NAMES = ("a", "b", "c", "d")
FREE = [{"name": name, "dtype": "int32"} for name in NAMES]
BOUND = [{**FREE[0], "required": True}, *FREE[1:]]
THENS = dict(zip(NAMES, ("one", "one", "two", "one"), strict=True))
POINTS = dict(zip(NAMES, (2, -3, 4, 1), strict=True))
ROWS = [*itertools.product((0, 1), repeat=4), (None, 1, 1, 1), (1, None, None, 1)]


def law_of(policy, features=FREE, names=NAMES):
    effects = POINTS if policy == "score" else dict.fromkeys(NAMES, "one") if policy == "any" else THENS
    return law(features, [(name, [f"{name} == 1"], effects[name]) for name in names], policy=policy)


def expected(ruleset):
    answers = [decide(ruleset, dict(zip(NAMES, row, strict=True))) for row in ROWS]
    return [(each.outcome, each.rule, list(each.hits or ()), each.score) for each in answers]


@pytest.mark.parametrize("features", [FREE, BOUND], ids=["free", "required"])
@pytest.mark.parametrize("policy", ["first", "any", "collect", "score"])
def test_lists_of_hits_and_what_follows_from_them(policy, features):
    ruleset = law_of(policy, features)
    score = "score" if policy == "score" else "NULL"
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE events (place INTEGER, a INTEGER, b INTEGER, c INTEGER, d INTEGER)")
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)", [(n, *row) for n, row in enumerate(ROWS)]
        )
        query = f"SELECT outcome, rule, hits, {score} FROM (\n{select(ruleset, 'duckdb')})"  # noqa: S608
        found = connection.execute(f"{query} ORDER BY place").fetchall()
    assert found == expected(ruleset)


@pytest.mark.parametrize("features", [FREE, BOUND], ids=["free", "required"])
@pytest.mark.parametrize("policy", ["first", "any", "collect", "score"])
def test_words_of_hits_and_what_follows_from_them(policy, features):
    """SQLite has no lists: the ids are joined by spaces, and rule and score are read from that text."""
    ruleset = law_of(policy, features)
    score = "score" if policy == "score" else "NULL"
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE events (a INTEGER, b INTEGER, c INTEGER, d INTEGER)")
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", ROWS)
    query = f"SELECT outcome, rule, hits, {score} FROM (\n{select(ruleset, 'sqlite')})"  # noqa: S608
    found = connection.execute(query).fetchall()
    connection.close()
    assert [(outcome, rule, hits.split(), total) for outcome, rule, hits, total in found] == expected(ruleset)


def text_of(names, policy="first", features=FREE):
    """Return the columns of the answer by name, each as one line."""
    plan = Plan(lower(law_of(policy, features, names), Native()), DIALECTS["duckdb"])
    invalid = exp.column("lacks") if features is BOUND else None
    columns = answer_columns(plan, [exp.column(name) for name in names], invalid, exp.column("total"))
    lines = [" ".join(" ".join(column).split()) for column in columns]
    return dict(reversed(line.rsplit(" AS ", 1)) for line in lines)


def test_rules_in_a_row_that_agree_share_an_arm():
    outcome = text_of(NAMES)["outcome"]
    assert outcome == "CASE WHEN a OR b THEN 'one' WHEN c THEN 'two' WHEN d THEN 'one' ELSE 'none' END"


def test_an_invalid_event_is_told_before_any_rule():
    found = text_of(("a", "c"), features=BOUND)
    assert found["outcome"].startswith("CASE WHEN lacks THEN 'invalid' WHEN a ")
    assert found["rule"].startswith("CASE WHEN lacks THEN NULL WHEN a THEN 'a'")
    assert found["hits"].startswith("CASE WHEN lacks THEN ")


def test_a_score_decides_by_its_ladder_and_has_no_rule():
    found = text_of(("a", "b"), "score")
    assert list(found) == ["outcome", "rule", "score", "hits"]
    assert found["rule"] == "CAST(NULL AS TEXT)"
    assert "WHEN total >= 4 THEN 'high' WHEN total >= 1 THEN 'low'" in found["outcome"]


def test_without_rules_nothing_is_hit():
    assert text_of(())["rule"] == "CAST(NULL AS TEXT)"
    plan = Plan(lower(law_of("first", names=()), Native()), DIALECTS["sqlite"])
    assert words(plan) == ["'' AS hits"]
