# ruff: noqa: S311 - randomness picks places to look
"""The index against a plain reading of the boxes, point by point."""

import random
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rulekit.analysis.space.axes import Axis, places
from rulekit.analysis.space.index import Index, random_point
from rulekit.analysis.space.space import Space
from rulekit.ir.condition import Compare
from rulekit.ir.numerics import Native
from rulekit.ir.schema import DType, Feature

SIZES = (4, 3, 3)
SPACE = Space(
    tuple(
        Axis(
            Feature(name=f"x{axis}", dtype=DType.INT32, required=True),
            [Compare(f"x{axis}", ">=", edge) for edge in range(1, size)],
        )
        for axis, size in enumerate(SIZES)
    ),
    Native(),
)
POINTS = list(product(*map(range, SIZES)))
REGION = st.fixed_dictionaries(
    {}, optional={axis: st.integers(1, (1 << size) - 1) for axis, size in enumerate(SIZES)}
)
REGIONS = st.lists(REGION, max_size=6)
BOX = st.tuples(*(st.integers(1, (1 << size) - 1) for size in SIZES))


def within(point, box):
    return all(atoms >> place & 1 for atoms, place in zip(box, point, strict=True))


def holds(region, point):
    return all(atoms >> point[axis] & 1 for axis, atoms in region.items())


def bits(flags):
    return sum(1 << bit for bit, flag in enumerate(flags) if flag)


def test_the_space_has_the_atoms_that_the_tests_count_on():
    assert tuple(axis.everything.bit_count() for axis in SPACE.axes) == SIZES


@settings(max_examples=30)
@given(REGIONS, BOX)
def test_a_query_tells_which_boxes_intersect_and_which_contain(regions, box):
    inside = [point for point in POINTS if within(point, box)]
    intersecting, containing = Index(SPACE, regions).query(box)
    assert intersecting == bits(any(holds(region, point) for point in inside) for region in regions)
    assert containing == bits(all(holds(region, point) for point in inside) for region in regions)


@settings(max_examples=30)
@given(REGIONS, REGION)
def test_meeting_is_the_query_of_a_region(regions, region):
    index = Index(SPACE, regions)
    assert index.meeting(region) == index.query(SPACE.box(region, SPACE.everything))[0]


@settings(max_examples=30)
@given(REGIONS)
def test_hits_and_what_lies_along_an_axis(regions):
    index = Index(SPACE, regions)
    for point in POINTS:
        assert index.hits(point) == bits(holds(region, point) for region in regions)
    for axis, size in enumerate(SIZES):
        moved = [(*POINTS[-1][:axis], place, *POINTS[-1][axis + 1 :]) for place in range(size)]
        assert index.along(POINTS[-1], axis)[:size] == [index.hits(point) for point in moved]


@settings(max_examples=30)
@given(REGIONS, st.sampled_from(POINTS))
def test_boxes_come_by_the_number_of_axes_that_keep_them_apart(regions, point):
    found = list(Index(SPACE, regions).by_axes_apart(point))
    expected = [0] * (len(SIZES) + 1)
    for bit, region in enumerate(regions):
        apart = sum(not atoms >> point[axis] & 1 for axis, atoms in region.items())
        expected[apart] |= 1 << bit
    assert found == expected


@settings(max_examples=30)
@given(REGIONS, BOX)
def test_the_box_of_the_fewest_cuts_is_kept_out_by_no_more_axes_than_any_other(regions, box):
    index = Index(SPACE, regions)
    intersecting, containing = index.query(box)
    among = intersecting & ~containing
    assume(among)

    def cuts(bit):
        return sum(bool(box[axis] & ~atoms) for axis, atoms in regions[bit].items())

    chosen = index.fewest_cuts(box, among)
    assert among >> chosen & 1
    least = min(cuts(bit) for bit in places(among))
    assert cuts(chosen) == least or min(cuts(chosen), least) > 2
    if least <= 2:
        assert chosen == min(bit for bit in places(among) if cuts(bit) == least)


@settings(max_examples=30)
@given(REGION, BOX)
def test_a_cut_parts_a_box_into_disjoint_pieces_outside_and_one_inside(region, box):
    index = Index(SPACE, [region])
    assume(index.query(box)[0])
    outside, inner = index.pieces(box, 0)
    parts = [{point for point in POINTS if within(point, piece)} for piece in (*outside, inner)]
    assert sum(map(len, parts)) == len(set().union(*parts))
    assert parts[-1] == {point for point in POINTS if within(point, box) and holds(region, point)}
    assert set().union(*parts) == {point for point in POINTS if within(point, box)}


@settings(max_examples=30)
@given(BOX, st.integers(0, 1000))
def test_a_random_point_lies_in_its_box(box, seed):
    assert within(random_point(box, random.Random(seed)), box)


def test_every_point_of_a_box_can_be_drawn():
    chance, box = random.Random(1), (0b1011, 0b101, 0b1)
    drawn = {tuple(random_point(box, chance)) for _ in range(300)}
    assert drawn == {point for point in POINTS if within(point, box)}
