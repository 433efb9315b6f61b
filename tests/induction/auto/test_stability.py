from __future__ import annotations

import itertools

import numpy as np
import pytest

from rulekit.errors import BudgetError
from rulekit.induction.auto.stability import bootstrap, overlaps, reappearance


def test_resamples_are_as_large_and_depend_on_the_seed_alone() -> None:
    some, more = (list(bootstrap(50, times, seed=3)) for times in (2, 4))
    assert [drawn.sum() for drawn in more] == [50.0] * 4
    assert all((one == other).all() for one, other in zip(some, more, strict=False))
    assert not (more[0] == more[1]).all()
    assert not (more[0] == next(bootstrap(50, 1, seed=4))).all()


def test_groups_are_drawn_as_a_whole() -> None:
    groups = np.repeat(np.arange(10), 5)
    for drawn in bootstrap(50, 3, 0, groups):
        assert all(len(set(drawn[groups == group])) == 1 for group in range(10))
        assert drawn[::5].sum() == 10


def test_overlap_is_shared_hits_over_hits_of_either() -> None:
    one = np.array([[1, 1, 0, 0], [0, 0, 0, 0]], dtype=np.bool_)
    other = np.array([[1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]], dtype=np.bool_)
    assert overlaps(one, other).tolist() == [[pytest.approx(1 / 3), 1.0, 0.0], [0.0, 0.0, 0.0]]
    weights = np.array([2.0, 1.0, 1.0, 1.0])
    assert overlaps(one, other, weights)[0, 0] == pytest.approx(2 / 4)


def test_a_rule_reappears_where_some_rule_overlaps_it_enough() -> None:
    rules = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]], dtype=np.bool_)
    resampled = [
        np.array([[1, 1, 0, 0, 0, 0]], dtype=np.bool_),
        np.array([[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1]], dtype=np.bool_),
        np.zeros((0, 6), dtype=np.bool_),
    ]
    assert reappearance(rules, resampled).tolist() == [pytest.approx(1 / 3), pytest.approx(1 / 3)]
    assert reappearance(rules, resampled, least=0.2).tolist() == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    with pytest.raises(BudgetError, match="no resample"):
        reappearance(rules, itertools.repeat(rules, 0))
