from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.errors import BudgetError
from rulekit.induction.samples.folds import FRACTIONS, check_size, split
from rulekit.induction.samples.read import read_sample
from rulekit.induction.samples.sample import Folds, Sample
from rulekit.induction.teachers.base import ColumnTeacher
from rulekit.ir.schema import Schema


def _sample(events: int, signal: float = 0.2, groups: int | None = None, *, truth: bool = True) -> Sample:
    rng = np.random.default_rng(events)
    member = None if groups is None else rng.integers(0, groups, events)
    return Sample(
        pl.DataFrame({"row": np.arange(events)}), rng.random(events), np.ones(events),
        np.arange(events) < signal * events if truth else None, member,
    )  # fmt: skip


def _rows(folds: Folds) -> list[list[int]]:
    return [part.frame["row"].to_list() for part in (folds.fit, folds.selection, folds.calibration)]


@settings(max_examples=30, deadline=None)
@given(st.integers(100, 800), st.integers(0, 9), st.floats(0.15, 0.85))
def test_every_event_is_in_one_fold_and_shares_are_kept(events: int, seed: int, signal: float) -> None:
    sample = _sample(events, signal)
    folds = split(sample, seed)
    rows = _rows(folds)
    assert sorted(row for part in rows for row in part) == list(range(events))
    assert all(part == sorted(part) for part in rows)
    for part, share in zip((folds.fit, folds.selection, folds.calibration), FRACTIONS, strict=True):
        assert part.truth is not None
        for kind in (True, False):
            whole = int((sample.truth == kind).sum())
            assert abs(int((part.truth == kind).sum()) - share * whole) <= 1


def test_the_seed_alone_decides() -> None:
    sample = _sample(300)
    assert _rows(split(sample, 4)) == _rows(split(sample, 4))
    assert _rows(split(sample, 4)) != _rows(split(sample, 5))


def test_without_truth_high_scores_are_shared_out() -> None:
    sample = _sample(400, truth=False)
    folds = split(sample, 0)
    median = np.median(sample.scores)
    for part, share in zip((folds.fit, folds.selection, folds.calibration), FRACTIONS, strict=True):
        assert abs((part.scores >= median).sum() - share * 200) <= 1


def test_strata_are_shared_out_where_they_are_given() -> None:
    sample = _sample(600)
    strata = np.arange(600) % 3
    folds = split(sample, 1, strata)
    for part, share in zip(_rows(folds), FRACTIONS, strict=True):
        counts = np.bincount(np.array(part) % 3, minlength=3)
        assert np.abs(counts - share * 200).max() <= 1


@settings(max_examples=20, deadline=None)
@given(st.integers(30, 120), st.integers(0, 5))
def test_groups_stay_whole(groups: int, seed: int) -> None:
    sample = _sample(1200, 0.5, groups)
    folds = split(sample, seed)
    held = [
        set(part.groups.tolist())
        for part in (folds.fit, folds.selection, folds.calibration)
        if part.groups is not None
    ]
    assert len(held) == 3
    assert not held[0] & held[1]
    assert not held[0] & held[2]
    assert not held[1] & held[2]
    assert sorted(row for part in _rows(folds) for row in part) == list(range(1200))
    for part, share in zip(_rows(folds), FRACTIONS, strict=True):
        assert abs(len(part) / 1200 - share) < 0.1


def test_the_search_fold_is_fit_and_selection() -> None:
    folds = split(_sample(300, groups=40), 0)
    assert folds.search.frame["row"].to_list() == [*folds.fit.frame["row"], *folds.selection.frame["row"]]
    assert folds.search.groups is not None
    assert (
        len(folds.search.groups) == len(folds.search.weights) == len(folds.search.scores) == len(folds.search)
    )


def test_a_class_that_one_fold_lacks_is_an_error() -> None:
    sample = _sample(1000, 0.2)
    groups = np.where(sample.truth, 0, 1 + np.arange(1000) % 50)  # all signal in one group
    lumped = Sample(sample.frame, sample.scores, sample.weights, sample.truth, groups)
    with pytest.raises(BudgetError, match=r"whole groups leave the .* fold without events of one class"):
        split(lumped, 0)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (_sample(99), "too few events"),
        (_sample(200, groups=9), "too few groups"),
        (_sample(200, 0.0), "no signal among the events"),
        (_sample(200, 1.0), "no background among the events"),
        (_sample(200, 0.045), "too little signal"),
        (_sample(200, 0.955), "too little background"),
    ],
)
def test_too_few_events_are_refused(sample: Sample, message: str) -> None:
    with pytest.raises(BudgetError, match=message):
        check_size(sample)


def test_enough_is_enough() -> None:
    check_size(_sample(100, 0.1))
    check_size(_sample(100, truth=False))


def test_signal_is_shared_out_by_the_seed(events: pl.DataFrame, schema: Schema) -> None:
    sample = read_sample(events, ColumnTeacher("score"), schema, truth="truth")
    folds = split(sample, 3)
    parts = (folds.fit, folds.selection, folds.calibration)
    assert [len(part) for part in parts] == [3000, 1200, 1800]
    assert sum(len(part) for part in parts) == len(sample)
    signal = [part.truth.mean() for part in parts if part.truth is not None]
    assert max(signal) - min(signal) < 0.002
    scores = np.sort(np.concatenate([part.scores for part in parts]))
    assert np.array_equal(scores, np.sort(sample.scores))
    assert np.array_equal(split(sample, 3).fit.scores, folds.fit.scores)


def test_strata_of_any_kind_are_shared_out(events: pl.DataFrame, schema: Schema) -> None:
    sample = read_sample(events, ColumnTeacher("score"), schema, truth="truth")
    three = np.arange(len(sample)) % 3
    numbered = events.with_columns(score=pl.Series(three.astype(float)))
    sample = read_sample(numbered, ColumnTeacher("score"), schema, truth="truth")
    folds = split(sample, 0, three)
    for part in (folds.fit, folds.selection, folds.calibration):
        counts = np.bincount(part.scores.astype(int))
        assert counts.max() - counts.min() <= 1
