"""A decision log as audit input: the decisions of one ruleset, and the values that they read as their events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from rulekit.errors import EventError, LawError, LogError, Where
from rulekit.findings import Finding
from rulekit.frames import Frame, collect, scan
from rulekit.ir.notation.document import ruleset_to_document
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.keys import PublicKey
from rulekit.log.manifests import manifest_numerics
from rulekit.log.read.lookup import LogContents, log_contents
from rulekit.log.read.records import read_batches, values_frame
from rulekit.log.read.verify import verify_log
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import AuditOptions
from rulekit.reports.replay.record import HITS, HITS_TEXT, Manifest, Record
from rulekit.store.by_digest import FoundLaw, LawsByDigest
from rulekit.store.folder.folder import read

AT, ONE_IN = "at", "one_in"
"""Columns of the events: when each was decided, and how many decisions it stands for."""

_EVENT = "event"
_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log to be audited.

    Attributes
    ----------
    where : a file, a folder or a server.
    id_column : the column of a file of events with the event id; the file adds truth, scores or groups.
    key : the public key that signed the log; None asks for no signature.

    """

    where: str
    id_column: str | None = None
    key: PublicKey | None = None


def law_of_log(where: str, rules: str | Path) -> FoundLaw:
    """Return the one law in a folder, a tree or a file whose digest the records of a log name.

    Raises
    ------
    LogError
        when the log names none of the laws there, or several; name one by its own file then.
    LawError
        when there is no such folder or file.

    """
    laws, contents = LawsByDigest([rules]), log_contents(where)
    known = [law for law in map(laws.of_digest, contents.laws) if isinstance(law, FoundLaw)]
    if len(known) == 1:
        return _with_evidence(known[0])
    place = Where(file=contents.where)
    if not known:
        raise LogError("the log has no record of these laws", where=place, expected=str(rules))
    got = ", ".join(f"{law.ruleset.name} {law.ruleset.version}" for law in known)
    hint = "name the file of one of them, such as enacted/1.2.0.yaml"
    raise LogError("the log has records of several laws", where=place, expected="one", got=got, hint=hint)


def _with_evidence(law: FoundLaw) -> FoundLaw:
    """Return a law with the provenance that its folder keeps for the draft."""
    draft = read(law.place).ruleset if law.place.is_dir() else law.ruleset
    return replace(law, ruleset=draft) if draft.digest == law.ruleset.digest else law


def read_logged(
    source: LogSource, ruleset: Ruleset, events: Frame | None = None
) -> tuple[Record, AlignedEvents]:
    """Read the decisions of one law from a log, with their events.

    The events are the values that were read, the columns ``at`` and ``one_in``, and the further columns of the file
    of events. Records whose values are withheld can't be replayed; they are left out if there are others.

    Raises
    ------
    LawError
        when the log has no record of the law.
    LogError
        when the log can't be read, or was decided in several numerics.
    EventError
        when the events can't be read, or have no id, or one twice.

    """
    verification, contents = verify_log(source.where, source.key), log_contents(source.where)
    records, values = _read(source.where, ruleset)
    manifest = _manifest(ruleset, _numerics(records, contents))
    findings, limits = verification.findings, tuple(_limits(records, contents))
    path = Path(verification.where)
    if records["withheld"].all():
        record = Record(path, manifest, ruleset, _decisions(records, ruleset), findings, limits)
        return record, AlignedEvents(
            record.decisions, None, why="the log withholds values that the decisions read"
        )
    held = ~records["withheld"]
    records, frame = records.filter(held), values.filter(held)
    record = Record(path, manifest, ruleset, _decisions(records, ruleset), findings, limits)
    if events is None:
        return record, AlignedEvents(record.decisions, frame, path=path)
    file = Path(events) if isinstance(events, (str, Path)) else None
    joined = _joined(record, frame, collect(scan(events, ruleset.schema)), source.id_column)
    return record, replace(joined, path=file)


def with_log_columns(options: AuditOptions, aligned: AlignedEvents) -> AuditOptions:
    """Return options completed from the log: its time column, and its weights where it is a sample."""
    frame = aligned.events
    if frame is None:
        return options
    timed = AT if options.time is None and frame.schema.get(AT) == _TIME else options.time
    is_sample = frame.schema.get(ONE_IN) == pl.Int64 and frame[ONE_IN].max() != 1
    weight = ONE_IN if options.weight is None and is_sample else options.weight
    return replace(options, time=timed, weight=weight)


def _read(where: str, ruleset: Ruleset) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records of a law without their texts, and their values with the columns of a log."""
    records, values = [], []
    for batch in read_batches(where):
        ours = batch.filter(pl.col("ruleset") == ruleset.digest)
        if ours.height:
            free = [name for name in (AT, ONE_IN) if name not in ruleset.schema.by_name]
            told = ours.select(pl.col(AT), pl.col(ONE_IN).fill_null(1)).select(free)
            values.append(values_frame(ours["text"], ruleset).hstack(told))
            records.append(ours.drop("text"))
    if not records:
        what = f"the log has no record of {ruleset.name} {ruleset.version}"
        raise LawError(what, where=Where(file=where), got=ruleset.digest)
    return pl.concat(records), pl.concat(values)


def _numerics(records: pl.DataFrame, contents: LogContents) -> Numerics:
    first, *others = (
        manifest_numerics(contents.manifests.get(artifact)) for artifact in records["artifact"].unique()
    )
    different = [numerics for numerics in others if numerics != first]
    if different:
        got, hint = f"{first.kind}, {different[0].kind}", "`rulekit replay` takes them all"
        raise LogError(
            "the log was decided in several numerics", where=Where(file=contents.where), got=got, hint=hint
        )
    return first


def _manifest(ruleset: Ruleset, numerics: Numerics) -> Manifest:
    """Return the manifest that a file of these decisions would have."""
    return Manifest(
        rulekit="of a version that the log does not tell",
        ruleset=ruleset_to_document(ruleset),
        digest=ruleset.digest,
        numerics=numerics,
        id_in_events=True,
    )


def _decisions(records: pl.DataFrame, ruleset: Ruleset) -> pl.DataFrame:
    score = ["score"] if ruleset.hit_policy is HitPolicy.SCORE else []
    hits = [pl.col(HITS), pl.col(HITS).list.join(" ").alias(HITS_TEXT)]
    return records.select(pl.col(_EVENT).alias("id"), "outcome", "rule", *score, *hits)


def _limits(records: pl.DataFrame, contents: LogContents) -> Iterator[str]:
    others = sum(contents.laws.values()) - records.height
    if others:
        yield f"The log also holds {others:,} records of other laws, which are left out."
    withheld = int(records["withheld"].sum())
    if withheld and withheld < records.height:
        yield f"{withheld:,} of {records.height:,} records are left out: the log withholds values that they read."
    shares = records.drop_nulls(ONE_IN).select("outcome", ONE_IN).unique().sort("outcome")
    listed = ", ".join(f"one in {one_in} of {outcome}" for outcome, one_in in shares.iter_rows())
    if listed:
        yield f"The log is a sample: it keeps {listed}. Shares are those of all decisions if {ONE_IN} weighs them."


def _joined(record: Record, frame: pl.DataFrame, events: pl.DataFrame, name: str | None) -> AlignedEvents:
    """Return the decisions whose event is in a file, with its further columns; the values are those of the log."""
    if name is None or name not in events.columns:
        hint = "name it with --id"
        raise EventError(
            "the events of a log need an id column",
            got=name,
            expected=", ".join(events.columns[:8]),
            hint=hint,
        )
    more = events.select(pl.col(name).cast(pl.String).alias(".id"), pl.exclude(*frame.columns))
    if more[".id"].is_duplicated().any():
        raise EventError(f"column {name!r} has an event id twice", expected="every event once")
    both = pl.DataFrame({".id": record.decisions["id"]}).hstack(frame).with_row_index(".place")
    found = both.join(more, on=".id", how="inner", maintain_order="left")
    lost = record.decisions.height - found.height
    message = f"{lost:,} decisions belong to no event of the file"
    findings = (
        (Finding(code="mismatch", subject="decisions without event", message=message, count=lost),)
        if lost
        else ()
    )
    return AlignedEvents(record.decisions[found[".place"]], found.drop(".id", ".place"), findings)
