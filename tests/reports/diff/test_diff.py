"""A comparison as a value: versions, sentences, bumps, and what is not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shop import RULES, SCHEMA, law, make_events

from rulekit.ir.semantics import decide
from rulekit.reports.diff.diff import answer_of, bump_of, diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.store.compare import compare

OLD = law()
FEWER = law(version="1.3.0", rules=RULES[:-1])


def test_versions_and_where_they_were_read_from() -> None:
    found = diff_of(compare(OLD, FEWER), sources=("a.yaml", None))
    assert (found.old.version, found.old.rules, found.old.source) == ("1.2.3", 4, "a.yaml")
    assert (found.new.digest, found.new.rules, found.new.source) == (FEWER.digest, 3, None)
    assert list(found.removed) == ["dear"]
    assert found.removed["dear"].startswith("If amount is more than 700 EUR")
    assert found.added == {}


def test_each_region_holds_an_event_that_both_versions_decide() -> None:
    found = diff_of(compare(OLD, FEWER))
    assert (found.verdict, found.complete, found.alike) == ("changed", True, False)
    assert found.regions
    for region in found.regions:
        event = dict(region.event)
        assert (decide(OLD, event).outcome, decide(FEWER, event).outcome) == (region.old, region.new)
        assert (decide(OLD, event).rule, decide(FEWER, event).rule) == (region.old_rule, region.new_rule)


@pytest.mark.parametrize("shown", [0, 1, 2, 50])
def test_regions_beyond_those_shown_are_counted(shown: int) -> None:
    comparison = compare(OLD, law(version="2.0.0", rules=RULES[2:]))
    whole, part = diff_of(comparison, shown=50), diff_of(comparison, shown=shown)
    assert len(part.regions) == min(shown, len(whole.regions))
    assert sum(part.more.values()) + len(part.regions) == len(whole.regions)
    assert part.regions == whole.regions[: len(part.regions)]


def test_regions_are_ordered_by_their_reference_events() -> None:
    events = make_events(300)
    found = diff_of(compare(OLD, law(version="2.0.0", rules=RULES[2:])), ReferenceOptions(events))
    shares = [region.reference.part for region in found.regions if region.reference is not None]
    assert len(shares) == len(found.regions)
    assert shares == sorted(shares, reverse=True)
    assert found.reference is not None
    assert sum(shares) == found.reference.changed.part


def test_answers_in_a_sentence() -> None:
    same = compare(OLD, replace(OLD, version="1.2.4"))
    assert answer_of(same) == "No decision changes: proved for every event."
    count = len(compare(OLD, FEWER).differences.regions)
    regions = "1 region" if count == 1 else f"{count} regions"
    assert (
        answer_of(compare(OLD, FEWER)) == f"Decisions change for {regions}, and for no other event: proved."
    )
    required = [{**each, "required": each["name"] in {"amount", "cards"}} for each in SCHEMA["features"]]
    strict = law(version="2.0.0", schema={**SCHEMA, "features": required})
    assert "events that lack cards" in answer_of(compare(OLD, strict))
    scaled = [{**RULES[0], "prescale": 4}, *RULES[1:]]
    menus = compare(law(hit_policy="collect"), law(hit_policy="collect", rules=scaled, version="1.3.0"))
    assert answer_of(menus).startswith("No outcome changes, but hits of rules do")


@pytest.mark.parametrize(
    ("new", "least", "because"),
    [
        (OLD, "none", "the texts say the same"),
        (law(rules=[{**RULES[0], "title": "Cards"}, *RULES[1:]]), "patch", "only words change"),
        (FEWER, "minor", "decisions change"),
        (law(otherwise="wait"), "major", "the outcomes change"),
        (
            law(schema={**SCHEMA, "features": SCHEMA["features"][:-1]}, rules=[*RULES[:2], RULES[3]]),
            "major",
            "the features change",
        ),
    ],
    ids=["same", "words", "rules", "outcomes", "features"],
)
def test_how_far_the_version_must_rise(new, least: str, because: str) -> None:
    bump = bump_of(compare(OLD, new))
    assert (bump.least, bump.because) == (least, because)
    assert bump.enough == (least == "none" or new.version != OLD.version)
