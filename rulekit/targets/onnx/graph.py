"""Build a graph: each node and each constant is made once.

Tensors are named by what they hold, ```pt` > 30.0`` for instance. A feature's name can't hold a backtick, so
these names never meet one of an input, which is called what its feature is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

ML = "ai.onnx.ml"


class Graph:
    """A graph that is being built. Its nodes stand in the order in which they run, and each tensor is made once."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeProto] = {}
        self._constants: dict[str, TensorProto] = {}

    def node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        *,
        name: str = "",
        doc: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Make the tensor ``output`` unless it is there already, and return its name."""
        if output not in self._nodes:
            self._nodes[output] = helper.make_node(
                operator,
                inputs,
                [output],
                name=name or output,
                doc_string=doc or None,
                domain=domain or None,
                **attributes,
            )
        return output

    def chain(self, operator: str, inputs: list[str], output: str, *, name: str = "", doc: str = "") -> str:
        """Join tensors by a binary operator, step by step; a single one is passed on under the new name."""
        if output in self._nodes:
            return output
        joined = inputs[0]
        for step, term in enumerate(inputs[1:-1], start=1):
            joined = self.node(operator, [joined, term], f"{output} ({step} of {len(inputs) - 1})")
        last = [joined, inputs[-1]] if len(inputs) > 1 else [joined]
        return self.node(operator if len(inputs) > 1 else "Identity", last, output, name=name, doc=doc)

    def constant(self, value: Any, dtype: DTypeLike, name: str = "") -> str:
        """Return the name of a constant. Default of ``name``: its dtype and value."""
        array = np.asarray(value, dtype)
        label = f"`{name or f'{array.dtype} {value!r}'}`"
        if label not in self._constants:
            self._constants[label] = numpy_helper.from_array(array, label)
        return label

    @property
    def domains(self) -> list[str]:
        """The operator sets that the nodes come from."""
        return sorted({"", *(node.domain for node in self._nodes.values())})

    def proto(
        self, name: str, doc: str, inputs: list[ValueInfoProto], outputs: list[ValueInfoProto]
    ) -> GraphProto:
        """Return the finished graph."""
        nodes, constants = list(self._nodes.values()), list(self._constants.values())
        return helper.make_graph(nodes, name, inputs, outputs, constants, doc_string=doc)
