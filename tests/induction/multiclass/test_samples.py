from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.errors import BudgetError, EventError
from rulekit.induction.multiclass.samples import check_budgets, errors_of, read_classes, scale_of
from rulekit.induction.samples.sample import Sample
from rulekit.induction.teachers.base import ColumnTeacher
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(name="s", version="1.0.0", features=(Feature(name="x", dtype="float64"),))
FRAME = pl.DataFrame({"x": [0.1, 0.5, 0.9, 0.7], "score": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "c", "a"]})
FPR, ALERT = Budget(false_positive_rate=0.1), Budget(alert_rate=0.1)
TEACHERS = {"a": ColumnTeacher("score")}


def _sample(truth: list[bool] | None, scores: list[float]) -> Sample:
    return Sample(FRAME.select("x"), np.array(scores), np.ones(4), None if truth is None else np.array(truth))


def test_steps_of_a_scale_hold_those_above_them() -> None:
    found = scale_of({
        "high": _sample([True, False, False, False], [0.9, 0.1, 0.0, 0.2]),
        "middle": _sample([False, True, False, False], [0.1, 0.8, 0.1, 0.3]),
        "low": _sample([False, False, True, False], [0.0, 0.1, 0.7, 0.1]),
    })  # fmt: skip
    assert [sample.truth.tolist() for sample in found.values() if sample.truth is not None] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
    ]
    # three steps: 3 * high + 2 * middle + 1 * low
    for sample in found.values():
        np.testing.assert_allclose(sample.scores, [2.9, 2.0, 0.9, 1.3])


def test_a_scale_without_truth_has_scores_alone() -> None:
    found = scale_of({"high": _sample(None, [1, 0, 0, 0]), "low": _sample(None, [0, 1, 0, 0])})
    assert all(sample.truth is None for sample in found.values())
    assert found["low"].scores.tolist() == [2.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("budgets", "truth", "message"),
    [
        ({}, "kind", "no class has a budget"),
        ({"a": FPR, "other": FPR}, "kind", "class other is the outcome of everything else"),
        ({"a": ALERT, "b": FPR}, None, "a false-positive rate needs the truth"),
    ],
)
def test_budgets_that_make_no_sense(budgets: dict[str, Budget], truth: str | None, message: str) -> None:
    with pytest.raises(BudgetError, match=message):
        check_budgets(budgets, truth, "other")


def test_alert_rates_need_no_truth() -> None:
    check_budgets({"a": ALERT, "b": ALERT}, None, "other")
    check_budgets({"a": FPR}, "kind", "other")


def test_a_budget_error_names_its_class_and_others_pass() -> None:
    with pytest.raises(BudgetError, match="class muon: too small"), errors_of("muon"):
        raise BudgetError("too small")
    with pytest.raises(EventError, match=r"^absent"), errors_of("muon"):
        raise EventError("absent")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series([0.5, 1.0, 1.5, 2.0]), "has another dtype"),
        (pl.Series([["a"], ["b"], ["a"], ["b"]]), "has another dtype"),
        (pl.Series(["a", None, "b", None]), "lacks 2 values"),
        (pl.Series(["b", "b", "c", "c"]), "no event of truth column kind is of class 'a'"),
    ],
)
def test_a_column_that_holds_no_classes(column: pl.Series, message: str) -> None:
    with pytest.raises(EventError, match=message):
        read_classes(FRAME.with_columns(kind=column), TEACHERS, SCHEMA, truth="kind")


def test_without_truth_the_classes_have_scores_alone() -> None:
    found = read_classes(FRAME, TEACHERS, SCHEMA)
    assert found["a"].truth is None
    assert found["a"].scores.tolist() == [1.0, 2.0, 3.0, 4.0]
