"""Digests of what the register names: texts and documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rulekit.digests import digest
from rulekit.keys import canonical_json


def text_digest(text: str) -> str:
    """Return ``sha256:`` and 64 hex digits over a text in UTF-8 with plain line feeds."""
    return digest(text.encode())


def file_digest(path: Path) -> str | None:
    """Return the digest of a file's text, be it text or not any more; None when there is no such file."""
    if not path.exists():
        return None
    return digest(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def document_digest(document: Any) -> str:
    """Return the digest over the canonical JSON of a document."""
    return digest(canonical_json(document))


def short(fact: str | None) -> str:
    """Return a fact for a sentence: digests are cut, what is absent is none."""
    if fact is None:
        return "none"
    return fact[:19] if fact.startswith("sha256:") else fact
