"""Lines that tell what decided, where the law and the values alone do not say it.

Native numerics need no telling: every target decides in them alike. For any other the log tells the manifest of the
artifact, once each time that it is opened and before the first decision of that artifact. It is told as one string,
its canonical JSON, and a record names its artifact by the digest of this very text: no other manifest can stand in
for it, and nothing in it can be taken for a field of a record.
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
    """Return the manifest of an artifact as the log tells it; None where its numerics are native."""
    return None if artifact.numerics.kind == _NATIVE else canonical_json(artifact.manifest).decode()


def artifact_digest(artifact: Artifact) -> str:
    """Return the digest by which records name an artifact: that of its manifest in canonical JSON."""
    return manifest_digest(canonical_json(artifact.manifest).decode())


def manifest_digest(text: str) -> str:
    """Return ``sha256:`` and 64 hex digits over a manifest as the log tells it."""
    return digest(text.encode())


def manifest_numerics(text: str | None) -> Numerics:
    """Return the numerics that a manifest names; native ones where the log tells none."""
    return Native() if text is None else _NUMERICS.validate_python(json.loads(text)["numerics"])


def manifest_seed(text: str | None) -> int | None:
    """Return the seed of prescales that a manifest names; None where it names none."""
    seed = None if text is None else json.loads(text).get("options", {}).get("seed")
    return seed if isinstance(seed, int) else None
