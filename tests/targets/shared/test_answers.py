"""From the codes of an engine to a decided frame: a made-up engine beside plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rulekit
from rulekit.errors import EventError
from rulekit.ir.ruleset import INVALID
from rulekit.targets.shared.answers import (
    Answers,
    Hits,
    answer_columns,
    batch_by_answers,
    hit_lists,
    hit_matrix_by_answers,
)

SCHEMA = rulekit.Schema(
    name="answers",
    version="1.0.0",
    features=(
        rulekit.Feature(name="x", dtype="int32", required=True),
        rulekit.Feature(name="k", dtype="category", categories=("a", "b")),
    ),
)
FIRST = rulekit.Ruleset(
    name="answers", version="1.0.0", schema=SCHEMA, hit_policy="first", otherwise="no",
    rules=(
        rulekit.Rule(id="big", when=["x > 10"], then="yes"),
        rulekit.Rule(id="b", when=["k == b"], then="maybe"),
        rulekit.Rule(id="even", when=["x in {0, 2, 4}"], then="yes"),
    ),
)  # fmt: skip
SCORE = rulekit.Ruleset(
    name="answers", version="1.0.0", schema=SCHEMA, hit_policy="score", otherwise="low",
    thresholds={"mid": 2, "high": 5},
    rules=(rulekit.Rule(id="big", when=["x > 10"], points=4), rulekit.Rule(id="b", when=["k == b"], points=2)),
)  # fmt: skip


class Runner:
    """An engine written in plain Python that answers with codes, and counts what it was given."""

    def __init__(self, ruleset: rulekit.Ruleset, *, words: bool = False) -> None:
        self.artifact, self.words, self.batches = rulekit.compile(ruleset, "python"), words, []
        self.ruleset = ruleset

    def engine(self, events: pl.DataFrame, hits: bool) -> Answers:  # noqa: FBT001 - the shape of an Engine
        self.batches.append(events)
        truth = np.array([self.truth(row) for row in events.rows()], bool).reshape(
            -1, len(self.ruleset.rules)
        )
        absent = events["x"].is_null().to_numpy()
        truth[absent] = False
        codes = np.where(truth.any(axis=1), truth.argmax(axis=1), truth.shape[1] + 1)
        codes[absent] = truth.shape[1]
        points = [rule.points or 0 for rule in self.ruleset.rules]
        scores = (truth * points).sum(axis=1) if self.ruleset.hit_policy == "score" else None
        return Answers(codes.astype(np.uint32), scores, Hits.from_matrix(truth) if hits else None)

    def truth(self, row: tuple[Any, ...]) -> list[bool]:
        x, kind = row
        found = [x is not None and x > 10, kind == ("b" if self.words else 1), x in {0, 2, 4}]
        return found[: len(self.ruleset.rules)]

    def batch(self, events: Any, **options: Any) -> Any:
        given = {"hits": False, "cast": False, **options}
        return batch_by_answers(self, events, self.engine, codes=not self.words, **given)


EVENTS = pl.DataFrame(
    {"x": [11, 3, 4, None, 3, 12, 3], "k": ["b", "b", "a", "b", None, "unknown", "a"], "id": list("abcdefg")},
    schema_overrides={"x": pl.Int32},
)
OUTCOMES = ["yes", "maybe", "yes", INVALID, "no", "yes", "no"]
RULES = ["big", "b", "even", None, None, "big", None]
HITS = [["big", "b"], ["b"], ["even"], [], [], ["big"], []]


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize("hits", [False, True])
def test_a_frame_gains_the_columns(*, words: bool, hits: bool) -> None:
    runner = Runner(FIRST, words=words)
    found = runner.batch(EVENTS, hits=hits)
    assert found.columns == ["x", "k", "id", "outcome", "rule", *(["hits"] if hits else [])]
    assert found.select(EVENTS.columns).equals(EVENTS)
    assert (found["outcome"].to_list(), found["rule"].to_list()) == (OUTCOMES, RULES)
    if hits:
        assert found["hits"].to_list() == HITS
    (seen,) = runner.batches
    assert seen.columns == ["x", "k"], "an engine sees the features that are read, and nothing else"
    assert seen["k"].dtype == (pl.String if words else pl.UInt32)


def test_a_score_gives_points_and_no_rule() -> None:
    found = Runner(SCORE).batch(EVENTS, hits=True)
    assert found["score"].to_list() == [6, 2, 0, None, 0, 4, 0]
    assert found["outcome"].to_list() == ["high", "mid", "low", INVALID, "low", "mid", "low"]
    assert found["rule"].null_count() == EVENTS.height
    assert found["hits"].to_list() == [["big", "b"], ["b"], [], [], [], ["big"], []]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_lazy_frame_is_decided_when_it_is_collected(engine: str) -> None:
    runner = Runner(FIRST)
    lazy = runner.batch(EVENTS.lazy(), hits=True)
    assert isinstance(lazy, pl.LazyFrame)
    assert runner.batches == []
    assert lazy.collect_schema() == runner.batch(EVENTS, hits=True).schema
    assert lazy.collect(engine=engine).equals(runner.batch(EVENTS, hits=True))


def test_a_file_gives_a_frame(tmp_path: Any) -> None:
    EVENTS.write_parquet(tmp_path / "events.parquet")
    found = Runner(FIRST).batch(str(tmp_path / "events.parquet"))
    assert isinstance(found, pl.DataFrame)
    assert found["rule"].to_list() == RULES


def test_events_that_do_not_fit_are_refused_before_the_engine_runs() -> None:
    runner = Runner(FIRST)
    for wrong in (EVENTS.drop("x"), EVENTS.with_columns(rule=1), EVENTS.cast({"x": pl.Float64})):
        for events in (wrong, wrong.lazy()):
            with pytest.raises(EventError):
                runner.batch(events)
    assert runner.batches == []


def test_an_engine_that_breaks_its_promise_is_caught() -> None:
    runner = Runner(FIRST)
    with pytest.raises(AssertionError):
        batch_by_answers(
            runner, EVENTS, lambda events, _: runner.engine(events, hits=False), hits=True, cast=False
        )


def test_the_matrix_has_a_column_for_each_rule() -> None:
    runner = Runner(FIRST)
    found = hit_matrix_by_answers(runner, EVENTS, runner.engine, cast=False)
    assert found.columns == ["big", "b", "even"]
    assert found.rows() == [tuple(rule in hits for rule in found.columns) for hits in HITS]
    empty = hit_matrix_by_answers(runner, EVENTS.clear(), runner.engine, cast=False)
    assert empty.schema == dict.fromkeys(found.columns, pl.Boolean())


def test_columns_of_no_events() -> None:
    codes = np.zeros(0, np.uint32)
    for ruleset, scores in ((FIRST, None), (SCORE, np.zeros(0, np.int64))):
        found = answer_columns(ruleset, Answers(codes, scores, Hits(np.zeros(1, np.int64), codes)))
        assert [len(column) for column in found] == [0] * len(found)


def test_a_code_that_no_ruleset_has_is_an_error() -> None:
    with pytest.raises(IndexError):
        answer_columns(FIRST, Answers(np.array([5], np.uint32)))


truths = st.integers(0, 5).flatmap(
    lambda rules: st.lists(st.lists(st.booleans(), min_size=rules, max_size=rules), max_size=8)
    .map(lambda rows: np.array(rows, bool).reshape(len(rows), rules))
)  # fmt: skip


@given(truths)
def test_hits_of_a_truth_table(truth: Any) -> None:
    hits = Hits.from_matrix(truth)
    assert hits.ends.dtype == np.int64
    assert hits.rules.dtype == np.uint32
    rows = [
        hits.rules[start:stop].tolist() for start, stop in zip(hits.ends[:-1], hits.ends[1:], strict=True)
    ]
    assert rows == [[rule for rule, hit in enumerate(row) if hit] for row in truth.tolist()]
    assert len(hits.ends) == len(truth) + 1


@given(st.lists(truths.filter(lambda truth: truth.shape[1] == 3), min_size=1, max_size=4))
def test_joined_hits_are_those_of_the_joined_table(parts: list[Any]) -> None:
    joined = Hits.joined([Hits.from_matrix(part) for part in parts])
    whole = Hits.from_matrix(np.concatenate(parts))
    assert joined.ends.tolist() == whole.ends.tolist()
    assert joined.rules.tolist() == whole.rules.tolist()


def test_hit_lists_name_the_rules() -> None:
    found = hit_lists(FIRST, Hits(np.array([0, 2, 2, 3]), np.array([0, 2, 1], np.uint32)))
    assert found.to_list() == [["big", "even"], [], ["b"]]
    assert found.dtype == pl.List(pl.Enum(["big", "b", "even"]))
    assert found.name == "hits"
