"""What an amendment changes, and how far the version must rise for it."""

import pytest
from fixtures import FRAUD

import rulekit
from rulekit.store.versions.versions import changes, least_bump, least_version, version_key

OLD = rulekit.load(FRAUD)


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ("title: Large amount abroad", "title: Much money abroad", "patch"),
        ("unit: EUR", "unit: EUR, doc: What is paid", "patch"),
        ("amount > 5000", "amount > 4000", "minor"),
        ("amount > 5000", "amount > 5000.0", "patch"),
        ("then: block", "then: review", "major"),
        ("bounds: [0, 1000]", "bounds: [0, 999]", "major"),
        ("  - id: large-abroad", "  - id: large", "minor"),
    ],
)
def test_the_least_bump(old, new, bump):
    assert old in FRAUD
    assert least_bump(OLD, rulekit.load(FRAUD.replace(old, new))) == bump


def test_the_least_version_after_a_bump():
    assert [least_version("1.2.3", bump) for bump in ("patch", "minor", "major")] == [
        "1.2.4",
        "1.3.0",
        "2.0.0",
    ]
    assert version_key("1.10.0") > version_key("1.9.9")


def test_changes_are_told_by_rule_id():
    text = FRAUD.replace("amount > 5000", "amount > 4000").replace("Many cards from", "Cards from")
    added = "  - {id: free, when: [amount < 1], then: review}\n"
    found = changes(OLD, rulekit.load(text.replace("hit_policy: first ", "hit_policy: collect ") + added))
    assert (found.added, found.removed) == (("free",), ())
    assert (found.changed, found.reworded) == (("large-abroad",), ("many-cards-one-device",))
    assert found.fields == ("hit_policy",)
    assert str(found).splitlines() == [
        "  + free",
        "  ~ large-abroad",
        "  = many-cards-one-device  (words only)",
        "  ~ hit_policy of the ruleset",
    ]


def test_another_order_is_a_change():
    head, first, second = FRAUD.partition("  # card testing")[0], *FRAUD.split("  - id: ")[1:]
    found = changes(OLD, rulekit.load(f"{head}  - id: {second}  - id: {first}"))
    assert (found.changed, found.fields) == ((), ("order",))
    assert changes(OLD, OLD).fields == ()
