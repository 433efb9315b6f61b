"""A graph in the making: each tensor once, chains of binary operators, constants shared."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="pip install 'rulekit-engine[onnx]'")

from rulekit.targets.onnx.graph import ML, Graph  # noqa: E402


def nodes_of(graph):
    return graph.proto("g", "doc", [], []).node


def test_a_tensor_is_made_once():
    graph = Graph()
    assert graph.node("And", ["a", "b"], "c") == "c"
    assert graph.node("Or", ["x", "y"], "c") == "c"
    (node,) = nodes_of(graph)
    assert (node.op_type, list(node.input), node.name) == ("And", ["a", "b"], "c")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_chain_takes_a_node_less_than_terms(count):
    graph = Graph()
    terms = [f"t{place}" for place in range(count)]
    assert graph.chain("And", terms, "all", name="rule", doc="its text") == "all"
    nodes = nodes_of(graph)
    assert len(nodes) == max(1, count - 1)
    assert list(nodes[-1].output) == ["all"]
    assert (nodes[-1].name, nodes[-1].doc_string) == ("rule", "its text")
    known = set(terms)
    for node in nodes:
        assert set(node.input) <= known, "nodes stand in the order in which they run"
        known |= set(node.output)
    used = [name for node in nodes for name in node.input if name in terms]
    assert used == terms


def test_a_chain_of_one_is_passed_on():
    graph = Graph()
    graph.chain("And", ["a"], "b")
    assert nodes_of(graph)[0].op_type == "Identity"


def test_equal_constants_are_one_and_another_dtype_is_another():
    graph = Graph()
    one, again = graph.constant(1.0, np.float32), graph.constant(1.0, np.float32)
    other = graph.constant(1.0, np.float64)
    assert one == again != other
    found = {each.name: onnx.numpy_helper.to_array(each) for each in graph.proto("g", "", [], []).initializer}
    assert {name: array.dtype for name, array in found.items()} == {one: np.float32, other: np.float64}


def test_a_constant_may_be_named():
    assert Graph().constant([1, 2], np.int64, "points") == "`points`"


def test_domains_are_those_of_the_nodes():
    graph = Graph()
    assert graph.domains == [""]
    graph.node("LabelEncoder", ["a"], "b", domain=ML)
    assert graph.domains == ["", "ai.onnx.ml"]
