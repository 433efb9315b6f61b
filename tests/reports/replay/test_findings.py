"""From what a pass over a log found to counts, findings and notes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from shop import law

from rulekit.errors import LogError
from rulekit.reports.replay.account import Account, RecordCount
from rulekit.reports.replay.findings import check_replayed, counts, findings, notes
from rulekit.reports.replay.model import ReplayOptions
from rulekit.reports.replay.sample import Reservoir
from rulekit.store.by_digest import FoundLaw

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def account(**numbers: int) -> Account:
    made = Account(FoundLaw(law(), Path("rules")), lambda _: None, Reservoir(0, ""), lambda _: None)
    made.all.add(pl.Series([NOW] * sum(numbers.values())))
    for name, number in numbers.items():
        setattr(made, name, number)
    return made


def scan(*accounts: Account, **given: object) -> SimpleNamespace:
    fields = {
        "accounts": {str(place): each for place, each in enumerate(accounts)},
        "unknown": {},
        "damaged": [],
        "moved": [],
        "sampled": Counter(),
        "lost": Counter(),
        "mismatches": (),
        "places": (Path("rules"),),
        "why": lambda digest: f"nobody knows {digest}",
        "tampered": list,
        **given,
    }
    return SimpleNamespace(**fields)


def strangers(number: int) -> RecordCount:
    count = RecordCount()
    count.add(pl.Series([NOW] * number))
    return count


def test_every_record_is_counted_once() -> None:
    found = counts(scan(account(equal=5, different=2), account(withheld=4), unknown={"sha256:9": strangers(3)},
                        damaged=[7], sampled=Counter(approve=9)))  # fmt: skip
    numbers = {
        name: found[name] for name in ("equal", "different", "withheld", "unknown_law", "damaged", "records")
    }
    assert numbers == {
        "equal": 5,
        "different": 2,
        "withheld": 4,
        "unknown_law": 3,
        "damaged": 1,
        "records": 15,
    }
    assert found["sampled_away"] == {"approve": 9}
    assert [law_.records for law_ in found["laws"]] == [7, 4]
    assert found["unknown"][0].why == "nobody knows sha256:9"


NOTHING = {
    "records": 0,
    "equal": 0,
    "different": 0,
    "withheld": 0,
    "unknown_law": 0,
    "damaged": 0,
    "unknown": [],
}


def test_there_must_be_something_to_answer_for() -> None:
    check_replayed({**NOTHING, "records": 1, "equal": 1}, ReplayOptions(), "log")
    check_replayed({**NOTHING, "records": 1, "different": 1}, ReplayOptions(), "log")
    check_replayed(NOTHING, ReplayOptions(), "log")
    with pytest.raises(LogError, match="no such record") as raised:
        check_replayed(NOTHING, ReplayOptions(event="p9", since=NOW), "log")
    assert raised.value.expected == f"event p9 from {NOW.isoformat()}"
    with pytest.raises(LogError, match="not one record can be replayed") as raised:
        check_replayed({**NOTHING, "records": 1300, "withheld": 1200, "damaged": 100}, ReplayOptions(), "log")
    assert raised.value.got == "1,200 whose values the log withholds, 100 that can't be read"


def test_what_is_wrong_with_a_log() -> None:
    made = scan(account(equal=3, different=1), damaged=[9, 2], moved=[5], lost=Counter(block=2, approve=1),
                unknown={"sha256:" + "9" * 64: strangers(2)})  # fmt: skip
    found = list(findings(made, None))
    assert [(finding.code, finding.count) for finding in found] == [
        ("log-lost", 3),
        ("log-broken", 2),
        ("log-broken", 1),
        ("mismatch", 1),
        ("unknown-law", 2),
    ]
    assert found[1].subject == "lines 2, 9"
    assert found[2].subject == "line 5"
    assert found[3].message == "1 of 4 records are not what it says"
    assert "it is not in rules" in found[4].message
    assert {finding.level for finding in found} == {"error"}


def test_no_more_than_five_lines_are_named() -> None:
    (finding,) = findings(scan(damaged=list(range(1007, 0, -1))), None)
    assert finding.subject == "lines 1, 2, 3, 4, 5 and 1,002 more"


def test_a_sound_log_has_no_finding() -> None:
    assert list(findings(scan(account(equal=3)), None)) == []


def test_what_a_reader_should_know() -> None:
    made = account(equal=1, withheld=2)
    made.hidden = ("card", "name")
    made.checkers["a"] = SimpleNamespace(guesses=True)
    name = "shop.card 1.2.3"
    said = list(notes(scan(made, sampled=Counter(approve=7, review=1)), None))
    assert said == [
        "the chain was not followed",
        "8 decisions were sampled away, and can't be replayed: 7 approve, 1 review",
        f"{name}: 2 records can't be replayed, for the log withholds card, name; each follows from its own hits",
        f"{name}: there is no register in rules to tell whether it was in force",
        f"{name}: nobody told the seed of its prescales, so suppressed hits are not recomputed",
    ]
