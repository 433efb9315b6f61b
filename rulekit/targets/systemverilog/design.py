"""The modules of a design: the cut, the policy, and the pipeline that is the law."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from rulekit.ir.ruleset import INVALID
from rulekit.targets.artifact import Artifact
from rulekit.targets.lower import Lowered
from rulekit.targets.systemverilog.names import (
    Names,
    code_bits,
    is_signed,
    vector,
    width_of,
)
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl import score as scores
from rulekit.targets.systemverilog.rtl.comparators import describe_format
from rulekit.targets.systemverilog.rtl.literal_nets import LiteralNets
from rulekit.targets.systemverilog.rtl.stages import Pipeline, pipeline_of
from rulekit.targets.systemverilog.tables import logic as table_logic
from rulekit.targets.systemverilog.tables.images import contents
from rulekit.targets.systemverilog.tables.layout import Tables, widened


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: its name, its bits (0 for a single wire that is no vector), its sign, and what it is."""

    name: str
    width: int
    note: str
    signed: bool = False

    def declared(self, way: str) -> str:
        """Return the declaration in the head of a module, without the comma."""
        kind = " signed" if self.signed else ""
        size = f" {vector(self.width)}" if self.width else ""
        return f"{way} wire{kind}{size} {self.name}"


@dataclass(frozen=True)
class Design:
    """Everything that the emitted files speak of; ``tables`` under that architecture alone."""

    low: Lowered
    options: Options
    names: Names
    literals: LiteralNets
    pipeline: Pipeline
    tables: Tables | None = None

    @classmethod
    def of(cls, low: Lowered, options: Options) -> Design:
        """Plan the design of a ruleset."""
        looked_up = options.architecture == "tables"
        low = widened(low) if looked_up else low
        names = Names(low)
        literals = LiteralNets.of(names, options)
        tables = Tables(names, options) if looked_up else None
        return cls(
            low, options, names, literals, tables.pipeline if tables else pipeline_of(literals), tables
        )

    @property
    def rules(self) -> int:
        """How many rules there are, or under tables have room; vectors have one bit at least."""
        return self.tables.places if self.tables else len(self.low.rules)

    @cached_property
    def start(self) -> dict[str, int]:
        """What the registers of tables hold at the start."""
        return dict(contents(self.tables, self.low).settings) if self.tables else {}

    @property
    def load(self) -> list[Port]:
        """The port that tables are loaded through; none under comparators."""
        return [Port(*each) for each in table_logic.load_ports(self.tables)] if self.tables else []

    @property
    def inputs(self) -> list[Port]:
        """The value of each feature that is read, and whether it is missing."""
        ports = []
        for feature in self.low.features:
            width, name = width_of(feature), feature.name
            if width:
                note = f"{name}: {describe_format(feature)}"
                size = width if width > 1 or is_signed(feature) else 0
                ports.append(Port(self.names.value(name), size, note, is_signed(feature)))
            if self.options.missing:
                need = "missing, and the event is invalid" if feature.feature.required else "missing"
                ports.append(Port(self.names.missing(name), 0, f"{name} is {need}"))
        return ports

    @property
    def outputs(self) -> list[Port]:
        """The outputs that the options ask for."""
        outcomes = ", ".join(f"{code} {name}" for code, name in enumerate(self.low.ruleset.outcomes))
        known = {
            "accept": Port("accept", 0, f"any outcome but {self.low.ruleset.otherwise} and {INVALID}"),
            "outcome": Port("outcome", code_bits(len(self.low.ruleset.outcomes)), outcomes),
            "rule": Port("rule", code_bits(self.rules + 2), "place of the first rule that hits, from 0"),
            "fired": Port("fired", max(self.rules, 1), "a bit for each rule: it hits"),
        }
        if self.low.is_score:
            bits = self.tables.score_bits if self.tables else scores.score_bits(self.names)
            known |= {"score": Port("score", bits, "sum of points", signed=True)}
            del known["rule"]
        return [port for name, port in known.items() if name in self.options.outputs]


def design_of(artifact: Artifact[Any]) -> Design:
    """Return the design of an artifact of this target. It is planned once from the lowered ruleset."""
    return artifact.lowered.planned(plan)


def plan(low: Lowered) -> Design:
    """Plan the design of a lowered ruleset, with the options that it carries."""
    return Design.of(low, cast("Options", low.options))
