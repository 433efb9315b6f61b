from __future__ import annotations

import numpy as np
import pytest
from planted import SCHEMA, planted

from rulekit.budget import Budget
from rulekit.induction.boxes.grid import make_grid
from rulekit.induction.selection.constraints import make_constraints
from rulekit.ir.condition import count_literals, literals
from rulekit.ir.schema import Schema

search = pytest.importorskip(
    "rulekit.induction.boxes.search", reason="pip install 'rulekit-engine[induction]'"
)
from rulekit.induction.boxes.search_data import SearchData  # noqa: E402

EVENTS = planted(4000, 7)


def _search(budget: Budget, schema: Schema = SCHEMA) -> search.BoxSearch:  # type: ignore[name-defined]
    frame, score = EVENTS.select(SCHEMA.names), EVENTS["score"].to_numpy()
    gain = np.clip(score, 0, 1)
    grid = make_grid(frame, schema, gain)
    data = SearchData(
        grid,
        grid.code(frame),
        gain,
        1 - gain,
        60.0,
        float(gain[score > 0.5].sum()),
        10,
        make_constraints(budget, schema),
    )
    starts = [grid.free()]
    return search.BoxSearch(data, starts)


@pytest.fixture(scope="module")
def swept() -> search.BoxSearch:  # type: ignore[name-defined]
    found = _search(Budget(alert_rate=0.1, rules=4))
    assert found.sweep()
    return found


def test_two_planted_rules_are_found(swept: search.BoxSearch) -> None:  # type: ignore[name-defined]
    best = swept.archive.best(swept.data.allowed, 10)
    taken = np.any([swept.data.hits(swept.archive.boxes[key]) for key in best.boxes], axis=0)
    inside = EVENTS["score"].to_numpy() > 0.5
    assert taken[inside].mean() > 0.97
    assert taken[~inside].mean() < 0.005
    assert best.literals <= 6


def test_caps_hold_and_gains_add_up(swept: search.BoxSearch) -> None:  # type: ignore[name-defined]
    for most in (1, 2, 3, 5, 10):
        for cost in (5.0, 30.0, 60.0):
            found = swept.archive.best(cost, most)
            if found is None:
                continue
            conditions = [swept.archive.condition(swept.archive.boxes[key]) for key in found.boxes]
            taken = np.any([swept.data.hits(swept.archive.boxes[key]) for key in found.boxes], axis=0)
            assert sum(map(count_literals, conditions)) == found.literals <= most
            assert len(conditions) <= 4
            assert found.cost == pytest.approx(swept.data.cost[taken].sum())
            assert found.cost <= cost
            assert found.gain == pytest.approx(swept.data.gain[taken].sum())


def _spent(swept: search.BoxSearch, boxes: tuple[bytes, ...]) -> tuple[float, float]:  # type: ignore[name-defined]
    taken = np.any([swept.data.hits(swept.archive.boxes[key]) for key in boxes], axis=0)
    return float(swept.data.cost[taken].sum()), float(swept.data.gain[taken].sum())


def test_variants_spend_and_bring_more_and_more(swept: search.BoxSearch) -> None:  # type: ignore[name-defined]
    steps = (0.05, 0.1, 0.2, 1.0)
    variants = list(swept.archive.variants(10, steps))
    found = [_spent(swept, boxes) for boxes in variants]
    assert len(set(variants)) == len(variants) > 1
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert [gain for _, gain in found] == sorted(gain for _, gain in found)
    for boxes in variants:
        assert swept.archive.literals([swept.archive.boxes[key] for key in boxes]) <= 10
    best = [swept.archive.best(step * swept.data.allowed, 10) for step in steps]
    assert {one.boxes for one in best if one is not None} <= set(variants)


def test_the_same_search_finds_the_same(swept: search.BoxSearch) -> None:  # type: ignore[name-defined]
    again = _search(Budget(alert_rate=0.1, rules=4))
    again.sweep()
    assert again.archive.rulesets == swept.archive.rulesets


def test_the_solver_is_never_behind_the_search(swept: search.BoxSearch) -> None:  # type: ignore[name-defined]
    before = swept.archive.best(swept.data.allowed, 5)
    swept.optimise(5, effort=1.0)
    after = swept.archive.best(swept.data.allowed, 5)
    assert after.gain >= before.gain
    assert swept.optimum.bound >= swept.optimum.objective
    assert swept.optimum.objective <= after.gain + 1e-9


def test_time_that_is_up_leaves_the_first_search() -> None:
    found = _search(Budget(alert_rate=0.1, rules=4))
    assert not found.sweep(deadline=0.0)
    assert found.archive.best(found.data.allowed * 10, 20) is not None


def test_features_are_given_up_until_the_cap_holds() -> None:
    found = _search(Budget(alert_rate=0.1, rules=4, features=2))
    found.sweep()
    used = {
        literal.feature
        for box in found.archive.boxes.values()
        for literal in literals(found.archive.condition(box))
        if not found.closed & {literal.feature}
    }
    assert found.closed
    assert len(used) <= 2
