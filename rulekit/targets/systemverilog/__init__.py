"""The ``systemverilog`` target: logic for an FPGA, one event a clock, a few clocks from event to answer.

Chosen: every rule is a named net under the words of the law, so that a physicist reads the law in the RTL. Each
threshold is asked once, as a chain of gates over the bits of its feature, and shared by all rules. Register
cuts go where they shorten the longest path most; whether a cut is there is a parameter, so that proofs see the
same text without clocks. The text keeps to what yosys, Verilator, Icarus and vendor tools read alike. A design
is proved equal to a golden model that another path writes from the bound rules. Where rules change more often
than a design can be synthesised, the option ``architecture=tables`` has them in memories that are loaded, at
the price of blocks of memory and of one cycle at least.

Refused: ``>=`` on vectors, from which synthesis builds subtractors of four times the size; a state machine or a
processor, because latency would depend on the event; native floats, because a float comparator of 32 bits costs
what ten rules do, and detectors deliver integers; prescales in the decision path, which is why they live in the
module around it (option ``control``).
"""

from __future__ import annotations

from rulekit.errors import MissingToolError, Refusal, RulekitError
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.targets.artifact import Artifact, Runner
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.systemverilog.emit import ENTRY, emit
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.tables import layout
from rulekit.targets.systemverilog.tools import ICARUS
from rulekit.targets.systemverilog.wrappers import control

STAGES = 3
"""Register cuts that every design has places for."""


def absent() -> RulekitError | None:
    """Return the error for the simulator that deciding needs, where it is not installed."""
    try:
        ICARUS.path()
    except MissingToolError as error:
        return error
    return None


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
    options=Options,
    refuses=refuses,
)
