"""The nearest event that gets an outcome against brute force: every point of every axis, decided one by one."""

from itertools import product
from math import prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rulekit.analysis.nearest.distance import (
    STEPS,
    Distances,
    Limits,
    axis_distances,
    in_scales,
    start_box,
)
from rulekit.analysis.nearest.goals import goal_of
from rulekit.analysis.nearest.search import nearest
from rulekit.analysis.search.search import SearchBudget
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.boxed_ruleset import box_ruleset
from rulekit.errors import UndecidedError
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.ir.semantics import decide
from rulekit.testing.events import events
from rulekit.testing.strategies import numerics, rulesets

POINTS = 2000


@st.composite
def limits(draw, schema):
    """Draw what may change of an event, and in which scales."""
    numbers = [feature.name for feature in schema.features if feature.dtype.is_number]
    some = st.sampled_from(schema.names)
    return Limits(
        immutable=draw(st.frozensets(some, max_size=1)),
        monotone=draw(st.dictionaries(st.sampled_from(numbers), st.sampled_from(("up", "down")), max_size=2))
        if numbers
        else {},
        scales=draw(st.dictionaries(some, st.sampled_from((0.25, 1.0, 3, 1e-3, 5e9)), max_size=3)),
        losable=draw(st.booleans()),
    )


def may_become(axis, limits, before, after):
    """Say whether a value may be changed into another one, straight from the words of the limits."""
    feature = axis.feature
    if before == after:
        return True
    if feature.name in limits.immutable or (after is None and feature.required):
        return False
    if after is None:
        return limits.losable
    if feature.categories is not None and after not in feature.categories:
        return False
    place = axis.place(after)
    if not axis.plausible >> place & 1:
        return False
    direction = limits.monotone.get(feature.name)
    return before is None or direction is None or (after > before) == (direction == "up")


def every_move(space, distances, limits):
    """Return, per axis, the places that an event may be moved to."""
    moves = []
    for number, axis in enumerate(space.axes):
        before = distances.values[number]
        moves.append(
            [
                place
                for place in places(axis.everything)
                if may_become(axis, limits, before, distances.value(number, place))
            ]
        )
    return moves


SCHEMA = Schema.model_validate(
    {
        "name": "dense",
        "version": "1.0.0",
        "features": [
            {"name": "age", "dtype": "int32", "bounds": [0, 9]},
            {"name": "amount", "dtype": "float32", "bounds": [0, 100], "unit": "EUR"},
            {"name": "ratio", "dtype": "float64"},
            {"name": "country", "dtype": "category", "categories": ["SE", "NO", "DK"]},
            {"name": "online", "dtype": "bool", "required": True},
        ],
    }
)
LITERALS = (
    *("age < 3", "age >= 3", "age > 6", "age in {4, 5}", "amount > 50", "amount <= 50", "amount >= 80"),
    *("ratio > 0.1", "ratio <= 0.1", "country == SE", "country not in {NO}", "online == true"),
    *("online == false", "age is missing", "ratio is not missing", "0.1 < ratio <= 0.7"),
)
EVENTS = st.fixed_dictionaries(
    {
        "age": st.sampled_from((None, 0, 3, 5, 9, 12)),
        "amount": st.sampled_from((None, 0.0, 50.0, 51.5, 99.0, -4.0)),
        "ratio": st.sampled_from((None, 0.1, 0.0, 0.7, 3.0)),
        "country": st.sampled_from((None, "SE", "NO", "XX")),
        "online": st.sampled_from((True, True, False, None)),
    }
)


@st.composite
def dense_laws(draw):
    """Draw a law of up to eight rules that overlap a lot."""
    policy = draw(st.sampled_from((*HitPolicy, HitPolicy.SCORE, HitPolicy.SCORE)))
    score = policy is HitPolicy.SCORE
    literal = st.sampled_from(LITERALS)
    some = st.lists(literal, min_size=2, max_size=3).map(lambda terms: {"any": terms})
    when = st.lists(literal | some, min_size=1, max_size=3)
    effect = (
        st.fixed_dictionaries({"points": st.integers(-3, 4)})
        if score
        else st.fixed_dictionaries({"then": st.sampled_from(("no", "look", "yes"))})
    )
    count = draw(st.integers(1, 8))
    rules = tuple(Rule(id=f"r{n}", when=draw(when), **draw(effect)) for n in range(count))
    ladder = {"look": draw(st.integers(-3, 3)), "yes": draw(st.integers(4, 8))} if score else None
    return Ruleset(
        name="dense",
        version="1.0.0",
        schema=SCHEMA,
        hit_policy=policy,
        otherwise="no",
        thresholds=ladder,
        rules=rules,
    )


def ask(data, ruleset, numbers, event):
    """Ask for the nearest event with another outcome, and hold the answer to all points there are."""
    law = box_ruleset(ruleset, numbers)
    space = law.index.space
    assume(prod(axis.everything.bit_count() for axis in space.axes) <= POINTS)
    limit = data.draw(limits(ruleset.schema))
    distances = Distances(axis_distances(space, limit), bind_event(ruleset.read, event))
    others = [one for one in ruleset.outcomes[:-1] if one != decide(ruleset, event, numbers).outcome]
    assume(others)
    wanted = data.draw(st.frozensets(st.sampled_from(others), min_size=1))
    found = nearest(law.index, start_box(limit, distances), goal_of(law, wanted), distances)

    best = None
    for point in product(*every_move(space, distances, limit)):
        decision = decide(ruleset, moved(event, distances, point), numbers)
        if decision.outcome in wanted:
            rank = rank_of(distances, point)
            best = rank if best is None else min(best, rank)
    if found is None:
        assert best is None
        return
    assert rank_of(distances, found.point) == best
    assert found.cost == best[0]
    assert decide(ruleset, moved(event, distances, found.point), numbers).outcome in wanted


def rank_of(distances, point):
    """Return the cost of a point, how many features it changes, and which."""
    costs = [distances.cost(axis, place) for axis, place in enumerate(point)]
    changed = tuple(axis for axis, cost in enumerate(costs) if cost)
    return sum(costs), len(changed), changed


def moved(event, distances, point):
    values = {
        ruler.axis.feature.name: distances.value(number, place)
        for number, (ruler, place) in enumerate(zip(distances.axes, point, strict=True))
    }
    return {**event, **values}


@given(st.data())
def test_nothing_is_nearer(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    ask(data, ruleset, numbers, data.draw(events(ruleset, numbers)))


@settings(max_examples=120)
@given(st.data(), dense_laws(), EVENTS)
def test_nothing_is_nearer_where_rules_overlap(data, ruleset, event):
    ask(data, ruleset, Native(), event)


@given(st.data())
def test_the_value_in_an_atom_is_its_nearest(data):
    ruleset = data.draw(rulesets())
    numbers = data.draw(numerics(ruleset))
    space = box_ruleset(ruleset, numbers).index.space
    limit = data.draw(limits(ruleset.schema))
    distances = Distances(
        axis_distances(space, limit), bind_event(ruleset.read, data.draw(events(ruleset, numbers)))
    )
    for number, axis in enumerate(space.axes):
        before, scale = distances.values[number], limit.scale(axis.feature)[0]
        for place, atom in enumerate(axis.atoms):
            after, cost = distances.value(number, place), distances.cost(number, place)
            assert axis.place(after) == place
            if place == distances.point[number]:
                assert (after, cost) == (before, 0)
            elif before is None or after is None:
                assert cost == STEPS
            elif not axis.feature.dtype.is_number:
                assert in_scales(cost) == 1 / scale
            else:
                least = min(abs(end - before) for end in (atom.low, atom.high))
                assert abs(after - before) == least
                assert cost >= 1
                assert in_scales(cost) == pytest.approx(min(least / scale, 1e260), abs=1e-38)


@given(st.data())
def test_the_nearest_of_some_atoms_costs_least(data):
    ruleset = data.draw(rulesets())
    space = box_ruleset(ruleset).index.space
    axes = axis_distances(space, data.draw(limits(ruleset.schema)))
    distances = Distances(axes, bind_event(ruleset.read, data.draw(events(ruleset))))
    for number, axis in enumerate(space.axes):
        atoms = data.draw(st.integers(1, (1 << len(axis.atoms)) - 1))
        cost, place = distances.nearest(number, atoms)
        assert atoms >> place & 1
        assert cost == distances.cost(number, place)
        assert cost == min(distances.cost(number, other) for other in places(atoms))


def law(policy, rules, **more):
    effect = "points" if policy == "score" else "then"
    return Ruleset(
        name="t",
        version="1.0.0",
        schema=SCHEMA,
        hit_policy=policy,
        otherwise="no",
        rules=tuple(Rule(id=f"r{n}", when=when, **{effect: what}) for n, (when, what) in enumerate(rules)),
        **more,
    )


def least(ruleset, event, wanted, limit=None):
    """Return the cost of the nearest event with an outcome, in scales, and the values that change."""
    boxed = box_ruleset(ruleset)
    limit = limit or Limits()
    distances = Distances(axis_distances(boxed.index.space, limit), bind_event(ruleset.read, event))
    found = nearest(boxed.index, start_box(limit, distances), goal_of(boxed, frozenset({wanted})), distances)
    changed = {
        ruler.axis.feature.name: distances.value(n, place)
        for n, (ruler, place) in enumerate(zip(distances.axes, found.point, strict=True))
        if place != distances.point[n]
    }
    return in_scales(found.cost), changed


def test_a_wanted_rule_behind_the_first_hit_is_not_left():
    rules = [(["online == false"], "yes"), (["age < 3"], "look"), (["amount > 50"], "yes")]
    event = {"online": True, "age": 2, "amount": 60.0}
    assert least(law("first", rules), event, "yes") == (1 / 9, {"age": 3})


def test_one_point_more_is_enough():
    ruleset = law("score", [(["age > 6"], 1), (["amount > 50"], 2)], thresholds={"look": 1, "yes": 2})
    event = {"online": True, "age": 5, "amount": 40.0}
    assert least(ruleset, event, "look")[1] == {"age": 7}
    assert least(ruleset, event | {"age": 9}, "no")[1] == {"age": 6}


def test_points_that_a_rule_takes_away_are_got_back_by_leaving_it():
    ruleset = law("score", [(["age > 6"], -2), (["amount > 50"], 3)], thresholds={"yes": 3})
    assert least(ruleset, {"online": True, "age": 9, "amount": 70.0}, "yes")[1] == {"age": 6}


def test_no_change_is_for_nothing():
    ruleset = law("first", [(["ratio > 0"], "yes")])
    cost, changed = least(ruleset, {"online": True, "ratio": 0.0}, "yes", Limits(scales={"ratio": 1e9}))
    assert (changed, cost > 0) == ({"ratio": 5e-324}, True)


def test_a_search_ends_at_its_budget():
    ruleset = law("first", [(["age > 6"], "yes")])
    boxed = box_ruleset(ruleset)
    distances = Distances(
        axis_distances(boxed.index.space, Limits()), bind_event(ruleset.read, {"online": True, "age": 1})
    )
    ask_for = goal_of(boxed, frozenset({"yes"}))
    with pytest.raises(UndecidedError, match="given up"):
        nearest(boxed.index, start_box(Limits(), distances), ask_for, distances, SearchBudget(1))
    assert (
        nearest(boxed.index, start_box(Limits(), distances), ask_for, distances, SearchBudget(2)) is not None
    )
