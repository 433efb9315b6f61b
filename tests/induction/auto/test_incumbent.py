from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BindError
from rulekit.induction.auto.incumbent import INCUMBENT, region_of
from rulekit.induction.induce import induce
from rulekit.induction.regions.region import hits
from rulekit.induction.results.induction import Induction
from rulekit.induction.samples.encoding import encode
from rulekit.ir.canonical import bind
from rulekit.ir.condition import AllOf, AnyOf
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.targets.polars import PolarsRunner

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

FPR = Budget(false_positive_rate=0.03, rules=6)


def _when(*texts: str) -> AllOf:
    return AllOf(tuple(parse_literal(text) for text in texts))


def _law(schema: Schema, *rules: Rule) -> Ruleset:
    return Ruleset(
        name="planted", version="2.3.1", schema=schema, hit_policy="any", otherwise="reject", rules=rules
    )


HEAVY = Rule(
    id="heavy-red", title="Heavy and red", when=_when("mass > 112.05", "kind == r"), then="accept",
    because="Ruling 7 of the committee.", origin="human",
)  # fmt: skip
USELESS = Rule(id="hits-flag", when=_when("hits <= 1"), then="accept", because="An old mistake.")


@pytest.fixture(scope="module")
def challenger(events: pl.DataFrame, schema: Schema) -> Induction:
    law = _law(schema, HEAVY, USELESS)
    return induce("score", events, "truth", schema=schema, budget=FPR, method="tree", incumbent=law)


def test_a_rule_that_hardly_changes_stays_word_for_word(challenger: Induction) -> None:
    assert HEAVY in challenger.ruleset.rules


def test_a_rule_that_is_worth_nothing_goes_and_its_id_is_not_used_again(challenger: Induction) -> None:
    others = [rule for rule in challenger.ruleset.rules if rule != HEAVY]
    assert others
    assert all(rule.id not in {"heavy-red", "hits-flag"} for rule in others)
    assert all(rule.origin == "induced" for rule in others)


def test_a_challenger_names_what_it_challenges(challenger: Induction, schema: Schema) -> None:
    law = _law(schema, HEAVY, USELESS)
    assert challenger.ruleset.provenance is not None
    assert challenger.ruleset.provenance.parents == (law.digest,)
    assert challenger.ruleset.version == "2.4.0"
    assert INCUMBENT in [result.method for result in challenger.methods]


def test_the_budget_still_holds(challenger: Induction, fresh: pl.DataFrame) -> None:
    accepted = fresh.select(rulekit.expr(challenger.ruleset, "accept")).to_series()
    truth = fresh["truth"]
    assert accepted.filter(truth).mean() > 0.8
    assert accepted.filter(~truth).mean() < 0.04


@pytest.mark.parametrize("mass", [111.5, 112.4])
def test_a_rule_that_costs_more_or_brings_less_goes(
    mass: float, events: pl.DataFrame, schema: Schema
) -> None:
    law = _law(schema, replace_when(HEAVY, f"mass > {mass}", "kind == r"))
    found = induce("score", events, "truth", schema=schema, budget=FPR, method="tree", incumbent=law)
    assert [rule.id for rule in found.ruleset.rules] == ["hits-flag", "mass-kind"]


def test_a_law_that_nothing_beats_stays_in_force(events: pl.DataFrame, schema: Schema) -> None:
    second = Rule(
        id="flagged", when=_when("hits >= 10", "flag == true", "`Time of flight` <= 6"), then="accept"
    )
    law = _law(schema, replace_when(HEAVY, "mass > 112", "kind == r"), second)
    found = induce("score", events, "truth", schema=schema, budget=FPR, method="auto", incumbent=law)
    assert found.ruleset.rules == law.rules
    assert found.ruleset.digest == law.digest
    assert found.ruleset.version == law.version


def replace_when(rule: Rule, *texts: str) -> Rule:
    return rule.model_copy(update={"when": _when(*texts)})


def test_the_race_begins_with_the_rules_in_force(events: pl.DataFrame, schema: Schema) -> None:
    law = _law(schema, HEAVY)
    found = induce("score", events, "truth", schema=schema, budget=FPR, incumbent=law, time_limit=1e-9)
    assert found.stopped is not None
    assert found.ruleset.rules == (HEAVY,)


def test_forbidden_features_and_directions_bind_the_incumbent_too(
    events: pl.DataFrame, schema: Schema
) -> None:
    law = _law(schema, HEAVY)
    for bounds in ({"forbidden": ["kind"]}, {"monotone": {"mass": "down"}}):
        found = induce(
            "score", events, "truth", schema=schema, budget=FPR, incumbent=law, time_limit=1e-9, **bounds
        )
        assert HEAVY.id not in [rule.id for rule in found.ruleset.rules]


def test_a_sum_keeps_the_words_of_equal_rules(events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.03, rules=6, literals=12)
    first = induce("score", events, "truth", schema=schema, budget=budget, method="boosted-rules")
    rules = tuple(
        rule.model_copy(update={"id": f"law-{place}", "because": "Enacted.", "origin": "human"})
        for place, rule in enumerate(first.ruleset.rules)
    )
    law = replace(first.ruleset, rules=rules)
    again = induce(
        "score", events, "truth", schema=schema, budget=budget, method="boosted-rules", incumbent=law
    )
    assert again.ruleset.rules == rules
    assert again.ruleset.version == law.version


def test_a_sum_with_other_points_keeps_ids_and_says_what_it_does_now(
    events: pl.DataFrame, schema: Schema
) -> None:
    budget = Budget(false_positive_rate=0.03, rules=6, literals=12)
    first = induce("score", events, "truth", schema=schema, budget=budget, method="boosted-rules").ruleset
    rules = tuple(
        rule.model_copy(
            update={"id": f"law-{place}", "points": rule.points + 1, "title": "Old", "because": "Enacted."}
        )
        for place, rule in enumerate(first.rules)
    )
    law = replace(first, rules=rules)
    again = induce(
        "score", events, "truth", schema=schema, budget=budget, method="boosted-rules", incumbent=law
    ).ruleset
    assert [rule.id for rule in again.rules] == [rule.id for rule in rules]
    assert [rule.points for rule in again.rules] == [rule.points for rule in first.rules]
    assert all(rule.title == "Old" and rule.because != "Enacted." for rule in again.rules)
    assert again.version == "0.2.0"


def test_a_rule_that_does_not_fit_the_schema_is_named(events: pl.DataFrame, schema: Schema) -> None:
    alien = Rule(id="alien", when=_when("speed > 3"), then="accept")
    with pytest.raises(BindError, match="rule alien: unknown feature 'speed'"):
        induce(
            "score", events, "truth", schema=schema, budget=FPR, method="tree", incumbent=_law(schema, alien)
        )


BOXES = (
    _when("mass > 100"),
    _when("100 < mass <= 110", "hits == 3"),
    _when("kind in {r, g}", "flag == true"),
    _when("kind != b", "`Time of flight` < 2.5"),
    _when("mass is missing"),
    _when("id >= 1152921504606847100"),
    AllOf(
        (AnyOf((parse_literal("mass > 105"), parse_literal("mass is missing"))), parse_literal("hits != 99"))
    ),
)


@pytest.mark.parametrize("condition", BOXES, ids=str)
def test_a_region_holds_the_events_of_its_condition(
    condition: AllOf, events: pl.DataFrame, schema: Schema
) -> None:
    encoding = encode(events.select(schema.names), schema)
    region = region_of(bind(condition, schema), encoding)
    law = _law(schema, Rule(id="box", when=condition, then="accept"))
    expected = PolarsRunner(rulekit.compile(law, "polars")).hit_matrix(events)["box"].to_numpy()
    assert region is not None
    assert (hits(region, encoding) == expected).all()
    assert 0 < expected.sum() < len(expected)


def test_what_is_no_box_has_no_region(events: pl.DataFrame, schema: Schema) -> None:
    encoding = encode(events.select(schema.names), schema)
    either = AllOf((AnyOf((parse_literal("mass > 105"), parse_literal("hits > 3"))),))
    assert region_of(bind(either, schema), encoding) is None
    assert region_of(bind(_when("mass > 1000"), schema), encoding) is None
    assert np.isfinite(encoding.filled).all()
