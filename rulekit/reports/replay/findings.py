"""Counts, findings and notes of a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rulekit.digests import short
from rulekit.errors import LogError, Where
from rulekit.findings import Finding
from rulekit.log.counts import without_zeros
from rulekit.log.read.verify import Verification
from rulekit.reports.replay.account import Account
from rulekit.reports.replay.model import ReplayOptions, UnknownLaw
from rulekit.reports.replay.scan import LogScan
from rulekit.store.by_digest import not_in_force

_NAMED = 5
"""The most lines that a finding names."""


def counts(found: LogScan) -> dict[str, Any]:
    """Return the fields of a :class:`rulekit.reports.replay.model.LogReplay` that are counted."""
    laws = [account.answer() for account in found.accounts.values()]
    numbers = {name: sum(getattr(law, name) for law in laws) for name in ("equal", "different", "withheld")}
    numbers["unknown_law"] = sum(count.records for count in found.unknown.values())
    numbers["damaged"] = len(found.damaged) + sum(len(account.damaged) for account in found.accounts.values())
    return {
        **numbers,
        "records": sum(numbers.values()),
        "laws": laws,
        "unknown": list(_unknown(found)),
        "sampled_away": without_zeros(found.sampled),
        "lost": without_zeros(found.lost),
        "mismatches": found.mismatches,
    }


def check_replayed(counted: Mapping[str, Any], asked: ReplayOptions, where: str) -> None:
    """Check that at least one record was replayed.

    Raises
    ------
    LogError
        when no record is as asked for, or not one of them can be replayed.

    """
    place, nothing = Where(file=where), not counted["records"]
    if nothing and (asked.event is not None or asked.since is not None or asked.until is not None):
        raise LogError("the log holds no such record", where=place, expected=_asked(asked))
    if nothing or counted["equal"] or counted["different"]:
        return
    why = [f"{counted[name]:,} {words}" for name, words in _NOT_REPLAYED.items() if counted[name]]
    hint = next((law.why for law in counted["unknown"]), None)
    raise LogError("not one record can be replayed", where=place, got=", ".join(why), hint=hint)


_NOT_REPLAYED = {
    "withheld": "whose values the log withholds",
    "unknown_law": "of a law that was not found",
    "damaged": "that can't be read",
}


def findings(found: LogScan, verification: Verification | None) -> Iterator[Finding]:
    """Yield everything that is wrong, the hash chain first."""
    if verification is not None:
        yield from verification.findings
    elif found.lost:
        lost = found.lost.total()
        yield _finding("log-lost", "the log", f"{lost:,} decisions were given out and not logged", lost)
    damaged = [*found.damaged, *(seq for account in found.accounts.values() for seq in account.damaged)]
    if damaged:
        yield _finding("log-broken", _lines(damaged), "no record can be read there", len(damaged))
    if found.moved:
        yield _finding(
            "log-broken", _lines(found.moved), "they hold records of other lines", len(found.moved)
        )
    for account in found.accounts.values():
        yield from _of_law(account)
    for digest, count in found.unknown.items():
        places = ", ".join(map(str, found.places))
        yield _finding(
            "unknown-law",
            short(digest),
            f"{count.records:,} records name it, and it is not in {places}",
            count.records,
        )
    yield from found.tampered()


def notes(found: LogScan, verification: Verification | None) -> Iterator[str]:
    """Yield what a reader should know, one sentence each."""
    yield from ("the chain was not followed",) if verification is None else verification.notes
    if found.sampled:
        listed = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(found.sampled.items()))
        yield f"{found.sampled.total():,} decisions were sampled away, and can't be replayed: {listed}"
    for account in found.accounts.values():
        name = f"{account.law.ruleset.name} {account.law.ruleset.version}"
        if account.withheld:
            hidden = ", ".join(account.hidden)
            yield (
                f"{name}: {account.withheld:,} records can't be replayed, for the log withholds {hidden}; "
                "each follows from its own hits"
            )
        if not account.law.acts:
            yield f"{name}: there is no register in {account.law.place} to tell whether it was in force"
        if any(checker.guesses for checker in account.checkers.values()):
            yield f"{name}: nobody told the seed of its prescales, so suppressed hits are not recomputed"


def _of_law(account: Account) -> Iterator[Finding]:
    subject = f"{account.law.ruleset.name} {account.law.ruleset.version}"
    if account.different:
        message = f"{account.different:,} of {account.all.records:,} records are not what it says"
        yield _finding("mismatch", subject, message, account.different)
    outside = account.outside
    if outside.first is not None and outside.last is not None:
        yield not_in_force(account.law, outside.records, outside.first, outside.last)


def _finding(code: str, subject: str, message: str, count: int) -> Finding:
    document = {"code": code, "subject": subject, "message": message, "count": count, "level": "error"}
    return Finding.model_validate(document)


def _lines(numbers: Sequence[int]) -> str:
    first = sorted(numbers)
    more = f" and {len(first) - _NAMED:,} more" if len(first) > _NAMED else ""
    return f"line{'s' if len(first) > 1 else ''} {', '.join(map(str, first[:_NAMED]))}{more}"


def _unknown(found: LogScan) -> Iterator[UnknownLaw]:
    for digest, count in found.unknown.items():
        facts = {"digest": digest, "records": count.records, "first": count.first, "last": count.last}
        yield UnknownLaw.model_validate({**facts, "why": found.why(digest)})


def _asked(asked: ReplayOptions) -> str:
    parts = [
        f"event {asked.event}" if asked.event is not None else "",
        f"from {asked.since.isoformat()}" if asked.since else "",
        f"until {asked.until.isoformat()}" if asked.until else "",
    ]
    return " ".join(part for part in parts if part)
