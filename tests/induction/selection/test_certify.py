from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.certify import check_certifiable


def _sample(events: int, weights: np.ndarray | None = None) -> Sample:
    ones = np.ones(events)
    frame = pl.DataFrame({"x": ones})
    return Sample(frame, ones, ones if weights is None else weights, np.zeros(events, dtype=np.bool_))


def test_a_fold_that_is_too_small_is_refused_with_what_it_would_need() -> None:
    budget = Budget(false_positive_rate=0.01, certified=True)
    check_certifiable(_sample(299), budget)
    check_certifiable(_sample(10), Budget(false_positive_rate=0.01))
    with pytest.raises(
        BudgetError, match=r"can't certify a rate of 0\.01 at a confidence of 0\.95"
    ) as caught:
        check_certifiable(_sample(298), budget)
    assert caught.value.expected == "at least 299 background events in it, so about 997 events in all"


def test_what_weighted_events_would_need_is_enough() -> None:
    weights = np.where(np.arange(100) % 10 == 0, 5.0, 1.0)
    budget = Budget(alert_rate=0.05, certified=True)
    with pytest.raises(BudgetError) as caught:
        check_certifiable(_sample(100, weights), budget)
    needed = int(str(caught.value.expected).split()[2].replace(",", ""))
    enough = np.tile(weights, needed // 100 + 1)
    check_certifiable(_sample(len(enough), enough), budget)


def test_groups_count_as_one_event_each() -> None:
    budget = Budget(alert_rate=0.05, certified=True)
    apart = _sample(600)
    check_certifiable(apart, budget)
    thirty = replace(apart, groups=np.arange(600) // 20)
    with pytest.raises(BudgetError, match="can't certify a rate of") as caught:
        check_certifiable(thirty, budget)
    # log(1 / 0.05) / 0.05 = 59.9 groups of twenty
    assert caught.value.expected is not None
    assert caught.value.expected.startswith("at least 1,199 events in it")
    check_certifiable(replace(_sample(1200), groups=np.arange(1200) // 20), budget)


def test_the_need_is_told_for_all_folds_together() -> None:
    with pytest.raises(BudgetError) as caught:
        check_certifiable(_sample(100), Budget(alert_rate=0.01, certified=True))
    # 299 events without one accepted: 0.99 ** 299 < 0.05; the fold is three tenths of all
    assert caught.value.expected == "at least 299 events in it, so about 997 events in all"
    assert caught.value.got is not None
    assert caught.value.got.startswith("100, ")
