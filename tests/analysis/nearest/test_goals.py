"""Goals: an alternative is a condition that every solution meets, checked over all sets of boxes."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rulekit
from rulekit.analysis.nearest.goals import FirstHitGoal, ScoreGoal, goal_of
from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.space.boxed_ruleset import box_ruleset
from rulekit.analysis.space.outcome_functions import ScoreOutcome

COUNT = 5
ALL = (1 << COUNT) - 1
BITS = st.integers(0, ALL)
STATES = range(ALL + 1)


def made(move, before, after):
    """Whether a move was made from one set of boxes to another."""
    was, now = before >> move.box & 1, after >> move.box & 1
    return (not was and now) if move.enter else (was and not now)


def meets(alternative, before, after):
    rules = {}
    for move in alternative.moves:
        if made(move, before, after):
            rules[move.rule] = max(move.gain, rules.get(move.rule, 0))
    return sum(rules.values()) >= alternative.need


@settings(max_examples=30)
@given(BITS, BITS, st.booleans(), BITS)
def test_every_solution_of_a_first_hit_meets_an_alternative(wanted, unwanted, nothing, hits):
    goal = FirstHitGoal(FirstHit(wanted, unwanted & ~wanted, nothing))
    assume(not goal.point(hits))
    alternatives = list(goal.alternatives(hits))
    for after in STATES:
        if goal.point(after):
            assert any(meets(alternative, hits, after) for alternative in alternatives), bin(after)


OWNERS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2}
RULES = (0b00011, 0b00100, 0b11000)


@settings(max_examples=30)
@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3), st.integers(-3, 4), st.integers(0, 2), BITS)
def test_every_solution_of_a_score_meets_an_alternative(points, low, width, hits):
    sums = ScoreOutcome(list(zip(RULES, points, strict=True)), [], "none")
    goal = ScoreGoal(sums, OWNERS, [(low, low + width)])
    assume(not goal.point(hits))
    alternatives = list(goal.alternatives(hits))
    for after in STATES:
        if goal.point(after):
            assert any(meets(alternative, hits, after) for alternative in alternatives), bin(after)


@settings(max_examples=30)
@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3), BITS)
def test_the_sum_counts_each_rule_once(points, hits):
    sums = ScoreOutcome(list(zip(RULES, points, strict=True)), [], "none")
    total = sum(gain for boxes, gain in zip(RULES, points, strict=True) if boxes & hits)
    assert ScoreGoal(sums, OWNERS, [(total, total)]).point(hits)
    assert not ScoreGoal(sums, OWNERS, [(total + 1, None), (None, total - 1)]).point(hits)


LAW = """
name: t
version: 1.0.0
schema: {name: t, version: 1.0.0, features: [{name: a, dtype: int32}]}
hit_policy: score
otherwise: low
thresholds: {middle: 2, high: 5}
rules: [{id: r, when: [a > 1], points: 2}]
"""


@pytest.mark.parametrize(
    ("wanted", "spans"),
    [
        ({"low"}, [(None, 1)]),
        ({"middle"}, [(2, 4)]),
        ({"high"}, [(5, None)]),
        ({"low", "middle"}, [(None, 4)]),
        ({"low", "high"}, [(None, 1), (5, None)]),
        ({"low", "middle", "high"}, [(None, None)]),
        (set(), []),
    ],
)
def test_outcomes_are_intervals_of_the_sum(wanted, spans):
    goal = goal_of(box_ruleset(rulekit.load(LAW)), frozenset(wanted))
    assert isinstance(goal, ScoreGoal)
    assert list(goal.spans) == spans


def test_a_goal_under_first_knows_the_boxes_of_its_outcomes(fraud):
    goal = goal_of(box_ruleset(fraud), frozenset(["block"]))
    assert isinstance(goal, FirstHitGoal)
    assert goal.predicate.nothing is False
    assert goal.predicate.wanted & goal.predicate.unwanted == 0
    assert goal_of(box_ruleset(fraud), frozenset(["approve"])).predicate.nothing is True
