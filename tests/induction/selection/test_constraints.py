from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from planted import planted

from rulekit.budget import Budget
from rulekit.errors import BindError, BudgetError, RulekitError
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.induction.selection.constraints import make_constraints
from rulekit.ir.condition import Compare, literals
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import Schema
from rulekit.targets.shared.lut_cost import predicted_lut

FORMATS = {
    "mass": FixedFormat(width=12, fraction=4, signed=False),
    "hits": FixedFormat(width=4, fraction=0, signed=False),
    "Time of flight": FixedFormat(width=10, fraction=4, signed=False),
}


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    return planted(2500, 1)


def _used(found: Induction) -> set[str]:
    return {literal.feature for rule in found.ruleset.rules for literal in literals(rule.when)}


def _auto(events: pl.DataFrame, schema: Schema, budget: Budget, **options: object) -> Induction:
    return induce("score", events, "truth", schema=schema, budget=budget, progress=False, **options)  # type: ignore[arg-type]


def test_forbidden_features_are_never_asked_for(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.05, rules=6)
    assert "kind" in _used(_auto(events, schema, budget))
    found = _auto(events, schema, budget, forbidden=["kind"])
    assert found.ruleset.rules
    assert "kind" not in _used(found)
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.parameters["forbidden"] == ["kind"]


@pytest.mark.parametrize(("direction", "signs"), [("up", {">", ">="}), ("down", {"<", "<="})])
def test_directions_are_kept_to_by_every_rule(
    direction: str, signs: set[str], events: pl.DataFrame, schema: Schema
) -> None:
    numbers = ("mass", "hits", "Time of flight")
    found = _auto(events, schema, Budget(alert_rate=0.3, rules=8), monotone=dict.fromkeys(numbers, direction))
    compared = [
        literal
        for point in found.path
        for rule in point.ruleset.rules
        for literal in literals(rule.when)
        if isinstance(literal, Compare) and literal.feature in numbers
    ]
    assert compared
    assert {literal.sign for literal in compared} <= signs


def test_rule_lists_and_points_refuse_directions(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.05)
    for policy in ("first", "score"):
        with pytest.raises(BudgetError, match="rules of hit policy any"):
            _auto(events, schema, budget, monotone={"mass": "up"}, hit_policy=policy)


def test_a_cap_on_features_holds(events: pl.DataFrame, schema: Schema) -> None:
    wide = _auto(events, schema, Budget(false_positive_rate=0.02, rules=6))
    found = _auto(events, schema, Budget(false_positive_rate=0.02, rules=6, features=2))
    assert len(_used(wide)) > 2 >= len(_used(found)) > 0
    assert (found.measures.efficiency or (0,))[0] > 0.3


def test_a_cap_on_the_cost_of_features_holds(events: pl.DataFrame, schema: Schema) -> None:
    expected_costs = {"mass": 5.0, "hits": 1.0, "flag": 1.0, "Time of flight": 1.0}
    budget = Budget(false_positive_rate=0.02, rules=6, feature_costs=expected_costs, cost=3)
    found = _auto(events, schema, budget)
    assert budget.cost_of(_used(found)) <= 3
    assert "mass" not in _used(found)
    assert (found.measures.efficiency or (0,))[0] > 0.3


def test_a_cap_on_look_up_tables_holds_and_thresholds_are_cheap(events: pl.DataFrame, schema: Schema) -> None:
    numbers = schema.model_copy(update={"features": tuple(f for f in schema.features if f.name != "id")})
    numerics = Fixed(formats=FORMATS)
    free = _auto(events, numbers, Budget(false_positive_rate=0.02, rules=6), numerics=numerics)
    conditions = [rule.when for rule in free.ruleset.rules]
    whole = predicted_lut(conditions, numbers, numerics)
    found = _auto(events, numbers, Budget(false_positive_rate=0.02, rules=6, lut=6), numerics=numerics)
    assert whole > 6 >= predicted_lut([rule.when for rule in found.ruleset.rules], numbers, numerics) > 0


def test_caps_that_nothing_keeps_to_are_named(events: pl.DataFrame, schema: Schema) -> None:
    with pytest.raises(BudgetError, match="no ruleset keeps to the caps") as caught:
        _auto(events, schema, Budget(false_positive_rate=0.003, literals=1, rules=1), method="tree")
    assert "literals" in str(caught.value.got)


def test_bad_constraints_are_errors(schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.02)
    with pytest.raises(BudgetError, match="'mas' is no feature") as caught:
        make_constraints(budget, schema, forbidden=["mas"])
    assert caught.value.hint == "did you mean mass?"
    with pytest.raises(
        RulekitError, match="monotone: mass\n  expected up or down, for a number, got sideways"
    ):
        make_constraints(budget, schema, monotone={"mass": "sideways"})
    with pytest.raises(RulekitError, match="got up for a category"):
        make_constraints(budget, schema, monotone={"kind": "up"})
    with pytest.raises(RulekitError, match=r"(?s)unknown feature 'mas'.*did you mean mass"):
        make_constraints(budget, schema, monotone={"mas": "up"})
    with pytest.raises(BudgetError, match="every feature is forbidden"):
        make_constraints(budget, schema, forbidden=schema.names)
    with pytest.raises(BindError, match="no fixed-point format can be chosen for mass"):
        make_constraints(Budget(false_positive_rate=0.02, lut=50), schema)


def test_every_broken_cap_is_named(schema: Schema) -> None:
    asked = Budget(
        alert_rate=0.1, rules=1, literals=1, features=1, feature_costs={"mass": 2.0}, cost=1, lut=0
    )
    caps = make_constraints(
        asked, schema, numerics=Fixed(formats=FORMATS | {"id": FixedFormat(width=8, fraction=0)})
    )
    # 1601 of 12 bits has no trailing zero: 3 tables; 4 of 4 bits has two: 1 table; and one for the OR
    two = [Compare("mass", ">", 100), Compare("hits", ">", 3)]
    assert caps.violations(two) == [
        "rules 2 of 1", "literals 2 of 1", "features 2 of 1", "cost 2 of 1", "lut 5 of 0",
    ]  # fmt: skip
    assert not replace(caps, budget=Budget(alert_rate=0.1)).violations(two)


def test_rules_reappear_on_events_drawn_anew(events: pl.DataFrame, schema: Schema) -> None:
    found = _auto(events, schema, Budget(false_positive_rate=0.02, rules=6), resamples=4)
    assert found.stability is not None
    assert len(found.stability) == len(found.ruleset.rules)
    assert max(found.stability) == 1.0
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.measures["reappears"] == {
        rule.id: share for rule, share in zip(found.ruleset.rules, found.stability, strict=True)
    }
    noise = events.with_columns(pl.col("score").shuffle(3), pl.col("truth").shuffle(4))
    lost = _auto(noise, schema, Budget(alert_rate=0.1, rules=6), method="tree", resamples=4)
    assert lost.stability is not None
    assert sum(lost.stability) < len(lost.stability)


def test_groups_stay_together_and_limits_bet_on_them(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.05, rules=4)
    grouped = events.with_columns(card=pl.int_range(events.height) // 20)
    alone, whole = (_auto(grouped, schema, budget, method="tree", groups=name) for name in (None, "card"))
    assert _allowance(whole) > 1.5 * _allowance(alone) > 0


def _allowance(found: Induction) -> float:
    """Return what the limit adds to the rate: it bets on far fewer groups than there are events."""
    assert found.measures.false_positive_rate is not None
    return found.limit - found.measures.false_positive_rate.value
