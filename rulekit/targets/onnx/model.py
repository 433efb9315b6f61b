"""The model: the rules as rows of a truth table, and the hit policy over these rows."""

from __future__ import annotations

import json

import numpy as np
from onnx import ModelProto, TensorProto, ValueInfoProto, helper

from rulekit.targets.lower import Lowered
from rulekit.targets.onnx.conditions import Conditions
from rulekit.targets.onnx.graph import ML, Graph
from rulekit.targets.onnx.signature import HITS, OUTCOME, RULE, SCORE, TYPES, Signature, signature
from rulekit.targets.shared.python_source import rule_lines
from rulekit.version import VERSION

OPSETS = {"": 17, ML: 3}
IR_VERSION = 8
_ELEMENTS = dict(zip(TYPES.values(), ("BOOL", "INT32", "INT64", "FLOAT", "DOUBLE", "STRING"), strict=True))


def model(low: Lowered) -> ModelProto:
    """Return the model of a lowered ruleset."""
    described = signature(low)
    graph = Graph()
    table = _Table(graph, Conditions(graph, low, described.inputs), low)
    table.scored() if low.is_score else table.first()
    table.hits()
    proto = graph.proto(low.ruleset.name, _doc(low), _inputs(described), _outputs(described))
    made = helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid(domain, OPSETS[domain]) for domain in graph.domains],
        ir_version=IR_VERSION,
        producer_name="rulekit",
        producer_version=VERSION,
        doc_string=_doc(low),
    )
    helper.set_model_props(made, _properties(described))
    return made


class _Table:
    """The truth table, one row per rule and then one that is always true, shape (rules + 1, N).

    No row holds for an event that lacks a required feature.
    """

    def __init__(self, graph: Graph, conditions: Conditions, low: Lowered) -> None:
        self._graph = graph
        self._low = low
        self._always = conditions.always()
        rows = [_row(conditions, low, place) for place in range(len(low.rules))]
        joined = graph.node("Concat", [*rows, self._always], "`rows`, one after the other", axis=0)
        shape = graph.constant([len(rows) + 1, -1], np.int64, "shape of rows")
        self._rows = graph.node("Reshape", [joined, shape], "`rows`")
        required = [feature.name for feature in low.features if feature.feature.required]
        self._invalid = None
        if required:
            self._invalid = graph.chain("Or", [conditions.missing(name) for name in required], "`invalid`")
            valid = graph.node("Not", [self._invalid], "`valid`")
            self._rows = graph.node("And", [self._rows, valid], "`rows` of valid events")

    def first(self) -> None:
        """Add the nodes that find rule and outcome by the first row that holds; an event without one is invalid."""
        ruleset, rules = self._low.ruleset, len(self._low.rules)
        first = self._first_place() if rules + 1 <= np.iinfo(np.uint8).max else self._first_of_many()
        thens = [*(str(rule.then) for rule in ruleset.rules), ruleset.otherwise, ruleset.outcomes[-1]]
        self._answer(OUTCOME, [ruleset.outcomes.index(then) for then in thens], first)
        self._answer(RULE, [*range(rules), -1, -1], first)

    def _first_place(self) -> str:
        """Return the index of the first row that holds, or the number of rows: one byte each is the fastest."""
        graph, rows = self._graph, len(self._low.rules) + 1
        places = graph.constant(np.arange(rows)[:, None], np.uint8, "place of each row")
        none = graph.constant(rows, np.uint8, "no row")
        held = graph.node("Where", [self._rows, places, none], "`place of each row that holds`")
        least = graph.node("ReduceMin", [held], "`first row that holds`", axes=[0], keepdims=0)
        return graph.node("Cast", [least], "`first row that holds` as index", to=TensorProto.INT64)

    def _first_of_many(self) -> str:
        """Return the same for more rows than a byte can count."""
        graph, rows = self._graph, len(self._low.rules) + 1
        events = graph.node("Transpose", [self._rows], "`rows` by event", perm=[1, 0])
        bytes_ = graph.node("Cast", [events], "`rows` as 0 and 1", to=TensorProto.UINT8)
        first = graph.node("ArgMax", [bytes_], "`first row that holds`, or 0", axis=1, keepdims=0)
        if self._invalid is None:
            return first
        none = graph.constant(rows, np.int64, "no row")
        return graph.node("Where", [self._invalid, none, first], "`first row that holds`")

    def scored(self) -> None:
        """Add the nodes that sum the points of all hits and find the outcome by the highest threshold reached."""
        graph, ruleset = self._graph, self._low.ruleset
        points = [*(rule.points or 0 for rule in ruleset.rules), 0]
        weights = graph.constant(points, np.int64, "points of each row")
        hits = graph.node("Cast", [self._rows], "`rows` as 0 and 1", to=TensorProto.INT64)
        score = graph.node("MatMul", [weights, hits], SCORE, name="sum of points")
        ladder = graph.constant([[least] for _, least in ruleset.ladder], np.int64, "thresholds")
        reached = graph.node("GreaterOrEqual", [score, ladder], "`thresholds reached`")
        steps = graph.node("Cast", [reached], "`thresholds reached` as 0 and 1", to=TensorProto.INT32)
        axis = graph.constant([0], np.int64, "over thresholds")
        step = graph.node("ReduceSum", [steps, axis], "`step of the ladder`", keepdims=0)
        if self._invalid is not None:
            beyond = graph.constant(len(ruleset.ladder) + 1, np.int32, "beyond the ladder")
            step = graph.node("Where", [self._invalid, beyond, step], "`step`, or beyond if invalid")
        names = [ruleset.otherwise, *(name for name, _ in ruleset.ladder), ruleset.outcomes[-1]]
        self._answer(OUTCOME, [ruleset.outcomes.index(name) for name in names], step)
        none = graph.node("Cast", [self._always], "`always` as 1", to=TensorProto.INT64)
        graph.node("Neg", [none], RULE, name="no rule decides alone")

    def hits(self) -> None:
        """Add the node that gives the hits of all rules, shape (N, rules)."""
        graph = self._graph
        bounds = [graph.constant([bound], np.int64) for bound in (0, len(self._low.rules))]
        rows = graph.node("Slice", [self._rows, *bounds, bounds[0]], "`rows` of rules")
        graph.node("Transpose", [rows], HITS, name="which rules hit", perm=[1, 0])

    def _answer(self, output: str, table: list[int], place: str) -> None:
        constant = self._graph.constant(table, np.int64, f"{output} by place")
        self._graph.node("Gather", [constant, place], output, name=f"{output} by place")


def _row(conditions: Conditions, low: Lowered, place: int) -> str:
    """Return the tensor of a rule, made by a node that is called by its id and says what it is."""
    rule = low.rules[place]
    doc = "\n".join(rule_lines(rule.rule))
    return conditions.join(rule.condition, f"rule `{rule.rule.id}`", name=rule.rule.id, doc=doc)


def _doc(low: Lowered) -> str:
    ruleset = low.ruleset
    return (
        f"{ruleset.name} {ruleset.version}, {ruleset.digest}\n"
        f"Generated by rulekit {VERSION}; numerics {low.numerics.kind}. Do not edit: amend the ruleset."
    )


def _properties(described: Signature) -> dict[str, str]:
    """Return the metadata: plain text, or JSON where it is more than that."""
    return {
        **described.ruleset,
        "numerics": json.dumps(described.numerics),
        "outcomes": json.dumps(described.outcomes, ensure_ascii=False),
        "rules": json.dumps(described.rules),
    }


def _inputs(described: Signature) -> list[ValueInfoProto]:
    inputs = []
    for each in described.inputs:
        about = f"feature {each.feature}" + ("; NaN is missing" if each.missing is None else "")
        inputs.append(_info(each.name, each.type, ["N"], about))
        if each.missing is not None:
            inputs.append(_info(each.missing, "bool", ["N"], f"whether {each.feature} is missing"))
    return inputs


def _outputs(described: Signature) -> list[ValueInfoProto]:
    *codes, (hits, about) = described.outputs.items()
    table = _info(hits, "bool", ["N", len(described.rules)], about)
    return [*(_info(name, "int64", ["N"], about) for name, about in codes), table]


def _info(name: str, kind: str, shape: list[str | int], about: str) -> ValueInfoProto:
    element = getattr(TensorProto, _ELEMENTS[kind])
    return helper.make_tensor_value_info(name, element, shape, doc_string=about)
