"""Which hits a prescale keeps: the same for ever, one in N, and as if by chance."""

from __future__ import annotations

import hashlib
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import EventError, LawError
from rulekit.ir.prescale import fold, keeps, key, last_kept, mix, number, place

WORD = 0xFFFFFFFF
words, ids = st.integers(0, WORD), st.integers(0, 2**64 - 1)

GOLDEN = [
    (0, "two-muons", 0, 0xCEF0A7CD),
    (0, "two-muons", 1, 0xC629ED7A),
    (0, "two-muons", 2**32, 0xD3F38EBF),
    (0, "two-muons", 2**64 - 1, 0x7CF3B116),
    (0, "two-muons", "", 0xF5619E8F),
    (0, "two-muons", "a", 0x09203B9F),
    (0, "two-muons", "événement", 0xDAADD5AF),
]
"""Places that were worked out once. They are law: a decision of years ago is replayed by them."""
TENTH = [3, 6, 11, 12, 18, 38, 56, 62, 65, 66, 83, 92, 94, 97]
"""Events of the first hundred that a prescale of ten keeps."""


@pytest.mark.parametrize(("seed", "rule", "event", "expected"), GOLDEN)
def test_places_never_change(seed, rule, event, expected):
    assert place(fold(number(event)), key(seed, rule)) == expected


def test_keys_never_change():
    assert key(0, "two-muons") == 0xBFA2D5E557716670
    assert key(-1, "high-met") == 0x11930CEFA7982EEB
    assert key(1, "a") == int(hashlib.sha256(b"rulekit prescale\n1\na").hexdigest()[:16], 16)
    assert len({key(seed, rule) for seed in range(-50, 50) for rule in "abcdefghij"}) == 1000


def test_kept_events_never_change():
    kept = {}
    for prescale in (1, 2, 7, 100):
        found = [event for event in range(4000) if keeps(7, "high-met", event, prescale)]
        kept[prescale] = (len(found), hashlib.sha256(repr(found).encode()).hexdigest()[:16])
    assert kept == {
        1: (4000, "c5ca0ea26872859d"),
        2: (1974, "b64f3594a6f57692"),
        7: (543, "779c0f6ceaf9351e"),
        100: (35, "103a9fbd6ed4397f"),
    }
    assert [event for event in range(100) if keeps(0, "two-muons", event, 10)] == TENTH


def jenkins(a):
    """Return what Bob Jenkins' page says, line by line."""
    a = (a + 0x7ED55D16) + (a << 12) & WORD
    a = (a ^ 0xC761C23C) ^ (a >> 19)
    a = (a + 0x165667B1) + (a << 5) & WORD
    a = (a + 0xD3A2646C & WORD) ^ (a << 9 & WORD)
    a = (a + 0xFD7046C5) + (a << 3) & WORD
    return (a ^ 0xB55A4F09) ^ (a >> 16)


@given(words)
def test_mix_is_the_hash_that_is_named(word):
    assert mix(word) == jenkins(word) <= WORD


@given(ids, st.integers(), st.text(min_size=1))
def test_the_place_is_what_the_words_say(event, seed, rule):
    low, high, (weak, strong) = event % 2**32, event // 2**32, divmod(key(seed, rule), 2**32)[::-1]
    expected = jenkins(jenkins(jenkins(high) ^ low) ^ weak) ^ strong
    assert place(fold(event), key(seed, rule)) == expected
    for prescale in (1, 2, 3, 1000):
        assert keeps(seed, rule, event, prescale) == (expected < -(-(2**32) // prescale))


@given(st.integers(1, 2**40))
def test_the_last_place_is_one_before_the_ceiling(prescale):
    assert last_kept(prescale) == math.ceil(2**32 / prescale) - 1 == -(-(2**32) // prescale) - 1


@given(ids | st.text(), st.integers(), st.text())
def test_a_prescale_of_one_keeps_all(event, seed, rule):
    assert keeps(seed, rule, event, 1)


def test_text_and_numbers_are_different_events():
    assert number(17) == 17
    assert number("17") == int.from_bytes(hashlib.sha256(b"17").digest()[:8], "big")


@pytest.mark.parametrize("event", [-1, 2**64, True, 1.0, None, b"a"])
def test_other_ids_are_refused(event):
    with pytest.raises(EventError, match="expected text, or an integer from 0"):
        keeps(0, "a", event, 2)


@pytest.mark.parametrize("prescale", [0, -3])
def test_a_prescale_below_one_is_refused(prescale):
    with pytest.raises(LawError, match="one hit in so many"):
        last_kept(prescale)


# --- as if by chance: the bounds are at five standard deviations, and the events are fixed


def chi_square(counts, expected):
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize("start", [0, 10**9, 2**32 - 10_000, 2**63])
@pytest.mark.parametrize("step", [1, 2, 64, 34, 3564, 2**20, 2**32])
def test_places_of_regular_ids_are_uniform(start, step):
    places = [place(fold((start + step * n) % 2**64), key(3, "a")) for n in range(20_000)]
    for shift in (0, 14, 27):
        counts = [0] * 32
        for each in places:
            counts[each >> shift & 31] += 1
        assert chi_square(counts, 20_000 / 32) < 31 + 5 * math.sqrt(2 * 31)


@pytest.mark.parametrize("prescale", [2, 3, 7, 10])
def test_rules_keep_independently_of_each_other(prescale):
    folds = [fold(event) for event in range(20_000)]
    last = last_kept(prescale)
    kept = [[place(each, key(seed, rule)) <= last for each in folds] for seed in range(3) for rule in "abc"]
    chance = 1 / prescale
    for first in range(9):
        spread = math.sqrt(20_000 * chance * (1 - chance))
        assert abs(sum(kept[first]) - 20_000 * chance) < 5 * spread
        for second in range(first):
            both = sum(a and b for a, b in zip(kept[first], kept[second], strict=True))
            assert abs(both - 20_000 * chance**2) < 5 * math.sqrt(20_000 * chance**2)


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 256])
def test_one_event_says_nothing_of_the_next(lag):
    kept = [keeps(0, "a", event, 4) for event in range(40_000)]
    both = sum(a and b for a, b in zip(kept, kept[lag:], strict=False))
    assert abs(both - 40_000 / 16) < 5 * math.sqrt(40_000 / 16 * 2)


def test_each_bit_of_an_id_turns_half_of_the_place():
    drawn = random.Random(5)  # noqa: S311 - the same events each time
    events, rule = [drawn.getrandbits(64) for _ in range(1000)], key(0, "a")
    for bit in range(64):
        turned = [place(fold(e), rule) ^ place(fold(e ^ 1 << bit), rule) for e in events]
        for out in range(32):
            assert abs(sum(each >> out & 1 for each in turned) - 500) < 6 * math.sqrt(250), (bit, out)
