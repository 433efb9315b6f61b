"""The account of one ruleset: counts, and what becomes of records that can't be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from shop import law

from rulekit.errors import LogError
from rulekit.ir.numerics import Native
from rulekit.reports.replay.account import Account, RecordCount
from rulekit.reports.replay.sample import Reservoir
from rulekit.store.by_digest import FoundLaw

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Checker:
    """Says that every outcome is ``block``, and can't read the records that it is told of."""

    numerics = Native()

    def __init__(self, unreadable: set[int]) -> None:
        self.unreadable, self.asked = unreadable, 0

    def recompute(self, records: pl.DataFrame) -> pl.DataFrame:
        self.asked += 1
        if self.unreadable & set(records["seq"].to_list()):
            raise LogError("a record has no values")
        return pl.DataFrame({"outcome": ["block"] * records.height})

    def follow(self, records: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame({"outcome": ["review"] * records.height})


def records(count: int, outcome: str = "block", *, withheld: bool = False) -> pl.DataFrame:
    text = '{"values":{"amount":{"sha256":"x"},"cards":3}}'
    return pl.DataFrame(
        {
            "seq": list(range(count)),
            "at": [NOW + timedelta(seconds=number) for number in range(count)],
            "event": [f"p{number}" for number in range(count)],
            "ruleset": ["r"] * count,
            "artifact": ["a"] * count,
            "text": [text] * count,
            "outcome": [outcome] * count,
            "withheld": [withheld] * count,
        },
        schema_overrides={"seq": pl.Int64, "at": pl.Datetime("us", "UTC"), "withheld": pl.Boolean},
    )


def account(
    unreadable: set[int] | None = None, sample: int = 0
) -> tuple[Account, list[pl.DataFrame], Checker]:
    reported: list[pl.DataFrame] = []
    checker = Checker(unreadable or set())
    made = Account(FoundLaw(law(), Path("rules")), lambda _: checker, Reservoir(sample, "s"), reported.append)
    return made, reported, checker


def test_equal_and_different_records_are_counted() -> None:
    made, reported, _ = account(sample=3)
    made.take(records(6))
    made.take(records(4, "approve"))
    answer = made.answer()
    assert (answer.records, answer.equal, answer.different, answer.withheld, answer.sampled) == (
        10,
        6,
        4,
        0,
        3,
    )
    assert (answer.name, answer.version, answer.digest) == ("shop.card", "1.2.3", law().digest)
    assert (answer.first, answer.last) == (NOW, NOW + timedelta(seconds=5))
    assert answer.not_in_force is None
    assert [frame.height for frame in reported] == [4]


@pytest.mark.parametrize("bad", [set(), {0}, {3, 4}, {0, 7}, set(range(8))])
def test_records_that_can_not_be_read_are_found_one_by_one(bad: set[int]) -> None:
    made, _, checker = account(bad)
    made.take(records(8))
    assert set(made.damaged) == bad
    assert made.equal == 8 - len(bad)
    assert checker.asked <= 1 + 2 * 3 * max(1, len(bad))


def test_withheld_records_are_held_to_their_hits() -> None:
    made, _, _ = account()
    made.take(records(5, "review", withheld=True))
    assert (made.withheld, made.equal, made.different, made.hidden) == (5, 0, 0, ("amount",))
    made.take(records(2, "block", withheld=True))
    assert (made.withheld, made.different) == (5, 2)


def test_counting_records_and_their_times() -> None:
    count = RecordCount()
    assert (count.records, count.first, count.last) == (0, None, None)
    count.add(pl.Series([NOW + timedelta(1), NOW]))
    count.add(pl.Series([], dtype=pl.Datetime("us", "UTC")))
    count.add(pl.Series([NOW + timedelta(2)]))
    assert (count.records, count.first, count.last) == (3, NOW, NOW + timedelta(2))
