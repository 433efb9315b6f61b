"""The search against brute force over every point of a small space, for predicates given as plain functions."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.analysis.search.predicates import Decides, Differs, FirstHit
from rulekit.analysis.search.search import SearchBudget, find, find_all
from rulekit.analysis.space.axes import Axis
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.outcome_functions import FirstHitOutcome, ScoreOutcome
from rulekit.analysis.space.space import Space
from rulekit.errors import UndecidedError
from rulekit.ir.condition import Compare
from rulekit.ir.numerics import Native
from rulekit.ir.schema import DType, Feature

SIZES = (5, 4, 3)


def small_space():
    """A space of three required int32 axes with 5, 4 and 3 atoms."""
    axes = []
    for number, size in enumerate(SIZES):
        feature = Feature(name=f"x{number}", dtype=DType.INT32, required=True)
        axes.append(Axis(feature, [Compare(feature.name, ">=", 10 * edge) for edge in range(1, size)]))
    return Space(tuple(axes), Native())


SPACE = small_space()
ATOMS = [st.integers(1, (1 << size) - 1) for size in SIZES]
REGIONS = st.lists(
    st.dictionaries(st.integers(0, 2), st.integers(1, 31), max_size=3).map(
        lambda region: {axis: atoms & (1 << SIZES[axis]) - 1 or 1 for axis, atoms in region.items()}
    ),
    min_size=1,
    max_size=6,
)
BOXES = st.tuples(*ATOMS)


def points(box):
    """Every point of a box, one place per axis."""
    return [
        point
        for point in product(*(range(size) for size in SIZES))
        if all(atoms >> place & 1 for atoms, place in zip(box, point, strict=True))
    ]


def held(regions, point):
    """The boxes that contain a point, straight from the regions."""
    return sum(
        1 << bit
        for bit, region in enumerate(regions)
        if all(atoms >> point[axis] & 1 for axis, atoms in region.items())
    )


@st.composite
def predicates(draw, count):
    """Draw a predicate, and what it says of the boxes that hold an event, as a function of its own."""
    everything = (1 << count) - 1
    kind = draw(st.sampled_from(("first", "decides", "differs", "score")))
    if kind == "first":
        wanted = draw(st.integers(0, everything))
        unwanted = draw(st.integers(0, everything)) & ~wanted
        nothing = draw(st.booleans())

        def first(hits):
            order = [bit for bit in range(count) if hits >> bit & 1 and (wanted | unwanted) >> bit & 1]
            return bool(wanted >> order[0] & 1) if order else nothing

        return FirstHit(wanted, unwanted, nothing), first
    if kind == "score":
        rules = [(1 << bit, draw(st.integers(-3, 3))) for bit in range(count)]
        law = ScoreOutcome(rules, [("low", 1), ("high", 3)], "none")

        def scored(hits):
            total = sum(gain for boxes, gain in rules if boxes & hits)
            return total >= 3

        return Decides(law, lambda outcome: outcome == "high"), scored
    labels = [draw(st.sampled_from("ab")) for _ in range(count)]
    law = FirstHitOutcome(everything, labels, "a")

    def decided(hits, boxes=everything):
        order = [labels[bit] for bit in range(count) if hits & boxes & 1 << bit]
        return order[0] if order else "a"

    if kind == "decides":
        return Decides(law, lambda outcome: outcome == "b"), lambda hits: decided(hits) == "b"
    fewer = draw(st.integers(0, everything))
    other = FirstHitOutcome(fewer, labels, "a")
    return Differs(law, other), lambda hits: decided(hits) != decided(hits, fewer)


@settings(max_examples=25)
@given(st.data())
def test_find_all_gives_exactly_the_points_and_each_once(data):
    regions, start = data.draw(REGIONS), data.draw(BOXES)
    predicate, wanted = data.draw(predicates(len(regions)))
    pieces = list(find_all(Index(SPACE, regions), start, predicate, SearchBudget()))
    found = [point for piece in pieces for point in points(piece)]
    assert len(found) == len(set(found)), "the pieces are disjoint"
    assert set(found) == {point for point in points(start) if wanted(held(regions, point))}


@settings(max_examples=25)
@given(st.data())
def test_find_gives_a_piece_of_the_kind_or_proves_that_there_is_none(data):
    regions, start = data.draw(REGIONS), data.draw(BOXES)
    predicate, wanted = data.draw(predicates(len(regions)))
    near = data.draw(st.none() | BOXES)
    piece = find(Index(SPACE, regions), start, predicate, near=near)
    if piece is None:
        assert not any(wanted(held(regions, point)) for point in points(start))
    else:
        assert points(piece)
        assert set(points(piece)) <= set(points(start))
        assert all(wanted(held(regions, point)) for point in points(piece))


@settings(max_examples=25)
@given(st.data())
def test_a_point_and_a_piece_of_one_point_are_decided_alike(data):
    regions = data.draw(REGIONS)
    predicate, wanted = data.draw(predicates(len(regions)))
    for point in points(SPACE.everything):
        hits = held(regions, point)
        assert predicate.point(hits) == wanted(hits)
        assert predicate.piece(hits, hits) == wanted(hits)


def test_an_empty_start_has_no_event_and_costs_nothing():
    index = Index(SPACE, [{0: 1}])
    budget = SearchBudget(0)
    assert find(index, (0, 3, 3), FirstHit(1, 0, nothing=True), budget) is None
    assert budget.left == 0


def test_a_spent_budget_is_an_answer_of_its_own():
    regions = [{0: 1 << place} for place in range(4)]
    index = Index(SPACE, regions)
    only_last = FirstHit(wanted=0, unwanted=index.all, nothing=True)
    with pytest.raises(UndecidedError, match="the search was given up") as raised:
        find(index, SPACE.everything, only_last, SearchBudget(2))
    assert raised.value.hint == "a larger budget may decide it"
    assert find(index, SPACE.everything, only_last) == (1 << 4, SPACE.everything[1], SPACE.everything[2])


def test_a_budget_counts_down_to_zero_and_no_further():
    budget = SearchBudget(2)
    budget.spend()
    budget.spend()
    assert budget.left == 0
    with pytest.raises(UndecidedError):
        budget.spend()


def test_an_event_next_to_a_known_one_is_tried_first():
    index = Index(SPACE, [{0: 0b1}, {1: 0b1}])
    hits_first = FirstHit(wanted=0b1, unwanted=0b10, nothing=False)
    near = (0b10, 0b10, 0b1)  # outside of the start; one step along the first axis is inside, and hits box 0
    start = (0b11101, *SPACE.everything[1:])
    assert find(index, start, hits_first, SearchBudget(0), near) == (0b1, 0b10, 0b1)
