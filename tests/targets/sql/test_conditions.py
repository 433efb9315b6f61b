"""Trees of conditions, run by DuckDB over every event of a small set, against the reference semantics."""

from __future__ import annotations

import itertools
import math

import pytest
from hardware import law

from rulekit.ir.numerics import Native
from rulekit.ir.semantics import holds
from rulekit.targets.lower import lower

duckdb = pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
exp = pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'").exp

from rulekit.targets.sql.conditions import CHUNK, condition_tree, joined, present, value_tree  # noqa: E402
from rulekit.targets.sql.dialects import DIALECTS  # noqa: E402
from rulekit.targets.sql.plan import Plan  # noqa: E402

FEATURES = [
    {"name": "n", "dtype": "int64"},
    {"name": "x", "dtype": "float64"},
    {"name": "s", "dtype": "float32"},
    {"name": "kind", "dtype": "category", "categories": ["a", "it's"]},
    {"name": "ok", "dtype": "bool"},
]
CONDITIONS = [
    ["n > 1", "x <= 0.1"],
    ["n != 1"],
    ["n in {0, 2}"],
    ["n not in {0, 2}"],
    ["s > 0.1"],
    ["s <= 0.1"],
    ["s == 0.1"],
    ["s != 0.1"],
    ["s >= 0.1", "s < 0.2"],
    ["s >= 1"],
    ["s <= 1"],
    ["s == 1"],
    ['kind in {"it\'s"}'],
    ["kind not in {a}"],
    ["ok == true", {"any": ["x is missing", "n is not missing"]}],
    [{"any": ["x > inf", "x == -inf", "ok == false"]}],
    [],
]
LOW = lower(law(FEATURES, [(f"r{place}", when) for place, when in enumerate(CONDITIONS)]), Native())
SINGLE = 0.10000000149011612  # 0.1 as a float32
VALUES = {
    "n": [None, 0, 1, 2],
    "x": [None, -math.inf, 0.1, math.nextafter(0.1, 1)],
    "s": [
        None,
        0.0,
        1 - 2**-25,
        1 + 2**-24,
        SINGLE,
        SINGLE - 2**-28,
        SINGLE + 2**-28,
        math.nextafter(SINGLE, 1),
        0.1,
        0.2,
    ],
    "kind": [None, "a", "it's", "z"],
    "ok": [None, True, False],
}
EVENTS = [dict(zip(VALUES, row, strict=True)) for row in itertools.product(*VALUES.values())]


def single(value):
    import struct

    return None if value is None else struct.unpack("f", struct.pack("f", value))[0]


@pytest.fixture(scope="module")
def table():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE events (n BIGINT, x DOUBLE, s DOUBLE, kind VARCHAR, ok BOOLEAN)")
    connection.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?)", [list(event.values()) for event in EVENTS]
    )
    yield connection
    connection.close()


@pytest.mark.parametrize("place", range(len(CONDITIONS)))
def test_a_condition_hits_where_it_holds(place, table):
    plan = Plan(LOW, DIALECTS["duckdb"])
    tree = plan.condition(LOW.rules[place].condition, plan.read_raw)
    query = f"SELECT coalesce({plan.sql(tree)}, false) FROM events"  # noqa: S608 - a text that we wrote
    rows = table.execute(query).fetchall()
    for event, (hit,) in zip(EVENTS, rows, strict=True):
        bound = event | {"s": single(event["s"])}
        assert hit == holds(LOW.rules[place].condition, bound), event


def column(name="c"):
    return exp.column(name)


def test_a_long_row_of_terms_is_a_tree_of_chunks():
    terms = [exp.Boolean(this=True) for _ in range(CHUNK * CHUNK + 1)]
    tree = joined(exp.And, terms)

    def depth(node):
        return 1 + max(
            (depth(child) for child in node.args.values() if isinstance(child, exp.Expression)), default=0
        )

    assert depth(tree) <= 4 * CHUNK
    assert tree.sql().count("TRUE") == len(terms)


@pytest.mark.parametrize(
    ("kind", "inner", "text"),
    [
        (exp.And, exp.Or, "a AND (b OR c)"),
        (exp.Or, exp.And, "a OR (b AND c)"),
        (exp.And, exp.And, "a AND b AND c"),
    ],
)
def test_a_list_of_the_other_kind_is_in_parentheses(kind, inner, text):
    tree = joined(kind, [column("a"), inner(this=column("b"), expression=column("c"))])
    assert tree.sql() == text


def test_one_term_is_itself():
    assert joined(exp.And, [column("a")]).sql() == "a"


def test_present_is_not_null():
    assert present(column()).sql() in {"NOT c IS NULL", "c IS NOT NULL"}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_the_smallest_integer_is_written_as_a_difference(dialect):
    assert value_tree(-(1 << 63), dialect).sql() == "(-9223372036854775807 - 1)"
    assert value_tree(7, dialect).sql() == "7"


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_an_empty_list_is_true_of_everything(dialect):
    plan = Plan(LOW, dialect)
    assert plan.sql(condition_tree(LOW.rules[-1].condition, dialect, plan.read_raw)) in {"TRUE", "1"}
