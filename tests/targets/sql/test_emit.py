"""What the emitted SQL looks like, and what it must not depend on. The engines are in tests/conformance."""

from __future__ import annotations

import os
import re
import sqlite3
from fractions import Fraction

import pytest
from fixtures import FRAUD
from hypothesis import given
from hypothesis import strategies as st
from places import GOLDEN

import rulekit
from rulekit.errors import RulekitError, UnsupportedError
from rulekit.targets.sql import TARGET, select, where
from rulekit.version import VERSION

sqlglot = pytest.importorskip("sqlglot", reason="pip install 'rulekit-engine[sql]'")


from rulekit.targets.sql.conditions import value_tree  # noqa: E402 - needs sqlglot
from rulekit.targets.sql.dialects import DIALECTS, dialect_of  # noqa: E402

SQL = GOLDEN / "sql"
SCORE = (
    FRAUD.replace("hit_policy: first", "hit_policy: score")
    .replace("otherwise: approve", "otherwise: approve\nthresholds: {review: 3, block: 5}")
    .replace("then: review", "points: 4")
    .replace("then: block", "points: 2")
)
ODD = r"""
name: odd
version: 1.0.0
schema:
  name: odd
  version: 1.0.0
  features:
    - {name: x, dtype: float64, required: true}
    - {name: X, dtype: int64}
    - {name: "back\\slash's", dtype: category, categories: ["it's", "back\\slash", "line\nbreak", "${env:HOME}"]}
hit_policy: first
otherwise: "won't"
rules:
  - {id: a, title: "ends */ with -- and \\", when: ["x <= 0.1", "X == -9223372036854775808"], then: "it's"}
  - {id: b, when: [{any: ["x >= inf", '`back\slash''s` in {"it''s", "line\nbreak", "back\\slash"}']}], then: "it's"}
  - {id: c, when: ['`back\slash''s` == "${env:HOME}"'], then: home}
"""


@pytest.mark.parametrize("law", ["first", "score", "odd"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_text_is_what_was_agreed(law, dialect):
    """Golden files; RULEKIT_SQL=write writes them anew."""
    ruleset = rulekit.load({"first": FRAUD, "score": SCORE, "odd": ODD}[law])
    files = TARGET.compile(ruleset, rulekit.Native()).files
    for form in ("select", "where"):
        text = files[f"{dialect}.{form}.sql"].decode().replace(f"rulekit {VERSION};", "rulekit VERSION;")
        text = text.replace(ruleset.digest, "<digest>")
        file = SQL / f"{law}.{dialect}.{form}.sql"
        if os.environ.get("RULEKIT_SQL") == "write":
            file.write_text(text, encoding="utf-8", newline="\n")
        assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_statement_parses_in_its_dialect(dialect):
    for law in (FRAUD, SCORE):
        ruleset = rulekit.load(law)
        statements = sqlglot.parse(select(ruleset, dialect), dialect=dialect)
        assert [type(statement).__name__ for statement in statements] == ["Select"]
        assert sqlglot.parse_one(where(ruleset, dialect), dialect=dialect).key == "case"


@given(st.floats(allow_nan=False).filter(bool))
def test_sqlite_reads_every_threshold_exactly(value):
    """SQLite itself reads many decimals only nearly right."""
    text = value_tree(value, dialect_of("sqlite")).sql("sqlite")
    connection = sqlite3.connect(":memory:")
    read = connection.execute(f"SELECT {text}").fetchone()[0]
    connection.close()
    assert isinstance(read, float)
    assert read == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_sqlite_gets_no_decimal_to_round(value):
    """Integers below 2**53 and powers of two are exact, and so is each product on the way."""
    text = value_tree(value, dialect_of("sqlite")).this
    text = text[1:-1] if text.startswith("(") else text
    numerator, *factors = re.split(r" (?=[*/] CAST)", text)
    product = Fraction(int(numerator.removesuffix(".0")))
    assert abs(product) < 2**53
    for factor in factors:
        word, shift = re.fullmatch(r"([*/]) CAST\(1 << (\d+) AS REAL\)", factor).groups()
        assert int(shift) <= 62
        product = product * 2 ** int(shift) if word == "*" else product / 2 ** int(shift)
        assert Fraction(float(product)) == product
    assert product == Fraction(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_duckdb_reads_every_threshold_exactly(value):
    duckdb = pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
    text = value_tree(value, dialect_of("duckdb")).sql("duckdb")
    ((kind, read),) = duckdb.sql(f"SELECT typeof({text}), {text}").fetchall()
    assert kind == "DOUBLE"
    assert Fraction(read) == Fraction(value)


def test_columns_that_differ_in_case_only_are_told_apart():
    names = ["pt", "PT", "Pt", "2_PT"]
    assert dialect_of("duckdb").column_names(names) == {
        "pt": "pt",
        "PT": "2_PT",
        "Pt": "3_Pt",
        "2_PT": "2_2_PT",
    }
    assert list(dialect_of("clickhouse").column_names(names).values()) == names


def test_sqlite_loses_columns_called_true_or_false():
    names = dialect_of("sqlite").column_names(["true", "False", "x"])
    assert names == {"true": "2_true", "False": "2_False", "x": "x"}
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        connection.execute('SELECT e."true" FROM (SELECT 1 AS "true") AS e')
    connection.close()


def test_postgresql_cuts_names_at_63_bytes():
    columns = dialect_of("postgres").column_names(["x" * 70, "x" * 71])
    assert len({name[:63] for name in columns.values()}) == 2


def test_a_title_can_not_leave_its_comment():
    law = FRAUD.replace("title: Large amount abroad", 'title: "a\\nb */ -- ${env:HOME} \\\\"')
    text = select(rulekit.load(law), "spark")
    assert "    -- large-abroad: a b */ -- $ {env:HOME} \\.\n" in text
    nul = select(rulekit.load(FRAUD.replace("title: Large amount abroad", 'title: "a\\0b"')), "sqlite")
    assert "-- large-abroad: a?b\n" in nul


def test_spark_gets_no_setting_in_a_string():
    text = select(rulekit.load(ODD), "spark")
    assert r"'\u0024{env:HOME}'" in text
    assert "${" not in text


def test_unknown_words_are_refused(fraud):
    with pytest.raises(RulekitError, match="no such SQL dialect") as raised:
        select(fraud, "oracle")
    assert "duckdb" in raised.value.expected
    with pytest.raises(RulekitError, match="no such outcome"):
        where(fraud, "duckdb", "accept")


def test_prescale_and_nul_are_refused():
    law = FRAUD.replace("hit_policy: first", "hit_policy: collect").replace(
        "then: block", "then: block\n    prescale: 2"
    )
    with pytest.raises(UnsupportedError, match="prescale 2"):
        select(rulekit.load(law), "duckdb")
    with pytest.raises(UnsupportedError, match="NUL"):
        where(rulekit.load(FRAUD.replace("then: block", 'then: "a\\0b"')), "duckdb")


def test_where_names_every_outcome_but_otherwise(fraud):
    text = where(fraud, "postgres")
    assert text.count("THEN TRUE") == 2
    assert where(fraud, "postgres", "block").count("THEN TRUE") == 1
    assert "THEN FALSE\n  ELSE TRUE" not in text
    assert where(fraud, "postgres", "approve").endswith("ELSE TRUE\nEND")


def test_importing_the_target_imports_no_library():
    import subprocess
    import sys

    heavy = "('sqlglot', 'duckdb', 'pyarrow')"
    code = f"import rulekit.targets.sql, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
