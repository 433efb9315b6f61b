"""A ruleset as boxes, by hand: which bits are whose."""

import pytest

import rulekit
from rulekit.analysis.space.boxed_ruleset import box_ruleset, box_rulesets, outcome_function
from rulekit.analysis.space.outcome_functions import FirstHitOutcome, ScoreOutcome
from rulekit.errors import LawError

HEAD = """
name: t
version: 1.0.0
schema: {{name: t, version: 1.0.0, features: [{{name: a, dtype: int32}}, {{name: b, dtype: int32}}]}}
hit_policy: {policy}
otherwise: no
"""
FIRST = (
    HEAD.format(policy="first")
    + """
rules:
  - {id: one, when: [{any: [a > 1, b > 1]}], then: yes}
  - {id: two, when: [a > 5], then: maybe}
  - {id: three, when: [b < 0], then: yes}
"""
)
SCORE = (
    HEAD.format(policy="score").replace("otherwise: no", "otherwise: low\nthresholds: {high: 3}")
    + """
rules:
  - {id: one, when: [a > 1], points: 2}
  - {id: two, when: [{any: [b > 1, b < -5]}], points: 2}
"""
)


@pytest.fixture(scope="module")
def first():
    return box_ruleset(
        rulekit.load(FIRST.replace("then: yes", "then: 'yes'").replace("otherwise: no", "otherwise: 'no'"))
    )


@pytest.fixture(scope="module")
def score():
    return box_ruleset(rulekit.load(SCORE))


def test_boxes_are_numbered_rule_after_rule(first):
    assert first.bits == (0b0011, 0b0100, 0b1000)
    assert first.labels == ("yes", "yes", "maybe", "yes")
    assert first.all == 0b1111
    assert first.owners == {0: 0, 1: 0, 2: 1, 3: 2}
    assert [first.before(rule) for rule in range(3)] == [0, 0b0011, 0b0111]


def test_boxes_of_an_outcome_and_rules_of_boxes(first):
    assert first.outcome(0) == first.outcome(2) == 0b1011
    assert first.outcome(1) == 0b0100
    assert first.rules_of(0b1010) == (0, 2)
    assert first.rules_of(0) == ()


def test_the_regions_of_a_rule_are_its_own(first):
    assert [len(first.regions(rule)) for rule in range(3)] == [2, 1, 1]
    ((axis, atoms),) = first.regions(1)[0].items()
    assert first.index.space.axes[axis].feature.name == "a"
    assert atoms >> first.index.space.axes[axis].place(6) & 1
    assert not atoms >> first.index.space.axes[axis].place(5) & 1


def test_what_is_decided_without_a_rule(first):
    full, less = first.outcome_function, outcome_function(first, without=0)
    assert isinstance(full, FirstHitOutcome)
    assert full.point(0b0101) == "yes"
    assert less.point(0b0101) == "maybe"
    assert less.point(0b0001) == "no"


def test_points_without_a_rule_and_with_others(score):
    full = score.outcome_function
    assert isinstance(full, ScoreOutcome)
    assert [full.point(hits) for hits in (0b000, 0b001, 0b011, 0b111)] == ["low", "low", "high", "high"]
    assert outcome_function(score, without=1).point(0b111) == "low"
    assert outcome_function(score, without=1, base=1).point(0b111) == "high"


def test_each_literal_has_a_variant(first):
    assert [[variant.place for variant in of_rule] for of_rule in first.variants] == [[0, 1], [0], [0]]
    alternative, term = first.variants[0][0], first.variants[1][0]
    assert alternative.rest is not None
    assert term.rest is None
    assert term.reason == alternative.reason == ""


def test_two_rulesets_share_one_index():
    law = rulekit.load(SCORE)
    one, other = box_rulesets([law, law])
    assert one.index is other.index
    assert one.bits == (0b001, 0b110)
    assert other.bits == (0b001000, 0b110000)
    assert other.regions(1) == one.regions(1)


def test_a_rule_that_does_not_fit_the_schema_is_an_error():
    with pytest.raises(LawError, match="unknown feature"):
        box_ruleset(rulekit.load(SCORE.replace("a > 1", "aa > 1")))
