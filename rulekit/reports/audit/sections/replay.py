"""The verdict: whether the recorded decisions are what the ruleset says, as far as they can be replayed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.replay.model import SHOWN, Replay, Verdict
from rulekit.reports.replay.recompute import (
    BoundLaw,
    Check,
    check_hits,
    compare,
    hit_matrix,
    recompute,
    replay_sample,
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The verdict, and one Boolean column of hits per rule: recorded if there are any, else recomputed."""

    replay: Replay
    hits: pl.DataFrame | None


def replay_decisions(audited: AuditInput, sample: int, seed: int) -> Replayed:
    """Replay the decisions; without events only check that they follow from their hits."""
    recorded = hit_matrix(audited.law, audited.decisions) if audited.record.has_hits else None
    if audited.events is None:
        checks = [check_hits(audited.law, audited.decisions)] if recorded is not None else []
        return Replayed(_verdict(audited, checks, seed), recorded)
    law = BoundLaw(audited.law, audited.record.manifest.numerics)
    recomputed = recompute(law, audited.events)
    checks = [
        compare(audited.decisions, recomputed),
        replay_sample(law, audited.decisions, audited.events, sample, seed),
    ]
    hits = hit_matrix(audited.law, recomputed) if recorded is None else recorded
    return Replayed(_verdict(audited, checks, seed), hits)


def _verdict(audited: AuditInput, checks: list[Check], seed: int) -> Replay:
    wrong = frozenset[int]().union(*(check.wrong for check in checks))
    findings = (*audited.record.findings, *audited.aligned.findings)
    amiss = any(finding.code == "mismatch" for finding in findings)
    compared, sampled = (check.compared for check in checks) if audited.events is not None else (0, 0)
    decisions = audited.record.decisions.height
    verdict: Verdict = "not replayed" if audited.events is None else "holds"
    if wrong or amiss:
        verdict, sentence = "does not hold", _broken(len(wrong), decisions, amiss=amiss)
    elif verdict == "holds":
        sentence = _whole(
            compared, sampled, seed, hits=audited.record.has_hits, score="score" in audited.decisions.columns
        )
    else:
        follows = (
            "Each decision follows from its own recorded hits." if checks else "No hits were recorded either."
        )
        sentence = f"The events are not at hand, so no decision could be replayed. {follows}"
    shown = dict.fromkeys(mismatch for check in checks for mismatch in check.shown)
    return Replay(
        verdict=verdict,
        sentence=sentence,
        decisions=decisions,
        compared=compared,
        sampled=sampled,
        seed=seed,
        mismatched=len(wrong),
        mismatches=tuple(shown)[:SHOWN],
    )


def _whole(compared: int, sampled: int, seed: int, *, hits: bool, score: bool) -> str:
    fields = ["outcome", "rule", *(["score"] if score else []), *(["hits"] if hits else [])]
    named = f"{', '.join(fields[:-1])} and {fields[-1]}"
    if not compared:
        return "The record holds no decision, and there is no event that it lacks."
    return (
        f"All {compared:,} decisions were recomputed with the compiled rules, and a sample of {sampled:,} "
        f"(seed {seed}) was replayed by the reference semantics: {named} are equal in every one."
    )


def _broken(wrong: int, decisions: int, *, amiss: bool) -> str:
    parts = []
    if wrong:
        parts.append(f"{wrong:,} of {decisions:,} recorded decisions are not what the law says.")
    if amiss:
        parts.append("The record does not fit its manifest or its events: see the findings.")
    return " ".join(parts)
