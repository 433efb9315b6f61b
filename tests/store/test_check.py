"""Checking laws by any of their names."""

import json

import pytest
from fixtures import FRAUD
from lawfolders import edit, make_law

import rulekit
from rulekit.errors import LawError
from rulekit.findings import LEVELS, Findings
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.store.check import check, check_law


def test_a_ruleset_its_text_its_file_and_its_folder_are_checked_alike(tmp_path):
    folder = make_law(tmp_path / "law")
    expected = check(rulekit.load(FRAUD))
    for source in (FRAUD, folder / "ruleset.yaml", folder):
        assert check(source) == expected
    assert isinstance(expected, Findings)


def test_precedents_of_a_folder_are_checked(tmp_path):
    folder = make_law(tmp_path / "law")
    edit(folder / "cases.yaml", "outcome: review", "outcome: block")
    found = check(folder)
    assert {finding.code for finding in found if finding.level != "note"} == {"precedent"}
    assert all("card testing" in finding.subject for finding in found if finding.code == "precedent")


def test_the_worst_comes_first():
    doubled = FRAUD.replace(
        "  - id: large-abroad",
        "  - {id: never, when: [amount > 5, amount < 4], then: block}\n  - id: large-abroad",
    ).replace("amount > 5000", "amount > 60000")
    levels = [finding.level for finding in check(doubled)]
    assert levels == sorted(levels, key=LEVELS.index)
    assert levels[0] == "error"
    assert "contradiction" in {finding.code for finding in check(doubled)}


def test_a_law_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(LawError):
        check(tmp_path / "nowhere.yaml")


def test_in_fixed_point_constant_literals_are_findings(trigger):
    law = rulekit.load(trigger)
    narrow, wide = (
        Fixed(
            formats={
                feature.name: FixedFormat(
                    width=width if feature.name == "met" else 32, fraction=0, signed=False
                )
                for feature in law.read
            },
            rounding="floor",
        )
        for width in (7, 12)  # up to 127, and up to 4095; the threshold is 150
    )
    assert "constant-literal" not in {finding.code for finding in check(law, wide)}
    constant = [finding for finding in check(law, narrow) if finding.code == "constant-literal"]
    assert [finding.subject for finding in constant] == ["rule high-met"]


def test_counts_and_places(tmp_path):
    folder = make_law(tmp_path / "law")
    checked = check_law(folder)
    by_code = {count.code: count for count in checked.counts}
    never = by_code["unreachable"]
    assert (never.proved, never.refuted, never.undecided) == (0, 2, 0)
    assert set(checked.places) == {"many-cards-one-device", "large-abroad"}
    assert checked.places["large-abroad"].line > checked.places["many-cards-one-device"].line
    assert check_law(rulekit.load(FRAUD)).places == {}
    assert json.loads(Findings(checked.findings).to_json()) is not None
