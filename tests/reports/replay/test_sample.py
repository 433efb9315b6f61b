"""Reservoir sampling: every record as likely as any other, however the stream is cut into batches."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import law, score_law

from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.semantics import decide
from rulekit.log.record import DecisionRecord, record_text
from rulekit.reports.replay.sample import Reservoir, SampledRecord, replay_sampled

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def sampled(seq: int, text: str = "{}", numerics=None) -> SampledRecord:
    return SampledRecord(seq=seq, at=NOW, event=str(seq), ruleset="sha256:0", text=text,
                         numerics=numerics or Native(), differs=False)  # fmt: skip


def draw(size: int, seed: str, batches: list[int]) -> list[int]:
    reservoir, first = Reservoir(size, seed), 0
    for count in batches:
        for place, slot in reservoir.places(count):
            reservoir.put(slot, sampled(first + place))
        first += count
    return [record.seq for record in reservoir.records]


@given(st.integers(0, 8), st.lists(st.integers(0, 9), max_size=8), st.text(max_size=3))
def test_batches_make_no_difference(size: int, batches: list[int], seed: str) -> None:
    total = sum(batches)
    found = draw(size, seed, batches)
    assert found == draw(size, seed, [total]) == draw(size, seed, [1] * total)
    assert len(found) == len(set(found)) == min(size, total)
    assert all(0 <= seq < total for seq in found)


def test_every_record_is_as_likely_as_any_other() -> None:
    size, total, rounds = 4, 20, 3000
    counts = Counter(seq for seed in range(rounds) for seq in draw(size, str(seed), [7, 13]))
    expected = rounds * size / total
    chi_square = sum((counts[seq] - expected) ** 2 / expected for seq in range(total))
    assert chi_square < 43.8  # exceeded once in a thousand by chance, at 19 degrees of freedom


def test_a_long_stream_is_hardly_looked_at() -> None:
    reservoir = Reservoir(10, "seed")
    looked = sum(1 for _ in reservoir.places(10_000_000))
    assert 10 < looked < 400


def test_another_seed_draws_other_records() -> None:
    assert draw(5, "a", [100]) != draw(5, "b", [100])
    assert draw(0, "a", [100]) == []


EVENT = {"amount": 800.0, "cards": 5, "country": "DK", "device_age": None, "online": True}


def text_of(ruleset, **changes: object) -> str:
    decision = decide(ruleset, EVENT)
    fields = {
        "id": 3,
        "at": NOW,
        "ruleset": ruleset.digest,
        "artifact": "sha256:1",
        "event": "p3",
        "values": EVENT,
        "hits": decision.hits or (),
        "outcome": decision.outcome,
        "rule": decision.rule,
        "score": decision.score,
        "suppressed": (),
        "missing": decision.missing,
        "took_ns": 0,
        **changes,
    }
    given = {name: value for name, value in fields.items() if name in DecisionRecord.model_fields}
    return record_text(DecisionRecord.model_validate(given)).decode()


@pytest.mark.parametrize("ruleset", [law(), score_law()], ids=["first", "score"])
def test_an_honest_record_is_equal(ruleset) -> None:
    assert replay_sampled(ruleset, sampled(3, text_of(ruleset))) is None


@pytest.mark.parametrize(
    ("changes", "field", "recorded", "recomputed"),
    [
        ({"outcome": "approve"}, "outcome", "approve", "block"),
        ({"rule": None}, "rule", None, "many-cards"),
        ({"score": 4}, "score", "4", None),
        ({"hits": ("dear",)}, "hits", "dear", "many-cards away dear"),
        ({"missing": ("amount",)}, "missing", "amount", ""),
    ],
)
def test_each_field_that_differs_is_named(changes, field, recorded, recomputed) -> None:
    found = replay_sampled(law(), sampled(3, text_of(law(), **changes)))
    assert found is not None
    (difference,) = found.differences
    assert (difference.field, difference.recorded, difference.recomputed) == (field, recorded, recomputed)
    assert (found.seq, found.event, found.by) == (3, "3", "reference semantics")


def test_a_record_that_can_not_be_read_differs_as_a_whole() -> None:
    for text in ("{}", text_of(law(), values={**EVENT, "cards": "many"})):
        found = replay_sampled(law(), sampled(1, text))
        assert found is not None
        assert [difference.field for difference in found.differences] == ["text"]


def test_the_numerics_of_the_record_decide() -> None:
    coarse = Fixed(
        formats={name: FixedFormat(width=16, fraction=0) for name in ("amount", "cards", "device_age")}
    )
    event = {**EVENT, "cards": 1, "country": "SE", "device_age": 900.0, "amount": 700.3}
    exact = decide(law(), event)
    assert exact.outcome == "review"
    text = text_of(law(), values=event, outcome="review", rule="dear", hits=("dear",))
    assert replay_sampled(law(), sampled(2, text)) is None
    rounded = decide(law(), event, coarse)
    found = replay_sampled(law(), sampled(2, text, coarse))
    assert (found is None) == ((rounded.outcome, rounded.rule) == ("review", "dear"))
