"""What predicates say of a piece, held to what they say of every point that can be in it."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.analysis.search.predicates import Decides, Differs, FirstHit
from rulekit.analysis.space.outcome_functions import FirstHitOutcome, ScoreOutcome

COUNT = 4
BITS = st.integers(0, (1 << COUNT) - 1)
PIECES = [(meeting, containing) for meeting in range(1 << COUNT) for containing in range(1 << COUNT)
          if containing & ~meeting == 0]  # fmt: skip
"""The boxes that intersect a piece with those that contain it: every way there is."""


def possible_hits(intersecting, containing):
    """All sets of boxes that an event may be in: those that contain the piece, and any of those that meet it."""
    open_bits = [1 << bit for bit in range(COUNT) if intersecting & ~containing & 1 << bit]
    for size in range(len(open_bits) + 1):
        for chosen in combinations(open_bits, size):
            yield containing | sum(chosen)


PREDICATES = st.one_of(
    st.builds(
        lambda wanted, unwanted, nothing: FirstHit(wanted, unwanted & ~wanted, nothing),
        BITS,
        BITS,
        st.booleans(),
    ),
    st.builds(
        lambda labels, boxes: Decides(FirstHitOutcome(boxes, labels, "a"), lambda found: found == "b"),
        st.lists(st.sampled_from("abc"), min_size=COUNT, max_size=COUNT),
        BITS,
    ),
    st.builds(
        lambda points, base: Decides(
            ScoreOutcome([(1 << n, gain) for n, gain in enumerate(points)], [("b", 2)], "a", base),
            lambda found: found == "b",
        ),
        st.lists(st.integers(-3, 3), min_size=COUNT, max_size=COUNT),
        st.integers(-2, 2),
    ),
    st.builds(
        lambda labels, one, other: Differs(
            FirstHitOutcome(one, labels, "a"), FirstHitOutcome(other, labels, "b")
        ),
        st.lists(st.sampled_from("abc"), min_size=COUNT, max_size=COUNT),
        BITS,
        BITS,
    ),
)


@settings(max_examples=15)
@given(PREDICATES)
def test_a_verdict_on_a_piece_holds_for_every_event_that_can_be_in_it(predicate):
    for meeting, containing in PIECES:
        verdict = predicate.piece(meeting, containing)
        if verdict is not None:
            assert {predicate.point(hits) for hits in possible_hits(meeting, containing)} == {verdict}


@settings(max_examples=40)
@given(PREDICATES, BITS)
def test_a_piece_that_no_box_cuts_is_always_decided(predicate, hits):
    assert predicate.piece(hits, hits) is predicate.point(hits)


@settings(max_examples=15)
@given(PREDICATES)
def test_a_cut_is_along_boxes_that_meet_the_piece_and_do_not_contain_it(predicate):
    for meeting, containing in PIECES:
        if predicate.piece(meeting, containing) is None:
            boxes, _ = predicate.cut(meeting, containing)
            assert boxes
            assert boxes & ~meeting == 0
            assert boxes & containing == 0


@settings(max_examples=15)
@given(BITS, BITS, st.booleans())
def test_where_a_cut_drops_the_inside_no_event_of_it_is_wanted(wanted, unwanted, nothing):
    predicate = FirstHit(wanted, unwanted & ~wanted, nothing)
    for meeting, containing in PIECES:
        if predicate.piece(meeting, containing) is not None:
            continue
        boxes, inner_counts = predicate.cut(meeting, containing)
        for bit in range(COUNT):
            if boxes >> bit & 1 and not inner_counts:
                within = possible_hits(meeting, containing | 1 << bit)
                assert not any(predicate.point(hits) for hits in within)


@pytest.mark.parametrize(
    ("hits", "expected"), [(0b000, True), (0b001, True), (0b010, False), (0b011, True), (0b110, False)]
)
def test_the_first_hit_among_the_named_boxes_counts(hits, expected):
    assert FirstHit(wanted=0b101, unwanted=0b010, nothing=True).point(hits) is expected
