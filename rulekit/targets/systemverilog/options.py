"""What may be chosen about the emitted logic."""

from __future__ import annotations

from typing import Literal, TypedDict

from pydantic import Field

from rulekit.ir.schema import Model

Output = Literal["accept", "outcome", "rule", "fired", "score"]


class Options(Model):
    """The choices of the ``systemverilog`` target.

    Attributes
    ----------
    architecture : ``comparators`` wires each threshold as a chain of gates, the smallest and fastest; ``tables``
        looks each feature up in a memory that can be rewritten, so that rules change without synthesis.
    stages : register cuts between input and answer, which is the latency in clock cycles: one to three, and up to
        ten under SCORE, whose sums have more places for one.
    missing : an input bit for each feature says that it is missing; without, every feature is always there.
    control : emit a second module with masks, prescales, rate counters and a register bus around the first.
    outputs : which outputs the module has; accept, outcome, first rule, a bit for each rule, and the score.
    rows : rows of rules that the tables have room for; as many as the ruleset needs without.
    seed : of the prescales of ``control``; another seed keeps other events.

    """

    architecture: Literal["comparators", "tables"] = "comparators"
    stages: int = Field(default=3, ge=1, le=10)
    missing: bool = True
    control: bool = False
    outputs: tuple[Output, ...] = ("accept", "outcome", "rule", "fired", "score")
    rows: int | None = Field(default=None, ge=1, le=4096)
    seed: int = 0


class OptionValues(TypedDict, total=False):
    """The fields of :class:`Options` as keyword arguments of ``rulekit.compile``, for type checkers."""

    architecture: Literal["comparators", "tables"]
    stages: int
    missing: bool
    control: bool
    outputs: tuple[Output, ...]
    rows: int | None
    seed: int
