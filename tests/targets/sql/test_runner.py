"""The runner: DuckDB decides events and frames by the SELECT of the artifact."""

from __future__ import annotations

import polars as pl
import pytest
from sqllaws import many

import rulekit
from rulekit.errors import EventError, RulekitError
from rulekit.ir.semantics import decide


@pytest.mark.parametrize("policy", ["first", "score"])
def test_duckdb_decides_many_rules(policy):
    """Deeper than DuckDB reads, if each rule were nested in the one before."""
    pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
    ruleset = many(1200, policy)
    frame = pl.DataFrame({"x": [-1, 2, 1199], "y": [None, None, 1.0]}, schema_overrides={"y": pl.Float64})
    expected = [decide(ruleset, event) for event in frame.to_dicts()]
    decided = rulekit.compile(ruleset, "sql").load().batch(frame, hits=True)
    assert decided["hits"].to_list() == [list(e.hits) for e in expected]
    assert decided["outcome"].to_list() == [e.outcome for e in expected]


SCHEMA = rulekit.Schema(
    name="small",
    version="1.0.0",
    features=(
        rulekit.Feature(name="x", dtype="float32", required=True),
        rulekit.Feature(name="X", dtype="int64"),
        rulekit.Feature(name="word", dtype="category", categories=("it's", "b")),
    ),
)
RULES = (
    rulekit.Rule(id="a", when=["x > 0.1", "X > 3"], then="hit"),
    rulekit.Rule(id="b", when=[{"any": ["word in {b}", "X is missing"]}], then="look"),
)
FRAME = pl.DataFrame(
    {
        "x": [0.5, 0.0, None, float("nan"), 0.0],
        "X": [9, None, 9, 9, 9],
        "word": ["it's", "it's", "b", None, "b\0"],  # SQL text would end at the NUL
    },
    schema_overrides={"x": pl.Float32, "X": pl.Int64},
)


@pytest.fixture(scope="module")
def law():
    pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
    return rulekit.Ruleset(
        name="small", version="1.0.0", schema=SCHEMA, hit_policy="first", otherwise="no", rules=RULES
    )


def test_an_event_and_a_frame_are_decided_alike(law):
    runner = rulekit.compile(law, "sql").load()
    found = runner.batch(FRAME, hits=True)
    assert found["outcome"].to_list() == ["hit", "look", "invalid", "invalid", "no"]
    assert found["rule"].to_list() == ["a", "b", None, None, None]
    assert found["hits"].to_list() == [["a"], ["b"], [], [], []]
    for event in FRAME.iter_rows(named=True):
        assert runner.one(event, hits=True) == decide(law, event)


def test_which_rules_hit_is_a_column_for_each(law):
    matrix = rulekit.compile(law, "sql").load().hit_matrix(FRAME)
    assert matrix.to_dict(as_series=False) == {
        "a": [True, False, False, False, False],
        "b": [False, True, False, False, False],
    }


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_frame_is_decided_when_it_is_collected(law, engine):
    runner = rulekit.compile(law, "sql").load()
    lazy = runner.batch(FRAME.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema() == runner.batch(FRAME).schema
    assert lazy.collect(engine=engine).equals(runner.batch(FRAME))


def test_columns_of_the_answer_must_be_free(law):
    with pytest.raises(RulekitError, match="outcome"):
        rulekit.compile(law, "sql").load().batch(FRAME.with_columns(outcome=pl.lit("mine")))


def test_another_dtype_wants_a_word(law):
    runner = rulekit.compile(law, "sql").load()
    wide = FRAME.with_columns(pl.col("x").cast(pl.Float64))
    with pytest.raises(EventError, match="another dtype"):
        runner.batch(wide)
    assert runner.batch(wide, cast=True)["rule"].to_list() == ["a", "b", None, None, None]


def test_a_law_that_reads_nothing_counts_its_events():
    pytest.importorskip("duckdb", reason="pip install 'rulekit-engine[sql]'")
    rule = rulekit.Rule(id="all", when=[], then="hit")
    free = rulekit.Schema(name="free", version="1.0.0", features=SCHEMA.features[1:])
    nothing = rulekit.Ruleset(
        name="small", version="1.0.0", schema=free, hit_policy="first", otherwise="no", rules=(rule,)
    )
    runner = rulekit.compile(nothing, "sql").load()
    assert runner.one({}).outcome == "hit"
    assert runner.batch(pl.DataFrame({"other": [1, 2, 3]}))["rule"].to_list() == ["all"] * 3
