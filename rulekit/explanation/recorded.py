"""Decisions of a log: found with the law and the numerics that decided, and held to what they say today."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rulekit.explanation.model import Explanation
from rulekit.findings import Finding
from rulekit.ir.numerics import Event, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.log.manifests import told_numerics
from rulekit.log.read.lookup import event_of, find_record, survey_log
from rulekit.log.record import DecisionRecord
from rulekit.store.folder.folder import read
from rulekit.store.lookup import find_law


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A record, and all that its decision was made of."""

    record: DecisionRecord
    ruleset: Ruleset
    numerics: Numerics
    event: Event


def recorded_decision(
    where: str | Path, rules: str | Path, *, event: str | None = None, line: int | None = None
) -> RecordedDecision:
    """Return a decision of a log with its law, which is found by its digest in a folder, a tree or a file.

    Parameters
    ----------
    where : the log.
    rules : where the law is.
    event, line : the id of the event, of which the last decision is taken; or the number of the line.

    Raises
    ------
    LogError
        when there is no such log or record, or it withholds a value.
    LawError
        when the law of the record is not there.

    """
    record = find_record(where, event=event, seq=line)
    law = find_law(rules, record.ruleset) if Path(rules).is_dir() else read(rules)
    numerics = told_numerics(survey_log(where).manifests.get(record.artifact))
    return RecordedDecision(record, law.ruleset, numerics, event_of(record, law.ruleset))


def mismatches(record: DecisionRecord, told: Explanation) -> list[Finding]:
    """Return the finding that a record is not what its law says, if so."""
    hits = tuple(hit.rule for hit in told.hits)
    ours = (told.outcome, told.rule, told.score, hits, told.missing)
    if (record.outcome, record.rule, record.score, record.hits, record.missing) == ours:
        return []
    by = f" by {record.rule}" if record.rule else ""
    message = f"the log says {record.outcome}{by}, and the law does not"
    return [Finding(code="mismatch", subject=f"record {record.id}", message=message, level="error")]
