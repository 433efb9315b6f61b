"""The algebra of nets: what it simplifies is equal by truth table, and its text means the same to Verilog."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.targets.systemverilog.rtl.logic import (
    FALSE,
    TRUE,
    And,
    Net,
    Or,
    both,
    constant,
    either,
    inverse,
    nets,
    text,
)

NAMES = ("a", "b", "c")
A, B, C = map(Net, NAMES)
ROWS = [dict(zip(NAMES, row, strict=True)) for row in itertools.product([False, True], repeat=3)]


def value(logic, row):
    """The truth of an expression, by its definition alone."""
    if isinstance(logic, Net):
        return row[logic.name] != logic.inverted
    found = [value(term, row) for term in logic.terms]
    return all(found) if isinstance(logic, And) else any(found)


def verilog(expression, row):
    """The truth of a Verilog expression of one-bit nets, reductions and constants, by Python's own operators."""
    python = re.sub(r"1'b([01])", lambda bit: str(bool(int(bit[1]))), expression)
    python = re.sub(r"~(\w+(\[\d+\])?)", r"(not \1)", python)
    python = re.sub(
        r"\(([&|])(\w+)\[(\d+):(\d+)\]\)",
        lambda m: "(" + m[1].join(f"{m[2]}[{bit}]" for bit in range(int(m[4]), int(m[3]) + 1)) + ")",
        python,
    )
    return bool(eval(python, {"__builtins__": {}}, row))  # noqa: S307 - a text that this test wrote


def table(logic):
    return [value(logic, row) for row in ROWS]


trees = st.recursive(
    st.builds(Net, st.sampled_from(NAMES), st.booleans()) | st.sampled_from([TRUE, FALSE]),
    lambda inner: st.tuples(st.sampled_from(["and", "or", "not"]), st.lists(inner, max_size=4)),
    max_leaves=12,
)


def built(tree):
    """Return a drawn tree as the algebra builds it, and its truth table by definition."""
    if not isinstance(tree, tuple):
        return tree, table(tree)
    kind, parts = tree
    done = [built(part) for part in parts]
    logics, tables = [logic for logic, _ in done], [found for _, found in done]
    columns = list(zip(*tables, strict=True)) if tables else [()] * len(ROWS)
    if kind == "and":
        return both(logics), [all(column) for column in columns]
    if kind == "or":
        return either(logics), [any(column) for column in columns]
    logic, found = done[0] if done else (TRUE, [True] * len(ROWS))
    return inverse(logic), [not each for each in found]


@given(trees)
def test_what_is_simplified_keeps_its_truth_table(tree):
    logic, expected = built(tree)
    assert table(logic) == expected


@given(trees)
def test_the_text_means_the_same(tree):
    logic, expected = built(tree)
    assert [verilog(text(logic), row) for row in ROWS] == expected


@given(trees)
def test_the_complement_of_the_complement_is_equal(tree):
    logic, expected = built(tree)
    assert table(inverse(inverse(logic))) == expected


@given(trees)
def test_no_constant_is_left_inside(tree):
    logic, _ = built(tree)
    inside = list(logic.terms) if isinstance(logic, (And, Or)) else []
    while inside:
        term = inside.pop()
        assert term not in {TRUE, FALSE}
        inside += getattr(term, "terms", ())


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (both([]), TRUE),
        (either([]), FALSE),
        (both([A]), A),
        (either([A, A]), A),
        (both([A, TRUE, B]), And((A, B))),
        (both([A, FALSE, B]), FALSE),
        (either([A, TRUE]), TRUE),
        (either([A, FALSE]), A),
        (both([A, inverse(A)]), FALSE),
        (either([A, inverse(A)]), TRUE),
        (both([And((A, B)), C]), And((A, B, C))),
        (either([Or((A, B)), A]), Or((A, B))),
        (either([A, And((inverse(A), B))]), Or((A, B))),
        (both([A, Or((inverse(A), B))]), And((A, B))),
        (inverse(And((A, Net("b", inverted=True)))), Or((Net("a", inverted=True), B))),
        (constant(value=True), TRUE),
        (constant(value=False), FALSE),
    ],
)
def test_each_law_of_the_algebra(logic, expected):
    assert logic == expected


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (TRUE, "1'b1"),
        (FALSE, "1'b0"),
        (A, "a"),
        (inverse(A), "~a"),
        (And((A, B)), "a & b"),
        (Or((And((A, B)), C)), "(a & b) | c"),
        (And(tuple(Net(f"x[{bit}]") for bit in (7, 6, 5))), "(&x[7:5])"),
        (Or((*(Net(f"x[{bit}]") for bit in (3, 2, 1, 0)), A)), "(|x[3:0]) | a"),
        (And((Net("x[1]"), Net("x[0]"))), "x[1] & x[0]"),
        (And((Net("x[2]"), Net("y[1]"), Net("x[0]"))), "x[2] & y[1] & x[0]"),
    ],
)
def test_text_of_each_shape(logic, expected):
    assert text(logic) == expected


def test_parentheses_stand_only_where_they_are_needed():
    assert text(And((A, B)), inner=True) == "(a & b)"
    assert text(A, inner=True) == "a"
    assert text(And((A, B)), margin="\n  ") == "a\n  & b"


def test_nets_are_listed_as_often_as_they_stand_there():
    assert [net.name for net in nets(Or((And((A, B)), And((A, C)))))] == ["a", "b", "a", "c"]
    assert list(nets(TRUE)) == []
