"""Which hits a prescale keeps: one in N, by a keyed hash of the seed, the rule and the event.

The same hit is kept or not wherever and whenever it is asked, whatever came before it, so that one worker or a
thousand, or an FPGA beside them, keep the same events. In words:

1. The *number* of an event is its id as 64 bits: an integer as it is, text as the first eight bytes of its SHA-256.
2. Its *fold* is 32 bits: ``mix(mix(high half) ^ low half)``. It has no key, so that all rules share it.
3. The *key* of a rule is 64 bits, the first eight bytes of the SHA-256 of the seed and the id of the rule.
4. The *place* of the event under the rule is ``mix(fold ^ low half of the key) ^ high half of the key``.
5. A prescale N keeps a hit when ``place < ceil(2**32 / N)``: one in N, and for N = 1 every one.

``mix`` is Bob Jenkins' hash of an integer in six shifts (http://burtleburtle.net/bob/hash/integer.html, in the
public domain): additions, shifts and exclusive ors, which hardware does without multipliers, an addition a clock.

Chosen: the key after the fold, because a rule then costs one ``mix`` and not three. Every bit of the id still
passes two of them, and what two rules keep is independent as far as millions of events tell. No two ids with the
same high half have the same fold. Refused: counters that pass each Nth hit, as older triggers have them, because
what they keep depends on what came before; a cryptographic hash, one of which a clock would fill an FPGA.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Literal, NamedTuple

from rulekit.errors import EventError, LawError

WORD = (1 << 32) - 1
"""The largest word."""


class Step(NamedTuple):
    """One step of ``mix``: ``(word inner constant) outer (word shifted)``, in 32 bits.

    ``shift`` is to the left; to the right where it is negative.
    """

    inner: Literal["+", "^"]
    constant: int
    outer: Literal["+", "^"]
    shift: int


STEPS = (
    Step("+", 0x7ED55D16, "+", 12),
    Step("^", 0xC761C23C, "^", -19),
    Step("+", 0x165667B1, "+", 5),
    Step("+", 0xD3A2646C, "^", 9),
    Step("+", 0xFD7046C5, "+", 3),
    Step("^", 0xB55A4F09, "^", -16),
)
"""The steps of ``mix``, as Jenkins gives them."""


def keeps(seed: int, rule_id: str, event_id: int | str, prescale: int) -> bool:
    """Say whether a hit of a rule on an event is kept.

    Parameters
    ----------
    seed : of the run; another seed keeps other events.
    rule_id : of the rule that hits.
    event_id : an integer of 64 bits without sign, or text. ``17`` and ``"17"`` are different events.
    prescale : one hit in so many is kept; beyond 2**32, one in 2**32.

    Raises
    ------
    EventError
        when the id is neither text nor an integer from 0 to 2**64 - 1.
    LawError
        when the prescale is less than 1.

    """
    return place(fold(number(event_id)), key(seed, rule_id)) <= last_kept(prescale)


def number(event_id: int | str) -> int:
    """Return the 64 bits that stand for an event.

    Raises
    ------
    EventError
        when the id is neither text nor an integer from 0 to 2**64 - 1.

    """
    if isinstance(event_id, str):
        return _first_bytes(event_id.encode("utf-8", "surrogatepass"))
    if isinstance(event_id, bool) or not isinstance(event_id, int) or not 0 <= event_id < 1 << 64:
        raise EventError("an event id can't be prescaled by", expected=EVENT_IDS, got=repr(event_id))
    return event_id


EVENT_IDS = "text, or an integer from 0 to 2**64 - 1"
"""What an event id may be, in words."""


@lru_cache(maxsize=1 << 16)
def key(seed: int, rule_id: str) -> int:
    """Return the 64 bits that make one rule keep other events than the next."""
    return _first_bytes(f"rulekit prescale\n{seed:d}\n{rule_id}".encode())


def _first_bytes(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def mix(word: int) -> int:
    """Return a word that depends on all bits of a word; no two words have the same."""
    for inner, constant, outer, shift in STEPS:
        shifted = word << shift & WORD if shift > 0 else word >> -shift
        joined = word + constant if inner == "+" else word ^ constant
        word = (joined + shifted if outer == "+" else joined & WORD ^ shifted) & WORD
    return word


def fold(event: int) -> int:
    """Return the word that all rules see of the number of an event."""
    return mix(mix(event >> 32) ^ event & WORD)


def place(folded: int, rule_key: int) -> int:
    """Return the place of an event under a rule, from 0 to 2**32 - 1: low places are kept."""
    return mix(folded ^ rule_key & WORD) ^ rule_key >> 32


def last_kept(prescale: int) -> int:
    """Return the last place that is kept: ``ceil(2**32 / prescale) - 1``, which fits 32 bits whatever the prescale.

    Raises
    ------
    LawError
        when the prescale is less than 1.

    """
    if prescale < 1:
        raise LawError("a prescale keeps one hit in so many", expected="1 or more", got=f"{prescale}")
    return WORD // prescale
