"""The trees of "the first that hits": evaluated over every pattern of hits against the first of a list."""

from __future__ import annotations

import itertools
import re

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.names import Names
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl.policy import Found, first, policy

FEATURES = [{"name": "ok", "dtype": "bool", "required": True}]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_the_tree_gives_the_code_of_the_first_leaf_that_hits(count):
    leaves = [Found(f"h{place}", f"c{place}") for place in range(count)]
    lines: list[str] = []
    found = first(leaves, lines, "first", 4)
    assert len(lines) == 2 * (count - 1), "a tree of n leaves has n - 1 nodes of two nets"
    for hits in itertools.product([False, True], repeat=count):
        known = {f"h{place}": hit for place, hit in enumerate(hits)} | {
            f"c{place}": 10 + place for place in range(count)
        }
        values = known
        for line in lines:
            name, one, other = re.match(
                r"\s*wire (?:\[3:0\] )?(\w+) = (\w+)(?: \| | \? )(.+);", line
            ).groups()
            if "?" in line:
                yes, no = other.split(" : ")
                values[name] = values[yes] if values[one] else values[no]
            else:
                values[name] = values[one] or values[other]
        assert values[found.hit] == any(hits)
        if any(hits):
            assert values[found.code] == 10 + hits.index(True)


def test_no_leaves_have_no_first():
    assert first([], [], "first", 1) is None


def test_the_tree_is_as_deep_as_the_logarithm():
    lines: list[str] = []
    first([Found(f"h{place}", f"c{place}") for place in range(16)], lines, "first", 4)
    depth: dict[str, int] = {}
    for line in lines:
        name, *read = re.findall(r"\w+", line.split("wire", 1)[1].replace("[3:0]", ""))
        depth[name] = 1 + max(depth.get(each, 0) for each in read)
    assert max(depth.values()) == 4


def names_of(rules, hit_policy="first"):
    return Names(lower(law(FEATURES, rules, policy=hit_policy), Fixed(formats={})))


def test_rules_in_a_row_that_agree_are_one_run():
    rules = [(f"r{place}", ["ok == true"], then) for place, then in enumerate("aabba")]
    text = policy(names_of(rules), Options(outputs=("outcome",)))
    assert "(|fired[1:0])" in text
    assert "(|fired[3:2])" in text
    assert "fired[4]" in text


def test_accept_is_any_hit_where_every_outcome_accepts():
    rules = [("r0", ["ok == true"], "a"), ("r1", ["ok == true"], "b")]
    text = policy(names_of(rules), Options(outputs=("accept",)))
    assert "assign accept = fired[0] | fired[1];" in text


def test_a_rule_that_gives_otherwise_does_not_accept():
    rules = [("veto", ["ok == true"], "none"), ("r1", ["ok == true"], "a")]
    text = policy(names_of(rules), Options(outputs=("accept",)))
    for veto, hit in itertools.product([False, True], repeat=2):
        values = {"invalid": False, "fired": [veto, hit]}
        for line in text.splitlines():
            wire = re.match(r"\s*wire (\w+) = fired\[0\] (\||\?) (.*);", line)
            if wire and wire[2] == "|":
                values[wire[1]] = veto or hit
            elif wire:
                values[wire[1]] = not veto
        one, other = re.search(r"assign accept = (\w+) & (\w+);", text).groups()
        assert (values[one] and values[other]) == (hit and not veto)


def test_only_the_outputs_that_are_wanted_are_written():
    rules = [("r0", ["ok == true"], "a")]
    text = policy(names_of(rules), Options(outputs=("rule",)))
    assert "assign rule = fired[0] ? 2'd0 : (invalid ? RULE_INVALID : RULE_NONE);" in text
    assert "assign accept" not in text
    assert "assign outcome" not in text


def test_without_rules_the_fallback_stands_alone():
    text = policy(names_of([]), Options())
    assert "assign accept = 1'b0;" in text
    assert "assign outcome = invalid ? OUTCOME_INVALID : OUTCOME_NONE;" in text
    assert "assign rule = invalid ? RULE_INVALID : RULE_NONE;" in text
