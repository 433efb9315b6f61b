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
    architecture : ``comparators`` makes each threshold a chain of gates, which is smallest and fastest;
        ``tables`` looks each feature up in a memory that can be rewritten, so that rules change without a new
        synthesis. Default: ``comparators``.
    stages : pipeline registers between input and answer, which is the latency in clock cycles: one to three, and
        up to ten under SCORE, whose sums have more places for a register. Default: 3.
    missing : whether each feature has an input bit that says that it is missing. False: every feature is always
        present. Default: True.
    control : emit a second module around the first, with masks, prescales, rate counters and a register bus.
        Default: False.
    outputs : which outputs the module has: accept, outcome, first rule, a bit for each rule, and the score.
        Default: all.
    rows : rows of rules that the tables have room for. Default: as many as the ruleset needs.
    seed : seed of the prescales of ``control``; another seed keeps other events. Default: 0.

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
