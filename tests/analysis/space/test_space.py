"""Atoms, boxes and regions against the reference semantics, on rulesets of any kind."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rulekit.analysis.space.axes import Axis, places, runs
from rulekit.analysis.space.boxed_ruleset import box_ruleset
from rulekit.analysis.space.conditions import condition_lines, condition_of
from rulekit.analysis.space.index import random_point
from rulekit.analysis.space.space import MAX_BOXES, Space
from rulekit.analysis.space.witness import witness
from rulekit.errors import TooManyBoxesError
from rulekit.ir.canonical import bind
from rulekit.ir.condition import AllOf, AnyOf, Compare
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import INVALID, HitPolicy, Rule, Ruleset
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.ir.semantics import decide, holds
from rulekit.testing.events import events
from rulekit.testing.strategies import numerics, rulesets


@given(st.data())
def test_the_boxes_that_hold_an_event_are_the_hits(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    law = box_ruleset(ruleset, numbers)
    event = data.draw(events(ruleset, numbers))
    decision = decide(ruleset, event, numbers)
    assume(decision.outcome != INVALID)
    hits = law.index.hits(law.index.space.locate(event))
    assert tuple(ruleset.rules[rule].id for rule in law.rules_of(hits)) == decision.hits
    assert law.outcome_function.point(hits) == decision.outcome


@given(st.data())
def test_a_witness_lies_in_its_piece(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    space = box_ruleset(ruleset, numbers).index.space
    chance = data.draw(st.randoms(use_true_random=False))
    piece = tuple(1 << place for place in random_point(space.everything, chance))
    located = space.locate(witness(space, piece))
    assert tuple(1 << place for place in located) == piece


@given(st.data())
def test_a_piece_in_words_is_that_piece(data):
    ruleset = data.draw(rulesets())
    space = box_ruleset(ruleset).index.space
    piece = tuple(
        data.draw(st.integers(1, axis.everything)) & axis.everything or axis.everything for axis in space.axes
    )
    event = data.draw(events(ruleset))
    assume(decide(ruleset, event).outcome != INVALID)
    condition = condition_of(space, piece)
    inside = all(atoms >> place & 1 for atoms, place in zip(piece, space.locate(event), strict=True))
    assert holds(condition, bind_event(ruleset.schema.features, event)) == inside
    assert all(isinstance(line, str) and line for line in condition_lines(condition, ruleset.schema))
    rebound = bind(condition, ruleset.schema)
    assert holds(rebound, bind_event(ruleset.schema.features, event)) == inside


@pytest.mark.parametrize(
    ("dtype", "low", "high", "empty"),
    [
        ("float32", 1.0, 1.00000011920928955078125, True),
        ("float32", 1.0, 1.0000002384185791015625, False),
        ("float64", 1.0, 1.0000000000000002, True),
        ("float64", 0.0, 5e-324, True),
        ("int32", 4, 5, True),
        ("int64", 2**53, 2**53 + 2, False),
    ],
)
def test_an_open_interval_between_neighbours_is_empty(dtype, low, high, empty):
    axis = Axis(Feature(name="x", dtype=DType(dtype)), [Compare("x", ">", low), Compare("x", "<", high)])
    assert (axis.where(Compare("x", ">", low)) & axis.where(Compare("x", "<", high)) == 0) is empty


def test_a_witness_near_the_largest_float():
    most = 1.7976931348623157e308
    feature = Feature(name="x", dtype=DType.FLOAT64)
    axis = Axis(feature, [Compare("x", ">", 1.75e308), Compare("x", "<=", most)])
    piece = axis.where(Compare("x", ">", 1.75e308)) & axis.where(Compare("x", "<=", most))
    assert 1.75e308 < witness(Space((axis,), Native()), (piece,))["x"] <= most


def test_runs_and_places_are_the_bits():
    for atoms in (0, 1, 0b1011_0011, 1 << 300, (1 << 200) - 1):
        assert sum(1 << place for place in places(atoms)) == atoms
        assert sum((1 << end) - (1 << start) for start, end in runs(atoms)) == atoms


def test_a_condition_of_too_many_boxes_is_told():
    features = tuple(Feature(name=f"x{n}", dtype=DType.INT32) for n in range(26))
    pair = [AnyOf((Compare(f"x{n}", ">", 0), Compare(f"x{n + 13}", ">", 0))) for n in range(13)]
    ruleset = Ruleset(
        name="t",
        version="1.0.0",
        schema=Schema(name="t", version="1.0.0", features=features),
        hit_policy=HitPolicy.ANY,
        otherwise="no",
        rules=(Rule(id="wide", when=AllOf(tuple(pair)), then="yes"),),
    )
    with pytest.raises(TooManyBoxesError, match=f"rule wide needs more than {MAX_BOXES:,} boxes"):
        box_ruleset(ruleset)
