from __future__ import annotations

import numpy as np
import polars as pl

from rulekit.induction.samples.sample import Sample, decidable, decided
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="s",
    version="1.0.0",
    features=(
        Feature(name="a", dtype="float64", required=True),
        Feature(name="b", dtype="int32", required=True),
        Feature(name="c", dtype="bool"),
    ),
)
FRAME = pl.DataFrame(
    {"a": [1.0, None, 3.0, 4.0], "b": [1, 2, None, 4], "c": [True, False, True, None]},
    schema={"a": pl.Float64, "b": pl.Int32, "c": pl.Boolean},
)
SAMPLE = Sample(
    FRAME, np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False]),
    np.array([5, 5, 6, 7]),
)  # fmt: skip


def test_positions_and_masks_take_alike() -> None:
    by_mask, by_place = SAMPLE.take(np.array([True, False, False, True])), SAMPLE.take(np.array([0, 3]))
    for found in (by_mask, by_place):
        assert len(found) == 2
        assert found.frame["a"].to_list() == [1.0, 4.0]
        assert found.scores.tolist() == [0.1, 0.4]
        assert found.weights.tolist() == [1.0, 4.0]
        assert found.truth is not None
        assert found.truth.tolist() == [True, False]
        assert found.groups is not None
        assert found.groups.tolist() == [5, 7]


def test_positions_may_repeat_and_change_the_order() -> None:
    assert SAMPLE.take(np.array([3, 0, 3])).scores.tolist() == [0.4, 0.1, 0.4]


def test_what_is_unknown_stays_unknown() -> None:
    found = Sample(FRAME, SAMPLE.scores, SAMPLE.weights, None).take(np.array([1]))
    assert found.truth is None
    assert found.groups is None


def test_signal_costs_nothing_of_a_false_positive_rate() -> None:
    assert SAMPLE.budget_weights("false_positive_rate").tolist() == [0.0, 2.0, 0.0, 4.0]
    assert SAMPLE.budget_weights("alert_rate").tolist() == [1.0, 2.0, 3.0, 4.0]
    blind = Sample(FRAME, SAMPLE.scores, SAMPLE.weights, None)
    assert blind.budget_weights("false_positive_rate").tolist() == [1.0, 2.0, 3.0, 4.0]


def test_labels_for_measures_hold_truth_teacher_and_weights() -> None:
    labels = SAMPLE.event_labels(np.array([True, True, False, False]))
    assert labels.count == 4
    assert labels.truth is not None
    assert labels.teacher is not None
    # signal is events 0 and 2 of weight 1 and 3; the teacher takes event 0
    assert labels.share(labels.teacher, among=labels.truth).value == 0.25


def test_required_features_decide_who_is_decided() -> None:
    assert decided(FRAME, SCHEMA).tolist() == [True, False, False, True]  # c is not required
    assert decidable(SAMPLE, SCHEMA).scores.tolist() == [0.1, 0.4]
    free = Schema(name="s", version="1.0.0", features=(Feature(name="a", dtype="float64"),))
    assert decidable(SAMPLE, free) is SAMPLE
    assert decided(FRAME, free).all()
