"""The resources of a design as evidence: facts for the manifest, and tables to print."""

from __future__ import annotations

import textwrap
from typing import Any

from rulekit.targets.artifact import Artifact
from rulekit.targets.checks import Evidence, Table
from rulekit.targets.systemverilog.synthesis.resources import Resources, resources

_WIDTH = 80


def resources_evidence(artifact: Artifact[Any]) -> Evidence:
    """Synthesise, place and route a design, and return what it takes; see :func:`.resources.resources`."""
    taken = resources(artifact)
    return Evidence(facts=taken.to_document(), shown=(*_tables(taken), _notes(taken)))


def _tables(taken: Resources) -> list[Table]:
    facts = _whole(taken)
    return [
        Table(["", *(name for name, _ in facts)], [["design", *(value for _, value in facts)]]),
        Table(
            ["rule", "costs LUT", "saves"],
            [[each.rule, f"{each.cost:g}", str(each.saved)] for each in taken.rules],
        ),
        Table(["feature", "LUT"], [[name, str(number)] for name, number in taken.features.items()]),
    ]


def _whole(taken: Resources) -> list[tuple[str, str]]:
    facts = [("LUT", f"{taken.lut:,}"), ("predicted", f"{taken.predicted:,}"), ("FF", f"{taken.ff:,}"),
             ("levels", str(taken.levels)), ("cycles", str(taken.cycles))]  # fmt: skip
    facts += [(kind, str(number)) for kind, number in taken.memory.items()]
    if taken.placement is not None:
        latency = taken.placement.nanoseconds(taken.cycles)
        facts += [("ECP5 MHz", f"{taken.placement.median:.0f}"), ("ns", f"{latency:.1f}")]
    return facts


def _notes(taken: Resources) -> str:
    seeds = len(taken.placement.mhz) if taken.placement else 0
    text = (
        f"LUT, FF and levels by yosys for UltraScale+, without pins; the clock on an ECP5, median of {seeds} "
        "seeds. A table that rules share is counted in equal parts; a rule that goes saves what nobody else uses."
    )
    return textwrap.fill(text, _WIDTH)
