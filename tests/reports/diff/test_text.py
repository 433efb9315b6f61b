"""A comparison on a terminal: everything it says is said, in lines of at most 80."""

from __future__ import annotations

import pytest
from shop import RULES, law, make_events, score_law

from rulekit.reports.diff.diff import diff_of
from rulekit.reports.diff.events import ReferenceOptions
from rulekit.reports.diff.text import to_text, wrapped
from rulekit.store.compare import compare

NEWER = law(version="1.3.0", rules=[{**RULES[0], "when": ["cards >= 3", "amount > 50"]}, *RULES[1:3]])


@pytest.fixture(scope="module")
def told():
    options = ReferenceOptions(make_events(300), truth="fraud", id="payment")
    return diff_of(compare(law(), NEWER), options, ("old.yaml", "new.yaml"))


def test_head_and_version(told) -> None:
    lines = to_text(told).splitlines()
    assert lines[0] == "shop.card: 1.2.3 to 1.3.0"
    assert told.sentence.split(",")[0] in lines[1]
    assert "version  At least 1.3.0, a MINOR change: decisions change. 1.3.0 is enough." in lines


def test_no_line_is_longer_than_a_terminal(told) -> None:
    text = to_text(told)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\N{NO-BREAK SPACE}" not in text


def test_regions_events_and_rules_are_named(told) -> None:
    text = to_text(told)
    for region in told.regions:
        assert f"{region.old} became {region.new}" in text
    assert "  removed   dear\n" in text
    assert "300 reference events" in text
    for example in told.reference.newly[:3]:
        assert example.event in text
    assert f"{told.reference.gained.count:,}, " in text


def test_laws_that_say_the_same() -> None:
    text = to_text(diff_of(compare(law(), law())))
    assert text.splitlines()[1] == "No decision changes: proved for every event."
    assert "No new version is needed" in text
    assert "decisions that change" not in text


def test_sums_of_points_are_told_of() -> None:
    points = [{**rule, "points": 4} if rule["id"] == "many-cards" else rule for rule in _scored()]
    thresholds = {"review": 3, "block": 5}
    new = law(version="1.3.0", hit_policy="score", thresholds=thresholds, rules=points)
    text = to_text(diff_of(compare(score_law(), new)))
    assert "the points were" in text
    assert "1 fewer now" in text


def _scored() -> list[dict]:
    points = {"many-cards": 5, "away": 3, "known": -2, "dear": 2}
    return [
        {**{key: value for key, value in rule.items() if key != "then"}, "points": points[rule["id"]]}
        for rule in RULES
    ]


@pytest.mark.parametrize(
    ("head", "indent", "second"),
    [("", None, ""), ("  a  ", None, "     "), ("  a  ", 2, "  "), ("", 4, "    ")],
)
def test_long_texts_are_wrapped_under_their_head(head: str, indent: int | None, second: str) -> None:
    lines = wrapped("word " * 40, head, indent).splitlines()
    assert len(lines) > 2
    assert lines[0].startswith(f"{head}word")
    assert all(line.startswith(f"{second}word") for line in lines[1:])
    assert all(len(line) <= 80 for line in lines)
    assert "x" * 120 in wrapped("x" * 120, head)
