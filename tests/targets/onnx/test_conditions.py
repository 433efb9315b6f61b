"""Conditions as tensors: words, tables, grids, and equal literals that are one node."""

import json

import numpy as np
import polars as pl
import pytest
from served import model_of, ruleset_of

import rulekit
from rulekit.ir.numerics import Fixed
from rulekit.ir.semantics import decide


def test_words_are_compared_to_the_last_byte():
    words = ["b", "b\0", "", "é", "e\u0301"]
    features = [{"name": "w", "dtype": "category", "categories": words}]
    ruleset = ruleset_of(features, [{"when": [f"w == {json.dumps(word)}"], "then": f"o{n}"}
                                    for n, word in enumerate(words) if word != "b\0"])  # fmt: skip
    frame = pl.DataFrame({"w": [*words, "b\0\0", "\0", None, "x"]})
    expected = [decide(ruleset, event).rule for event in frame.to_dicts()]
    assert expected[:5] == ["r0", None, "r1", "r2", "r3"]
    assert rulekit.compile(ruleset, "onnx").load().batch(frame)["rule"].to_list() == expected


@pytest.mark.parametrize("negated", ["in", "not in"])
def test_many_words_are_looked_up_in_a_table(negated):
    words = [f"w{n}" for n in range(30)]
    features = [{"name": "w", "dtype": "category", "categories": words}]
    ruleset = ruleset_of(features, [{"when": [f"w {negated} {{{', '.join(words[5:25])}}}"], "then": "hit"}])
    assert "Gather" in [node.op_type for node in model_of(ruleset).graph.node if "`w`" in node.name]
    frame = pl.DataFrame({"w": [*words, "unknown", None]})
    expected = [decide(ruleset, event).rule for event in frame.to_dicts()]
    assert expected[-2:] == ([None, None] if negated == "in" else ["r0", None])
    assert rulekit.compile(ruleset, "onnx").load().batch(frame)["rule"].to_list() == expected


@pytest.mark.parametrize("rounding", ["floor", "nearest"])
@pytest.mark.parametrize("fraction", [-48, -2, 0, 3])
def test_the_tiniest_values_get_their_place_on_the_grid(rounding, fraction):
    formats = {"x": {"width": 4, "fraction": fraction}, "n": {"width": 4, "fraction": fraction}}
    numerics = Fixed(formats=formats, rounding=rounding)
    features = [{"name": "x", "dtype": "float64"}, {"name": "n", "dtype": "int64"}]
    rules = [{"when": ["x < 0"], "then": "below"}, {"when": ["x > 0"], "then": "above"},
             {"when": ["n < 0"], "then": "n below"}, {"when": ["n > 0"], "then": "n above"}]  # fmt: skip
    ruleset = ruleset_of(features, rules)
    tiny = [-5e-324, 5e-324, -0.0, 0.0, -1e-300, 1e308, -np.inf, np.inf, np.nan, 2.0**46, -(2.0**47)]
    whole = [-1, 1, 0, 2**63 - 1, -(2**63), None, 2**53 + 1, -(2**47), 2**47, 3, -2]
    frame = pl.DataFrame({"x": tiny, "n": whole}, schema={"x": pl.Float64, "n": pl.Int64})
    expected = [decide(ruleset, event, numerics) for event in frame.to_dicts()]
    decided = rulekit.compile(ruleset, "onnx", numerics).load().batch(frame, hits=True)
    assert [tuple(hits) for hits in decided["hits"].to_list()] == [each.hits for each in expected]
    assert ("r0" in expected[0].hits) == (rounding == "floor")


def test_equal_literals_are_one_node_and_rules_are_named():
    ruleset = ruleset_of([{"name": "x", "dtype": "float64"}],
                         [{"when": ["x > 1", "x < 5"], "then": "a", "title": "In\nbetween"},
                          {"when": ["x > 1", "x > 3"], "then": "b"}])  # fmt: skip
    nodes = model_of(ruleset).graph.node
    assert [node.op_type for node in nodes].count("Greater") == 2
    rules = {node.name: node.doc_string for node in nodes if node.doc_string}
    assert rules == {"r0": "r0: In between\n    x > 1\n    x < 5", "r1": "r1\n    x > 1\n    x > 3"}
