"""The chain: every line is sealed by a hash over the seal before it and its own text.

``seal_n = SHA-256(seal_(n-1) || text_n)``, and the seal before the first line is the SHA-256 of the genesis text,
which names the log, its time of creation and the format. To change, drop, add or move a line is to change every
seal from there on. Whoever can write to the log can also forge all of them: what they can't do is in
:mod:`rulekit.log.heads`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from rulekit.errors import LogError, Where
from rulekit.log.record import line_text, time_text

FORMAT = "rulekit-log-1"


def new_genesis() -> bytes:
    """Return the text that a new log starts with."""
    created = time_text(datetime.now(UTC))
    return line_text({"created": created, "format": FORMAT, "log": str(uuid.uuid4())})


def read_genesis(text: bytes, where: str) -> dict[str, Any]:
    """Return what a genesis text says.

    Raises
    ------
    LogError
        when it is none, or of another format.

    """
    try:
        genesis = json.loads(text)
        found = str(genesis["format"])
    except (ValueError, KeyError, TypeError):
        raise LogError("this is not the beginning of a log", where=Where(file=where)) from None
    if found != FORMAT:
        raise LogError("the log has another format", where=Where(file=where), expected=FORMAT, got=found)
    return dict(genesis)


def first_seal(genesis: bytes) -> bytes:
    """Return the seal before the first line."""
    return hashlib.sha256(genesis).digest()


def seals_of(previous: bytes, texts: Iterable[bytes]) -> list[bytes]:
    """Return the seal of each text, 32 bytes, after the seal before them."""
    sha256 = hashlib.sha256
    return [previous := sha256(previous + text).digest() for text in texts]
