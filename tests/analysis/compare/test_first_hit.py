"""Differences of two laws that decide by the first hit: their regions against every event of a grid."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smalllaws import LITERALS, small_law

from rulekit.analysis.compare import first_hit
from rulekit.analysis.compare.first_hit import find_in, first_hit_changes
from rulekit.analysis.compare.merged_boxes import merge_boxes
from rulekit.analysis.compare.regions import DecidedAs
from rulekit.analysis.search.predicates import FirstHit
from rulekit.analysis.search.search import SearchBudget
from rulekit.analysis.space.boxed_ruleset import box_rulesets
from rulekit.errors import UndecidedError
from rulekit.ir.semantics import decide

EVENTS = [{"a": a, "b": b} for a in (None, 0, 2, 4, 9) for b in (None, -1, 3, 8)]
RULES = st.lists(st.tuples(st.sampled_from(LITERALS), st.sampled_from("xy")), max_size=3).map(
    lambda rules: [(f"r{number}", when, then) for number, (when, then) in enumerate(rules)]
)
OLD = small_law([("r", "a > 1", "x"), ("s", "b < 7", "y")])
SWAPPED = small_law([("s", "b < 7", "y"), ("r", "a > 1", "x")])


def merged(old, new):
    return merge_boxes(*box_rulesets([old, new]))


def changes(old, new, budget=1000):
    return list(first_hit_changes(merged(old, new), budget))


def holds(region, space, event, hits_old, hits_new):
    """Whether a region says that it holds an event: in one of its boxes, and hit by no exception."""
    point = space.locate(event)
    inside = any(
        all(atoms >> place & 1 for atoms, place in zip(piece, point, strict=True)) for piece in region.pieces
    )
    return (
        inside and not set(region.unless_old) & set(hits_old) and not set(region.unless_new) & set(hits_new)
    )


@settings(max_examples=12)
@given(RULES, RULES)
def test_every_event_that_changes_is_in_one_region_and_no_other_is(old_rules, new_rules):
    old, new = small_law(old_rules), small_law(new_rules)
    both = merged(old, new)
    regions = list(first_hit_changes(both, 1000))
    for event in EVENTS:
        before, after = decide(old, event), decide(new, event)
        told = [
            region for region in regions if holds(region, both.index.space, event, before.hits, after.hits)
        ]
        expected = [(before.outcome, before.rule, after.outcome, after.rule)]
        assert [(*region.old, *region.new) for region in told] == (
            expected if before.outcome != after.outcome else []
        )


def test_rules_that_change_places_differ_where_both_hit():
    (region,) = changes(OLD, SWAPPED)
    assert (region.old, region.new) == (DecidedAs("x", "r"), DecidedAs("y", "s"))
    assert region.event["a"] > 1
    assert region.event["b"] < 7
    assert changes(OLD, OLD) == []


def test_another_otherwise_is_told_where_no_rule_hits():
    (region,) = changes(OLD, replace(OLD, otherwise="other"))
    assert (region.old, region.new) == (DecidedAs("low"), DecidedAs("other"))
    assert decide(OLD, region.event).hits == ()


def test_a_pair_whose_search_is_too_long_is_told():
    assert set(changes(OLD, SWAPPED, budget=0)) == {None}


def test_pairs_beyond_the_limit_are_told(monkeypatch):
    other = small_law([("r", "a > 1", "y"), ("s", "b < 7", "x")])
    assert None not in changes(OLD, other)
    assert len(changes(OLD, other)) == 2
    monkeypatch.setattr(first_hit, "PAIRS", 1)
    found = changes(OLD, other)
    assert found[0] is not None
    assert set(found[1:]) == {None}


def test_hard_exceptions_are_named_and_not_cut_out(monkeypatch):
    new = replace(OLD, otherwise="other")
    (cut,) = changes(OLD, new)
    assert cut.unless == ()
    monkeypatch.setattr(first_hit, "_FEW", 0)
    (named,) = changes(OLD, new)
    assert named.unless == ("r", "s")
    assert len(named.pieces) == 1


def test_a_piece_is_found_only_where_it_is_looked_for():
    both = merged(OLD, OLD)
    everything = both.index.space.everything
    free = FirstHit(wanted=0, unwanted=both.old.before[2], nothing=True)
    found = find_in(both, [everything], free, SearchBudget(100))
    assert found is not None
    assert found[1], "without bounds every event is plausible"
    assert find_in(both, [], free, SearchBudget(100)) is None
    with pytest.raises(UndecidedError):
        find_in(both, [everything], free, SearchBudget(0))
