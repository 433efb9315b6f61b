"""The catalogue of reasons: everything that can be the reason of a decision."""

from __future__ import annotations

import polars as pl

from rulekit.ir.ruleset import INVALID, HitPolicy, Rule
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.law import ReasonCode
from rulekit.reports.common.law_text import effect


def reasons_of(audited: AuditInput, hits: pl.DataFrame | None) -> tuple[ReasonCode, ...]:
    """Return all reasons in text order, and how many events each decided.

    Parameters
    ----------
    audited : the audit input.
    hits : one Boolean column per rule; None if they are not known.

    """
    law, outcome = audited.law, audited.decisions["outcome"]
    deciding = dict(audited.decisions.group_by("rule").len().iter_rows())

    def decided(rule: Rule) -> int | None:
        if law.hit_policy is not HitPolicy.SCORE:
            return int(deciding.get(rule.id, 0))
        if hits is None:
            return None
        return int((hits[rule.id] & (outcome != law.otherwise)).sum())

    codes = [
        ReasonCode(code=rule.id, title=rule.title or rule.id, because=rule.because,
                   outcome=effect(rule), decided=decided(rule))
        for rule in law.rules
    ]  # fmt: skip
    below = "The points reach no threshold." if law.hit_policy is HitPolicy.SCORE else "No rule hits."
    none = int(((outcome == law.otherwise) & audited.decisions["rule"].is_null()).sum())
    codes.append(ReasonCode(code="otherwise", title=below, because="", outcome=law.otherwise, decided=none))
    if law.schema.required:
        lacks = f"A required feature is missing: {' or '.join(law.schema.required)}."
        number = int((outcome == INVALID).sum())
        codes.append(ReasonCode(code=INVALID, title=lacks, because="", outcome=INVALID, decided=number))
    return tuple(codes)
