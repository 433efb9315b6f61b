"""Two versions compared: whether decisions change, and how far the version must rise for it."""

from dataclasses import replace

import pytest
from fixtures import FRAUD, TRIGGER
from lawfolders import amend, make_law

import rulekit
from rulekit.store.acts.enact import enact
from rulekit.store.compare import compare

OLD = rulekit.load(FRAUD)


def compared(*pairs, version="1.2.0", text=FRAUD):
    new = text
    for old, other in pairs:
        assert old in new
        new = new.replace(old, other, 1)
    return compare(rulekit.load(text), replace(rulekit.load(new), version=version))


@pytest.mark.parametrize(
    ("old", "new", "bump", "verdict", "alike"),
    [
        ("amount > 5000", "amount > 5000.0", None, "same", True),
        ("title: Large", "title: Very large", "patch", "same", True),
        (">= 4", "> 3", "minor", "same", True),
        ('amount > 50"', 'amount > 60"', "minor", "changed", False),
        ("then: block", "then: stop", "major", "changed", False),
        ("bounds: [0, 1000]", "bounds: [0, 999]", "major", "same", True),
        ("bounds: [0, 1000]", "required: true", "major", "changed", False),
        ("dtype: float64", "dtype: float32", "major", "undecided", False),
    ],
)  # fmt: skip
def test_the_least_bump_and_what_is_decided(old, new, bump, verdict, alike):
    found = compared((old, new))
    assert (found.bump, found.differences.verdict, found.decides_alike) == (bump, verdict, alike)
    least = {None: "1.2.0", "patch": "1.2.1", "minor": "1.3.0", "major": "2.0.0"}[bump]
    assert found.least == least
    assert found.is_enough is (bump is None)
    assert compared((old, new), version=least).is_enough
    assert compared((old, new), version="10.0.0").is_enough


def test_a_version_that_falls_is_not_enough():
    assert not compared(version="1.1.9").is_enough


def test_each_hit_counts_under_collect():
    same = TRIGGER.replace("then: met", "then: dimuon")
    second = "  - {id: inner, when: [16 <= dimuon_mass < 17], then: dimuon}\n"
    found = compare(rulekit.load(same + second), rulekit.load(same + second.replace("< 17", "< 18")))
    assert found.differences.verdict == "same"
    assert [change.rule for change in found.differences.hits] == ["inner"]
    assert not found.decides_alike
    assert not compared(("then: met", "then: met\n    prescale: 2"), text=TRIGGER).decides_alike
    assert compared(text=TRIGGER).decides_alike


def test_laws_are_compared_by_any_name(tmp_path):
    folder = make_law(tmp_path / "law")
    enact(folder)
    amend(folder)
    found = rulekit.diff(f"{folder}@1.2.0", folder)
    assert [region.old.outcome for region in found.differences.regions] == ["approve"]
    assert found.is_enough
