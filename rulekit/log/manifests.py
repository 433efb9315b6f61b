"""Manifests in a log: the lines that name the numerics where the law and the values alone do not.

Native numerics need no such line, since every target decides alike in them. For other numerics the log holds the
manifest of the artifact, once each time the log is opened, before the first decision of that artifact. The line
holds it as one string, its canonical JSON, and a record names its artifact by the digest of this text. So no other
manifest can take its place, and nothing in it can be mistaken for a field of a record.
"""

from __future__ import annotations

import json

from pydantic import TypeAdapter

from rulekit.digests import canonical_json, digest
from rulekit.ir.numerics import Native, Numerics
from rulekit.targets.artifact import Artifact

MANIFEST = "manifest"
_NATIVE = "native"
_NUMERICS: TypeAdapter[Numerics] = TypeAdapter(Numerics)


def manifest_of(artifact: Artifact) -> str | None:
    """Return the manifest of an artifact as the log holds it; None for native numerics."""
    return None if artifact.numerics.kind == _NATIVE else canonical_json(artifact.manifest).decode()


def artifact_digest(artifact: Artifact) -> str:
    """Return the digest by which records name an artifact: that of its manifest in canonical JSON."""
    return manifest_digest(canonical_json(artifact.manifest).decode())


def manifest_digest(text: str) -> str:
    """Return ``sha256:`` and 64 hex digits over a manifest as the log holds it."""
    return digest(text.encode())


def manifest_numerics(text: str | None) -> Numerics:
    """Return the numerics that a manifest names; native where the log holds none."""
    return Native() if text is None else _NUMERICS.validate_python(json.loads(text)["numerics"])


def manifest_seed(text: str | None) -> int | None:
    """Return the seed of prescales that a manifest names; None where it names none."""
    seed = None if text is None else json.loads(text).get("options", {}).get("seed")
    return seed if isinstance(seed, int) else None
