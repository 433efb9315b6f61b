"""Counterexamples: an event for which a prover says that two designs differ, judged by the reference semantics."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rulekit.errors import RulekitError
from rulekit.ir.numerics import Event, Scalar
from rulekit.ir.schema import DType
from rulekit.ir.semantics import holds
from rulekit.targets.lower import LowFeature
from rulekit.targets.shared.constants import quantity
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.names import width_of

_ROW = re.compile(r"^\s*\\(\S+)\s+\S+\s+\S+\s+([01x]+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Counterexample:
    """An event on the grid, and the rules that hit it by the law."""

    design: Design
    event: Event
    hits: tuple[str, ...]


def model_of(text: str) -> dict[str, int]:
    """Return the signals in a model that yosys prints, as unsigned numbers."""
    return {name: int(bits.replace("x", "0"), 2) for name, bits in _ROW.findall(text)}


def check_counterexample(design: Design, model: dict[str, int]) -> Counterexample:
    """Return the event of a model, after checking that semantics decides it as the golden model did.

    Raises
    ------
    RulekitError
        when the golden model gave another answer.

    """
    event: Event = {feature.name: _value(design, feature, model) for feature in design.low.features}
    required = [feature.name for feature in design.low.features if feature.feature.required]
    invalid = any(event[name] is None for name in required)
    fired = [not invalid and holds(rule.condition, event) for rule in design.low.rules]
    if "gold_fired" in model:
        golden = [bool(model["gold_fired"] >> place & 1) for place in range(len(fired))]
        if golden != fired:
            raise RulekitError("the golden model contradicts the reference semantics", got=f"{golden} at {event}",
                               expected=str(fired))  # fmt: skip
    hits = tuple(rule.rule.id for rule, hit in zip(design.low.rules, fired, strict=True) if hit)
    return Counterexample(design, event, hits)


def words_of(found: Counterexample) -> str:
    """Return the event in words, with the units of its features."""
    parts = []
    for feature in found.design.low.features:
        value = found.event[feature.name]
        if value is None:
            parts.append(f"{feature.name} missing")
        elif feature.grid is not None:
            unit = f" {feature.feature.unit}" if feature.feature.unit else ""
            parts.append(f"{feature.name} {quantity(feature, int(value))}{unit}")
        elif width_of(feature):
            parts.append(f"{feature.name} {value}")
    return ", ".join(parts) or "any event"


def _value(design: Design, feature: LowFeature, model: dict[str, int]) -> Scalar | None:
    """Return the value of a feature in a model; a code in steps of its grid, or what the code stands for."""
    if model.get(design.names.missing(feature.name), 0):
        return None
    width = width_of(feature)
    code = model.get(design.names.value(feature.name), 0)
    if feature.grid is not None:
        return code - (1 << width) if feature.grid.signed and code >> (width - 1) else code
    if feature.feature.dtype is DType.CATEGORY:
        words = feature.feature.categories or ()
        return words[code] if code < len(words) else "any other"
    return bool(code)
