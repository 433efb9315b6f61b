"""The ``onnx`` target: a graph of standard operators, for any server of ONNX models.

Chosen: one tensor per literal over all events, shared between rules, and one node per rule that carries its id,
title and text. The rules are then the rows of one truth table; the first row that holds names the outcome. Opset 17
with ``ai.onnx.ml`` 3, which every server of the last years runs; the latter for one operator alone, which
looks words up (strings can be compared only from opset 19 on, one word at a time).

Missing is NaN for floats. Integers, bools and words have no such value, so each has a second input, of bools.
Refused: to make these optional by a default, because onnxruntime warns about each one at every start.

Points are summed by a matrix product of int64: onnxruntime's ``ReduceSum`` of int64 goes through float64.
"""

from __future__ import annotations

from importlib.util import find_spec

from rulekit.errors import MissingExtraError
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.lower import Lowered

ENTRY = "decide.onnx"
_NEEDS = ("onnx", "onnxruntime", "numpy", "pyarrow")


def absent() -> MissingExtraError | None:
    """Return the error for the first library that is not installed."""
    missing = [library for library in _NEEDS if find_spec(library) is None]
    return MissingExtraError(missing[0], "onnx") if missing else None


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return the model, its signature in JSON, and a page for the person who serves it.

    Raises
    ------
    MissingExtraError
        when onnx is not installed.

    """
    _require()
    from rulekit.targets.onnx.model import model
    from rulekit.targets.onnx.signature import page, signature

    described = signature(low)
    return {
        ENTRY: model(low).SerializeToString(deterministic=True),
        "signature.json": described.to_json(),
        "README.md": page(low, described),
    }


def load(artifact: Artifact) -> Runner:
    """Return a runner that decides with onnxruntime.

    Raises
    ------
    MissingExtraError
        when onnxruntime is not installed.

    """
    _require()
    from rulekit.targets.onnx.runner import OnnxRunner

    return OnnxRunner(artifact)


def _require() -> None:
    missing = absent()
    if missing is not None:
        raise missing


TARGET = Target(
    name="onnx",
    summary="a graph of standard operators, for any server of ONNX models",
    capabilities=Capabilities(),
    entry=ENTRY,
    emit=emit,
    load=load,
    absent=absent,
    tools=("onnx",),
)
