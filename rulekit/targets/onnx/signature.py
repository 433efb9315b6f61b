"""Inputs and outputs of the model: as JSON for programs, and as a page for people."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from rulekit.ir.schema import DType, Feature
from rulekit.targets.lower import Lowered
from rulekit.targets.shared.python_source import rule_lines

OUTCOME, RULE, SCORE, HITS = "outcome", "rule", "score", "hits"
TYPES = {
    DType.BOOL: "bool",
    DType.INT32: "int32",
    DType.INT64: "int64",
    DType.FLOAT32: "float",
    DType.FLOAT64: "double",
    DType.CATEGORY: "string",
}
"""The ONNX type of each dtype."""


@dataclass(frozen=True, slots=True)
class Input:
    """How one feature enters the model.

    Attributes
    ----------
    name : of the input with the values, shape (N,): the feature's own name, unless an output has it.
    feature, type : name of the feature, and the ONNX type of its values.
    missing : of the bool input, shape (N,), that is true where the value is missing; None for a float, whose NaN
        says so. The value itself does not matter then.

    """

    name: str
    feature: str
    type: str
    missing: str | None


@dataclass(frozen=True, slots=True)
class Signature:
    """The inputs and outputs of a model, and the meaning of the numbers in its answers."""

    ruleset: dict[str, str]
    numerics: dict[str, Any]
    inputs: tuple[Input, ...]
    outputs: dict[str, str]
    outcomes: tuple[str, ...]
    rules: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def entering(low: Lowered) -> tuple[Feature, ...]:
    """Return the features that the model takes.

    Those that are read; where none is, the first of the schema, for the number of events.
    """
    return tuple(feature.feature for feature in low.features) or low.ruleset.schema.features[:1]


def signature(low: Lowered) -> Signature:
    """Return the signature of the model of a ruleset."""
    ruleset, rules = low.ruleset, len(low.rules)
    outputs = {
        OUTCOME: "int64 (N,), index of the outcome",
        RULE: "int64 (N,), index of the rule, -1 for none",
    }
    if low.is_score:
        outputs[SCORE] = "int64 (N,), sum of points, 0 for an invalid event"
    outputs[HITS] = f"bool (N, {rules}), which rules hit"
    return Signature(
        ruleset={"name": ruleset.name, "version": ruleset.version, "digest": ruleset.digest},
        numerics=low.numerics.model_dump(mode="json"),
        inputs=_inputs(low),
        outputs=outputs,
        outcomes=ruleset.outcomes,
        rules=tuple(rule.rule.id for rule in low.rules),
    )


def _inputs(low: Lowered) -> tuple[Input, ...]:
    features = entering(low)
    taken = {OUTCOME, RULE, SCORE, HITS}
    names = {feature.name: _free(feature.name, taken) for feature in features}
    return tuple(
        Input(
            name=names[feature.name],
            feature=feature.name,
            type=TYPES[feature.dtype],
            missing=None if feature.dtype.is_float else _free(f"{feature.name}.missing", taken),
        )
        for feature in features
    )


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def page(low: Lowered, described: Signature) -> str:
    """Return the page for the person who serves the model."""
    ruleset = low.ruleset
    feeds = "".join(f"        {line},\n" for each in described.inputs for line in _feeds(each))
    outputs = "".join(f"    {name:8}{what}\n" for name, what in described.outputs.items())
    outcomes = "".join(f"    {place:<5}{name!r}\n" for place, name in enumerate(ruleset.outcomes))
    rules = "".join(_rule(place, rule_lines(each.rule)) for place, each in enumerate(low.rules))
    return _PAGE.format(
        title=f"{ruleset.name} {ruleset.version}",
        digest=ruleset.digest,
        numerics=low.numerics.kind,
        feeds=feeds,
        outputs=outputs,
        outcomes=outcomes,
        rules=rules or "    none\n",
    )


def _feeds(each: Input) -> list[str]:
    dtype = {"float": "np.float32", "double": "np.float64", "string": "object"}.get(
        each.type, f"np.{each.type}" if each.type != "bool" else "bool"
    )
    lines = [f"{each.name!r}: np.array(..., {dtype})"]
    return lines if each.missing is None else [*lines, f"{each.missing!r}: np.array(..., bool)"]


def _rule(place: int, lines: list[str]) -> str:
    return "".join(
        f"    {place:<5}{line}\n" if number == 0 else f"         {line}\n"
        for number, line in enumerate(lines)
    )


_PAGE = """# {title}

A ruleset as an ONNX model of standard operators (opset 17, and ai.onnx.ml 3 where it reads words). It decides
every event exactly as the ruleset does. Generated, numerics {numerics}; do not edit, amend the ruleset.

    {digest}

## Ask it

Every input has shape (N,), one value per event. A missing float is NaN; a missing value of another type is marked
in the input whose name ends in `.missing`, and may be anything.

    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession("decide.onnx")
    answers = session.run(None, {{
{feeds}    }})

## What it answers

{outputs}
Outcomes, by index:

{outcomes}
Rules, by index:

{rules}"""
