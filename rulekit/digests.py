"""Digests: how everything that is named by its bytes is named, once."""

from __future__ import annotations

import hashlib


def digest(data: bytes) -> str:
    """Return ``sha256:`` and 64 hex digits over some bytes (FIPS 180-4)."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
