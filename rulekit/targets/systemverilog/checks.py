"""What can be shown of a design: a proof that it decides as the law, and what it takes of an FPGA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rulekit.targets.checks import Check, Evidence

if TYPE_CHECKING:
    from rulekit.errors import RulekitError
    from rulekit.targets.artifact import Artifact


def _prove(artifact: Artifact[Any]) -> Evidence:
    from rulekit.targets.systemverilog.proof.evidence import proof_evidence

    return proof_evidence(artifact)


def _synthesise(artifact: Artifact[Any]) -> Evidence:
    from rulekit.targets.systemverilog.synthesis.evidence import resources_evidence

    return resources_evidence(artifact)


def _no_prover() -> RulekitError | None:
    from rulekit.targets.systemverilog.tools import YOSYS, first_absent

    return first_absent(YOSYS)


def _no_synthesis() -> RulekitError | None:
    from rulekit.targets.systemverilog.tools import NEXTPNR, YOSYS, first_absent

    return first_absent(YOSYS, NEXTPNR)


CHECKS: Mapping[str, Check] = {
    "prove": Check(
        name="prove",
        kind="proof",
        help="Prove the artifact equal to the law",
        run=_prove,
        absent=_no_prover,
    ),
    "synth": Check(
        name="synth",
        kind="resources",
        help="Synthesise, place and route",
        run=_synthesise,
        absent=_no_synthesis,
    ),
}
"""The checks of the ``systemverilog`` target, in the order in which they run."""
