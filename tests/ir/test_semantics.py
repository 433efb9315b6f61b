from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import BindError, EventError, LawError
from rulekit.ir.condition import AllOf, AnyOf, Compare, Member, Missing
from rulekit.ir.decision import Decision
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.semantics import decide, holds
from rulekit.testing import events, numerics, rulesets
from rulekit.testing.conformance import Drawn, drawn


def ruleset(policy: str, rules: list[dict[str, Any]], **changes: Any) -> Ruleset:
    features = [{"name": "x", "dtype": "float64"}, {"name": "unread", "dtype": "int32"}]
    made = {"name": "law", "version": "1.0.0", "hit_policy": policy, "otherwise": "none", "rules": rules}
    return ruleset_from_document(
        {**made, "schema": {"name": "law", "version": "1.0.0", "features": features}, **changes}
    )


TRUE, FALSE = Compare("x", ">", 0), Compare("x", "<", 0)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (AllOf(()), True),
        (AllOf((TRUE, TRUE)), True),
        (AllOf((TRUE, FALSE)), False),
        (AnyOf((FALSE, TRUE)), True),
        (AnyOf((FALSE, FALSE)), False),
        (AnyOf(()), False),
        (AnyOf((AllOf((TRUE, FALSE)), AllOf(()))), True),
        (Missing("x"), False),
        (Missing("x", negated=True), True),
        (Missing("y"), True),
        (Missing("y", negated=True), False),
        (Compare("y", "!=", 3), False),
        (Member("c", ("a", "b")), True),
        (Member("c", ("b",), negated=True), True),
        (Member("y", ("b",), negated=True), False),
    ],
)
def test_holds(condition: Any, *, expected: bool) -> None:
    assert holds(condition, {"x": 1.0, "y": None, "c": "a"}) is expected


@pytest.mark.parametrize("policy", ["unique", "first", "any", "collect"])
def test_the_first_hit_names_the_outcome(policy: str) -> None:
    rules = [
        {"id": "one", "when": ["x > 5"], "then": "high"},
        {"id": "two", "when": ["x > 1"], "then": "low"},
        {"id": "three", "when": ["x > 0"], "then": "low"},
    ]
    made = ruleset(policy, rules)
    assert decide(made, {"x": 9}) == Decision("high", "one", ("one", "two", "three"))
    assert decide(made, {"x": 2}) == Decision("low", "two", ("two", "three"))
    assert decide(made, {"x": 0}) == Decision("none", None, ())


def test_points_are_summed_and_the_highest_threshold_reached_wins() -> None:
    rules = [{"id": "one", "when": ["x > 0"], "points": 3}, {"id": "two", "when": ["x > 5"], "points": -4}]
    made = ruleset("score", rules, thresholds={"high": 3, "zero": 0})
    assert decide(made, {"x": 1}) == Decision("high", None, ("one",), score=3)
    assert decide(made, {"x": -1}) == Decision("zero", None, (), score=0)
    assert decide(made, {"x": 6}) == Decision("none", None, ("one", "two"), score=-1)


def test_features_that_no_rule_reads_are_not_looked_at() -> None:
    made = ruleset("first", [{"id": "one", "when": ["x > 0"], "then": "high"}])
    assert decide(made, {"x": 1, "unread": "not a number"}).outcome == "high"
    with pytest.raises(EventError):
        decide(made, {"x": "not a number"})


def test_a_law_that_does_not_bind_decides_nothing() -> None:
    unbound = Ruleset(
        name="law",
        version="1.0.0",
        schema=ruleset("first", []).schema,
        hit_policy=HitPolicy.FIRST,
        otherwise="none",
        rules=({"id": "one", "when": ["y > 1"], "then": "high"},),  # type: ignore[arg-type]
    )
    with pytest.raises(LawError, match="unknown feature 'y'"):
        decide(unbound, {})
    made = ruleset("first", [{"id": "one", "when": ["x == 0.3"], "then": "high"}])
    with pytest.raises(BindError, match="no event on the grid"):
        decide(made, {}, Fixed(formats={"x": FixedFormat(width=8, fraction=1)}))


@given(drawn(prescale=True))
def test_a_decision_is_consistent_in_itself(case: Drawn) -> None:
    ids = [rule.id for rule in case.ruleset.rules]
    thens = {rule.id: rule.then for rule in case.ruleset.rules}
    for decision in case.expected:
        assert decision.hits is not None
        assert list(decision.hits) == [name for name in ids if name in decision.hits]
        assert decision.outcome in case.ruleset.outcomes
        assert (decision.outcome == "invalid") == bool(decision.missing)
        if case.ruleset.hit_policy is HitPolicy.SCORE:
            assert decision.rule is None
            assert (decision.score is None) == bool(decision.missing)
        else:
            assert decision.rule == (decision.hits[0] if decision.hits else None)
            assert decision.rule is None or decision.outcome == thens[decision.rule]


@st.composite
def reordered(draw: st.DrawFn) -> tuple[Ruleset, Ruleset, Any, list[dict[str, Any]]]:
    made = draw(rulesets(policies=[HitPolicy.COLLECT, HitPolicy.SCORE]))
    chosen = draw(numerics(made))
    other = Ruleset(**{**vars_of(made), "rules": tuple(draw(st.permutations(made.rules)))})
    return made, other, chosen, draw(st.lists(events(made, chosen), max_size=8))


def vars_of(made: Ruleset) -> dict[str, Any]:
    names = ("name", "version", "schema", "hit_policy", "otherwise", "thresholds")
    return {name: getattr(made, name) for name in names}


@given(reordered())
def test_the_order_of_rules_changes_neither_hits_nor_scores(
    case: tuple[Ruleset, Ruleset, Any, list[Any]],
) -> None:
    made, other, chosen, drawn_events = case
    for event in drawn_events:
        ours, theirs = decide(made, event, chosen), decide(other, event, chosen)
        assert (set(ours.hits or ()), ours.score) == (set(theirs.hits or ()), theirs.score)
