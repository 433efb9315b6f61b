"""A design for an FPGA as a value: what it is, what was shown of it, what it takes, and what each rule costs."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.intervals import Changes, Share


class Statement(Model):
    """Something that was to be proved of the design: what, whether it was, and how long that took."""

    name: str
    says: str
    shown: bool
    seconds: float


class Proof(Model):
    """What was proved of the design, and with which tool."""

    holds: bool
    tool: str
    statements: tuple[Statement, ...]


class Clock(Model):
    """The clock of the placed and routed design, in MHz: one for each seed of the placer, and their median."""

    device: str
    mhz: tuple[float, ...]
    median: float
    latency_ns: float
    tool: str


class Format(Model):
    """How the design sees a feature, and what its questions take.

    Attributes
    ----------
    bits : of the input; 0 where only its being there is asked.
    step : what the lowest bit is worth; None where the feature is no number.
    low, high : ends of the range of a number; what lies beyond is put on them.
    bounds : of the schema.
    categories : by code; one more code stands for any other.
    questions : what the rules ask of it, each once.
    lut : look-up tables of the questions.

    """

    feature: str
    dtype: str
    unit: str | None
    bits: int
    signed: bool
    step: float | None
    low: float | None
    high: float | None
    bounds: tuple[int | float, int | float] | None
    categories: tuple[str, ...]
    questions: int
    lut: int


class Stage(Model):
    """A part of the pipeline, in the order of the event's way, and whether a register cut follows it."""

    name: Literal["questions", "rules", "sum", "answer"]
    registered: bool


class RuleTables(Model):
    """Look-up tables of a rule.

    Attributes
    ----------
    rule : its id.
    cost : each table counted in equal parts for all rules that use it.
    saved : those that go when the rule goes, because nobody else uses them.

    """

    rule: str
    cost: float
    saved: int


class Agreement(Model):
    """How the design decides the recorded events: the share that it decides otherwise, and what that changes."""

    otherwise: Share
    accepted: Changes


class Fpga(Model):
    """A design for an FPGA that was compiled from the audited law.

    Attributes
    ----------
    missing : an input bit for each feature says that it is missing.
    control : there is a module with masks, prescales and counters around it.
    rounding : how events are put on the grid.
    stages : of the pipeline; none where they can't be told of an artifact of another version.
    cycles : from event to answer.
    lut, ff, levels : look-up tables of six inputs, registers, and tables on the longest path between two of these.
    memory : blocks by type.
    predicted : look-up tables as foretold without synthesis.
    answer : look-up tables of what comes after the rules.
    flow, tool : what synthesised it.
    clock : None where the design was not placed.
    proof : None where nothing was proved of this artifact.
    agreement : None where the events are not at hand.

    """

    architecture: str
    missing: bool
    control: bool
    outputs: tuple[str, ...]
    rounding: str
    formats: tuple[Format, ...]
    stages: tuple[Stage, ...]
    cycles: int
    lut: int
    ff: int
    levels: int
    memory: dict[str, int]
    predicted: int
    rules: tuple[RuleTables, ...]
    answer: int
    flow: str
    tool: str
    clock: Clock | None
    proof: Proof | None
    agreement: Agreement | None = None
