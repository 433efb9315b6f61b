"""Digests: SHA-256 over bytes, files and documents, as ``sha256:`` and 64 hex digits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rulekit.errors import MissingExtraError, SignatureError


def digest(data: bytes) -> str:
    """Return ``sha256:`` and 64 hex digits over some bytes (FIPS 180-4)."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical_json(document: Any) -> bytes:
    """Return a document as canonical JSON (RFC 8785): the same bytes for equal documents, on every machine.

    Raises
    ------
    SignatureError
        when the document holds what JSON can't represent exactly: NaN, infinities, integers beyond 2**53.

    """
    try:
        import rfc8785
    except ImportError:
        raise MissingExtraError("rfc8785", "law") from None
    try:
        return bytes(rfc8785.dumps(document))
    except rfc8785.CanonicalizationError as error:
        raise SignatureError(f"this has no canonical JSON: {error}") from None


def digest_of(path: Path | None) -> str | None:
    """Return the digest of a file's bytes; None when ``path`` is None or is not a file."""
    if path is None or not path.is_file():
        return None
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def text_digest(text: str) -> str:
    """Return ``sha256:`` and 64 hex digits over a text in UTF-8 with plain line feeds."""
    return digest(text.encode())


def file_digest(path: Path) -> str | None:
    """Return the digest of a file with its line ends as plain line feeds; None when there is no such file.

    A file that is no longer text has a digest too, so that damage shows as another digest.
    """
    if not path.exists():
        return None
    return digest(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def document_digest(document: Any) -> str:
    """Return the digest over the canonical JSON of a document."""
    return digest(canonical_json(document))


def short(fact: str | None) -> str:
    """Return a digest cut to its first 12 digits, any other text as it is, and ``none`` for None."""
    if fact is None:
        return "none"
    return fact[:19] if fact.startswith("sha256:") else fact
