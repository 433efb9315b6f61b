"""A seeded sample of the records of a law, decided again by the reference semantics."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rulekit.errors import EventError, LogError
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.semantics import decide
from rulekit.log.record import record_from_text, values_from_json
from rulekit.reports.replay.model import Difference, RecordMismatch


@dataclass(frozen=True, slots=True)
class SampledRecord:
    """A sampled record, the numerics that decided it, and whether it is known to differ."""

    seq: int
    at: datetime
    event: str
    ruleset: str
    text: str
    numerics: Numerics
    differs: bool


class Reservoir:
    """Samples records of a stream of unknown length, each with equal probability.

    Algorithm L (Kim-Hung Li, Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n))), 1994): it
    skips from one sampled record to the next and looks at no other.

    Parameters
    ----------
    size : the size of the sample.
    seed : equal seeds give equal samples of equal streams, however these are cut into batches.

    """

    def __init__(self, size: int, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a seeded sample
        self._size, self._seen, self._least = size, 0, 1.0
        self._next = size - 1
        self.records: list[SampledRecord] = []
        self._skip()

    def places(self, count: int) -> Iterator[tuple[int, int]]:
        """Yield which of the next ``count`` records are sampled, and the slot of each in ``records``."""
        first, self._seen = self._seen, self._seen + count
        for seen in range(first, min(self._seen, self._size)):
            yield seen - first, seen
        while self._next < self._seen:
            yield self._next - first, self._random.randrange(self._size)
            self._skip()

    def put(self, slot: int, sampled: SampledRecord) -> None:
        """Keep a record in a slot."""
        self.records[slot : slot + 1] = [sampled]

    def _skip(self) -> None:
        if not self._size:
            self._next = 1 << 63
            return
        self._least *= math.exp(math.log(1 - self._random.random()) / self._size)
        # 1 - least is 0 only where nothing is skipped, and least is 0 only after more records than there can be
        gap = math.log(1 - self._random.random()) / math.log1p(-self._least) if 0 < self._least < 1 else 0
        self._next += math.floor(gap) + 1


def replay_sampled(ruleset: Ruleset, sampled: SampledRecord) -> RecordMismatch | None:
    """Decide a record again by the reference semantics; return how it differs, if it does.

    The text is read by another reader than the one used for the compiled rules.
    """
    try:
        record = record_from_text(sampled.text.encode())
        decision = decide(ruleset, values_from_json(ruleset.read, record.values), sampled.numerics)
    except (LogError, EventError) as error:
        return _mismatch(sampled, [("text", sampled.text, error.what)])
    pairs = [
        ("outcome", record.outcome, decision.outcome),
        ("rule", record.rule, decision.rule),
        ("score", record.score, decision.score),
        ("hits", record.hits, decision.hits or ()),
        ("missing", record.missing, decision.missing),
    ]
    differing = [(field, _text(ours), _text(theirs)) for field, ours, theirs in pairs if ours != theirs]
    return _mismatch(sampled, differing) if differing else None


def _mismatch(
    sampled: SampledRecord, differing: Sequence[tuple[str, str | None, str | None]]
) -> RecordMismatch:
    return RecordMismatch(
        seq=sampled.seq,
        at=sampled.at,
        event=sampled.event,
        ruleset=sampled.ruleset,
        by="reference semantics",
        differences=tuple(
            Difference(field=field, recorded=ours, recomputed=theirs) for field, ours, theirs in differing
        ),
    )


def _text(value: object) -> str | None:
    return " ".join(value) if isinstance(value, tuple) else None if value is None else str(value)
