from __future__ import annotations

import numpy as np
import pytest
from contexts import at_least, corner_context

from rulekit.budget import Budget
from rulekit.induction.boxes import method
from rulekit.induction.boxes.method import (
    StartingBoxes,
    bin_events,
    candidate_of,
    most_literals,
    path_sizes_below,
    search_boxes,
)
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.induction.selection.context import InductionContext

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

FPR, RATE = Budget(false_positive_rate=0.05, rules=3), Budget(alert_rate=0.15, rules=2)


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(FPR, 600)


def test_a_cap_on_rules_is_a_cap_on_literals() -> None:
    assert most_literals(Budget(alert_rate=0.1, rules=3)) == 36
    assert most_literals(Budget(alert_rate=0.1, rules=3, literals=7)) == 7


def test_the_path_has_sizes_below_the_largest() -> None:
    assert path_sizes_below(25) == [5, 10, 15]
    assert path_sizes_below(5) == []
    assert path_sizes_below(1000)[-1] == 200


def test_events_lie_in_the_bins_of_their_values(context: InductionContext) -> None:
    binned, frame = bin_events(context), context.folds.search.frame
    assert binned.codes.shape == (2, 420)
    for axis, bins in enumerate(binned.grid.axes):
        values, codes = frame[bins.feature.name].to_list(), binned.codes[axis].tolist()
        edges = [float(edge) for edge in bins.edges]
        assert codes == [sum(value > edge for edge in edges) for value in values]


@pytest.mark.parametrize("events", [300, 420])
@pytest.mark.parametrize("budget", [FPR, RATE])
def test_events_bring_their_signal_and_cost_their_background(budget: Budget, events: int) -> None:
    context = corner_context(budget, 600)
    search = search_boxes(StartingBoxes([]), context, bin_events(context), events, every=0)
    signal = context.signal_search[:events]
    assert search.data.gain == pytest.approx(signal)
    assert search.data.cost == pytest.approx(np.ones(events) if budget is RATE else 1 - signal)
    sample = context.folds.search
    assert sample.truth is not None
    charged = events if budget is RATE else int((~sample.truth[:events]).sum())
    assert search.data.allowed == pytest.approx(budget.rate * charged)
    assert search.data.reachable == pytest.approx(signal[sample.scores[:events] >= context.threshold].sum())


def test_a_search_keeps_the_rulesets_it_starts_from(context: InductionContext) -> None:
    corner = at_least(context.encoding, x=0.8, y=0.5)
    search = search_boxes(StartingBoxes([corner], [[corner]]), context, bin_events(context), 420, every=0)
    best = search.archive.best(search.data.allowed, 2)
    assert best is not None
    frame = context.folds.search.frame
    inside = ((frame["x"] > 0.8) & (frame["y"] > 0.5)).to_numpy()
    taken = search.data.hits(search.archive.boxes[best.boxes[0]])
    assert (taken == inside).mean() > 0.99  # an edge of the grid may lie a few events away
    assert best.literals == 2


def test_a_candidate_has_a_variant_for_each_amount_to_spend(context: InductionContext) -> None:
    search = search_boxes(
        StartingBoxes([at_least(context.encoding, x=0.8)]), context, bin_events(context), 420, every=3
    )
    found = candidate_of(search, 6)
    assert found.method == "boxes"
    assert found.variants
    assert {place for variant in found.variants for place in variant} == set(range(len(found.conditions)))
    hits = hit_matrix(found.conditions, context.folds.search, context.schema)
    spent = [search.data.cost[hits[list(variant)].any(axis=0)].sum() for variant in found.variants]
    assert spent == sorted(spent)
    assert all(found.literals(size) <= 6 for size in found.sizes)
    truth = context.folds.search.truth
    assert truth is not None
    assert hits[list(found.variants[-1])].any(axis=0)[truth].mean() > 0.8


def test_many_events_are_thinned_to_those_the_teacher_likes_and_a_share_of_the_others(
    context: InductionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(method, "MOST_EVENTS", 200)
    whole = 420 - context.signal_search.sum()
    search = search_boxes(StartingBoxes([]), context, bin_events(context), 420, every=0)
    assert search.data.codes.shape == (2, 200)
    assert search.data.cost.sum() == pytest.approx(whole, rel=0.02)
    assert search.data.gain.sum() == pytest.approx(context.signal_search.sum(), rel=0.1)
    # 100 stay as they are; 100 of the other 320 stand for 3.2 events each
    assert sorted({*np.round(search.data.gain + search.data.cost, 6)}) == [1.0, 3.2]
