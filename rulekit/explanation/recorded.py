"""A decision from a log, found with the ruleset and numerics that made it, and compared with them again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rulekit.explanation.result import Explanation
from rulekit.findings import Finding
from rulekit.ir.numerics import Event, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.log.manifests import manifest_numerics
from rulekit.log.read.lookup import event_of, find_record, log_contents
from rulekit.log.record import DecisionRecord
from rulekit.store.folder.folder import read
from rulekit.store.lookup import find_law


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A record, and everything its decision was made from."""

    record: DecisionRecord
    ruleset: Ruleset
    numerics: Numerics
    event: Event


def recorded_decision(
    where: str | Path, rules: str | Path, *, event: str | None = None, line: int | None = None
) -> RecordedDecision:
    """Return a decision of a log with its ruleset, found by digest in a folder, a tree of folders or a file.

    Parameters
    ----------
    where : the log.
    rules : a law folder, a tree of them, or a file.
    event, line : which decision: the last one on this event id, or the one on this line.

    Raises
    ------
    LogError
        when there is no such log or record, or it withholds a value.
    LawError
        when no law there has the digest that the record names.

    """
    record = find_record(where, event=event, seq=line)
    law = find_law(rules, record.ruleset) if Path(rules).is_dir() else read(rules)
    numerics = manifest_numerics(log_contents(where).manifests.get(record.artifact))
    return RecordedDecision(record, law.ruleset, numerics, event_of(record, law.ruleset))


def mismatches(record: DecisionRecord, told: Explanation) -> list[Finding]:
    """Return a finding if a record differs from what its law decides; else an empty list."""
    hits = tuple(hit.rule for hit in told.hits)
    ours = (told.outcome, told.rule, told.score, hits, told.missing)
    if (record.outcome, record.rule, record.score, record.hits, record.missing) == ours:
        return []
    by = f" by {record.rule}" if record.rule else ""
    message = f"the log says {record.outcome}{by}, and the law does not"
    return [Finding(code="mismatch", subject=f"record {record.id}", message=message, level="error")]
