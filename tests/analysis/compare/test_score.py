"""Differences of two laws that sum points: regions, worked out by hand."""

from dataclasses import replace

from smalllaws import small_law

from rulekit.analysis.compare.merged_boxes import merge_boxes
from rulekit.analysis.compare.regions import DecidedAs
from rulekit.analysis.compare.score import score_changes
from rulekit.analysis.space.boxed_ruleset import box_rulesets
from rulekit.ir.semantics import decide


def law(*rules):
    """Return a law that is high from 3 points on."""
    return small_law(rules, "score")


def changes(old, new, budget=1000):
    return list(score_changes(merge_boxes(*box_rulesets([old, new])), budget))


def test_other_points_matter_where_the_others_do_not_make_up_for_them():
    old = law(("r", "a > 1", 3), ("s", "b < 0", 1))
    new = law(("r", "a > 1", 2), ("s", "b < 0", 1))
    (region,) = changes(old, new)  # r alone: 3 was high, 2 is low; with s: 4 and 3, high both times
    assert (region.old, region.new) == (DecidedAs("high"), DecidedAs("low"))
    assert (region.points, region.shift, region.through) == ((3, 3), -1, ("r",))
    assert decide(old, region.event).score == 3
    assert decide(new, region.event).score == 2


def test_points_that_no_other_rule_changes_need_no_range():
    (region,) = changes(law(("r", "a > 1", 3)), law(("r", "a > 1", 2)))
    assert (region.points, region.shift) == ((None, None), -1)
    assert region.event["a"] > 1


def test_a_sum_that_is_never_reached_makes_no_difference():
    assert changes(law(("r", "a > 1", 1)), law(("r", "a > 1", 2))) == []
    # 3 points of s could make up for it, but s and r never hit together
    assert changes(
        law(("r", "a > 5", 1), ("s", "a <= 3", 2)), law(("r", "a > 5", 0), ("s", "a <= 3", 2))
    ) == []  # fmt: skip


def test_a_threshold_that_moves_is_a_difference_between_both():
    old = law(("r", "a > 1", 3), ("s", "b < 0", 1))
    (region,) = changes(old, replace(old, thresholds={"high": 4}))
    assert (region.points, region.shift, region.through) == ((3, 3), 0, ())
    assert decide(old, region.event).score == 3


def test_points_that_go_up_and_down_are_two_regions():
    old = law(("r", "a > 5", 3), ("s", "a <= 3", 0))
    new = law(("r", "a > 5", 0), ("s", "a <= 3", 3))
    found = {(region.old.outcome, region.new.outcome): region for region in changes(old, new)}
    assert set(found) == {("high", "low"), ("low", "high")}
    assert found["high", "low"].event["a"] > 5
    assert found["low", "high"].event["a"] <= 3
    assert (found["high", "low"].shift, found["low", "high"].shift) == (-3, 3)
    assert (found["high", "low"].through, found["low", "high"].through) == (("r",), ("s",))


def test_laws_that_say_the_same_have_no_region():
    old = law(("r", "a > 1", 3), ("s", "b < 0", 1))
    assert changes(old, law(("s", "b < 0", 1), ("r", "a > 1", 3))) == []


def test_a_spent_budget_is_told():
    old, new = law(("r", "a > 1", 3)), law(("r", "a > 1", 2))
    assert changes(old, new, budget=0) == [None]
