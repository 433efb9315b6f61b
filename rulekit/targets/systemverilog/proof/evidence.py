"""The proof of a design as evidence: facts for the manifest, the prover's log, and what to print."""

from __future__ import annotations

import textwrap
from typing import Any

from rulekit.targets.artifact import Artifact
from rulekit.targets.checks import Evidence
from rulekit.targets.systemverilog.proof.prove import LOG, Proof, prove

_WIDTH = 80


def proof_evidence(artifact: Artifact[Any]) -> Evidence:
    """Prove a design and return what was shown; see :func:`.prove.prove`."""
    proof = prove(artifact)
    return Evidence(
        facts=proof.to_document(),
        shown=(proof_text(proof),),
        files={LOG: proof.log.encode()},
        holds=proof.holds,
    )


def proof_text(proof: Proof) -> str:
    """Return the proof as text: the tool, and a line for each statement with the seconds it took."""
    lines = [f"{'proved' if proof.holds else 'NOT proved'} with {proof.tool}"]
    for each in proof.statements:
        head = f"  {each.name:9s} {each.seconds:6.1f} s  "
        says = each.says if each.shown else f"NOT shown: {each.says}"
        lines.append(textwrap.fill(says, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)))
    return "\n".join(lines)
