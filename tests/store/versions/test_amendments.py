"""What an amendment says, rule by rule and term by term."""

import pytest
from fixtures import FRAUD, TRIGGER

import rulekit
from rulekit.store.versions.amendments import feature_changes, field_changes, rule_changes

OLD = rulekit.load(FRAUD)
EITHER = "either country is none of SE, NO or device age"


def changed(*pairs, text=FRAUD):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return rulekit.load(text)


def edits(old, new):
    (change,) = rule_changes(OLD, changed((old, new)))
    return change.kind, [edit.words for edit in change.edits]


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        ("amount > 50", "amount > 60", "changed", ["amount: more than 50 EUR became more than 60 EUR"]),
        ("amount > 50", "30 < amount <= 60", "changed",
         ["amount: more than 50 EUR became more than 30 and at most 60 EUR"]),
        ("amount > 50", "amount == 50", "changed", ["amount: more than 50 EUR became exactly 50 EUR"]),
        ("country not in {SE}", "country in {NO}", "changed", ["country: not SE became NO"]),
        ('"amount > 50", ', "", "changed", ["no longer asks that amount is more than 50 EUR"]),
        ("amount > 5000", "amount > 5000, device_age < 9", "changed",
         ["also asks that device age is less than 9 day"]),
        ('"device_age is missing"', '"device_age < 1"', "changed",
         [f"{EITHER} is missing became {EITHER} is less than 1 day"]),
        ("then: block", "then: review", "changed", ["outcome: block became review"]),
        ("title: Large amount abroad", "title: Much abroad", "reworded",
         ["title: Large amount abroad became Much abroad"]),
    ],
)  # fmt: skip
def test_one_rule_is_told_by_what_became_of_its_terms(old, new, kind, words):
    assert edits(old, new) == (kind, words)


def test_the_same_threshold_in_another_spelling_is_no_change():
    assert list(rule_changes(OLD, changed(("amount > 5000", "amount > 5000.0")))) == []


def test_rules_that_come_go_and_move():
    head, first, second = FRAUD.partition("  # card testing")[0], *FRAUD.split("  - id: ")[1:]
    first = "  - id: " + first
    third = "  - {id: small, when: [amount < 1], then: review}\n"
    moved = rulekit.load(f"{head}{third}  - id: {second}{first}")
    assert {(change.kind, change.id) for change in rule_changes(OLD, moved)} in (
        {("added", "small"), ("moved", "large-abroad")},
        {("added", "small"), ("moved", "many-cards-one-device")},
    )
    gone = rulekit.load(f"{head}{first}")
    assert [(change.kind, change.id) for change in rule_changes(OLD, gone)] == [("removed", "large-abroad")]


def test_points_and_prescales_are_told():
    menu = rulekit.load(TRIGGER)
    (change,) = rule_changes(menu, changed(("then: met", "then: met\n    prescale: 10"), text=TRIGGER))
    assert [edit.words for edit in change.edits] == ["prescale: 1 became 10"]


def test_fields_of_the_ruleset():
    told = field_changes(OLD, changed(("otherwise: approve", "otherwise: block"), ("first ", "any ")))
    assert [edit.words for edit in told] == [
        "hit policy: first became any",
        "otherwise: approve became block",
    ]
    (claim,) = field_changes(OLD, changed(("otherwise: approve", "otherwise: approve\ncomplete: true")))
    assert claim.words == "complete: no became yes"


def test_features():
    new = changed(
        ("bounds: [0, 1000]", "bounds: [0, 500], required: true"),
        ("dtype: float64, unit: day", "dtype: float32, unit: day"),
        ("    - {name: country", "    - {name: hour, dtype: int32}\n    - {name: country"),
    )
    found = {change.name: change for change in feature_changes(OLD.schema, new.schema)}
    assert {name: change.kind for name, change in found.items()} == {
        "hour": "added", "cards_per_device_1h": "changed", "device_age": "changed",
    }  # fmt: skip
    assert [edit.words for edit in found["cards_per_device_1h"].edits] == [
        "bounds: 0, 1000 became 0, 500",
        "required: no became yes",
    ]
    assert [change.kind for change in feature_changes(new.schema, OLD.schema) if change.name == "hour"] == [
        "removed"
    ]
