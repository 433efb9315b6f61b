from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError, EventError, TeacherError
from rulekit.induction.multiclass.samples import read_classes
from rulekit.induction.samples.read import describe_events, read_events, read_sample
from rulekit.induction.teachers.base import ColumnTeacher
from rulekit.induction.teachers.load import teacher
from rulekit.induction.teachers.novelty import Reversed
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="two",
    version="1.0.0",
    features=(Feature(name="x", dtype="float32"), Feature(name="y", dtype="int32")),
)


def _frame(events: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    x = rng.random(events)
    return pl.DataFrame(
        {
            "unused": ["a word"] * events,
            "x": x,
            "y": rng.integers(0, 9, events).astype(np.int32),
            "score": x + rng.normal(0, 0.02, events),
            "other": 1 - x,
            "truth": x > 0.8,
            "kind": np.where(x > 0.8, "high", np.where(x < 0.3, "low", "rest")),
            "weight": rng.integers(0, 3, events).astype(float),
            "group": rng.integers(0, 60, events),
        }
    )


class _Counted:
    """A lazy frame that counts how often it is read, and remembers what was asked of it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.reads = 0

        def read(table: pl.DataFrame) -> pl.DataFrame:
            self.reads += 1
            return table

        self.frame = frame.lazy().map_batches(read, schema=frame.schema)


class _Everything:
    """A teacher that does not say which columns it reads."""

    name = "everything"

    def __init__(self) -> None:
        self.saw: list[str] = []

    def scores(self, frame: Any) -> Any:
        self.saw = frame.columns
        return frame["score"].to_numpy()


class _Estimator:
    """The least that is taken for an estimator: a score of each row of the matrix."""

    def decision_function(self, matrix: Any) -> Any:
        return np.asarray(matrix[:, 0], dtype=np.float64)


BUDGET = Budget(false_positive_rate=0.05, rules=3)


@pytest.mark.parametrize("source", ["score", _Estimator(), _Everything()])
def test_induce_reads_the_events_once(source: Any) -> None:
    counted = _Counted(_frame())
    found = rulekit.induce(
        source, counted.frame, "truth", schema=SCHEMA, budget=BUDGET, method="tree", weight="weight", groups="group"
    )  # fmt: skip
    assert found.ruleset.rules
    assert counted.reads == 1


def test_induce_classes_reads_the_events_once() -> None:
    counted = _Counted(_frame())
    teachers = {"high": "score", "low": "other"}
    found = rulekit.induce_classes(
        teachers, counted.frame, "kind", schema=SCHEMA, budgets=dict.fromkeys(teachers, BUDGET), method="tree",
        weight="weight", groups="group",
    )  # fmt: skip
    assert {rule.then for rule in found.ruleset.rules} == {"high", "low"}
    assert counted.reads == 1


def test_only_the_columns_that_are_needed_are_read() -> None:
    table = read_events(_frame(), SCHEMA, [ColumnTeacher("score")], truth="truth", weight="weight")
    assert table.columns.columns == ["x", "y", "score", "truth", "weight"]
    table = read_events(_frame(), SCHEMA, [teacher(_Estimator(), SCHEMA)])
    assert table.columns.columns == ["x", "y"]
    table = read_events(_frame(), SCHEMA, [Reversed(ColumnTeacher("other")), ColumnTeacher("score")])
    assert table.columns.columns == ["x", "y", "score", "other"]


def test_a_teacher_that_does_not_say_what_it_reads_gets_every_column() -> None:
    source, frame = _Everything(), _frame()
    read_sample(frame, source, SCHEMA)
    assert source.saw == frame.columns


def test_a_sample_holds_the_columns_as_they_are() -> None:
    frame = _frame().with_columns(weight=pl.lit(2.0))
    sample = read_sample(
        frame, ColumnTeacher("score"), SCHEMA, truth="truth", weight="weight", groups="group"
    )
    assert len(sample) == frame.height
    assert sample.frame.schema == {"x": pl.Float32(), "y": pl.Int32()}
    assert sample.frame["x"].to_list() == frame["x"].cast(pl.Float32).to_list()
    assert sample.scores.tolist() == frame["score"].to_list()
    assert sample.truth is not None
    assert sample.truth.tolist() == frame["truth"].to_list()
    assert sample.weights.tolist() == [2.0] * frame.height
    assert sample.groups is not None
    pairs = {*zip(sample.groups.tolist(), frame["group"].to_list(), strict=True)}
    assert len(pairs) == frame["group"].n_unique() == len({number for number, _ in pairs})


def test_events_of_weight_zero_are_left_out() -> None:
    frame = _frame()
    kept = frame.filter(pl.col("weight") > 0)
    sample = read_sample(frame, ColumnTeacher("score"), SCHEMA, truth="truth", weight="weight")
    assert sample.frame["y"].to_list() == kept["y"].to_list()
    assert sample.scores.tolist() == kept["score"].to_list()
    assert sample.truth is not None
    assert sample.truth.tolist() == kept["truth"].to_list()


def test_nan_is_missing() -> None:
    frame = _frame(120).with_columns(x=pl.when(pl.col("y") == 0).then(float("nan")).otherwise("x"))
    sample = read_sample(frame, ColumnTeacher("score"), SCHEMA)
    assert sample.frame["x"].null_count() == (frame["y"] == 0).sum() > 0


def test_every_class_gets_the_same_events_and_its_own_truth_and_scores() -> None:
    frame = _frame()
    teachers = {"high": ColumnTeacher("score"), "low": ColumnTeacher("other")}
    found = read_classes(frame, teachers, SCHEMA, truth="kind", weight="weight")
    kept = frame.filter(pl.col("weight") > 0)
    for name, column in (("high", "score"), ("low", "other")):
        assert found[name].truth is not None
        assert found[name].truth.tolist() == (kept["kind"] == name).to_list()
        assert found[name].scores.tolist() == kept[column].to_list()
        assert found[name].frame.equals(found["high"].frame)


def test_classes_may_be_numbers_or_booleans() -> None:
    frame = _frame().with_columns(number=(pl.col("x") > 0.5).cast(pl.Int8), flag=pl.col("x") > 0.5)
    for column, name in (("number", "1"), ("flag", "true")):
        found = read_classes(frame, {name: ColumnTeacher("score")}, SCHEMA, truth=column)[name]
        assert found.truth is not None
        assert found.truth.tolist() == frame["flag"].to_list()


def test_absent_columns_are_named_each_by_its_own_error() -> None:
    frame, source = _frame(), ColumnTeacher("score")
    with pytest.raises(EventError, match="no column for feature x"):
        read_sample(frame.drop("x"), source, SCHEMA)
    for role in ("truth", "weight", "groups"):
        with pytest.raises(EventError, match="absent"):
            read_sample(frame, source, SCHEMA, **{role: "absent"})
    with pytest.raises(TeacherError, match="no score column 'absent'"):
        read_sample(frame, ColumnTeacher("absent"), SCHEMA)


@pytest.mark.parametrize("role", ["truth", "weight", "groups"])
def test_of_an_absent_column_the_near_one_is_named(role: str) -> None:
    frame = _frame(20).rename({"other": "weird_name"})
    with pytest.raises(EventError) as caught:
        read_sample(frame, ColumnTeacher("score"), SCHEMA, **{role: "wierd_name"})
    assert caught.value.hint == "is it the column 'weird_name'?"


def test_of_an_absent_score_the_near_column_is_named() -> None:
    for sources in ([ColumnTeacher("scroe")], [ColumnTeacher("other"), ColumnTeacher("scroe")]):
        table = read_events(_frame(20), SCHEMA, sources)
        with pytest.raises(TeacherError) as caught:
            table.sample(sources[-1], None)
        assert caught.value.hint == "is it the column 'score'?"


def test_no_events_are_an_error() -> None:
    with pytest.raises(BudgetError, match="no events"):
        read_sample(_frame().clear(), ColumnTeacher("score"), SCHEMA)


@pytest.mark.parametrize("bad", [float("inf"), float("-inf")])
def test_the_first_score_that_is_not_finite_is_named(bad: float) -> None:
    frame = _frame(50).with_row_index("row")
    frame = frame.with_columns(score=pl.when(pl.col("row") >= 48).then(bad).otherwise("score"))
    with pytest.raises(TeacherError, match="gives 2 scores that are not finite") as caught:
        read_sample(frame, ColumnTeacher("score"), SCHEMA)
    assert caught.value.got == f"{bad} in row 48 (the first row is 0)"


def test_a_file_is_described_without_its_folder() -> None:
    assert describe_events(Path("a/b/train.parquet"), 12345) == "train.parquet, 12,345 events"
    assert describe_events("train.csv", 7) == "train.csv, 7 events"
    assert describe_events(pl.DataFrame(), 0) == "a frame, 0 events"


def test_scores_that_are_not_finite_are_named_by_row(events: pl.DataFrame, schema: Schema) -> None:
    bad = events.with_columns(
        score=pl.when(pl.int_range(pl.len()) == 77).then(float("inf")).otherwise("score")
    )
    with pytest.raises(TeacherError, match=r"inf in row 77 \(the first row is 0\)"):
        read_sample(bad, ColumnTeacher("score"), schema, truth="truth")
