"""The ``systemverilog`` target: what it can express, how its files are emitted, and how they are loaded."""

from __future__ import annotations

from rulekit.errors import Refusal, RulekitError
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.systemverilog.checks import CHECKS
from rulekit.targets.systemverilog.describe import describe
from rulekit.targets.systemverilog.emit import ENTRY, emit
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.tables import layout
from rulekit.targets.systemverilog.tools import ICARUS, first_absent
from rulekit.targets.systemverilog.wrappers import control

STAGES = 3
"""Pipeline registers that every design has places for."""


def absent() -> RulekitError | None:
    """Return the error for the simulator that deciding needs, where it is not installed."""
    return first_absent(ICARUS)


def load(artifact: Artifact) -> Runner:
    """Return the runner, which simulates the design.

    Raises
    ------
    MissingToolError
        when Icarus Verilog is not installed.
    ArtifactError
        when the design lacks the outputs that a decision is read from.

    """
    missing = absent()
    if missing is not None:
        raise missing
    from rulekit.targets.systemverilog.simulation.runner import HardwareRunner

    return HardwareRunner(artifact)


def refuses(ruleset: Ruleset, numerics: Numerics, options: Options) -> tuple[Refusal, ...]:
    """Return what the options can't express of a ruleset: in the module around the law, and in tables."""
    found = (*control.refuses(ruleset, numerics, options), *layout.refusals(ruleset, numerics, options))
    deep = (
        ruleset.hit_policy is HitPolicy.SCORE
        and options.architecture == "comparators"
        and not options.control
    )
    if options.stages <= STAGES or deep:
        return found
    reason = f"only sums of points of comparators have more than {STAGES} places for a register cut"
    return (
        *found,
        Refusal(None, f"stages {options.stages}", reason, f"compile with --option stages={STAGES}"),
    )


TARGET = Target(
    name="systemverilog",
    summary="logic for an FPGA, one event a clock, proved equal to the law",
    capabilities=Capabilities(numerics=frozenset({"fixed"}), prescale=True),
    entry=ENTRY,
    emit=emit,
    load=load,
    absent=absent,
    checks=CHECKS,
    describe=describe,
    options=Options,
    refuses=refuses,
)
