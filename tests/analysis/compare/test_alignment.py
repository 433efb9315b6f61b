"""Pairs of rules: what is a pair, and that both orders are kept."""

from hypothesis import given, settings
from hypothesis import strategies as st
from smalllaws import LITERALS
from smalllaws import small_law as law

from rulekit.analysis.compare.alignment import align
from rulekit.analysis.space.boxed_ruleset import box_rulesets


def pairs(old, new):
    return align(*box_rulesets([old, new]))


def test_a_law_is_aligned_with_itself():
    same = law([("r1", "a > 1", "x"), ("r2", "b < 0", "y")])
    assert pairs(same, same) == [(0, 0), (1, 1)]


def test_equal_boxes_are_a_pair_whatever_their_ids():
    assert pairs(law([("r1", "a > 1", "x")]), law([("other", "a >= 2", "x")])) == [(0, 0)]


def test_equal_ids_are_a_pair_where_the_boxes_differ():
    assert pairs(law([("r1", "a > 1", "x")]), law([("r1", "a > 5", "x")])) == [(0, 0)]


def test_another_outcome_is_no_pair():
    found = pairs(law([("r1", "a > 1", "x")]), law([("r1", "a > 1", "y")]))
    assert sorted(found, key=str) == [(0, None), (None, 0)]


def test_under_first_a_rule_that_moved_is_no_pair():
    old = law([("r1", "a > 1", "x"), ("r2", "b < 0", "y")])
    new = law([("r2", "b < 0", "y"), ("r1", "a > 1", "x")])
    found = pairs(old, new)
    assert sum(None not in pair for pair in found) == 1
    assert len(found) == 3


def test_under_score_the_order_says_nothing():
    old = law([("r1", "a > 1", 1), ("r2", "b < 0", 2)], "score")
    new = law([("r2", "b < 0", 2), ("r1", "a > 1", 1)], "score")
    assert set(pairs(old, new)) == {(0, 1), (1, 0)}


def test_a_law_that_sums_has_no_pair_with_one_that_does_not():
    found = pairs(law([("r1", "a > 1", 1)], "score"), law([("r1", "a > 1", "x")]))
    assert found == [(0, None), (None, 0)]


RULES = st.lists(st.tuples(st.sampled_from(LITERALS), st.sampled_from("xy")), max_size=5).map(
    lambda rules: [(f"r{number}", when, then) for number, (when, then) in enumerate(rules)]
)


@settings(max_examples=15)
@given(RULES, RULES)
def test_every_rule_is_once_in_the_answer_and_both_orders_are_kept(old, new):
    found = pairs(law(old), law(new))
    ours = [one for one, _ in found if one is not None]
    theirs = [other for _, other in found if other is not None]
    assert ours == list(range(len(old)))
    assert theirs == list(range(len(new)))
    for one, other in found:
        if one is not None and other is not None:
            assert old[one][2] == new[other][2], "a pair has one effect"
