"""One pass over the lines of a log: records, notes, and lines that are neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fixtures import FRAUD
from logs import events

import rulekit
from rulekit.ir.semantics import decide
from rulekit.log.record import DecisionRecord, record_text
from rulekit.log.stores.base import Lines
from rulekit.reports.replay.model import SHOWN, ReplayOptions
from rulekit.reports.replay.scan import LogScan
from rulekit.store.by_digest import LawsByDigest

LAW = rulekit.load(FRAUD)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
COUNT = 12


def line(number: int, **changes: Any) -> bytes:
    """Return what an honest log holds of an event, as the reference semantics decides it."""
    event = events(1, number).drop("id").row(0, named=True)
    decision = decide(LAW, event)
    record = DecisionRecord(
        id=number,
        at=NOW + timedelta(minutes=number),
        ruleset=LAW.digest,
        artifact="sha256:none",
        event=f"t{number}",
        values=event,
        hits=decision.hits,
        outcome=decision.outcome,
        rule=decision.rule,
        missing=decision.missing,
        took_ns=1,
    )
    return record_text(record.model_copy(update=changes))


def scan(texts: list[bytes], *, keep: bool = True, **options: Any) -> LogScan:
    """Scan lines in two batches."""
    given = ReplayOptions(**{"target": "python", "sample": 0, **options})
    found = LogScan(LawsByDigest([LAW]), given, keep=keep)
    half = len(texts) // 2
    for first, part in ((0, texts[:half]), (half, texts[half:])):
        found.take(Lines(first, part, []))
    found.finish()
    return found


def equal(found: LogScan) -> int:
    return sum(account.equal for account in found.accounts.values())


HONEST = [line(number) for number in range(COUNT)]


def test_an_honest_log_has_nothing_to_tell() -> None:
    found = scan(HONEST, sample=5)
    assert list(found.accounts) == [LAW.digest]
    assert equal(found) == COUNT
    assert (found.damaged, found.moved, found.unknown, found.mismatches) == ([], [], {}, ())
    assert found.table().height == 0
    assert list(found.table().columns) == [
        "seq",
        "at",
        "event",
        "ruleset",
        "by",
        "field",
        "recorded",
        "recomputed",
    ]


@pytest.mark.parametrize("bad", [{0}, {3}, {5, 6}, {0, 1, 2, 9, 11}, set(range(COUNT))])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:40],
        lambda text: text.replace(b'"outcome"', b'"outcme"'),
        lambda text: text.replace(b'"at":"2', b'"at":"x'),
        lambda _: b"\xff\xfe",
        lambda _: b"hello",
        lambda _: b'{"strange":1}',
    ],
    ids=["cut", "no outcome", "no time", "no text", "no JSON", "no note"],
)
def test_damaged_lines_are_found_one_by_one(damage, bad: set[int]) -> None:
    texts = [damage(text) if number in bad else text for number, text in enumerate(HONEST)]
    found = scan(texts)
    assert set(found.damaged) == bad
    assert equal(found) == COUNT - len(bad)


def test_records_that_changed_places_are_told_and_decided_again() -> None:
    found = scan([*HONEST[:2], HONEST[3], HONEST[2], *HONEST[4:]])
    assert (found.moved, found.damaged, equal(found)) == ([2, 3], [], COUNT)


def test_notes_count_what_the_log_does_not_hold() -> None:
    notes = [b'{"id":12,"lost":{"block":3}}', b'{"id":13,"lost":{"block":1},"sampled":{"approve":40}}']
    found = scan([*HONEST, *notes])
    assert (dict(found.lost), dict(found.sampled), found.damaged) == ({"block": 4}, {"approve": 40}, [])
    assert equal(found) == COUNT


def test_records_of_a_law_that_is_not_there_are_counted() -> None:
    other = "sha256:" + 64 * "0"
    found = scan(
        [line(number, ruleset=other) if number % 3 == 0 else HONEST[number] for number in range(COUNT)]
    )
    assert {digest: count.records for digest, count in found.unknown.items()} == {other: 4}
    assert found.unknown[other].first == NOW
    assert equal(found) == COUNT - 4
    assert found.why(other)
    assert found.why(LAW.digest) == ""


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"event": "t3"}, [3]),
        ({"event": "t99"}, []),
        ({"since": NOW + timedelta(minutes=9)}, [9, 10, 11]),
        ({"until": NOW + timedelta(minutes=2)}, [0, 1]),
        ({"since": NOW + timedelta(minutes=2), "until": NOW + timedelta(minutes=4)}, [2, 3]),
    ],
)
def test_only_what_is_asked_for_is_decided_again(options: dict[str, Any], numbers: list[int]) -> None:
    wrong = [line(number, outcome="other") for number in range(COUNT)]
    found = scan(wrong, **options)
    assert [mismatch.seq for mismatch in found.mismatches] == numbers
    assert equal(scan(HONEST, **options)) == len(numbers)


def test_a_record_that_differs_is_told_field_by_field() -> None:
    found = scan([*HONEST[:7], line(7, outcome="approve", rule=None), *HONEST[8:]])
    (mismatch,) = found.mismatches
    assert (mismatch.seq, mismatch.event, mismatch.at) == (7, "t7", NOW + timedelta(minutes=7))
    told = {each.field: (each.recorded, each.recomputed) for each in mismatch.differences}
    assert told == {"outcome": ("approve", "block"), "rule": (None, "large-abroad")}
    rows = found.table().select("seq", "field", "recorded", "recomputed").rows()
    assert sorted(rows) == [(7, "outcome", "approve", "block"), (7, "rule", None, "large-abroad")]


def test_the_first_are_shown_and_all_are_kept() -> None:
    wrong = [line(number, outcome="other") for number in range(2 * SHOWN)]
    found = scan(wrong)
    assert [mismatch.seq for mismatch in found.mismatches] == list(range(SHOWN))
    assert found.table()["seq"].to_list() == list(range(2 * SHOWN))
    assert scan(wrong, keep=False).table().height == 0
    assert len(scan(wrong, keep=False).mismatches) == SHOWN


def test_the_reference_semantics_has_its_own_say() -> None:
    found = scan([line(number, outcome="other") for number in range(4)], sample=100)
    assert {mismatch.by for mismatch in found.mismatches} == {"compiled rules", "reference semantics"}
    assert [mismatch.seq for mismatch in found.mismatches] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_log_without_lines() -> None:
    found = scan([])
    assert (found.accounts, found.damaged, found.mismatches, found.table().height) == ({}, [], (), 0)
    assert len(found.places) == 1
    assert found.tampered() == []
