"""The account of one ruleset: how many records it has in a log, and how many are what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from rulekit.errors import LogError
from rulekit.reports.replay.compare_records import RecordChecker, differences, differing
from rulekit.reports.replay.model import By, LawReplay, RecordMismatch
from rulekit.reports.replay.sample import Reservoir, SampledRecord, replay_sampled
from rulekit.store.by_digest import FoundLaw


@dataclass(slots=True)
class RecordCount:
    """A number of records, and the times of the first and last decision."""

    records: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, times: pl.Series) -> None:
        """Count records by their times of decision."""
        self.records += len(times)
        known = [self.first, self.last, times.min(), times.max()]
        found = [time for time in known if isinstance(time, datetime)]
        self.first, self.last = min(found, default=None), max(found, default=None)


@dataclass(slots=True)
class Account:
    """The records of one ruleset.

    Attributes
    ----------
    law : the ruleset, found by the digest that the records name.
    checker_of : returns the checker for the records of an artifact.
    reservoir : the sample that the reference semantics decides again.
    report : called with the differences, as :func:`rulekit.reports.replay.compare_records.differences` has them.

    """

    law: FoundLaw
    checker_of: Callable[[str], RecordChecker]
    reservoir: Reservoir
    report: Callable[[pl.DataFrame], None]
    all: RecordCount = field(default_factory=RecordCount)
    outside: RecordCount = field(default_factory=RecordCount)
    equal: int = 0
    different: int = 0
    withheld: int = 0
    damaged: list[int] = field(default_factory=list)
    hidden: tuple[str, ...] = ()
    checkers: dict[str, RecordChecker] = field(default_factory=dict)

    def take(self, records: pl.DataFrame) -> None:
        """Check records of this ruleset, in the order of the log."""
        self.all.add(records["at"])
        if self.law.acts:
            self.outside.add(records.filter(~self.law.in_force("at"))["at"])
        held = records.filter(~pl.col("withheld"))
        for (artifact,), part in held.group_by("artifact", maintain_order=True):
            checker = self._checker(str(artifact))
            for records_, recomputed in self._recomputed(checker, part):
                wrong = self._compare(records_, recomputed, "compiled rules")
                self.equal += records_.height - int(wrong.sum())
                self._draw(records_, wrong, checker)
        self._follow(records.filter("withheld"))

    def replay_sample(self) -> Iterator[RecordMismatch]:
        """Yield sampled records that differ from the reference semantics; count those not known to differ."""
        for sampled in self.reservoir.records:
            mismatch = replay_sampled(self.law.ruleset, sampled)
            if mismatch is not None:
                self.equal -= not sampled.differs
                self.different += not sampled.differs
                yield mismatch

    def answer(self) -> LawReplay:
        """Return the account as a model."""
        ruleset = self.law.ruleset
        return LawReplay.model_validate(
            {
                "name": ruleset.name,
                "version": ruleset.version,
                "digest": ruleset.digest,
                "place": str(self.law.place),
                "numerics": tuple(dict.fromkeys(checker.numerics.kind for checker in self.checkers.values())),
                "records": self.all.records,
                "equal": self.equal,
                "different": self.different,
                "withheld": self.withheld,
                "sampled": len(self.reservoir.records),
                "first": self.all.first,
                "last": self.all.last,
                "not_in_force": self.outside.records if self.law.acts else None,
            }
        )

    def _checker(self, artifact: str) -> RecordChecker:
        if artifact not in self.checkers:
            self.checkers[artifact] = self.checker_of(artifact)
        return self.checkers[artifact]

    def _recomputed(
        self, checker: RecordChecker, records: pl.DataFrame
    ) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield records with their recomputed decisions; halve a batch that fails to find its damaged records."""
        try:
            recomputed = checker.recompute(records)
        except LogError:
            if records.height == 1:
                self.damaged.append(records["seq"][0])
                return
            middle = records.height // 2
            yield from self._recomputed(checker, records[:middle])
            yield from self._recomputed(checker, records[middle:])
        else:
            yield records, recomputed

    def _compare(self, records: pl.DataFrame, recomputed: pl.DataFrame, by: By) -> pl.Series:
        wrong = differing(records, recomputed)
        count = int(wrong.sum())
        if count:
            self.different += count
            self.report(differences(records.filter(wrong), recomputed.filter(wrong), by))
        return wrong

    def _draw(self, records: pl.DataFrame, wrong: pl.Series, checker: RecordChecker) -> None:
        for place, slot in self.reservoir.places(records.height):
            row: dict[str, Any] = records.row(place, named=True)
            facts = {name: row[name] for name in ("seq", "at", "event", "ruleset", "text")}
            self.reservoir.put(slot, SampledRecord(**facts, numerics=checker.numerics, differs=wrong[place]))

    def _follow(self, records: pl.DataFrame) -> None:
        """Compare records with withheld values with their own recorded hits, which is all that is possible."""
        if not records.height:
            return
        if not self.hidden:
            values = json.loads(records["text"][0])["values"]
            self.hidden = tuple(name for name, value in values.items() if isinstance(value, dict))
        checker = self._checker(records["artifact"][0])
        self.withheld += records.height - int(
            self._compare(records, checker.follow(records), "recorded hits").sum()
        )
