"""The proof as facts, text and a log."""

from __future__ import annotations

import pytest

from rulekit.targets.systemverilog.proof import evidence as module
from rulekit.targets.systemverilog.proof.evidence import proof_evidence, proof_text
from rulekit.targets.systemverilog.proof.prove import LOG, Proof, Statement

HOLDS = Statement("law", "the logic answers as the law, for every input", shown=True, seconds=0.5)
FAILS = Statement(
    "pipeline", "the pipeline answers as the law 3 cycles later, from any state", shown=False, seconds=12.0
)


def test_what_holds_is_told_with_its_seconds():
    text = proof_text(Proof((HOLDS,), "yosys 0.70", "log"))
    assert (
        text == "proved with yosys 0.70\n  law          0.5 s  the logic answers as the law, for every input"
    )


def test_one_statement_that_fails_fails_the_proof():
    text = proof_text(Proof((HOLDS, FAILS), "yosys 0.70", "log"))
    first, _, *rest = text.splitlines()
    assert first == "NOT proved with yosys 0.70"
    assert "NOT shown: the pipeline answers" in rest[0]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("statements", "holds"), [((HOLDS,), True), ((HOLDS, FAILS), False)])
def test_evidence_has_the_document_and_the_log(monkeypatch, statements, holds):
    proof = Proof(statements, "yosys 0.70", "what yosys said")
    monkeypatch.setattr(module, "prove", lambda _: proof)
    evidence = proof_evidence(None)
    assert evidence.holds is holds
    assert evidence.facts == proof.to_document()
    assert evidence.facts["holds"] is holds
    assert evidence.files == {LOG: b"what yosys said"}
    assert evidence.shown == (proof_text(proof),)
