"""Where pipeline registers stand: never a worse choice than any other with as many registers."""

from __future__ import annotations

import itertools

import pytest
from hardware import SMALL, SMALL_GRID, law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import Fixed
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl.stages import (
    ANSWER,
    RULES,
    SUM,
    TESTS,
    Pipeline,
    gate_levels,
    place_registers,
)


def longest(levels, cut):
    """The most levels between two registers, by walking from input to output."""
    longest, path = 0, 0
    for place, depth in levels.items():
        path += depth
        longest = max(longest, path)
        if place in cut:
            path = 0
    return longest


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 3))
def test_no_other_choice_has_a_shorter_longest_path(tests, rules, answer, stages):
    levels = {TESTS: tests, RULES: rules, ANSWER: answer}
    pipeline = place_registers(levels, stages)
    chosen = {place for place, on in pipeline.places.items() if on}
    assert ANSWER in chosen
    assert len(chosen) == stages == pipeline.latency
    others = itertools.combinations([TESTS, RULES], stages - 1)
    assert longest(levels, chosen) == min(longest(levels, {*other, ANSWER}) for other in others)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(1, 7))
def test_registers_within_a_sum_are_counted_at_one_place(depths, stages):
    levels = {
        TESTS: 1,
        RULES: 2,
        **{f"{SUM}_{place}": depth for place, depth in enumerate(depths)},
        ANSWER: 2,
    }
    pipeline = place_registers(levels, stages)
    assert list(pipeline.places) == [TESTS, RULES, SUM, ANSWER]
    assert pipeline.places[SUM] == len(pipeline.sums)
    assert all(0 <= place < len(depths) for place in pipeline.sums)
    assert pipeline.latency == min(stages, len(levels))


def test_a_register_that_is_always_there_is_counted():
    pipeline = place_registers({TESTS: 0, RULES: 9, ANSWER: 9}, 2, frozenset({TESTS}))
    assert pipeline.places == {TESTS: 1, RULES: 0, ANSWER: 1}


def test_equal_longest_paths_are_spread_evenly():
    assert place_registers({TESTS: 1, RULES: 1, ANSWER: 8}, 2).places[RULES] == 1


@pytest.mark.parametrize(("inputs", "levels"), [(0, 0), (1, 0), (2, 1), (6, 1), (7, 2), (36, 2), (37, 3)])
def test_a_tree_of_six_input_tables_is_as_deep_as_the_logarithm(inputs, levels):
    assert gate_levels(inputs) == levels


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_a_design_has_as_many_cycles_as_stages(stages):
    options = Options(stages=stages)
    assert Design.of(lower(SMALL, SMALL_GRID, options), options).pipeline.latency == stages


def test_a_ruleset_without_rules_has_its_answer_registered():
    options = Options(stages=1)
    empty = law([{"name": "ok", "dtype": "bool"}], [])
    pipeline = Design.of(lower(empty, Fixed(formats={}), options), options).pipeline
    assert pipeline == Pipeline({TESTS: 0, RULES: 0, ANSWER: 1})
