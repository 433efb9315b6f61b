"""Differences between two laws against brute force: every atom of the space of both, decided by the semantics."""

from dataclasses import replace
from itertools import product
from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rulekit.analysis.compare.differences import differences
from rulekit.analysis.compare.regions import DecidedAs, extent, merge_adjacent
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.space import Space, bound_conditions
from rulekit.analysis.space.witness import witness
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import INVALID, HitPolicy
from rulekit.ir.semantics import decide
from rulekit.testing.strategies import conditions, rulesets

POINTS = 400
FIRST = tuple(policy for policy in HitPolicy if policy is not HitPolicy.SCORE)


@st.composite
def amendments(draw, policies=tuple(HitPolicy)):
    """Draw a law and an amendment of it: rules rewritten, dropped, moved, added, given other effects or ids."""
    old = draw(rulesets(policies=policies))
    rules = list(old.rules)
    for _ in range(draw(st.integers(0, 3))):
        if not rules:
            break
        at = draw(st.integers(0, len(rules) - 1))
        rules[at : at + 1] = draw(first_hit_changes(old, rules[at]))
        if draw(st.booleans()):
            rules.append(rules.pop(at)) if at < len(rules) else None
    new = replace(old, rules=tuple(rules), **draw(heads(old)))
    return old, new


def first_hit_changes(old, rule):
    other = st.builds(lambda when: [rule.model_copy(update={"when": when})], conditions(old.schema))
    renamed = [rule.model_copy(update={"id": "renamed-" + rule.id})]
    kinds = [other, other, st.just([]), st.just(renamed)]
    if rule.points is not None:
        kinds.append(st.integers(-2, 4).map(lambda points: [rule.model_copy(update={"points": points})]))
    else:
        kinds.append(
            st.sampled_from(["accept", "reject"]).map(lambda it: [rule.model_copy(update={"then": it})])
        )
    return st.one_of(kinds)


def heads(old):
    kept = st.just({})
    otherwise = st.sampled_from([{"otherwise": "accept"}, {"otherwise": "reject"}])
    if old.thresholds is None:
        return st.one_of(kept, kept, otherwise)
    moved = {name: least + 1 for name, least in old.thresholds.items()}
    return st.one_of(kept, kept, otherwise, st.just({"thresholds": moved}))


def cells(space):
    assume(prod(axis.everything.bit_count() for axis in space.axes) <= POINTS)
    return list(product(*([1 << place for place in places(axis.everything)] for axis in space.axes)))


def held(region, cell, before, after):
    """Say whether a region says that it holds a cell: in its boxes, hit by no exception, with points in range."""
    inside = any(all(map(int.__and__, piece, cell)) for piece in region.pieces)
    excepted = set(region.unless_old) & set(before.hits) or set(region.unless_new) & set(after.hits)
    if before.score is None or after.score is None:
        return inside and not excepted
    low, high = region.points
    reached = (low is None or before.score >= low) and (high is None or before.score <= high)
    return inside and reached and after.score - before.score == region.shift


@given(amendments(FIRST))
def test_the_regions_are_where_the_decisions_differ(pair):
    check_regions(*pair)


@st.composite
def sums(draw):
    """Draw a small law that sums points, and an amendment of it in which most kinds of change are likely."""
    when = st.lists(st.sampled_from(["x > 5", "x <= 8", "y > 1", "c in {a}", "x is missing"]), max_size=2)
    points = st.integers(-2, 4)
    names = ["p", "q", "r", "s"]
    rules = {name: {"when": draw(when), "points": draw(points)} for name in names}
    again = {name: rule if draw(st.booleans()) else {"when": draw(when), "points": draw(points)}
             for name, rule in rules.items() if draw(st.integers(0, 4))}  # fmt: skip
    ladders = st.sampled_from([{"mid": 2, "high": 5}, {"mid": 3, "high": 5}, {"high": 1}])
    drawn = [(rules, draw(ladders)), (again, draw(ladders))]
    return [
        law(
            hit_policy="score",
            thresholds=ladder,
            rules=[{"id": name, **rule} for name, rule in listed.items()],
        )
        for listed, ladder in drawn
    ]


@given(st.one_of(sums(), amendments([HitPolicy.SCORE])))
def test_the_regions_are_where_the_sums_differ(pair):
    check_regions(*pair)


def check_regions(old, new):
    found = differences(old, new)
    assert not found.reason
    different = 0
    for cell in cells(found.space):
        event = witness(found.space, cell)
        before, after = decide(old, event), decide(new, event)
        inside = [region for region in found.regions if held(region, cell, before, after)]
        if before.outcome == after.outcome:
            assert inside == []
        else:
            (region,) = inside
            assert (region.old, region.new) == (
                DecidedAs(before.outcome, before.rule),
                DecidedAs(after.outcome, after.rule),
            )
            different += 1
    assert found.verdict == ("changed" if different else "same")


@given(amendments())
def test_what_is_shown_happens(pair):
    old, new = pair
    found = differences(old, new)
    for region in found.regions:
        before, after = decide(old, region.event), decide(new, region.event)
        assert (region.old.outcome, region.new.outcome) == (before.outcome, after.outcome)
        point = [1 << place for place in found.space.locate(region.event)]
        assert held(region, point, before, after)
        likely = all(map(int.__and__, point, found.space.plausible))
        assert likely == region.plausible


@given(amendments())
def test_the_hits_of_a_rule_change_where_they_are_said_to(pair):
    old, new = pair
    found = differences(old, new)
    changed = {change.rule: change for change in found.hits}
    for cell in cells(found.space):
        event = witness(found.space, cell)
        before, after = set(decide(old, event).hits), set(decide(new, event).hits)
        for rule in {rule.id for rule in old.rules} & {rule.id for rule in new.rules}:
            change = changed.get(rule)
            lost, gained = ((), ()) if change is None else (change.lost, change.gained)
            assert within(cell, lost) == (rule in before - after)
            assert within(cell, gained) == (rule in after - before)


def within(cell, pieces):
    return any(all(map(int.__and__, piece, cell)) for piece in pieces)


@given(st.data())
def test_a_law_that_sums_and_one_that_does_not_are_compared_by_an_event(data):
    summed = data.draw(rulesets(policies=[HitPolicy.SCORE]))
    other = data.draw(rulesets(schema=summed.schema, policies=FIRST))
    old, new = data.draw(st.permutations([summed, other]))
    found = differences(old, new)
    events = [witness(found.space, cell) for cell in cells(found.space)]
    differ = any(decide(old, event).outcome != decide(new, event).outcome for event in events)
    assert found.verdict == ("changed" if differ else "same")


LAW = {
    "name": "t",
    "version": "1.0.0",
    "schema": {
        "name": "t",
        "version": "1.0.0",
        "features": [
            {"name": "x", "dtype": "int32", "bounds": [0, 100]},
            {"name": "y", "dtype": "float32", "required": True},
            {"name": "c", "dtype": "category", "categories": ["a", "b"]},
        ],
    },
    "hit_policy": "first",
    "otherwise": "no",
    "rules": [
        {"id": "one", "when": ["x > 5", "y > 1"], "then": "yes"},
        {"id": "two", "when": ["x <= 5", "c in {a}"], "then": "maybe"},
    ],
}


def law(**changes):
    return ruleset_from_document({**LAW, **changes})


def rule(name, *when, then="yes"):
    return {"id": name, "when": list(when), "then": then}


ONE, TWO = LAW["rules"]


@pytest.mark.parametrize(
    "rules",
    [
        [TWO, ONE],
        [rule("one", "x >= 6", "y > 1"), TWO],
        [rule("one", "x > 5.5", "y > 1", "x > 0"), TWO],
        [rule("renamed", "x > 5", "y > 1"), TWO],
        [rule("one", "x > 5", "y > 1", "x < 50"), rule("more", "x >= 50", "y > 1"), TWO],
        [ONE, rule("never", "x > 7", "y > 2", then="maybe"), TWO],
        [ONE, TWO, rule("rest", "x is missing", then="no")],
    ],
    ids=["order", "whole numbers", "redundant", "renamed", "in two", "never decides", "as otherwise"],
)
def test_proofs_that_nothing_changes(rules):
    found = differences(law(), law(rules=rules))
    assert (found.verdict, found.regions, found.reason) == ("same", (), "")


def test_the_order_of_rules_that_are_summed_says_nothing():
    points = {"hit_policy": "score", "thresholds": {"high": 20}}
    rules = [{"id": one.id, "when": condition_to_when(one.when), "points": n % 5 - 1}
             for n, one in enumerate(many(60).rules)]  # fmt: skip
    schema = many(1).schema.model_dump(mode="json")
    old, new = (law(schema=schema, rules=listed, **points) for listed in (rules, rules[::-1]))
    assert differences(old, new, budget=10).verdict == "same"


def test_an_exception_is_drawn_as_a_box_where_it_is_one():
    old, new = law(), law(rules=[rule("one", "x > 9", "y > 1"), TWO])
    (region,) = differences(old, new).regions
    assert (region.old, region.new) == (DecidedAs("yes", "one"), DecidedAs("no"))
    assert region.unless == ()
    assert region.plausible


def test_regions_beyond_the_bounds_are_told_apart():
    found = differences(law(), law(rules=[rule("one", "5 < x < 200", "y > 1"), TWO]))
    assert [region.plausible for region in found.regions] == [False]


def features(**changes):
    listed = [{**feature, **changes.get(feature["name"], {})} for feature in LAW["schema"]["features"]]
    return law(schema={**LAW["schema"], "features": listed})


def test_a_feature_that_becomes_required_makes_events_invalid():
    old, new = law(), features(x={"required": True})
    for before, after in ((old, new), (new, old)):
        found = differences(before, after)
        (invalid,) = found.invalid
        assert invalid.feature == "x"
        assert "x" not in invalid.event
        assert INVALID in {invalid.old.outcome, invalid.new.outcome}
        assert invalid.old.outcome != invalid.new.outcome
        assert found.regions == ()


def test_what_is_decided_of_invalid_events_is_no_difference():
    lacking = [*LAW["rules"], rule("lacking", "x is missing", then="maybe")]
    old, new = features(x={"required": True}), law(rules=lacking)
    for before, after in ((old, new), (new, old)):
        found = differences(before, after)
        assert (len(found.invalid), found.regions) == (1, ())


def test_a_new_category_is_an_unknown_word_to_the_old_law():
    new = features(c={"categories": ["a", "b", "d"]})
    assert differences(law(), new).verdict == "same"
    rules = [ONE, rule("two", "x <= 5", "c in {a, d}", then="maybe")]
    wider = replace(new, rules=law(schema=new_schema(new), rules=rules).rules)
    for before, after, outcomes in ((law(), wider, ("no", "maybe")), (wider, law(), ("maybe", "no"))):
        (region,) = differences(before, after).regions
        assert region.event["c"] == "d"
        assert (region.old.outcome, region.new.outcome) == outcomes


def new_schema(ruleset):
    return ruleset.schema.model_dump(mode="json")


def test_a_feature_of_two_dtypes_is_not_compared():
    found = differences(law(), features(x={"dtype": "int64"}))
    assert found.verdict == "undecided"
    assert "feature x is int32 in the old law and int64 in the new one" in found.reason


def test_a_spent_budget_is_an_answer():
    few = [rule("one", "x > 9", "y > 1"), TWO]
    assert differences(law(), law(rules=few), budget=0).verdict == "undecided"


def test_pieces_that_differ_in_one_axis_are_put_together():
    assert merge_adjacent([(1, 1), (2, 1), (3, 2)]) == [(3, 3)]
    assert merge_adjacent([(1, 2), (2, 1)]) == [(1, 2), (2, 1)]
    assert merge_adjacent([]) == []


@given(st.data())
def test_what_is_left_of_boxes_is_disjoint(data):
    space = Space.of([law()])
    regions = st.lists(
        st.fixed_dictionaries(
            {}, optional={at: st.integers(1, axis.everything) for at, axis in enumerate(space.axes)}
        ).map(lambda drawn: {at: atoms & space.axes[at].everything for at, atoms in drawn.items()}),
        max_size=3,
    ).map(lambda drawn: [region for region in drawn if all(region.values())])
    left, right = data.draw(regions), data.draw(regions)
    pieces = [space.box(region, space.everything) for region in space.subtract(left, right)]
    for cell in cells(space):
        inside, outside = (any(all(space.box(region, cell)) for region in some) for some in (left, right))
        held_by = sum(all(map(int.__and__, piece, cell)) for piece in pieces)
        assert held_by == (inside and not outside)


def test_the_extent_is_a_part_of_the_plausible_space():
    space = Space.of([law()])
    at = space.places["x"]
    whole = extent(space, [space.everything])
    assert whole == 1.0
    small = extent(space, [space.box({at: space.axes[at].where(bound("x > 5"))}, space.everything)])
    assert small == pytest.approx(95 / 101)


def bound(literal):
    (condition,) = bound_conditions(law(rules=[rule("r", literal)]), Native())
    return condition.terms[0]


def many(count):
    """Return a law of rules that overlap in twelve features."""
    listed = [{"name": f"x{n}", "dtype": "int32", "bounds": [0, 1000]} for n in range(12)]
    rules = [
        rule(f"r{n}", *(f"x{(n * step) % 12} {sign} {(n * 37 + step * 211) % 1000}"
                        for step, sign in ((1, ">"), (5, "<="), (7, ">"))), then="abc"[n % 3])
        for n in range(count)
    ]  # fmt: skip
    return law(schema={"name": "t", "version": "1.0.0", "features": listed}, rules=rules)


@pytest.mark.parametrize("at", [1, 500, 999])
def test_one_threshold_of_a_thousand_rules(at):
    old = many(1000)
    moved = old.rules[at].when.terms[0]
    term = replace(moved, value=moved.value + 10)
    amended_rule = old.rules[at].model_copy(
        update={"when": replace(old.rules[at].when, terms=(term, *old.rules[at].when.terms[1:]))}
    )
    new = replace(old, rules=(*old.rules[:at], amended_rule, *old.rules[at + 1 :]))
    found = differences(old, new)
    assert found.reason == ""
    assert found.regions or at > 1
    for region in found.regions[:20]:
        before, after = decide(old, region.event), decide(new, region.event)
        assert (region.old, region.new) == (
            DecidedAs(before.outcome, before.rule),
            DecidedAs(after.outcome, after.rule),
        )
        assert f"r{at}" in {region.old.rule, region.new.rule}
