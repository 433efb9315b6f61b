"""Features and conditions as tensors over all events.

A comparison with NaN is false, as one with a missing value must be. So floats, and numbers on a grid, hold NaN
where they are missing, and a missing word holds a code that no category has; an integer has no value to spare,
so comparisons also test that it is present.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from onnx import TensorProto

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing, Sign
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.schema import DType
from rulekit.targets.lower import Lowered, LowFeature
from rulekit.targets.onnx.graph import ML, Graph
from rulekit.targets.onnx.signature import Input

OPERATORS: dict[Sign, str] = {
    "<": "Less",
    "<=": "LessOrEqual",
    ">": "Greater",
    ">=": "GreaterOrEqual",
    "==": "Equal",
}
_MISSING_WORD = -1
"""The code of a missing word; counted from the end, it is the last entry of a table."""
_MANY_WORDS = 8
"""Above so many words a table is faster than comparing with each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A feature as the rules read it.

    Attributes
    ----------
    name : of the feature, as it stands in the names of tensors.
    value : name of the tensor of values, shape (N,).
    source, mask : names of the inputs: its values, and the bools that are true where one is missing; no mask for a
        float, whose NaN says so.
    dtype : of the values, and of what they are compared with.
    holds_missing : whether a missing value is a value of its own, equal to none, so that comparing needs no mask.

    """

    name: str
    value: str
    source: str
    mask: str | None
    dtype: DTypeLike
    holds_missing: bool


class Conditions:
    """Turns bound conditions into tensors of bools, shape (N,); equal ones are one tensor."""

    def __init__(self, graph: Graph, low: Lowered, inputs: tuple[Input, ...]) -> None:
        self._graph = graph
        self._floor = getattr(low.numerics, "rounding", "") == "floor"
        self._words = {f.name: f.feature.categories for f in low.features if f.feature.categories}
        self._inputs = {each.feature: each for each in inputs}
        self._features = {feature.name: feature for feature in low.features}
        self._columns: dict[str, Column] = {}
        self._extent = inputs[0].name

    def always(self) -> str:
        """Return the tensor that is true of every event."""
        true = TensorProto(data_type=TensorProto.BOOL, dims=[1], int32_data=[1])
        shape = self._graph.node("Shape", [self._extent], "`events`")
        return self._graph.node("ConstantOfShape", [shape], "`always`", value=true)

    def missing(self, feature: str) -> str:
        """Return the tensor that is true where the feature is missing."""
        return self._missing(self._column(feature))

    def condition(self, condition: Condition, output: str) -> str:
        """Return the tensor of a condition; ``output`` names the tensor of a list of terms."""
        if isinstance(condition, (AllOf, AnyOf)):
            return self.join(condition, output)
        if isinstance(condition, Missing):
            column = self._column(condition.feature)
            return self._present(column) if condition.negated else self._missing(column)
        return self._member(condition) if isinstance(condition, Member) else self._compare(condition)

    def join(self, condition: Condition, output: str, *, name: str = "", doc: str = "") -> str:
        """Return the tensor of a condition under the name ``output``, by a node of that name and text."""
        terms = condition.terms if isinstance(condition, (AllOf, AnyOf)) else (condition,)
        found = [self.condition(term, f"{output}.{place}") for place, term in enumerate(terms, start=1)]
        operator = "Or" if isinstance(condition, AnyOf) else "And"
        return self._graph.chain(operator, found or [self.always()], output, name=name, doc=doc)

    def _compare(self, literal: Compare) -> str:
        column = self._column(literal.feature)
        text = f"`{column.name}` {literal.sign} {literal.value!r}"
        if column.dtype is np.bool_:
            raw = column.value if literal.value else self._not(column.value, f"not `{column.name}`")
            return self._graph.node("And", [raw, self._present(column)], text)
        if literal.sign != "!=":
            return self._holds(column, literal.sign, literal.value, text)
        equal = self._holds(column, "==", literal.value, f"`{column.name}` == {literal.value!r}")
        return self._without(equal, column, text)

    def _member(self, literal: Member) -> str:
        column = self._column(literal.feature)
        words = self._words.get(literal.feature)
        listed = ", ".join(map(repr, literal.values))
        text = f"`{column.name}` in {{{listed}}}"
        other = f"`{column.name}` not in {{{listed}}}"
        if words and len(literal.values) > _MANY_WORDS:
            return self._look_up(column, words, literal, other if literal.negated else text)
        codes = [words.index(str(value)) if words else value for value in literal.values]
        equal = [
            self._holds(column, "==", code, f"`{column.name}` == {value!r}")
            for code, value in zip(codes, literal.values, strict=True)
        ]
        found = self._graph.chain("Or", equal, text) if len(equal) > 1 else equal[0]
        return self._without(found, column, other) if literal.negated else found

    def _look_up(self, column: Column, words: tuple[str, ...], literal: Member, text: str) -> str:
        """Return membership by a table: of every word, of an unknown one, and of a missing one."""
        table = [(word in literal.values) != literal.negated for word in words]
        constant = self._graph.constant([*table, literal.negated, False], np.bool_, f"table of {text}")
        return self._graph.node("Gather", [constant, column.value], text)

    def _holds(self, column: Column, sign: Sign, value: Any, text: str) -> str:
        """Return a comparison that is false where the feature is missing."""
        terms = [column.value, self._graph.constant(value, column.dtype)]
        if column.holds_missing:
            return self._graph.node(OPERATORS[sign], terms, text)
        raw = self._graph.node(OPERATORS[sign], terms, f"{text}, if it is not missing")
        return self._graph.node("And", [raw, self._present(column)], text)

    def _without(self, found: str, column: Column, text: str) -> str:
        """Return the complement of a literal, which is false on a missing value as well."""
        return self._graph.node("And", [self._not(found, f"not ({found})"), self._present(column)], text)

    def _not(self, tensor: str, output: str) -> str:
        return self._graph.node("Not", [tensor], output)

    def _present(self, column: Column) -> str:
        return self._not(self._missing(column), f"`{column.name}` is not missing")

    def _missing(self, column: Column) -> str:
        text = f"`{column.name}` is missing"
        return column.mask or self._graph.node("IsNaN", [column.source], text)

    def _column(self, name: str) -> Column:
        if name not in self._columns:
            self._columns[name] = self._make_column(self._features[name], self._inputs[name])
        return self._columns[name]

    def _make_column(self, low_feature: LowFeature, entry: Input) -> Column:
        name, dtype = low_feature.name, low_feature.feature.dtype
        numbers = np.object_ if dtype is DType.CATEGORY else np.dtype(dtype.value).type
        raw = Column(name, entry.name, entry.name, entry.missing, numbers, dtype.is_float)
        if low_feature.grid is not None:
            ticks = self._ticks(low_feature.grid, entry)
            return self._marked(raw, ticks, math.nan, np.float64, f"`{name}` on the grid")
        if dtype is DType.CATEGORY:
            code = self._code(self._words[name], entry)
            return self._marked(raw, code, _MISSING_WORD, np.int64, f"`{name}` as code")
        return raw

    def _marked(self, raw: Column, value: str, mark: float, dtype: DTypeLike, output: str) -> Column:
        """Return the column of other values, with a mark of their own where one is missing."""
        terms = [self._missing(raw), self._graph.constant(mark, dtype), value]
        marked = self._graph.node("Where", terms, output)
        return replace(raw, value=marked, dtype=dtype, holds_missing=True)

    def _code(self, words: tuple[str, ...], entry: Input) -> str:
        """Return the place of each word among the categories, and their number for an unknown one."""
        return self._graph.node(
            "LabelEncoder",
            [entry.name],
            f"`{entry.feature}` as code, if it is not missing",
            domain=ML,
            keys_strings=words,
            values_int64s=list(range(len(words))),
            default_int64=len(words),
        )

    def _ticks(self, grid: FixedFormat, entry: Input) -> str:
        """Return the number of least significant bits, saturated, as float64: it holds each of them exactly."""
        value, name, graph = entry.name, f"`{entry.feature}`", self._graph
        if entry.type != "double":
            value = graph.node("Cast", [value], f"{name} as double", to=TensorProto.DOUBLE)
        if self._floor and grid.fraction < 0:
            # floored before as well, which changes nothing, lest a tiny negative value underflow to zero
            value = graph.node("Floor", [value], f"{name} as whole number")
        if grid.fraction:
            scale = graph.constant(2.0**grid.fraction, np.float64)
            value = graph.node("Mul", [value, scale], f"{name} in steps")
        bounds = [graph.constant(float(bound), np.float64) for bound in grid.range]
        value = graph.node("Clip", [value, *bounds], f"{name} in range")
        return graph.node("Floor" if self._floor else "Round", [value], f"{name} on the grid, if not missing")
