"""Atoms of one axis against the semantics of literals, on both sides of every edge."""

import math

import pytest

from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.search.search import find
from rulekit.analysis.space.axes import Axis, FixedGrid
from rulekit.analysis.space.conditions import condition_lines, condition_of
from rulekit.analysis.space.index import Index
from rulekit.analysis.space.space import Space
from rulekit.ir.condition import SIGNS, Compare, Member
from rulekit.ir.floats import next_float32
from rulekit.ir.numerics import FixedFormat, Native
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.ir.semantics import holds

STEPS = {
    DType.INT32: lambda value, towards: value + (1 if towards > value else -1),
    DType.FLOAT32: next_float32,
    DType.FLOAT64: math.nextafter,
}


def near(dtype, value):
    step = STEPS[dtype]
    return [step(value, -math.inf), value, step(value, math.inf)]


@pytest.mark.parametrize("dtype", list(STEPS))
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("threshold", [-7, 0, 1, 100])
def test_a_literal_holds_on_its_atoms_and_on_no_other(dtype, sign, threshold):
    literal = Compare("x", sign, threshold if dtype is DType.INT32 else float(threshold))
    axis = Axis(Feature(name="x", dtype=dtype), [literal])
    for value in near(dtype, literal.value):
        assert axis.where(literal) >> axis.place(value) & 1 == holds(literal, {"x": value})
    assert not axis.where(literal) & axis.missing
    assert len(axis.atoms) == (4 if sign in {"==", "!="} else 3)  # no more than are told apart


def test_members_and_their_neighbours():
    literal = Member("x", (3, 4, 9))
    axis = Axis(Feature(name="x", dtype=DType.INT32), [literal])
    for value in range(1, 12):
        assert axis.where(literal) >> axis.place(value) & 1 == (value in {3, 4, 9})


@pytest.mark.parametrize("dtype", list(STEPS))
@pytest.mark.parametrize("rounding", ["nearest", "floor"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("fraction", [-2, 0, 1])
def test_on_a_grid_the_code_of_a_value_decides(dtype, rounding, sign, fraction):
    form = FixedFormat(width=4, fraction=fraction, signed=True)
    step = 2.0**-fraction
    for code in range(-10, 10):
        literal = Compare("x", sign, code)
        axis = Axis(Feature(name="x", dtype=dtype), [literal], FixedGrid(form, rounding))
        edges = [code * step, (code - 0.5) * step, (code + 0.5) * step, (code - 1) * step, -1000, 1000]
        for edge in edges:
            for value in near(dtype, math.floor(edge) if dtype is DType.INT32 else float(edge)):
                coded = {"x": form.encode(value, rounding)}
                assert axis.where(literal) >> axis.place(value) & 1 == holds(literal, coded), (code, value)


def space_of(*literals):
    return Space((Axis(Feature(name="x", dtype=DType.INT32), literals),), Native())


def test_a_wanted_box_before_an_unwanted_one_is_found_inside_of_it():
    wanted, unwanted = (
        [Compare("x", ">=", 5), Compare("x", "<=", 6)],
        [Compare("x", ">=", 4), Compare("x", "<=", 7)],
    )
    space = space_of(*wanted, *unwanted)
    axis = space.axes[0]
    regions = [{0: axis.where(low) & axis.where(high)} for low, high in (wanted, unwanted)]
    index = Index(space, regions)
    first = FirstHit(wanted=0b01, unwanted=0b10, nothing=False)
    assert find(index, space.everything, first) == (regions[0][0],)
    later = FirstHit(wanted=0b10, unwanted=0b01, nothing=False)
    assert find(index, (regions[0][0],), later) is None


def test_what_is_next_to_another_event_lies_where_it_was_searched():
    literals = [Compare("x", "<", 3), Compare("x", ">", 8)]
    space = space_of(*literals)
    low, high = (space.axes[0].where(literal) for literal in literals)
    index = Index(space, [{0: high}])
    wanted = FirstHit(wanted=0b1, unwanted=0, nothing=False)
    assert find(index, (low,), wanted, near=(space.axes[0].present & ~low & ~high,)) is None


def test_words_take_the_shorter_number():
    schema = Schema(name="t", version="1.0.0", features=(Feature(name="x", dtype=DType.FLOAT32),))
    literals = [Compare("x", ">", 5.0), Compare("x", "<=", float(2**-149))]
    space = Space((Axis(schema.features[0], literals),), Native())
    above = (space.axes[0].where(literals[0]),)
    assert condition_lines(condition_of(space, above), schema) == ["x > 5"]
    assert condition_lines(condition_of(space, space.everything), schema) == ["any event"]
