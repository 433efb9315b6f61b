"""Read recorded decisions and the manifest beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from rulekit.errors import EventError, LawError, Where
from rulekit.findings import Finding
from rulekit.frames import collect, scan, unreadable
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.runtime.decide_file import manifest_path

HITS, HITS_TEXT = "hits", "hits_text"


class Manifest(BaseModel):
    """The manifest of a decisions file; unknown fields of later versions are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rulekit: str
    target: str | None = None
    ruleset: dict[str, Any]
    digest: str
    numerics: Numerics = Native()
    events: str | None = None
    id: str = "event"
    id_in_events: bool = False
    counts: dict[str, int] | None = None
    findings: tuple[JsonValue, ...] = ()
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Recorded decisions with their manifest and ruleset.

    ``decisions`` has the columns ``id``, ``outcome``, ``rule``, ``score`` (SCORE only), ``hits`` (lists of
    ids) and ``hits_text`` (ids joined by a space); the last two only if hits were recorded. ``limits`` says what
    the record can't show, one sentence each.
    """

    path: Path
    manifest: Manifest
    ruleset: Ruleset
    decisions: pl.DataFrame
    findings: tuple[Finding, ...]
    limits: tuple[str, ...] = ()

    @property
    def has_hits(self) -> bool:
        """Whether every hit was recorded, not only the first."""
        return HITS in self.decisions.columns


def read_record(path: Path, ruleset: Ruleset | None = None) -> Record:
    """Read decisions and their manifest.

    Parameters
    ----------
    path : the decisions, a Parquet, CSV or Arrow IPC file.
    ruleset : the ruleset that the decisions claim to follow; default: the one in the manifest.

    Raises
    ------
    EventError
        when either file is absent, damaged, or lacks what a record needs.
    LawError
        when the ruleset is not the one that the manifest or the caller names.

    """
    if not path.is_file():
        raise EventError(
            "there is no such decisions file", where=Where(file=str(path)), hint="`rulekit decide` writes it"
        )
    manifest, law = read_law(path, ruleset)
    decisions = _normalise(_read(path), manifest, law, Where(file=str(path)))
    findings = (*_digest_findings(decisions, law), *_count_findings(decisions, manifest))
    return Record(path, manifest, law, decisions.drop("ruleset"), findings)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a record; see :func:`read_record`."""
    where = Where(file=str(path))
    try:
        return Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        hint = "keep the file that `rulekit decide` writes beside the decisions"
        raise EventError("the manifest of the decisions is absent", where=where, hint=hint) from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in problem["loc"])
        what = f"this is not the manifest of a record: {field}: {problem['msg']}".replace(": : ", ": ")
        raise EventError(what, where=where) from None
    except (OSError, ValueError) as error:
        raise EventError(f"the manifest can't be read: {error}", where=where) from None


def read_law(decisions: Path, claimed: Ruleset | None = None) -> tuple[Manifest, Ruleset]:
    """Read the manifest beside a decisions file, and the ruleset in it; see :func:`read_record`."""
    manifest = read_manifest(manifest_path(decisions))
    where = Where(file=str(manifest_path(decisions)))
    law = ruleset_from_document(manifest.ruleset, lambda _: where)
    if law.digest != manifest.digest:
        what = "the manifest names another ruleset than it holds"
        raise LawError(what, where=where, expected=manifest.digest, got=law.digest)
    if claimed is None:
        return manifest, law
    if claimed.digest != manifest.digest:
        what = f"the decisions were made by another ruleset than {claimed.name} {claimed.version}"
        raise LawError(what, where=where, expected=claimed.digest, got=manifest.digest)
    return manifest, claimed


def _read(path: Path) -> pl.DataFrame:
    if path.suffix.lower() != ".csv":
        return collect(scan(path))
    try:
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise unreadable(error, Where(file=str(path))) from None


def _normalise(frame: pl.DataFrame, manifest: Manifest, law: Ruleset, where: Where) -> pl.DataFrame:
    scored = ["score"] if law.hit_policy is HitPolicy.SCORE else []
    absent = [
        name for name in (manifest.id, "outcome", "rule", *scored, "ruleset") if name not in frame.columns
    ]
    if absent:
        got = ", ".join(frame.columns)
        raise EventError(
            f"this is not a record of decisions: no column {absent[0]}",
            where=where,
            expected="the columns that `rulekit decide` writes",
            got=got,
        )
    columns = [
        pl.col(manifest.id).cast(pl.String).alias("id"),
        *(pl.col(name).cast(pl.String) for name in ("outcome", "rule", "ruleset")),
        *(pl.col(name).cast(pl.Int64) for name in scored),
        *(_hits(frame.schema[HITS]) if HITS in frame.columns else ()),
    ]
    try:
        return frame.select(columns)
    except pl.exceptions.PolarsError as error:
        raise unreadable(error, where) from None


def _hits(dtype: pl.DataType) -> tuple[pl.Expr, ...]:
    column = pl.col(HITS)
    if isinstance(dtype, pl.List):
        lists = column.cast(pl.List(pl.String))
        return lists, lists.list.join(" ").alias(HITS_TEXT)
    text = column.cast(pl.String).fill_null("")
    lists = pl.when(text == "").then(pl.lit([], pl.List(pl.String))).otherwise(text.str.split(" "))
    return lists.alias(HITS), text.alias(HITS_TEXT)


def _digest_findings(decisions: pl.DataFrame, law: Ruleset) -> list[Finding]:
    others = decisions.filter(pl.col("ruleset").ne_missing(law.digest))
    if others.is_empty():
        return []
    digests = others["ruleset"].unique(maintain_order=True).head(3).to_list()
    message = (
        f"{others.height:,} decisions name another ruleset than the manifest, "
        f"the first for event {others['id'][0]}: {', '.join(str(digest) for digest in digests)}"
    )
    return [Finding(code="mismatch", subject="ruleset", message=message, count=others.height)]


def _count_findings(decisions: pl.DataFrame, manifest: Manifest) -> list[Finding]:
    if manifest.counts is None:
        return []
    recorded = dict(decisions.group_by("outcome").len().iter_rows())
    found = []
    for name in sorted({*recorded, *manifest.counts}, key=str):
        ours, theirs = recorded.get(name, 0), manifest.counts.get(name, 0)
        if ours != theirs:
            message = f"the record holds {ours:,} decisions, the manifest counts {theirs:,}"
            finding = Finding(
                code="mismatch", subject=f"outcome {name}", message=message, count=abs(ours - theirs)
            )
            found.append(finding)
    return found
