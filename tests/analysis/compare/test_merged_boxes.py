"""Two laws in one index: what each hits is what the law alone hits, in the order of its rules."""

from hypothesis import given, settings
from hypothesis import strategies as st
from smalllaws import LITERALS
from smalllaws import small_law as law

from rulekit.analysis.compare.merged_boxes import merge_boxes
from rulekit.analysis.compare.regions import DecidedAs
from rulekit.analysis.space.boxed_ruleset import box_rulesets
from rulekit.ir.semantics import decide

EVENTS = [{"a": a, "b": b} for a in (None, 0, 2, 4, 9) for b in (None, -1, 3, 8)]
RULES = st.lists(st.tuples(st.sampled_from(LITERALS), st.sampled_from("xy")), max_size=4).map(
    lambda rules: [(f"r{number}", when, then) for number, (when, then) in enumerate(rules)]
)


def hits(merged, side, event):
    return side.ids(merged.index.hits(merged.index.space.locate(event)))


@settings(max_examples=12)
@given(RULES, RULES)
def test_each_side_hits_what_its_law_hits(old, new):
    laws = law(old), law(new)
    merged = merge_boxes(*box_rulesets(list(laws)))
    for event in EVENTS:
        for ruleset, side in zip(laws, (merged.old, merged.new), strict=True):
            assert hits(merged, side, event) == decide(ruleset, event).hits


@settings(max_examples=12)
@given(RULES, RULES)
def test_an_event_in_no_single_box_is_decided_alike(old, new):
    laws = law(old), law(new)
    merged = merge_boxes(*box_rulesets(list(laws)))
    for event in EVENTS:
        if not merged.index.hits(merged.index.space.locate(event)) & merged.single:
            one, other = (decide(ruleset, event) for ruleset in laws)
            assert one.outcome == other.outcome


def test_a_moved_threshold_leaves_one_box_to_one_side():
    merged = merge_boxes(*box_rulesets([law([("r", "a > 1", "x")]), law([("r", "a > 5", "x")])]))
    assert merged.single.bit_count() == 1
    assert merged.single & merged.old.all
    assert hits(merged, merged.old, {"a": 3}) == ("r",)
    assert hits(merged, merged.new, {"a": 3}) == ()


def test_otherwise_is_the_last_rule_of_each_side():
    merged = merge_boxes(*box_rulesets([law([("r", "a > 1", "x")])] * 2))
    assert merged.old.outcomes == ("x", "low")
    assert merged.old.decided_as(0) == DecidedAs("x", "r")
    assert merged.old.decided_as(1) == DecidedAs("low", None)
    assert merged.single == 0
    assert merged.old.by_outcome["x"] | merged.old.by_outcome["low"] == merged.old.all
    assert set(merged.old.owner.values()) == {0, 1}
    assert merged.old.before[0] == 0
