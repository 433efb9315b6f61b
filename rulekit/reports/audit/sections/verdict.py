"""The verdict: whether the record is what the law says, as far as it could be replayed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rulekit.reports.audit.inputs.case import Case
from rulekit.reports.replay.model import SHOWN, Replay, Verdict
from rulekit.reports.replay.recompute import (
    Bound,
    Check,
    check_hits,
    compare,
    hit_matrix,
    recompute,
    replay_sample,
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """The verdict, and one Boolean column of hits per rule: those recorded, or else those recomputed."""

    replay: Replay
    hits: pl.DataFrame | None


def replay_case(case: Case, sample: int, seed: int) -> Replayed:
    """Replay a case as far as its events allow."""
    recorded = hit_matrix(case.law, case.decisions) if case.record.has_hits else None
    if case.frame is None:
        checks = [check_hits(case.law, case.decisions)] if recorded is not None else []
        return Replayed(_verdict(case, checks, seed), recorded)
    law = Bound(case.law, case.record.manifest.numerics)
    recomputed = recompute(law, case.frame)
    checks = [
        compare(case.decisions, recomputed),
        replay_sample(law, case.decisions, case.frame, sample, seed),
    ]
    hits = hit_matrix(case.law, recomputed) if recorded is None else recorded
    return Replayed(_verdict(case, checks, seed), hits)


def _verdict(case: Case, checks: list[Check], seed: int) -> Replay:
    wrong = frozenset[int]().union(*(check.wrong for check in checks))
    findings = (*case.record.findings, *case.aligned.findings)
    amiss = any(finding.code == "mismatch" for finding in findings)
    compared, sampled = (check.compared for check in checks) if case.frame is not None else (0, 0)
    decisions = case.record.decisions.height
    verdict: Verdict = "not replayed" if case.frame is None else "holds"
    if wrong or amiss:
        verdict, sentence = "does not hold", _broken(len(wrong), decisions, amiss=amiss)
    elif verdict == "holds":
        sentence = _whole(
            compared, sampled, seed, hits=case.record.has_hits, score="score" in case.decisions.columns
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
