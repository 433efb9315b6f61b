"""The hash chain of a log: each line has a hash over the hash before it and its own text.

``hash_n = SHA-256(hash_(n-1) || text_n)``. The hash before the first line is the SHA-256 of the header, which
names the log, its time of creation and the format. Whoever changes, drops, adds or moves a line changes every hash
from there on. Whoever can write to the log can also compute all hashes anew; :mod:`rulekit.log.heads` says what
they still cannot do.
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


def new_header() -> bytes:
    """Return the text of the header of a new log."""
    created = time_text(datetime.now(UTC))
    return line_text({"created": created, "format": FORMAT, "log": str(uuid.uuid4())})


def read_header(text: bytes, where: str) -> dict[str, Any]:
    """Return what the text of a header says.

    Raises
    ------
    LogError
        when it is not the header of a log, or of another format.

    """
    try:
        header = json.loads(text)
        found = str(header["format"])
    except (ValueError, KeyError, TypeError):
        raise LogError("this is not the beginning of a log", where=Where(file=where)) from None
    if found != FORMAT:
        raise LogError("the log has another format", where=Where(file=where), expected=FORMAT, got=found)
    return dict(header)


def first_hash(header: bytes) -> bytes:
    """Return the chain hash before the first line, 32 bytes."""
    return hashlib.sha256(header).digest()


def chain_hashes(previous: bytes, texts: Iterable[bytes]) -> list[bytes]:
    """Return the chain hash of each text, 32 bytes, after the hash ``previous``."""
    sha256 = hashlib.sha256
    return [previous := sha256(previous + text).digest() for text in texts]
