"""The plan of tables: where a missing value lies, and what has no room."""

from __future__ import annotations

import pytest
from hardware import (
    SMALL,
    grid,
    law,
)
from hypothesis import given
from hypothesis import strategies as st
from tablelaws import FEATURES, tables

from rulekit.errors import UnsupportedError
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.systemverilog.tables.images import plan_of
from rulekit.targets.systemverilog.tables.layout import Memory, Setting, allotted, readable, signed_bits


def test_a_missing_value_is_beside_the_memory_where_that_is_cheaper():
    ruleset = law(FEATURES, [("r", ["eta > 1", "jets > 1"])])
    for width, bits, apart in ((8, 9, []), (9, 9, ["eta"])):
        plan = plan_of(tables(ruleset, grid(ruleset, eta=FixedFormat(width=width, fraction=4))))
        assert plan.apart == apart
        assert {memory.bits for memory in plan.memories if memory.feature == "eta"} == {bits}


def test_wide_features_are_refused_together():
    wide = grid(SMALL, met=FixedFormat(width=15, fraction=0), eta=FixedFormat(width=20, fraction=4))
    with pytest.raises(UnsupportedError) as raised:
        tables(SMALL, wide, stages=1)
    assert [refusal.subject for refusal in raised.value.refusals] == [
        "stages=1",
        "feature met",
        "feature eta",
    ]
    assert all("comparators" in refusal.remedy for refusal in raised.value.refusals)
    tables(law(FEATURES, [("a", ["met > 1"])]), grid(SMALL, met=FixedFormat(width=14, fraction=0)))


def test_rules_that_multiply_out_are_refused_by_name():
    pair = {"any": [{"all": ["met > 8", "eta > 1"]}, {"all": ["jets > 1", "tight == true"]}, "kind in {w}"]}
    other = {"any": ["met < 4", "eta < 0", "jets == 0"]}
    fine = law(FEATURES, [("fine", [pair, other])])
    assert 3 < plan_of(tables(fine)).rows < 10
    with pytest.raises(UnsupportedError, match=r"rows=2.*takes \d rows"):
        tables(fine, rows=2)
    names = [f"f{n}" for n in range(14)]
    features = [{"name": name, "dtype": "bool"} for name in names]
    lists = [{"any": [f"{name} == true" for name in names[n : n + 2]]} for n in range(0, 14, 2)]
    with pytest.raises(
        UnsupportedError, match="rule many: any: over several features it multiplies out to 128 rows"
    ):
        tables(law(features, [("many", lists)]), grid(SMALL))


@given(st.integers(-(2**40), 2**40))
def test_a_number_takes_the_fewest_bits_of_twos_complement(number):
    bits = signed_bits(number)
    assert -(2 ** (bits - 1)) <= number < 2 ** (bits - 1)
    assert bits == 1 or not -(2 ** (bits - 2)) <= number < 2 ** (bits - 2)


rows = st.dictionaries(st.sampled_from("ab"), st.integers(1, 3), max_size=2)


@given(st.lists(st.lists(rows, max_size=4), max_size=5), st.integers(0, 5))
def test_every_rule_has_all_its_rows(rules, fixed):
    """A rule hits through the row of its own place and through those that are lent to it: through no others."""
    own, lent = allotted(rules, fixed)
    assert len(own) == fixed
    for place, wanted in enumerate(rules):
        mine = [own[place]] if place < fixed and own[place] is not None else []
        mine += [dict(key) for key, to in lent.items() if to >> place & 1]
        assert {frozenset(row.items()) for row in mine} == {frozenset(row.items()) for row in wanted}
    assert all(to < 1 << len(rules) for to in lent.values())


def test_a_row_that_several_rules_need_is_lent_once():
    shared, mine, yours = {"a": 1}, {"b": 1}, {"b": 2}
    own, lent = allotted([[shared, mine], [yours, shared]], 2)
    assert own == [mine, yours]
    assert lent == {frozenset(shared.items()): 0b11}


@pytest.mark.parametrize(("bits", "words"), [(1, 1), (32, 1), (33, 2), (64, 2), (65, 3)])
def test_a_register_is_loaded_32_bits_at_a_time(bits, words):
    assert Setting("x", 0, bits, "").words == words


@pytest.mark.parametrize(
    ("bits", "feature", "block"), [(6, "x", False), (7, "x", True), (9, "x", True), (9, "", False)]
)
def test_a_deep_memory_is_a_block_but_that_of_the_outcomes(bits, feature, block):
    assert Memory(1, "m", feature, bits, range(3)).is_block == block


@pytest.mark.parametrize("policy", ["first", "score"])
@pytest.mark.parametrize("count", [None, 40, 70])
def test_registers_lie_one_behind_the_other_and_memories_hold_every_row(policy, count):
    rules = [("a", ["met > 100", "jets > 3"]), ("b", [{"any": ["eta > 1", "tight == true"]}])]
    plan = plan_of(tables(law(FEATURES, rules, policy=policy), rows=count))
    assert plan.rows == max(count or 0, 3), "two rules, and a row beyond the first of one"
    assert plan.fixed + plan.lent == plan.rows
    end = 0
    for setting in plan.settings.values():
        assert setting.word == end
        end += setting.words
    assert end <= 1 << plan.word_bits
    assert len(plan.memories) < 1 << plan.number_bits
    assert [memory.number for memory in plan.memories] == list(range(1, len(plan.memories) + 1))
    for name in plan.domains:
        held = [row for memory in plan.memories if memory.feature == name for row in memory.rows]
        assert held == list(range(plan.rows))


def test_numbers_with_a_format_are_readable_though_no_rule_reads_them():
    ruleset = law(FEATURES, [("a", ["tight == true"])])
    numbers = [feature["name"] for feature in FEATURES if feature["dtype"] not in {"bool", "category"}]
    assert [feature.name for feature in readable(ruleset, grid(ruleset))] == [*numbers, "tight"]
    assert [feature.name for feature in readable(ruleset, Fixed(formats={}))] == ["met", "tight"]
