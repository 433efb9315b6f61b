from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

from rulekit.errors import BudgetError, EventError, TeacherError
from rulekit.induction.folds import read_sample, split
from rulekit.induction.out_of_fold import out_of_fold
from rulekit.induction.teachers import ColumnTeacher
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(name="s", version="1.0.0", features=(Feature(name="id", dtype="float64"),))


def _events(count: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "id": np.arange(count, dtype=np.float64),
            "truth": rng.random(count) < 0.3,
            "card": np.arange(count) // 4,
            "score": rng.random(count),
        }
    )


class Memory(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Says 1 of every event, and every card, that it has seen."""

    def fit(self, matrix: Any, labels: Any) -> Self:
        del labels
        self.classes_ = np.array([0, 1])
        self.seen_, self.cards_ = set(matrix[:, 0]), set(matrix[:, 0] // 4)
        return self

    def predict_proba(self, matrix: Any) -> Any:
        known = np.array([value in self.seen_ for value in matrix[:, 0]], dtype=np.float64)
        card = np.array([value // 4 in self.cards_ for value in matrix[:, 0]], dtype=np.float64)
        found = known + card / 4
        return np.stack([1 - found, found], axis=1)


def test_no_event_is_scored_by_a_teacher_that_has_seen_it() -> None:
    events = _events()
    assert out_of_fold(Memory(), events, "truth", SCHEMA).max() < 1
    assert out_of_fold(Memory(), events, "truth", SCHEMA).max() == 0.25
    assert out_of_fold(Memory(), events, "truth", SCHEMA, groups="card").max() == 0


def test_the_estimator_stays_as_it_is_and_the_seed_decides() -> None:
    estimator = DecisionTreeClassifier(max_depth=2, random_state=0)
    first, same, other = (out_of_fold(estimator, _events(), "truth", SCHEMA, seed=seed) for seed in (1, 1, 2))
    assert not hasattr(estimator, "tree_")
    assert (first == same).all()
    assert not (first == other).all()


def test_too_few_events_and_untrainable_teachers_are_errors() -> None:
    with pytest.raises(BudgetError, match="fewer signal events than folds"):
        out_of_fold(Memory(), _events(10).with_columns(truth=pl.col("id") < 2), "truth", SCHEMA)
    with pytest.raises(BudgetError, match="fewer groups than folds"):
        out_of_fold(Memory(), _events(16), "truth", SCHEMA, groups="card")
    with pytest.raises(BudgetError, match="need folds"):
        out_of_fold(Memory(), _events(), "truth", SCHEMA, folds=1)
    with pytest.raises(TeacherError, match="teacher object can't be trained anew"):
        out_of_fold(object(), _events(), "truth", SCHEMA)


def test_groups_stay_whole_and_shares_near() -> None:
    sample = read_sample(_events(), ColumnTeacher("score"), SCHEMA, truth="truth", groups="card")
    folds = split(sample, 0)
    parts = (folds.fit, folds.selection, folds.calibration)
    groups = [set(part.groups.tolist()) for part in parts if part.groups is not None]
    assert len(groups) == 3
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert [len(part) / 400 for part in parts] == pytest.approx([0.5, 0.2, 0.3], abs=0.02)
    share = [part.truth.mean() for part in parts if part.truth is not None]
    assert share == pytest.approx([share[0]] * 3, abs=0.04)
    together = [part.truth for part in (folds.fit, folds.search) if part.truth is not None]
    assert len(together[1]) > len(together[0])


def test_odd_groups_are_errors() -> None:
    events = _events().with_columns(pl.lit(1.5).alias("float"), one=pl.lit(1))
    for name, message in (("float", "another dtype"), ("absent", "no column 'absent'")):
        with pytest.raises(EventError, match=message):
            read_sample(events, ColumnTeacher("score"), SCHEMA, truth="truth", groups=name)
    with pytest.raises(BudgetError, match="too few groups"):
        split(read_sample(events, ColumnTeacher("score"), SCHEMA, truth="truth", groups="one"), 0)
