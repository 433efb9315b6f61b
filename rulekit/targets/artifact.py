"""The artifact: what compiling gives, and what a runner is loaded from."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, Protocol, overload

import polars as pl
from typing_extensions import TypeVar  # that of typing has no defaults before Python 3.13

from rulekit.digests import digest
from rulekit.errors import ArtifactError, Where
from rulekit.frames import EagerFrame, Frame
from rulekit.html import page, table
from rulekit.ir.decision import Decision
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.targets.lower import Lowered, lower
from rulekit.version import VERSION

MANIFEST = "manifest.json"
LAW = "ruleset.json"


class Runner(Protocol):
    """A loaded artifact: it decides events."""

    @property
    def artifact(self) -> Artifact[Any]:
        """The artifact that was loaded."""
        ...

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; an absent key, None and NaN are missing values.

        Raises
        ------
        EventError
            when a value does not fit the schema.

        """
        ...

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Return the events with the columns of the decisions.

        The columns are ``outcome`` (Enum, never null), ``rule`` (Enum, null where no rule decides), under SCORE
        ``score`` (Int64, null where the event is invalid), and with ``hits=True`` also ``hits`` (List of Enum).
        A LazyFrame gives a LazyFrame, anything else a DataFrame.

        Parameters
        ----------
        events : a frame, or the path of a file, with a column for each feature that the rules read.
        hits : add the column ``hits``: the ids of all rules that hit, in text order. Default: False.
        cast : allow columns whose conversion to the dtype of the feature may round. Default: False.

        Raises
        ------
        EventError
            when a column is absent or has another dtype than its feature.

        """
        ...

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return a Boolean column for each rule id, shape (events, rules): whether it hits; never null.

        Raises
        ------
        EventError
            as :meth:`batch` does.

        """
        ...


RunnerT = TypeVar("RunnerT", bound=Runner, default=Runner, covariant=True)  # noqa: PLC0105 - a name to read
"""The type of runner that an artifact loads."""


@dataclass(frozen=True, slots=True, repr=False)
class Artifact(Generic[RunnerT]):
    """A compiled ruleset: the files, and the ruleset and numerics they were made from.

    :func:`rulekit.compile` makes one, :func:`rulekit.targets.read.read_artifact` reads one from a folder.

    Attributes
    ----------
    target : name of the target that emitted the files.
    entry : name of the file to start from.
    ruleset, numerics : what was compiled; the ruleset travels with the artifact as ``ruleset.json``.
    files : contents by name, without the manifest.
    options : what was chosen about the files; an instance of the target's own model.
    evidence : results of checks that were run on the artifact (proof, synthesis), as plain JSON by kind.
    tools : distributions whose versions the manifest names, because they show in the files.
    loader : the target's function from an artifact to a runner.
    low : the lowered ruleset that the files were emitted from; None until :attr:`lowered` is first read, where the
        artifact comes from a folder.

    """

    target: str
    entry: str
    ruleset: Ruleset
    numerics: Numerics
    files: dict[str, bytes]
    options: Model = field(default_factory=Model)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    loader: Callable[[Artifact[Any]], RunnerT] = field(kw_only=True, compare=False)
    low: Lowered | None = field(default=None, kw_only=True, compare=False)

    @property
    def source(self) -> str:
        """The text of the entry file."""
        return self.files[self.entry].decode()

    @property
    def lowered(self) -> Lowered:
        """The lowered ruleset. It is kept: an artifact read from a folder lowers its ruleset once."""
        if self.low is None:
            object.__setattr__(self, "low", lower(self.ruleset, self.numerics, self.options))
        assert self.low is not None  # noqa: S101 - set above
        return self.low

    @property
    def manifest(self) -> dict[str, Any]:
        """What the artifact is, as plain JSON. It holds no date, so that equal input gives equal bytes."""
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
            "versions": {"rulekit-engine": VERSION, **{name: version(name) for name in self.tools}},
            **({"evidence": dict(self.evidence)} if self.evidence else {}),
        }

    def with_evidence(
        self, kind: str, facts: Mapping[str, Any], files: Mapping[str, bytes] | None = None
    ) -> Artifact[RunnerT]:
        """Return the artifact with one more kind of evidence, and the files that belong to it."""
        evidence = {**self.evidence, kind: dict(facts)}
        return replace(self, files={**self.files, **(files or {})}, evidence=evidence)

    def load(self) -> RunnerT:
        """Return a runner that decides with this artifact."""
        return self.loader(self)

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
            (draft / MANIFEST).write_text(self.to_json() + "\n", encoding="utf-8")
            if folder.exists():
                shutil.move(folder, Path(scratch) / "old")
            os.replace(draft, folder)  # noqa: PTH105 - the atomic one of the two spellings
        return folder

    def to_json(self) -> str:
        """Return the manifest as JSON text, as :meth:`write` puts it into ``manifest.json``."""
        return json.dumps(self.manifest, indent=2)

    def __repr__(self) -> str:
        """Return one line: target, ruleset, numerics, files and evidence."""
        law = f"{self.ruleset.name} {self.ruleset.version} {self.ruleset.digest[:15]}"
        shown = f", evidence: {', '.join(self.evidence)}" if self.evidence else ""
        return f"<Artifact {self.target}: {law}, {self.numerics.kind}, {len(self.files)} files{shown}>"

    def _repr_html_(self) -> str:
        """Return the artifact for a notebook: what it was made from, its files, and the evidence."""
        law = f"{self.ruleset.name} {self.ruleset.version}"
        facts = [
            ("ruleset", law),
            ("digest", self.ruleset.digest),
            ("numerics", self.numerics.kind),
            *((name, value) for name, value in self.options.model_dump(mode="json").items()),
            *((f"evidence: {kind}", _verdict(facts)) for kind, facts in self.evidence.items()),
        ]
        files = [(name, len(data)) for name, data in sorted(self.files.items())]
        return page(f"{law} for {self.target}", table(("", ""), facts), table(("file", "bytes"), files, {1}))


def _verdict(facts: Any) -> str:
    """Return what a piece of evidence says in a word: whether it holds, where it says so."""
    holds = facts.get("holds") if isinstance(facts, dict) else None
    return "recorded" if holds is None else "holds" if holds else "does not hold"
