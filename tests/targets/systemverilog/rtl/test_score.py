"""Sums of points as heaps of bits: every pattern of hits adds up, whatever the counters do."""

from __future__ import annotations

import itertools
import re

import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import Fixed
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.names import Names
from rulekit.targets.systemverilog.rtl.score import (
    Heap,
    digits,
    groups,
    heaps,
    lift,
    rows_place,
    score_bits,
    score_range,
    sized,
    sum_levels,
)

POINTS = st.integers(-(1 << 20), 1 << 20).filter(bool)


def names_of(points):
    rules = [(f"r{place}", ["ok == true"], each) for place, each in enumerate(points)]
    ruleset = law([{"name": "ok", "dtype": "bool"}], rules, policy="score")
    return Names(lower(ruleset, Fixed(formats={})))


def value(bit, fired, wires):
    """Return a bit of a heap: a hit, its complement, or a bit of a counter."""
    inverted, name, place = re.fullmatch(r"(~?)(\w+)\[(\d+)\]", bit).groups()
    found = fired[int(place)] if name == "fired" else bool(wires[name] >> int(place) & 1)
    return found != bool(inverted)


def counted(heap, fired):
    """Run the counters of a heap, in order, and return their wires."""
    wires = {}
    for line in itertools.chain.from_iterable(heap.layers):
        name, total = re.fullmatch(r"\s*wire \[\d+:0\] (\w+) = (.*);\n", line).groups()
        bits = re.findall(r"\{\d+'b0, ([^}]+)\}", total)
        assert 3 <= len(bits) <= 6
        wires[name] = sum(value(bit, fired, wires) for bit in bits)
    return wires


@given(POINTS)
def test_digits_add_up_to_the_number(points):
    found = list(digits(points))
    assert sum((1 << weight) * (1 if positive else -1) for weight, positive in found) == points
    assert len(found) <= abs(points).bit_count()
    assert len({weight for weight, _ in found}) == len(found)


@pytest.mark.parametrize(
    ("points", "expected"),
    [(1, [(0, True)]), (-4, [(2, False)]), (6, [(1, True), (2, True)]), (15, [(0, False), (4, True)])],
)
def test_a_run_of_ones_is_a_difference(points, expected):
    assert list(digits(points)) == expected


def test_zero_has_no_digits():
    assert list(digits(0)) == []


@given(st.lists(POINTS, max_size=60))
def test_groups_are_the_rules_in_text_order(points):
    found = groups(points)
    assert [place for group in found for place in group] == list(range(len(points)))
    assert all(len(group) <= 16 for group in found)
    for group in found:
        size = sum(len(list(digits(points[place]))) for place in group)
        assert size <= 48 or len(group) == 1


@given(st.lists(POINTS, min_size=1, max_size=12), st.data())
def test_the_heaps_add_up_to_the_sum_and_the_lift(points, data):
    fired = data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points)))
    total = 0
    for heap in heaps(names_of(points)):
        wires = counted(heap, fired)
        assert all(len(column) <= 2 for column in heap.columns.values())
        found = sum(
            value(bit, fired, wires) << weight for weight, column in heap.columns.items() for bit in column
        )
        assert 0 <= found <= heap.most < 1 << heap.width
        total += found
    expected = sum(each for each, hit in zip(points, fired, strict=True) if hit)
    assert total == expected + lift(points)


def test_the_two_rows_of_a_heap_hold_its_bits():
    (heap,) = heaps(names_of([3, 3, 3, 1]))
    bits = [bit for column in heap.columns.values() for bit in column]
    rows = [re.findall(r"~?\w+\[\d+\]", heap.row(row)) for row in range(2)]
    assert sorted(bits) == sorted([*rows[0], *rows[1]])
    assert heap.row(0).count(",") == heap.width - 1


def test_a_short_column_is_not_counted():
    heap = Heap(1, range(2))
    heap.add(0, 1)
    heap.add(1, 1)
    assert not heap.is_tall
    heap.add(2, 1)
    assert heap.is_tall


@pytest.mark.parametrize(
    ("points", "low", "high", "bits"),
    [
        ([1], 0, 1, 2),
        ([-1], -1, 0, 1),
        ([3, -4], -4, 3, 3),
        ([7, 1], 0, 8, 5),
        ([-5, -4], -9, 0, 5),
        ([], 0, 0, 1),
    ],
)
def test_the_score_has_room_for_its_range(points, low, high, bits):
    names = names_of(points)
    assert score_range(names) == (low, high)
    assert score_bits(names) == bits
    assert -(1 << bits - 1) <= low
    assert high < 1 << bits - 1 or bits == 1


@pytest.mark.parametrize(("width", "wanted", "text"), [(4, 4, "w"), (4, 6, "{2'b0, w}"), (4, 2, "w[1:0]")])
def test_a_word_is_padded_or_cut(width, wanted, text):
    assert sized("w", width, wanted) == text


def test_places_for_registers_are_layers_sums_and_additions():
    found = heaps(names_of([5] * 40))
    assert len(found) == 3
    assert rows_place(found) == max(len(heap.layers) for heap in found) - 1
    levels = sum_levels(found)
    assert len(levels) == rows_place(found) + 1 + 1 + 2, "layers, sums, and a tree over three heaps"
    assert all(level >= 1 for level in levels)
