"""What a design takes of an FPGA, and what each feature and rule of it costs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from rulekit.ir.numerics import Fixed
from rulekit.targets.artifact import Artifact
from rulekit.targets.shared.lut_cost import predicted_lut
from rulekit.targets.systemverilog.design import Design, design_of
from rulekit.targets.systemverilog.emit import ENTRY
from rulekit.targets.systemverilog.rtl.literal_nets import InputLiteral
from rulekit.targets.systemverilog.rtl.logic import nets
from rulekit.targets.systemverilog.synthesis.netlist import Bit, Netlist
from rulekit.targets.systemverilog.synthesis.place import DEVICE, Placement, harness, place
from rulekit.targets.systemverilog.synthesis.synthesise import FLOW, netlist_of
from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS

_HARNESS = "harness.sv"


@dataclass(frozen=True, slots=True)
class RuleCost:
    """Look-up tables of a rule.

    Attributes
    ----------
    rule : its id.
    cost : each table counted in equal parts for all rules that use it.
    saved : those that go when the rule goes, because no other rule uses them.

    """

    rule: str
    cost: float
    saved: int


@dataclass(frozen=True, slots=True)
class Resources:
    """What a design takes, in look-up tables of six inputs, and how fast it is.

    Attributes
    ----------
    lut, ff, levels : of the design, by yosys for UltraScale+; levels between two registers.
    memory : blocks of memory by type.
    predicted : look-up tables that the cost model predicts.
    cycles : clock cycles from event to answer.
    placement : the clock on a placed and routed ECP5; None where nothing was placed.
    features : look-up tables of each feature's comparators.
    rules : look-up tables of each rule.
    answer : look-up tables of what comes after the rules.

    """

    lut: int
    ff: int
    levels: int
    memory: dict[str, int]
    predicted: int
    cycles: int
    placement: Placement | None
    features: dict[str, int]
    rules: tuple[RuleCost, ...]
    answer: int

    def to_document(self) -> dict[str, Any]:
        """Return the resources as plain JSON, with the flow and the versions of the tools."""
        placed = self.placement
        clock = None
        if placed is not None:
            clock = {"device": " ".join(DEVICE), "mhz": list(placed.mhz), "median": placed.median,
                     "latency_ns": placed.nanoseconds(self.cycles), "tool": NEXTPNR.version()}  # fmt: skip
        plain = {key: value for key, value in asdict(self).items() if key != "placement"}
        return {**plain, "clock": clock, "flow": FLOW, "tool": YOSYS.version()}


def resources(artifact: Artifact, seeds: Sequence[int] = (1, 2, 3)) -> Resources:
    """Synthesise a design, and place and route it once for each seed.

    Parameters
    ----------
    artifact : of the ``systemverilog`` target.
    seeds : of the placer; with none, nothing is placed.

    Raises
    ------
    MissingToolError
        when yosys is not installed, or nextpnr where there are seeds.
    RulekitError
        when one of them refuses the design.

    """
    design = design_of(artifact)
    with tempfile.TemporaryDirectory(prefix="rulekit-synth-") as scratch:
        folder = Path(scratch)
        for name, data in artifact.files.items():
            if name == ENTRY or name.endswith(".mem"):
                (folder / name).write_bytes(data)
        whole = _synthesised(design, folder, {})
        costs = _Costs(design, _synthesised(design, folder, dict.fromkeys(design.pipeline.places, 1)))
        placement = _placed(design, folder, seeds) if seeds else None
    return Resources(
        whole.lut, whole.ff, whole.levels, whole.memory, _predicted(design), design.pipeline.latency, placement,
        costs.features(), costs.rules(), costs.answer(),
    )  # fmt: skip


def _synthesised(design: Design, folder: Path, cuts: dict[str, int]) -> Netlist:
    return netlist_of(design.names.module, ENTRY, folder, {"ID_WIDTH": 1, **cuts})


def _predicted(design: Design) -> int:
    conditions = [rule.when for rule in design.low.ruleset.rules]
    numerics = cast("Fixed", design.low.numerics)
    return predicted_lut(conditions, design.low.ruleset.schema, numerics) if conditions else 0


def _placed(design: Design, folder: Path, seeds: Sequence[int]) -> Placement:
    ties = {"rst": "1'b0", "in_valid": "1'b1", "in_id": "1'b0"}
    inputs = [(port.name, port.width or 1) for port in design.inputs]
    outputs = [(f"out_{port.name}", port.width or 1) for port in design.outputs]
    text = harness(design.names.module, inputs, outputs, ties, "#(.ID_WIDTH(1))")
    (folder / _HARNESS).write_text(text, encoding="utf-8")
    return place([ENTRY, _HARNESS], folder, seeds)


class _Costs:
    """Look-up tables by what they are for, in a netlist with a register behind each comparator and each rule."""

    def __init__(self, design: Design, netlist: Netlist) -> None:
        self.design = design
        self.total = netlist.lut
        tests, hits = (netlist.net(*names) for names in _REGISTERS)
        self.literals: dict[InputLiteral, set[str]] = {
            literal: netlist.behind(tests[place]) if place < len(tests) else set()
            for place, literal in enumerate(design.literals.nets)
        }
        self.used = [
            self._used_by(n, netlist, hits[n] if n < len(hits) else "x") for n in range(design.rules)
        ]

    def _used_by(self, place: int, netlist: Netlist, register: Bit) -> set[str]:
        """Return the tables of a rule's gate, and of the comparators that it reads."""
        read = {net.name for net in nets(self.design.literals.rules[place])}
        mine = [literal for literal, net in self.design.literals.nets.items() if f"{net}_q" in read]
        return netlist.behind(register).union(*(self.literals[literal] for literal in mine))

    def features(self) -> dict[str, int]:
        """Return the look-up tables of each feature's comparators."""
        found: dict[str, set[str]] = {}
        for literal, tables in self.literals.items():
            found.setdefault(literal.feature, set()).update(tables)
        return {name: len(tables) for name, tables in found.items()}

    def rules(self) -> tuple[RuleCost, ...]:
        """Return what each rule costs."""
        users = Counter(table for used in self.used for table in used)
        return tuple(
            RuleCost(
                rule.rule.id,
                round(sum(1 / users[table] for table in used), 1),
                sum(users[table] == 1 for table in used),
            )
            for rule, used in zip(self.design.low.rules, self.used, strict=True)
        )

    def answer(self) -> int:
        """Return the look-up tables behind the rules."""
        return self.total - len(set().union(*self.literals.values(), *self.used))


_REGISTERS = (
    ("tests_cut.q", "tests_q", "tests_cut.registered.held"),
    ("hits_cut.q", "hits_q", "hits_cut.registered.held", "carried", "hit", "policy.fired"),
)
"""Names of the registers behind comparators and rules, from the lowest bit; synthesis keeps one of each."""
