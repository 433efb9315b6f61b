"""The WHERE form, run by DuckDB: true exactly where the reference semantics gives one of the outcomes."""

from __future__ import annotations

import itertools

import pytest
from hardware import law

from rulekit.ir.numerics import Native
from rulekit.ir.semantics import decide
from rulekit.targets.lower import lower

duckdb = pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'")

from rulekit.targets.sql.dialects import DIALECTS  # noqa: E402
from rulekit.targets.sql.filtering import where_lines  # noqa: E402
from rulekit.targets.sql.plan import Plan  # noqa: E402

FEATURES = [{"name": "x", "dtype": "float64", "required": True}, {"name": "n", "dtype": "int32"}]
RULES = [("a", ["x > 1"]), ("b", ["n > 1"]), ("c", ["x > 0", "n is missing"])]
POINTS = [("a", ["x > 1"], 3), ("b", ["n > 1"], -2), ("c", ["x > 0", "n is missing"], 1)]
EVENTS = [{"x": x, "n": n} for x, n in itertools.product([None, -1.0, 0.5, 2.0], [None, 0, 1, 2])]
LAWS = {
    "first": law(FEATURES, RULES),
    "score": law(FEATURES, POINTS, policy="score"),
    "empty": law(FEATURES, []),
    "nothing required": law([{"name": "x", "dtype": "float64"}, FEATURES[1]], RULES),
    "steps": law(FEATURES, POINTS, policy="score", thresholds={"low": -2, "middle": 1, "high": 4}),
}


@pytest.fixture(scope="module")
def table():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE events (x DOUBLE, n INTEGER)")
    connection.executemany("INSERT INTO events VALUES (?, ?)", [list(event.values()) for event in EVENTS])
    yield connection
    connection.close()


@pytest.mark.parametrize("name", list(LAWS))
def test_the_condition_is_true_where_the_outcome_is_given(name, table):
    ruleset = LAWS[name]
    plan = Plan(lower(ruleset, Native()), DIALECTS["duckdb"])
    outcomes = [decide(ruleset, event).outcome for event in EVENTS]
    for size in range(len(ruleset.outcomes) + 1):
        for wanted in itertools.combinations(ruleset.outcomes, size):
            condition = "\n".join(where_lines(plan, wanted))
            query = f"SELECT ({condition}) FROM events"  # noqa: S608 - a text that we wrote
            rows = table.execute(query).fetchall()
            assert [found for (found,) in rows] == [outcome in wanted for outcome in outcomes], wanted
