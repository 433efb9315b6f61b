"""Which literals make a condition hold, or keep it from holding: against the reference semantics."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import SCHEMA

from rulekit.analysis.space.space import bound_conditions
from rulekit.explanation.explainer import Explainer
from rulekit.explanation.literal_status import Branch, Leaf, explain_condition, leaves, status_of, tree_of
from rulekit.ir.condition import literals
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.semantics import decide

CONDITIONS = [
    ["amount > 50"],
    ["amount > 50", "cards >= 4"],
    ["100 < device_age <= 300", "online == true"],
    [{"any": ["country in {SE, NO}", "device_age is missing"]}, "amount >= 400"],
    [{"any": ["cards == 1", {"all": ["amount < 10", "online != true"]}]}],
    ["device_age is not missing", "country not in {DK}"],
    [],
]
EVENTS = st.fixed_dictionaries(
    {
        "amount": st.sampled_from([None, 0.0, 10.0, 50.0, 51.0, 400.0, 900.0]),
        "cards": st.sampled_from([None, 0, 1, 4, 5]),
        "country": st.sampled_from([None, "SE", "NO", "DK", "XX"]),
        "device_age": st.sampled_from([None, 100.0, 200.0, 300.0, 301.0]),
        "online": st.sampled_from([None, True, False]),
    }
)
FEATURES = [{**each, "required": False} for each in SCHEMA["features"]]


def law(when: list[Any]) -> Ruleset:
    rules = [{"id": "only", "when": when, "then": "hit"}]
    return ruleset_from_document(
        {"name": "one", "version": "1.0.0", "schema": {**SCHEMA, "features": FEATURES}, "hit_policy": "first",
         "otherwise": "none", "rules": rules}
    )  # fmt: skip


def tree(ruleset: Ruleset, explainer: Explainer) -> Leaf | Branch:
    space = explainer.law.index.space
    return tree_of(space, ruleset.rules[0].when, bound_conditions(ruleset, space.numerics)[0])


@pytest.mark.parametrize("when", CONDITIONS, ids=str)
def test_whether_a_condition_holds_is_what_the_semantics_say(when: list[Any]) -> None:
    ruleset = law(when)
    explainer = Explainer(ruleset)
    condition = tree(ruleset, explainer)
    assert leaves(condition) == sum(1 for _ in literals(ruleset.rules[0].when))

    @given(EVENTS)
    def check(event: dict[str, Any]) -> None:
        distances = explainer.distances(event)
        holds, found = explain_condition(condition, distances)
        assert holds == (decide(ruleset, event).outcome == "hit")
        statuses = [status_of("only", leaf, distances) for leaf in found]
        assert all(status.holds == holds for status in statuses)
        assert bool(found) == (bool(when) or not holds)
        assert all(status.value == event[status.feature] for status in statuses)

    check()


def test_of_an_any_the_nearest_part_is_named() -> None:
    ruleset = law([{"any": ["amount > 500", {"all": ["cards >= 4", "online == true"]}]}])
    explainer = Explainer(ruleset)
    condition = tree(ruleset, explainer)

    def named(event: dict[str, Any]) -> list[str]:
        holds, found = explain_condition(condition, explainer.distances(event))
        assert not holds
        return [leaf.text for leaf in found]

    assert named({"amount": 400.0, "cards": 0, "online": False}) == ["amount > 500"]
    assert named({"amount": 400.0, "cards": 4, "online": False}) == ["amount > 500"]
    assert named({"amount": 1.0, "cards": 3, "online": True}) == ["cards >= 4"]


def test_a_range_is_one_where_its_value_is_missing() -> None:
    ruleset = law(["100 < device_age <= 300"])
    explainer = Explainer(ruleset)
    condition = tree(ruleset, explainer)
    holds, found = explain_condition(condition, explainer.distances({}))
    assert (holds, [leaf.text for leaf in found]) == (False, ["100 < device_age <= 300"])
    status = status_of("only", found[0], explainer.distances({}))
    assert (status.value, status.margin, status.holds) == (None, None, False)
    _, found = explain_condition(condition, explainer.distances({"device_age": 400.0}))
    assert [leaf.text for leaf in found] == ["device_age <= 300"]


def test_margins_are_distances_from_the_threshold() -> None:
    ruleset = law(["amount > 50", "cards >= 4"])
    explainer = Explainer(ruleset)
    distances = explainer.distances({"amount": 62.5, "cards": 9})
    _, found = explain_condition(tree(ruleset, explainer), distances)
    assert [status_of("only", leaf, distances).margin for leaf in found] == [12.5, 5.0]
