"""Heads: signed checkpoints of a log, one at the end of each segment.

A head names the log, its last line, the chain hash of that line, and the number of decisions by outcome since the
log began. A key of :mod:`rulekit.keys` signs its canonical JSON. Each chain hash covers all lines before it, so
one head vouches for all of them.

Somebody who can write to the log but has no key can

- not change, drop, add or move a line up to the last head that others know of: its chain hash would be another
  one;
- not pass off another log as this one: its heads would lack the signature;
- change or drop the lines after the last head: nobody vouches for them until the next head;
- drop the last lines together with the last heads, which leaves an older state of the log. Only a head that is
  kept elsewhere shows this: print one with ``rulekit log verify --json``, and pass it to a later verification.

A log without a key is protected against accidents only.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, Field

from rulekit.errors import LogError, RulekitError, SignatureError
from rulekit.ir.schema import Model
from rulekit.keys import PrivateKey, PublicKey
from rulekit.log.counts import DecisionCounts
from rulekit.log.record import line_text, time_text


class Head(Model):
    """The state of a log after line ``seq``, with the decisions by outcome since it began."""

    _error: ClassVar[type[RulekitError]] = LogError

    log: str
    seq: int = Field(ge=0)
    hash: str = Field(pattern="^[0-9a-f]{64}$")
    at: AwareDatetime
    kept: dict[str, int]
    sampled: dict[str, int]
    lost: dict[str, int]
    key: str | None = None
    signature: str | None = None

    @property
    def hash_bytes(self) -> bytes:
        """The chain hash of the last line, 32 bytes."""
        return bytes.fromhex(self.hash)

    def document(self) -> dict[str, Any]:
        """Return the head as plain JSON."""
        found = self.model_dump(mode="json", exclude_none=True)
        return {**found, "at": time_text(self.at)}

    def check(self, key: PublicKey) -> None:
        """Check the signature.

        Raises
        ------
        SignatureError
            when there is none, it does not hold, or the key was not valid when the head was signed.

        """
        if self.signature is None:
            raise SignatureError("it is not signed")
        key.verify(_message(self.document()), self.signature, self.at)


def new_head(log: str, seq: int, chain_hash: bytes, counts: DecisionCounts, key: PrivateKey | None) -> Head:
    """Return the head of a log in its present state, signed if there is a key.

    Raises
    ------
    SignatureError
        when the key is not valid now.

    """
    now = time_text(datetime.now(UTC))
    head = Head.model_validate(
        {"log": log, "seq": seq, "hash": chain_hash.hex(), "at": now, **counts.by_kind()}
    )
    if key is None:
        return head
    named = head.model_copy(update={"key": key.public.name})
    return named.model_copy(update={"signature": key.sign(_message(named.document()))})


def head_text(head: Head) -> bytes:
    """Return the text of a head."""
    return line_text(head.document())


def head_from_text(text: bytes) -> Head:
    """Read a head.

    Raises
    ------
    LogError
        when the text is not a head.

    """
    try:
        return Head.model_validate(json.loads(text))
    except (ValueError, LogError):
        raise LogError("this is no head of a log", got=repr(text[:60])) from None


def _message(document: dict[str, Any]) -> bytes:
    return line_text({name: value for name, value in document.items() if name != "signature"})
