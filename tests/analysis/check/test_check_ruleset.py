"""The examination: what is odd about a law, in words, with an event that shows it."""

import pytest

import rulekit
from rulekit.analysis.check.check_ruleset import check_ruleset
from rulekit.findings import serious
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import decide

SCHEMA = """
schema:
  name: t
  version: 1.0.0
  features:
    - {name: amount, dtype: float32, unit: EUR, bounds: [0, 50000], required: true}
    - {name: n, dtype: int32, bounds: [0, 100]}
    - {name: country, dtype: category, categories: [SE, NO, DK]}
"""


def law(policy, *rules, more=""):
    """Return a law of rules written as ``id: literal, literal -> outcome``."""
    lines = []
    for rule in rules:
        name, rest = rule.split(": ", 1)
        when, then = rest.rsplit(" -> ", 1)
        effect = "points" if policy == "score" else "then"
        literals = ", ".join(f'"{literal}"' for literal in when.split(" and ") if literal)
        lines.append(f"  - {{id: {name}, when: [{literals}], {effect}: {then}}}")
    head = f"name: t\nversion: 1.0.0\nhit_policy: {policy}\notherwise: approve\n{more}"
    return rulekit.load(f"{head}{SCHEMA}rules:\n" + "\n".join(lines) + "\n")


def codes(ruleset, numerics=None):
    return [(one.level, one.code, one.subject) for one in check_ruleset(ruleset, numerics).findings]


def test_a_sound_law_has_no_findings():
    ruleset = law("first", "large: amount > 100 -> review", "many: n > 5 -> block")
    found = check_ruleset(ruleset)
    assert [one.level for one in found.findings] == ["note"]  # large comes before many: order is the law
    assert all(tally.undecided == 0 for tally in found.counts)
    assert sum(tally.refuted for tally in found.counts) > 0


def test_contradictions_are_exact_in_the_dtype():
    between = ("amount > 1", "amount < 1.00000011920928955078125")
    assert codes(law("any", f"never: {' and '.join(between)} -> x")) == [
        ("error", "contradiction", "rule never")
    ]
    assert codes(law("any", "never: n > 4 and n < 5 -> x")) == [("error", "contradiction", "rule never")]
    assert codes(law("any", "fine: n > 4 and n < 6 -> x")) == []
    assert codes(law("any", "never: country in {SE} and country in {NO} -> x"))[0][1] == "contradiction"
    assert codes(law("any", "never: n is missing and n > 3 -> x"))[0][1] == "contradiction"
    assert codes(law("any", "never: amount is missing -> x"))[0][1] == "contradiction"  # required


def test_a_rule_outside_the_bounds_is_told():
    assert ("warning", "implausible", "rule far") in codes(law("any", "far: n > 200 -> x"))
    unknown = "odd: country not in {SE, NO, DK} and country is not missing -> x"
    assert ("warning", "implausible", "rule odd") in codes(law("any", unknown))


def test_unreachable_names_the_rules_before_it():
    ruleset = law("first", "low: amount < 10 -> a", "high: amount >= 10 -> b", "late: n > 3 -> c")
    (finding,) = [one for one in check_ruleset(ruleset).findings if one.level == "error"]
    assert str(finding) == (
        "unreachable: rule late: it never decides: every event that it hits is taken before it by low, high"
    )
    assert ("error", "unreachable", "rule late") not in codes(law("any", "a: n > 1 -> x", "late: n > 3 -> x"))


@pytest.mark.parametrize("policy", ["unique", "any", "first", "collect"])
def test_overlaps_are_judged_by_the_policy(policy):
    differing = law(policy, "large: amount > 100 -> a", "many: n > 5 -> b")
    level = {"unique": "error", "any": "error", "first": "note", "collect": None}[policy]
    found = [one for one in check_ruleset(differing).findings if one.code == "overlap"]
    assert [(one.level, one.count) for one in found] == ([] if level is None else [(level, 1)])
    for finding in found:
        assert decide(differing, finding.witness).hits == ("large", "many")
        assert "amount = " in finding.message
        assert "n = " in finding.message
    agreeing = law(policy, "large: amount > 100 -> a", "many: n > 5 -> a")
    assert ("overlap" in {one.code for one in check_ruleset(agreeing).findings}) is (policy == "unique")
    apart = law(policy, "large: n > 7 -> a", "many: n <= 7 -> b")
    assert "overlap" not in {one.code for one in check_ruleset(apart).findings}


def test_a_gap_is_a_finding_only_where_the_law_claims_to_be_complete():
    rules = ("small: n <= 50 -> a", "large: n > 50 -> b")
    assert codes(law("unique", *rules)) == []
    (finding,) = check_ruleset(law("unique", *rules, more="complete: true\n")).findings
    assert (finding.code, finding.level) == ("gap", "error")
    assert finding.witness["n"] is None
    whole = (*rules, "unknown: n is missing -> c")
    assert codes(law("unique", *whole, more="complete: true\n")) == []


def test_events_beyond_the_bounds_are_no_gap():
    rules = ("all: 0 <= n <= 100 -> a", "unknown: n is missing -> b")
    assert codes(law("unique", *rules, more="complete: true\n")) == []


def test_what_could_be_left_out_is_told_once():
    ruleset = law("any", "wide: n > 3 -> x", "narrow: n > 5 and amount > 2 -> x")
    assert codes(ruleset) == [("warning", "redundant-rule", "rule narrow")]
    union = law("any", "a: n > 3 -> x", "b: n <= 3 -> x", "c: n > 1 and amount > 4 -> x")
    (finding,) = check_ruleset(union).findings
    assert finding.message == "no outcome would change without it: a, b decide alike"
    assert codes(law("first", "a: n > 3 -> approve"))[0][1] == "redundant-rule"
    kept = law("first", "exception: n > 5 -> approve", "a: n > 3 -> block")
    assert serious(check_ruleset(kept).findings) == []


def test_literals_that_could_be_left_out():
    (finding,) = check_ruleset(law("any", "a: n > 3 and n > 5 and amount > 1 -> x")).findings
    assert (finding.level, str(finding)) == (
        "warning",
        "implied-literal: rule a: it hits the same events without n > 3",
    )
    taken = law("first", "small: n <= 5 -> a", "rest: n > 5 and amount > 7 -> b")
    assert "idle-literal" not in {
        one.code for one in check_ruleset(taken).findings
    }  # without n > 5 the missing n would be b as well
    known = law("first", "small: n <= 5 -> a", "lost: n is missing -> a", "rest: n > 5 and amount > 7 -> b")
    (finding,) = [one for one in check_ruleset(known).findings if one.code == "idle-literal"]
    assert (finding.level, finding.message) == (
        "note",
        "because of the other rules, no decision would change without n > 5",
    )


def test_under_collect_each_hit_counts():
    ruleset = law("collect", "wide: n > 3 -> x", "narrow: n > 5 -> x")
    assert codes(ruleset) == [("note", "subsumed-rule", "rule narrow")]


def test_points():
    more = "thresholds: {review: 3, block: 9}\n"
    ruleset = law("score", "a: n > 3 -> 2", "b: amount > 5 -> 1", "zero: n > 7 -> 0", more=more)
    assert codes(ruleset) == [
        ("warning", "redundant-rule", "rule zero"),
        ("warning", "unreachable-outcome", "the law"),
    ]
    assert "no event can get the outcome block" in str(check_ruleset(ruleset).findings[1])


def test_in_fixed_point_the_grid_decides():
    fixed = Fixed(
        formats={
            "n": FixedFormat(width=3, fraction=0, signed=False),
            "amount": FixedFormat(width=4, fraction=0, signed=False),
        }
    )
    fine = law("any", "a: n > 3 and n < 6 -> x", "b: amount > 2.1 and amount < 2.9 -> x")
    assert codes(fine) == []
    assert codes(fine, fixed) == [("error", "contradiction", "rule b")]
    beyond = law("any", "a: n > 9 -> x")  # saturates at 7
    assert codes(beyond, fixed) == [("error", "contradiction", "rule a")]


def test_what_is_too_large_is_undecided_and_says_so():
    rows = " and ".join(f"amount != {n}" for n in range(3))
    assert codes(law("any", f"a: {rows} -> x")) == []
    wide = "".join(f'{{any: ["n > {k}", "amount > {k}", "country in {{SE}}"]}}, ' for k in range(12))
    text = f"name: t\nversion: 1.0.0\nhit_policy: any\notherwise: approve\n{SCHEMA}"
    ruleset = rulekit.load(f"{text}rules:\n  - {{id: wide, when: [{wide}], then: x}}\n")
    assert codes(ruleset) in ([("warning", "undecided", "every question")], [])
