"""What a report tells of a design: inputs and their formats, the pipeline, and the options."""

from __future__ import annotations

from typing import Any, cast

from rulekit.ir.numerics import Fixed
from rulekit.targets.artifact import Artifact
from rulekit.targets.lower import LowFeature
from rulekit.targets.systemverilog.design import Design, design_of
from rulekit.targets.systemverilog.names import width_of
from rulekit.targets.systemverilog.rtl.stages import ANSWER, RULES, SUM, TESTS

_STAGES = {TESTS: "questions", RULES: "rules", SUM: "sum", ANSWER: "answer"}


def describe(artifact: Artifact[Any]) -> dict[str, Any]:
    """Return a design as plain JSON.

    ``formats`` has an entry for each feature that is read: its bits, range and step, and how many distinct
    tests the rules make of it. ``stages`` has the parts of the pipeline in order, and whether a register follows
    each.
    ``cycles`` are clock cycles from event to answer.
    """
    design = design_of(artifact)
    return {
        "architecture": design.options.architecture,
        "missing": design.options.missing,
        "control": design.options.control,
        "outputs": [port.name for port in design.outputs],
        "rounding": cast("Fixed", artifact.numerics).rounding,
        "formats": [_format(each, design) for each in design.low.features],
        "stages": _stages(design),
        "cycles": design.pipeline.latency,
    }


def _format(low: LowFeature, design: Design) -> dict[str, Any]:
    feature, grid = low.feature, low.grid
    ends = (None, None) if grid is None else grid.limits
    return {
        "feature": low.name,
        "dtype": feature.dtype.value,
        "unit": feature.unit,
        "bits": width_of(low),
        "signed": grid is not None and grid.signed,
        "step": None if grid is None else 2.0**-grid.fraction,
        "low": ends[0],
        "high": ends[1],
        "bounds": feature.bounds,
        "categories": list(feature.categories or ()),
        "questions": len(design.literals.of_feature(low.name)),
    }


def _stages(design: Design) -> list[dict[str, Any]]:
    return [
        {"name": _STAGES[place], "registered": cuts > 0}
        for place, cuts in design.pipeline.places.items()
        for _ in range(max(1, cuts))
    ]
