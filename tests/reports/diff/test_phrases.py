"""Phrases about what a new version changes."""

from __future__ import annotations

from typing import Any

import pytest

from rulekit.reports.diff.model import Bump, ChangedRegion, ChangedValidity, RegionBox
from rulekit.reports.diff.phrases import (
    became,
    bump_in_words,
    deciders,
    event_in_words,
    more_boxes,
    others,
    unless,
    validity,
    where_in_words,
)


def region(**changes: Any) -> ChangedRegion:
    given = {"old": "review", "new": "block", "old_rule": "a", "new_rule": "b", "where": (), "unless": (),
             "points": None, "through": (), "plausible": True, "event": {}}  # fmt: skip
    return ChangedRegion.model_validate({**given, **changes})


def test_outcomes_then_and_now() -> None:
    assert became(region()) == "review became block"


@pytest.mark.parametrize(
    ("old", "new", "through", "words"),
    [
        ("a", "b", (), "by a then, by b now"),
        ("a", "a", (), "by a, then and now"),
        (None, "b", (), "by no rule then, by b now"),
        ("a", None, (), "by a then, by no rule now"),
        (None, None, (), ""),
        (None, None, ("a",), "through a"),
        (None, None, ("a", "b", "c"), "through a, b and c"),
    ],
)
def test_which_rules_decide(old: str | None, new: str | None, through: tuple[str, ...], words: str) -> None:
    assert deciders(region(old_rule=old, new_rule=new, through=through)) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, ""),
        (1, "unless r1 hits"),
        (2, "unless r1 or r2 hits"),
        (7, "unless r1, r2, r3, r4, r5, r6 or r7 hits"),
        (8, "unless r1, r2, r3, r4, r5, r6 or one of 2 other rules hits"),
        (1300, "unless r1, r2, r3, r4, r5, r6 or one of 1,294 other rules hits"),
    ],
)
def test_exceptions_are_counted_where_they_are_many(count: int, words: str) -> None:
    assert unless(region(unless=tuple(f"r{number}" for number in range(1, count + 1)))) == words


def test_boxes_of_events() -> None:
    assert (more_boxes(1), more_boxes(2)) == ("in 1 more box", "in one of 2 more boxes")
    assert where_in_words(RegionBox(when=(), words=())) == "any event"
    assert where_in_words(RegionBox(when=("x > 1",), words=("x is more than 1", "y is missing"))) == (
        "x is more than 1, and y is missing"
    )


def test_events_in_words() -> None:
    event = {"amount": 60.0, "country": None, "share": 0.25, "far": "inf", "online": True, "cards": 50000}
    assert event_in_words(event) == (
        "amount 60, country missing, share 0.25, far inf, online true, cards 50,000"
    )
    assert event_in_words({}) == "an event without features"


def test_how_far_the_version_must_rise() -> None:
    none = Bump(least="none", because="the texts say the same", least_version="1.0.0", enough=True)
    assert (
        bump_in_words(none, "1.0.0") == "No new version is needed: the texts say the same. 1.0.0 is enough."
    )
    minor = Bump(least="minor", because="decisions change", least_version="1.1.0", enough=False)
    assert bump_in_words(minor, "1.0.1") == (
        "At least 1.1.0, a MINOR change: decisions change. 1.0.1 is too low."
    )


def test_events_that_become_valid_or_invalid() -> None:
    gone = ChangedValidity(feature="cards", old="block", new="invalid", event={"amount": 3})
    assert validity(gone) == "become invalid. One that was block: amount 3"
    come = ChangedValidity(feature="cards", old="invalid", new="block", event={"amount": 3})
    assert validity(come) == "become valid. One that is block now: amount 3"


def test_regions_that_are_not_shown() -> None:
    assert others({}) == ""
    assert others({"a became b": 1}) == "1 more region: a became b in 1"
    many = {f"{letter} became z": number for number, letter in enumerate("abcdef", start=1)}
    assert others(many) == (
        "21 more regions: f became z in 6, e became z in 5, d became z in 4, c became z in 3, and 2 kinds more"
    )
    five = {f"{letter} became z": 1 for letter in "abcde"}
    assert "kinds more" not in others(five)
