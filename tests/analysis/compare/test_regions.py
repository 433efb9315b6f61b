"""Regions: merging of pieces and their extent, against a count of points."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.analysis.compare.regions import DecidedAs, DifferingRegion, extent, in_order, merge_adjacent
from rulekit.analysis.space.axes import Axis
from rulekit.analysis.space.space import Space
from rulekit.ir.condition import Compare
from rulekit.ir.numerics import Native
from rulekit.ir.schema import DType, Feature

SIZES = (3, 3, 2)
POINTS = list(product(*map(range, SIZES)))


def within(point, piece):
    return all(atoms >> place & 1 for atoms, place in zip(piece, point, strict=True))


def covered(pieces):
    return [point for piece in pieces for point in POINTS if within(point, piece)]


@settings(max_examples=30)
@given(st.sets(st.sampled_from(POINTS)))
def test_merging_keeps_the_points_each_once(points):
    pieces = [tuple(1 << place for place in point) for point in points]
    merged = merge_adjacent(pieces)
    found = covered(merged)
    assert sorted(found) == sorted(points)
    assert len(merged) <= len(pieces)


@settings(max_examples=30)
@given(st.sets(st.sampled_from(POINTS)))
def test_no_two_merged_pieces_differ_in_one_axis_only(points):
    merged = merge_adjacent(tuple(1 << place for place in point) for point in points)
    for number, one in enumerate(merged):
        for other in merged[number + 1 :]:
            assert sum(mine != theirs for mine, theirs in zip(one, other, strict=True)) > 1


def test_a_whole_block_becomes_one_piece():
    pieces = [tuple(1 << place for place in point) for point in POINTS]
    assert merge_adjacent(pieces) == [(0b111, 0b111, 0b11)]
    assert merge_adjacent([]) == []


def bounded_space():
    """Two whole numbers: one within 0 to 99 cut at 10 and 50, one without bounds cut at 0."""
    bounded = Feature(name="n", dtype=DType.INT32, bounds=(0, 99), required=True)
    free = Feature(name="m", dtype=DType.INT32, required=True)
    cuts = [Compare("n", ">=", 10), Compare("n", ">=", 50)]
    return Space((Axis(bounded, cuts), Axis(free, [Compare("m", ">=", 0)])), Native())


def test_the_extent_is_the_share_of_the_values():
    space = bounded_space()
    n, m = space.axes
    tenth = n.where(Compare("n", "<", 10)) & n.plausible
    assert extent(space, [(tenth, m.everything)]) == float(Fraction(10, 100))
    middle = n.where(Compare("n", ">=", 10)) & n.where(Compare("n", "<", 50))
    assert extent(space, [(middle, m.where(Compare("m", ">=", 0)))]) == 0.4 * 0.5
    assert extent(space, [space.plausible]) == 1.0
    assert extent(space, []) == 0.0
    assert extent(space, [(tenth, m.everything), (middle, m.everything)]) == 0.5


def region(pieces, *, plausible):
    return DifferingRegion(tuple(pieces), {}, DecidedAs("a"), DecidedAs("b"), plausible)


def test_plausible_regions_come_first_then_large_ones():
    space = bounded_space()
    n, m = space.axes
    small = region([(n.where(Compare("n", "<", 10)), m.everything)], plausible=True)
    large = region([(n.where(Compare("n", ">=", 10)), m.everything)], plausible=True)
    odd = region([space.everything], plausible=False)
    assert in_order(space, [odd, small, large]) == (large, small, odd)


def test_exceptions_of_both_laws_are_named_once():
    found = DifferingRegion((), {}, DecidedAs("a"), DecidedAs("b"), True, ("x", "y"), ("y", "z"))
    assert found.unless == ("x", "y", "z")
