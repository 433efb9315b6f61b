"""Explanations against the reference semantics, on rulesets of any kind."""

import json

import pytest
from fixtures import FRAUD
from hypothesis import given
from hypothesis import strategies as st

import rulekit
from rulekit.errors import EventError, RulekitError
from rulekit.explanation.explainer import NEAR, REASONS, Explainer
from rulekit.explanation.text import as_text
from rulekit.ir.canonical import bind
from rulekit.ir.condition import literals
from rulekit.ir.event import bind_event
from rulekit.ir.notation.clauses import when_to_condition
from rulekit.ir.ruleset import INVALID, HitPolicy
from rulekit.ir.semantics import decide, holds
from rulekit.testing.events import events
from rulekit.testing.strategies import numerics, rulesets

TESTING = {"amount": 61, "cards_per_device_1h": 5, "country": "DK", "device_age": 30.0}


@given(st.data())
def test_an_explanation_is_that_of_the_decision(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    event = data.draw(events(ruleset, numbers))
    told = Explainer(ruleset, numerics=numbers).explain(event)
    decision = decide(ruleset, event, numbers)
    assert (told.outcome, told.rule, told.score) == (decision.outcome, decision.rule, decision.score)
    assert tuple(hit.rule for hit in told.hits) == decision.hits
    assert told.missing == decision.missing
    assert set(told.unknown) == set(event) - set(ruleset.schema.names)
    assert as_text(told).startswith(f"drawn 1.0.0: {decision.outcome}")
    assert json.loads(told.model_dump_json())["outcome"] == decision.outcome


@given(st.data())
def test_readings_say_what_the_semantics_say(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    event = data.draw(events(ruleset, numbers))
    told = Explainer(ruleset, numerics=numbers).explain(event)
    bound = bind_event(ruleset.schema.features, event)
    encoded = numbers.bind_event(bound)
    by_id = {rule.id: rule for rule in ruleset.rules}
    failing = [reading for near in told.why_not for reading in near.failing]
    assert all(reading.holds for reading in told.why)
    assert not any(reading.holds for reading in failing)
    for reading in (*told.why, *failing):
        condition = when_to_condition([reading.text])
        rebound = numbers.bind_condition(bind(condition, ruleset.schema), ruleset.schema)
        assert holds(rebound, encoded) == reading.holds
        assert set(literals(condition)) <= set(literals(by_id[reading.rule].when))
        assert reading.value == bound[reading.feature]


@given(st.data())
def test_the_nearest_rules_are_the_nearest(data):
    ruleset = data.draw(rulesets(max_rules=6))
    event = data.draw(events(ruleset))
    explainer = Explainer(ruleset)
    told = explainer.explain(event)
    law, distances = explainer.law, explainer.distances(event)
    ranks = {}
    for place, rule in enumerate(ruleset.rules):
        boxes = [
            (
                sum(not atoms >> distances.point[axis] & 1 for axis, atoms in region.items()),
                distances.to_box(region),
            )
            for region in law.regions(place)
        ]
        if boxes and min(boxes)[0]:
            ranks[rule.id] = (*min(boxes), place)
    assert [near.rule for near in told.why_not] == sorted(ranks, key=ranks.get)[:NEAR]


@given(st.data())
def test_reasons_are_hits_in_order_of_weight(data):
    ruleset = data.draw(rulesets(max_rules=8))
    told = Explainer(ruleset).explain(data.draw(events(ruleset)))
    ids = [hit.rule for hit in told.hits]
    assert len(told.reasons) <= REASONS
    if ruleset.hit_policy is not HitPolicy.SCORE:
        assert list(told.reasons) == ids[:REASONS]
        assert told.reasons[:1] == ((told.rule,) if told.rule else ())
        return
    points = {hit.rule: hit.points for hit in told.hits}
    reached = told.outcome in dict(ruleset.ladder)
    weights = [points[rule] * (1 if reached else -1) for rule in told.reasons]
    assert weights == sorted(weights, reverse=True)
    assert all(weight > 0 for weight in weights)
    left = [points[rule] * (1 if reached else -1) for rule in ids if rule not in told.reasons]
    assert len(weights) == REASONS or all(weight <= 0 for weight in left)


@given(st.data())
def test_a_counterfactual_holds_when_it_is_decided(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    event = data.draw(events(ruleset, numbers))
    found = Explainer(ruleset, numerics=numbers).explain(event).counterfactual
    assert found.answer in {"found", "none"}
    if found.answer == "found":
        changed = {**event, **{one.feature: one.after for one in found.changes}}
        decision = decide(ruleset, changed, numbers)
        assert decision.outcome == found.outcome
        assert decision.outcome in found.toward
        assert decision.outcome not in {decide(ruleset, event, numbers).outcome, INVALID}
        assert found.cost == pytest.approx(sum(one.cost for one in found.changes))


def explained(fraud, event, **limits):
    return Explainer(fraud, **limits).explain(event)


def test_what_the_deciding_rule_says(fraud):
    told = explained(fraud, TESTING)
    assert told.summary == "rule many-cards-one-device hits, and no other"
    assert [(one.text, one.margin, one.words) for one in told.why] == [
        ("cards_per_device_1h >= 4", 1.0, "cards per device 1h 5 is at least 4 cards, by 1"),
        ("amount > 50", 11.0, "amount 61 EUR is more than 50 EUR, by 11 EUR"),
        ("country not in {SE, NO}", None, "country is DK, none of SE, NO"),
    ]
    assert told.reasons == ("many-cards-one-device",)


def test_what_kept_a_rule_from_hitting(fraud):
    (near,) = explained(fraud, TESTING).why_not
    assert (near.rule, near.literals) == ("large-abroad", 2)
    assert [one.words for one in near.failing] == ["amount 61 EUR is not more than 5000 EUR, by 4939 EUR"]
    assert near.distance == pytest.approx(4939 / 50_000)


def test_the_least_change_is_in_the_scales_that_are_given(fraud):
    found = explained(fraud, TESTING).counterfactual
    assert [one.words for one in found.changes] == ["amount from 61 EUR down to 50 EUR, by 11 EUR"]
    assert (found.cost, found.outcome, found.rule) == (11 / 50_000, "approve", None)
    assert found.changes[0].scale_from == "bounds"
    found = explained(fraud, TESTING, scales={"amount": 1}).counterfactual
    assert [one.feature for one in found.changes] == ["cards_per_device_1h"]
    found = explained(fraud, TESTING, immutable=["amount"], monotone={"cards_per_device_1h": "up"})
    assert [one.words for one in found.counterfactual.changes] == ["country from DK to SE"]
    assert found.counterfactual.cost == 1.0


def test_a_threshold_that_must_be_passed_is_just_passed(fraud):
    found = Explainer(fraud).explain(TESTING, toward="block").counterfactual
    assert [one.words for one in found.changes] == [
        "amount from 61 EUR up to just above 5000 EUR, by 4939 EUR",
        "cards per device 1h from 5 down to 3, by 2",
    ]
    assert found.rule == "large-abroad"


def test_that_there_is_no_change_is_proved(fraud):
    found = explained(fraud, TESTING, immutable=fraud.schema.names).counterfactual
    assert (found.answer, found.changes, found.cost) == ("none", (), None)
    assert found.words == "no change that is allowed leads to block or approve; that is proved"


def test_a_search_that_is_given_up_says_so(fraud):
    found = explained(fraud, TESTING, budget=1).counterfactual
    assert found.answer == "undecided"
    assert found.words == "not found among the first 1 pieces of the space; there may be one"


def test_an_event_that_is_not_decided(fraud):
    told = explained(fraud, {"country": "SE"})
    assert (told.outcome, told.missing, told.hits, told.reasons) == (INVALID, ("amount",), (), ())
    assert told.summary == "amount is missing, and required: nothing is decided"
    (one,) = told.counterfactual.changes
    assert (one.feature, one.before, one.cost) == ("amount", None, 1.0)
    assert explained(fraud, {}, immutable=["amount"]).counterfactual.answer == "none"


def test_rules_behind_the_first_are_told(fraud):
    told = explained(fraud, {**TESTING, "amount": 9000})
    assert told.summary == "2 rules hit; many-cards-one-device comes first"
    text = as_text(told)
    assert "also hit, but later in the text\n  large-abroad (block)\n    Large amount abroad\n" in text


def test_the_public_face_is_the_same(fraud):
    assert rulekit.explain(fraud, TESTING, toward="block", immutable=["country"]) == rulekit.Explainer(
        fraud, immutable=["country"]
    ).explain(TESTING, toward="block")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"immutable": ["amuont"]}, "immutable: unknown feature 'amuont'.*did you mean amount"),
        ({"monotone": {"country": "up"}}, "monotone: country\n.*for a number, got up for a category"),
        ({"monotone": {"amount": "sideways"}}, "expected up or down.*got sideways"),
        ({"scales": {"amount": 0}}, "scales: amount\n  expected a finite number above 0, got 0"),
        ({"scales": {"amount": float("nan")}}, "got nan"),
        ({"scales": {"amount": float("inf")}}, "got inf"),
    ],
)
def test_limits_that_make_no_sense(fraud, limits, message):
    with pytest.raises(RulekitError, match=f"(?s){message}"):
        Explainer(fraud, **limits)


def test_questions_that_make_no_sense(fraud):
    explainer = Explainer(fraud)
    with pytest.raises(
        RulekitError, match="no such outcome\n  expected one of review, block, approve, got no"
    ):
        explainer.explain(TESTING, toward="no")
    with pytest.raises(RulekitError, match="got invalid"):
        explainer.explain(TESTING, toward="invalid")
    with pytest.raises(EventError, match="feature amount"):
        explainer.explain({**TESTING, "amount": "much"})


@given(st.data())
def test_text_fits_a_terminal(data):
    ruleset = rulekit.load(FRAUD)
    event = data.draw(events(ruleset))
    text = as_text(Explainer(ruleset).explain({name: event.get(name) for name in ruleset.schema.names}))
    assert max(map(len, text.splitlines())) <= 80
