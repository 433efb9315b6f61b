"""Outcome functions against every event that a piece can hold."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.analysis.space.outcome_functions import FirstHitOutcome, ScoreOutcome, lowest

COUNT = 4
BITS = st.integers(0, (1 << COUNT) - 1)
PIECES = [(meeting, containing) for meeting in range(1 << COUNT) for containing in range(1 << COUNT)
          if containing & ~meeting == 0]  # fmt: skip


def possible_hits(intersecting, containing):
    bits = [1 << bit for bit in range(COUNT) if intersecting & ~containing & 1 << bit]
    return [containing | sum(some) for size in range(len(bits) + 1) for some in combinations(bits, size)]


FIRST = st.builds(
    FirstHitOutcome, BITS, st.lists(st.sampled_from("abc"), min_size=COUNT, max_size=COUNT), st.just("o")
)
# two rules of two boxes each, so that a rule hits when any of its boxes does
SCORE = st.builds(
    lambda one, other, base: ScoreOutcome([(0b0011, one), (0b1100, other)], [("b", 1), ("c", 3)], "a", base),
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.integers(-3, 3),
)


@settings(max_examples=40)
@given(FIRST | SCORE, BITS, BITS)
def test_possible_holds_every_outcome_of_a_piece(function, meeting, holding):
    containing = meeting & holding
    said = function.possible(meeting, containing)
    real = {function.point(hits) for hits in possible_hits(meeting, containing)}
    assert real <= said
    if len(said) == 1:
        assert real == said


@settings(max_examples=15)
@given(FIRST | SCORE)
def test_open_boxes_meet_the_piece_and_do_not_contain_it(function):
    for meeting, containing in PIECES:
        if len(function.possible(meeting, containing)) > 1:
            boxes = function.open(meeting, containing)
            assert boxes
            assert boxes & ~meeting == 0
            assert boxes & containing == 0


@settings(max_examples=40)
@given(SCORE, BITS, BITS)
def test_the_range_of_a_sum_holds_the_sum_of_every_event(function, meeting, holding):
    containing = meeting & holding
    low, high = function.range(meeting, containing)
    (_, one), (_, other) = function.rules
    for hits in possible_hits(meeting, containing):
        total = function.base + (one if hits & 0b0011 else 0) + (other if hits & 0b1100 else 0)
        assert low <= total <= high


@pytest.mark.parametrize(
    ("score", "outcome"), [(-5, "none"), (9, "none"), (10, "low"), (19, "low"), (20, "high"), (99, "high")]
)
def test_a_sum_is_named_by_the_highest_step_that_it_reaches(score, outcome):
    assert ScoreOutcome((), [("low", 10), ("high", 20)], "none").named(score) == outcome


def test_a_rule_of_several_boxes_gives_its_points_once():
    function = ScoreOutcome([(0b11, 5)], [("yes", 5), ("twice", 10)], "no")
    assert [function.point(hits) for hits in (0b00, 0b01, 0b10, 0b11)] == ["no", "yes", "yes", "yes"]


def test_the_first_hit_is_the_lowest_bit():
    function = FirstHitOutcome(0b110, ["x", "y", "z"], "none")
    assert [function.point(hits) for hits in (0b001, 0b010, 0b111, 0b100)] == ["none", "y", "y", "z"]
    assert [lowest(bits) for bits in (0b1, 0b1000, 0b1010)] == [0, 3, 1]
