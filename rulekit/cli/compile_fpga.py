"""What ``rulekit compile`` shows of a design for an FPGA: its proof, what it takes, and what each rule costs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rulekit.cli.common import table

if TYPE_CHECKING:
    from rulekit.targets.artifact import Artifact
    from rulekit.targets.systemverilog.proof.prove import Proof
    from rulekit.targets.systemverilog.synthesis.resources import Resources

_WIDTH = 80


def shown(artifact: Artifact, *, prove: bool, synth: bool) -> tuple[Artifact, list[str]]:
    """Return the artifact with the evidence that was asked for, and what to print of it.

    Raises
    ------
    MissingToolError
        when a tool is not installed.
    RulekitError
        when a tool refuses the design.

    """
    from rulekit.targets.systemverilog.proof.prove import LOG
    from rulekit.targets.systemverilog.proof.prove import prove as prove_design
    from rulekit.targets.systemverilog.synthesis.resources import resources

    texts = []
    if prove:
        proof = prove_design(artifact)
        artifact = artifact.with_evidence("proof", proof.to_document(), {LOG: proof.log.encode()})
        texts.append(_proof_text(proof))
    if synth:
        taken = resources(artifact)
        artifact = artifact.with_evidence("resources", taken.to_document())
        texts.append(_resources_text(taken))
    return artifact, texts


def _proof_text(proof: Proof) -> str:
    lines = [f"{'proved' if proof.holds else 'NOT proved'} with {proof.tool}"]
    for each in proof.statements:
        head = f"  {each.name:9s} {each.seconds:6.1f} s  "
        says = each.says if each.shown else f"NOT shown: {each.says}"
        lines.append(textwrap.fill(says, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)))
    return "\n".join(lines)


def _resources_text(taken: Resources) -> str:
    facts = [("LUT", f"{taken.lut:,}"), ("predicted", f"{taken.predicted:,}"), ("FF", f"{taken.ff:,}"),
             ("levels", str(taken.levels)), ("cycles", str(taken.cycles))]  # fmt: skip
    facts += [(kind, str(number)) for kind, number in taken.memory.items()]
    if taken.placement is not None:
        facts += [
            ("ECP5 MHz", f"{taken.placement.median:.0f}"),
            ("ns", f"{taken.placement.nanoseconds(taken.cycles):.1f}"),
        ]
    head = ["", *(name for name, _ in facts)]
    whole = table(head, [["design", *(value for _, value in facts)]])
    rules = table(
        ["rule", "costs LUT", "saves"], [[r.rule, f"{r.cost:g}", str(r.saved)] for r in taken.rules]
    )
    features = table(["feature", "LUT"], [[name, str(number)] for name, number in taken.features.items()])
    notes = (
        "LUT, FF and levels by yosys for UltraScale+, without pins; the clock on an ECP5, median of "
        f"{len(taken.placement.mhz) if taken.placement else 0} seeds. A table that rules share is counted in equal "
        "parts; a rule that goes saves what nobody else uses."
    )
    return "\n\n".join([whole, rules, features, textwrap.fill(notes, _WIDTH)])
