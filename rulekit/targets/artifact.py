"""The artifact: what compiling gives, and what a runner is loaded from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from pydantic import TypeAdapter, ValidationError

from rulekit.digests import digest
from rulekit.errors import ArtifactError, Where
from rulekit.frames import Frame
from rulekit.ir.document import ruleset_from_json
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.ir.semantics import Decision
from rulekit.targets import targets
from rulekit.version import VERSION

MANIFEST = "manifest.json"
LAW = "ruleset.json"


class Runner(Protocol):
    """A loaded artifact: decides events."""

    artifact: Artifact

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; absent keys, None and NaN are missing.

        Raises
        ------
        EventError
            when a value does not fit the schema.

        """
        ...

    def batch(self, frame: Frame, *, hits: bool = False, cast: bool = False) -> Any:
        """Return the frame with the decision columns.

        They are ``outcome`` (Enum), ``rule`` (Enum or null), under SCORE ``score`` (Int64), and on request
        ``hits`` (List of Enum). A LazyFrame gives a LazyFrame, anything else a DataFrame.

        Raises
        ------
        EventError
            when a column is absent or has another dtype than its feature; ``cast`` allows rounding.

        """
        ...

    def hit_matrix(self, frame: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return one Boolean column per rule id, shape (events, rules): whether it hits; never null.

        Raises
        ------
        EventError
            as :meth:`batch` does.

        """
        ...


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled ruleset: the files, and the law and numerics they were made from.

    Attributes
    ----------
    target : name of the target that emitted the files.
    entry : name of the file to start from.
    ruleset, numerics : what was compiled; the ruleset travels with the artifact as ``ruleset.json``.
    files : contents by name, without the manifest.
    options : what was chosen about the files, of the target's own model.
    evidence : what was shown of the artifact after it was compiled (proofs, synthesis), as plain JSON by kind.

    """

    target: str
    entry: str
    ruleset: Ruleset
    numerics: Numerics
    files: dict[str, bytes]
    options: Model = field(default_factory=Model)
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The text of the entry file."""
        return self.files[self.entry].decode()

    @property
    def manifest(self) -> dict[str, Any]:
        """What the artifact is, as plain JSON: no date in it, so that equal input gives equal bytes."""
        tools = targets.get(self.target).tools
        chosen = self.options.model_dump(mode="json")
        return {
            "target": self.target,
            "entry": self.entry,
            "ruleset": {
                "name": self.ruleset.name,
                "version": self.ruleset.version,
                "digest": self.ruleset.digest,
            },
            "numerics": self.numerics.model_dump(mode="json"),
            **({"options": chosen} if chosen else {}),
            "files": {name: digest(data) for name, data in sorted(self.files.items())},
            "versions": {"rulekit-engine": VERSION, **{name: version(name) for name in tools}},
            **({"evidence": dict(self.evidence)} if self.evidence else {}),
        }

    def shown(
        self, kind: str, facts: Mapping[str, Any], files: Mapping[str, bytes] | None = None
    ) -> Artifact:
        """Return the artifact with one more piece of evidence, and the files that belong to it."""
        evidence = {**self.evidence, kind: dict(facts)}
        return replace(self, files={**self.files, **(files or {})}, evidence=evidence)

    def load(self) -> Runner:
        """Return a runner that decides with this artifact."""
        return targets.get(self.target).load(self)

    def write(self, folder: str | Path) -> Path:
        """Write the files and ``manifest.json`` into a folder; an earlier artifact there is replaced whole.

        Raises
        ------
        ArtifactError
            when the folder holds something that is not an artifact.

        """
        folder = Path(folder)
        if folder.exists() and (
            not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).exists())
        ):
            hint = "name another folder, or empty it"
            raise ArtifactError("the folder is not an artifact", where=Where(file=str(folder)), hint=hint)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            draft = Path(scratch) / "new"
            draft.mkdir()
            for name, data in self.files.items():
                (draft / name).write_bytes(data)
            (draft / MANIFEST).write_text(json.dumps(self.manifest, indent=2) + "\n", encoding="utf-8")
            if folder.exists():
                shutil.move(folder, Path(scratch) / "old")
            os.replace(draft, folder)  # noqa: PTH105 - the atomic one of the two spellings
        return folder

    @classmethod
    def read(cls, folder: str | Path) -> Artifact:
        """Read an artifact back and check every file against the manifest.

        Raises
        ------
        ArtifactError
            when a file is absent or altered, or the manifest is not one.

        """
        folder = Path(folder)
        where = Where(file=str(folder / MANIFEST))
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            files = {name: (folder / name).read_bytes() for name in manifest["files"]}
            _check_files(folder, manifest["files"], files)
            ruleset = ruleset_from_json(files[LAW].decode(), str(folder / LAW))
            numerics: Numerics = TypeAdapter(Numerics).validate_python(manifest["numerics"])
            options = targets.get(manifest["target"]).options.model_validate(manifest.get("options", {}))
            evidence = dict(manifest.get("evidence", {}))
            artifact = cls(manifest["target"], manifest["entry"], ruleset, numerics, files, options, evidence)
            claimed = manifest["ruleset"]["digest"]
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            raise ArtifactError(f"this is not an artifact: {error}", where=where) from None
        if claimed != ruleset.digest:
            what = "the manifest names another ruleset than the artifact holds"
            raise ArtifactError(what, where=where, expected=ruleset.digest, got=claimed)
        return artifact


def _check_files(folder: Path, claimed: dict[str, str], files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if digest(data) != claimed[name]:
            where = Where(file=str(folder / name))
            raise ArtifactError("the file was altered after compilation", where=where, expected=claimed[name],
                                got=digest(data))  # fmt: skip
