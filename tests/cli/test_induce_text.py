"""The answer of ``rulekit induce``: what stays of a law in force, where the draft is, and what JSON holds."""

import json
from pathlib import Path

import polars as pl
import pytest
from smalllaws import small_law

from rulekit.cli.induce_text import class_document, class_text, document, text
from rulekit.induction.results.classes import ClassInduction
from rulekit.induction.results.induction import Induction
from rulekit.induction.results.path import PathPoint
from rulekit.induction.selection.context import MethodResult
from rulekit.measures import EventLabels, measure

FOLDER = Path("laws/t")
RULES = [("hot", "a > 5", "x"), ("low", "b < 0", "x")]


@pytest.fixture
def result():
    ruleset = small_law(RULES)
    labels = EventLabels(8, truth=pl.Series([True] * 4 + [False] * 4))
    measures = measure(pl.Series([True, True, True, False] + [False] * 4), labels)
    path = (PathPoint(2, 2, measures, 0.03, ruleset),)
    return Induction(
        ruleset, path, measures, (), (MethodResult("tree", "any", 2, 2, 2, measures, 0.1),), 0.03
    )


@pytest.mark.parametrize(
    ("incumbent", "stay", "words"),
    [
        (None, None, ""),
        (RULES, ["hot", "low"], "Of 2 rules in force 2 stay: hot, low."),
        ([RULES[1], ("old", "a > 1", "x")], ["low"], "Of 2 rules in force 1 stay: low."),
        ([("hot", "a > 1", "x")], [], "Of 1 rules in force 0 stay: none."),
        ([("hot", "a > 5", "y")], [], "Of 1 rules in force 0 stay: none."),
    ],
)
def test_a_rule_stays_when_it_is_the_same_word_for_word(result, incumbent, stay, words):
    law = None if incumbent is None else small_law(incumbent)
    assert document(result, FOLDER, law)["stay"] == stay
    said = text(result, FOLDER, law)
    assert ("in force" in said) == bool(words)
    assert words in said


def test_the_last_line_says_where_the_draft_is(result):
    last = f"laws/t: draft of t, {result.ruleset.digest[:19]}"
    assert text(result, FOLDER).splitlines()[-1] == last
    classes = ClassInduction(result.ruleset, {"x": result.measures}, {"x": 0.03}, {"x": result})
    assert class_text(classes, FOLDER).splitlines()[-1] == last
    assert class_text(classes, FOLDER).startswith(str(classes))


def test_json_holds_the_numbers_and_not_the_law(result):
    found = json.loads(json.dumps(document(result, FOLDER), allow_nan=False))
    assert list(found) == [
        "folder", "digest", "rules", "measures", "rate_limit", "stopped", "stay", "selection", "path",
    ]  # fmt: skip
    assert (found["folder"], found["rules"], found["rate_limit"]) == ("laws/t", 2, 0.03)
    assert found["measures"]["efficiency"]["value"] == 0.75


def test_json_of_classes_holds_each_class_and_not_the_law(result):
    classes = ClassInduction(result.ruleset, {"x": result.measures}, {"x": 0.03}, {"x": result})
    found = json.loads(json.dumps(class_document(classes, FOLDER), allow_nan=False))
    assert "ruleset" not in found
    assert (found["folder"], found["digest"]) == ("laws/t", result.ruleset.digest)
    assert found["classes"]["x"]["rate_limit"] == 0.03
