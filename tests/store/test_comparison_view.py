"""How a comparison shows itself: every fact of the JSON by hand, and that text and HTML say it."""

import json
from dataclasses import replace

import pytest
from smalllaws import small_law

from rulekit.store.compare import compare
from rulekit.store.comparison_view import REGIONS, headline, to_html, to_text, verdict, version_words


def law(rules, version="1.0.0"):
    return replace(small_law(rules), version=version)


OLD = law([("r", "a > 5", "x")])


def test_equal_laws():
    found = compare(OLD, OLD)
    document = found.to_document()
    assert (document["verdict"], document["bump"], document["regions"]) == ("same", None, [])
    assert document["decides_alike"] is True
    assert repr(found) == "<Comparison t: 1.0.0 to 1.0.0, no decision changes, for any event>"
    assert str(found).splitlines()[-1] == "1.0.0: the texts are equal"


@pytest.fixture(scope="module")
def lowered():
    return compare(OLD, law([("r", "a > 1", "x")], "1.0.1"))


def test_a_lowered_threshold_as_json(lowered):
    document = json.loads(lowered.to_json())
    (region,) = document["regions"]
    assert region["where"] in ([["1 < a <= 5"]], [["2 <= a < 6"]], [["1 < a < 6"]], [["2 <= a <= 5"]])
    assert (region["old"], region["new"]) == (
        {"outcome": "low", "rule": None},
        {"outcome": "x", "rule": "r"},
    )
    assert 1 < region["event"]["a"] <= 5
    assert region["plausible"] is True
    assert (document["bump"], document["least_version"]) == ("minor", "1.1.0")
    assert document["version_is_enough"] is False
    assert [rule["id"] for rule in document["rules"]] == ["r"]
    assert document["hits"] == [{"rule": "r", "lost": 0, "gained": 1, "reason": None}]
    assert document["old"]["digest"] == OLD.digest


def test_a_lowered_threshold_as_text(lowered):
    lines = str(lowered).splitlines()
    assert lines[0] == "t: 1.0.0 to 1.0.1"
    assert lines[1] == "decisions change in 1 region"
    assert lines[2].startswith("  low became x (r): ")
    assert lines[-1] == "1.0.1 is too low: a minor change needs at least 1.1.0"
    assert any(line.startswith("  rule r: ") for line in lines)


def test_a_lowered_threshold_as_html(lowered):
    html = lowered._repr_html_()
    assert "decisions change in 1 region" in html
    assert "x (r)" in html
    assert "&lt;" in html, "conditions are escaped"
    assert "<script" not in html


def test_what_only_words_change_is_said():
    titled = replace(OLD, rules=(OLD.rules[0].model_copy(update={"title": "New"}),), version="1.0.1")
    document = compare(OLD, titled).to_document()
    assert (document["verdict"], document["bump"]) == ("same", "patch")
    assert version_words(document) == "1.0.1: a patch change, which needs at least 1.0.1"


def test_an_exception_is_named():
    old = law([("first", "b < 0", "y"), ("r", "a > 5", "x")])
    new = law([("first", "b < 0", "y"), ("r", "a > 1", "x")], "1.1.0")
    (region,) = compare(old, new).to_document()["regions"]
    assert region["unless"] == ["first"] or "b" in str(region["where"])


def test_two_names_are_both_in_the_headline():
    document = {"old": {"name": "a", "version": "1.0.0"}, "new": {"name": "b", "version": "2.0.0"}}
    assert headline(document) == "a and b: 1.0.0 to 2.0.0"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"verdict": "same", "decides_alike": False}, "only hits change"),
        (
            {"verdict": "undecided", "reason": "too hard"},
            "it is not known whether decisions change: too hard",
        ),
        (
            {"verdict": "changed", "regions": [1, 2], "invalid": [], "reason": None},
            "decisions change in 2 regions",
        ),
        (
            {"verdict": "changed", "regions": [1], "invalid": [], "reason": "given up"},
            "decisions change in 1 region; the list is incomplete: given up",
        ),
        (
            {"verdict": "changed", "regions": [], "invalid": [{"feature": "a"}], "reason": None},
            "events without a are invalid in one version only",
        ),
    ],
)
def test_the_answer_in_one_sentence(facts, expected):
    assert verdict(facts) == expected


def test_a_law_of_two_policies_is_shown():
    score = small_law([("r", "a > 1", 3)], "score")
    document = compare(OLD, score).to_document()
    assert document["bump"] == "major"
    assert json.dumps(document)


def test_long_answers_are_cut():
    many = {
        "old": {"name": "t", "version": "1.0.0"},
        "new": {"name": "t", "version": "1.1.0"},
        "verdict": "changed",
        "regions": [
            {
                "where": [["a > 1"]],
                "more_boxes": 2,
                "unless": [],
                "old": {"outcome": "x", "rule": None},
                "new": {"outcome": "y", "rule": "r"},
            }
        ]
        * (REGIONS + 3),
        "invalid": [],
        "reason": None,
        "fields": [],
        "features": [],
        "rules": [],
        "bump": "minor",
        "least_version": "1.1.0",
        "version_is_enough": True,
    }
    assert "and 3 more regions" in to_text(many)
    assert to_text(many).count("x became y (r): a > 1 or 2 more boxes") == REGIONS
    assert "and 3 more regions" in to_html(many)
