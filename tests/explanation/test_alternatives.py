"""Rules that nearly hit and counterfactuals, against a search over a grid of events."""

from __future__ import annotations

from itertools import product

import pytest
from shop import SCHEMA

from rulekit.analysis.search.search import BUDGET
from rulekit.explanation.alternatives import nearest_rules
from rulekit.explanation.explainer import Explainer, explain
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.semantics import decide

FEATURES = [
    {"name": "x", "dtype": "int32", "bounds": [0, 10]},
    {"name": "y", "dtype": "int32", "bounds": [0, 5]},
]
LAW = ruleset_from_document(
    {
        "name": "grid",
        "version": "1.0.0",
        "schema": {**SCHEMA, "features": FEATURES},
        "hit_policy": "first",
        "otherwise": "none",
        "rules": [
            {"id": "corner", "when": ["x >= 7", "y >= 4"], "then": "high"},
            {"id": "band", "when": ["3 <= x < 5"], "then": "mid"},
            {"id": "low", "when": ["x == 0", "y <= 1"], "then": "low"},
        ],
    }
)
GRID = [{"x": x, "y": y} for x, y in product(range(11), range(6))]


def cost(before: dict[str, int], after: dict[str, int]) -> float:
    return abs(before["x"] - after["x"]) / 10 + abs(before["y"] - after["y"]) / 5


@pytest.mark.parametrize("toward", ["high", "mid", "low", "none", None])
def test_the_least_change_is_the_least_of_the_whole_grid(toward: str | None) -> None:
    explainer = Explainer(LAW)
    for event in GRID:
        outcome = decide(LAW, event).outcome
        found = explainer.explain(event, toward=toward).counterfactual
        wanted = [
            other
            for other in GRID
            if (decided := decide(LAW, other).outcome) == toward or (toward is None and decided != outcome)
        ]
        assert found.answer == "found"
        assert found.cost == pytest.approx(min(cost(event, other) for other in wanted))
        changed = {**event, **{change.feature: change.after for change in found.changes}}
        assert decide(LAW, changed).outcome == found.outcome
        assert found.cost == pytest.approx(sum(change.cost for change in found.changes))


def test_what_may_not_change_stays_and_the_rest_is_searched() -> None:
    for event in GRID:
        found = explain(LAW, event, toward="high", immutable=["y"]).counterfactual
        reachable = [
            other for other in GRID if other["y"] == event["y"] and decide(LAW, other).outcome == "high"
        ]
        assert found.answer == ("found" if reachable else "none")
        if reachable:
            assert found.cost == pytest.approx(min(cost(event, other) for other in reachable))


def test_a_spent_budget_is_no_proof() -> None:
    found = explain(LAW, {"x": 2, "y": 0}, toward="high", budget=0).counterfactual
    assert (found.answer, found.changes, found.cost) == ("undecided", (), None)
    assert found.words == "not found among the first 0 pieces of the space; there may be one"
    assert explain(LAW, {"x": 2, "y": 0}, toward="high", budget=BUDGET).counterfactual.answer == "found"


def test_nearest_rules_by_failing_features_then_distance() -> None:
    explainer = Explainer(LAW)
    for event in GRID:
        hit = set(decide(LAW, event).hits or ())
        expected = []
        for place, rule in enumerate(LAW.rules):
            if rule.id not in hit:
                inside = [other for other in GRID if rule.id in (decide(LAW, other).hits or ())]
                failing = min(sum(event[name] != other[name] for name in event) for other in inside)
                expected.append((failing, min(cost(event, other) for other in inside), place))
        found = nearest_rules(explainer.law, explainer.distances(event), 3)
        assert [place for place, _ in found] == [place for *_, place in sorted(expected)]
        for place, steps in found:
            least = next(distance for _, distance, other in expected if other == place)
            assert steps / 2**128 == pytest.approx(least)
        assert nearest_rules(explainer.law, explainer.distances(event), 1) == found[:1]
