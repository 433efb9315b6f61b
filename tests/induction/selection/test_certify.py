from __future__ import annotations

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
