"""Reading an artifact back from the folder that it was written to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rulekit.digests import digest
from rulekit.errors import ArtifactError, Where
from rulekit.ir.notation.document import ruleset_from_json
from rulekit.ir.numerics import Numerics
from rulekit.targets import targets
from rulekit.targets.artifact import LAW, MANIFEST, Artifact


def read_artifact(folder: str | Path) -> Artifact:
    """Read an artifact from its folder and check every file against the manifest.

    Raises
    ------
    ArtifactError
        when a file is absent or altered, or the manifest is not one.

    """
    folder = Path(folder)
    where = Where(file=str(folder / MANIFEST))
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        artifact = _artifact(folder, manifest)
        claimed = manifest["ruleset"]["digest"]
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise ArtifactError(f"this is not an artifact: {error}", where=where) from None
    held = artifact.ruleset.digest
    if claimed != held:
        what = "the manifest names another ruleset than the artifact holds"
        raise ArtifactError(what, where=where, expected=held, got=claimed)
    return artifact


def _artifact(folder: Path, manifest: dict[str, Any]) -> Artifact:
    files = {name: (folder / name).read_bytes() for name in manifest["files"]}
    _check_files(folder, manifest["files"], files)
    target = targets.get(manifest["target"])
    numerics: Numerics = TypeAdapter(Numerics).validate_python(manifest["numerics"])
    return Artifact(
        target=manifest["target"],
        entry=manifest["entry"],
        ruleset=ruleset_from_json(files[LAW].decode(), str(folder / LAW)),
        numerics=numerics,
        files=files,
        options=TypeAdapter(target.options).validate_python(manifest.get("options", {})),
        evidence=dict(manifest.get("evidence", {})),
        tools=target.tools,
        loader=target.load,
    )


def _check_files(folder: Path, claimed: dict[str, str], files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if digest(data) != claimed[name]:
            where = Where(file=str(folder / name))
            raise ArtifactError("the file was altered after compilation", where=where, expected=claimed[name],
                                got=digest(data))  # fmt: skip
