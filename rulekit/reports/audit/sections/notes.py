"""Findings, what is left out and why, and the provenance of everything."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import JsonValue

from rulekit.digests import digest_of
from rulekit.errors import RulekitError
from rulekit.findings import Finding, event_findings, threshold_findings
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.audit import Data, LeftOut, Origin, Source
from rulekit.reports.audit.model.groups import Drift, Subgroups
from rulekit.reports.audit.model.law import Passage
from rulekit.reports.audit.sections.drift import LEAST
from rulekit.reports.replay.model import Replay
from rulekit.runtime.decide_file import manifest_path
from rulekit.version import VERSION


def findings_of(audited: AuditInput, replay: Replay, data: Data) -> tuple[Finding, ...]:
    """Return all findings, those that break the verdict first."""
    found = [*_mismatch(replay), *audited.record.findings, *audited.aligned.findings]
    if data.invalid:
        message = f"{data.invalid:,} events lack a required feature and were not decided"
        found.append(Finding(code="invalid-events", subject="events", message=message, count=data.invalid))
    if data.features is not None:
        counts = {feature.name: feature.outside or 0 for feature in data.features}
        found += event_findings(audited.law.read, counts)
    else:
        found += _recorded(audited)
    return (*found, *threshold_findings(audited.law))


def _mismatch(replay: Replay) -> list[Finding]:
    if not replay.mismatched:
        return []
    first = ", ".join(dict.fromkeys(mismatch.event for mismatch in replay.mismatches))
    message = f"{replay.mismatched:,} recorded decisions differ from the replay: events {first}"
    if replay.mismatched > len(replay.mismatches):
        message += " and more"
    return [Finding(code="mismatch", subject="decisions", message=message, count=replay.mismatched)]


def _recorded(audited: AuditInput) -> list[Finding]:
    """Return the findings on events that the manifest holds; the events themselves are not at hand."""
    recorded = (_finding(value) for value in audited.record.manifest.findings)
    return [
        finding for finding in recorded if finding and finding.code in {"out-of-bounds", "unknown-category"}
    ]


def _finding(value: JsonValue) -> Finding | None:
    try:
        return Finding.model_validate(value)
    except RulekitError:  # of another version, perhaps
        return None


@dataclass(frozen=True, slots=True)
class Sections:
    """Parts of the report that need more than the record; empty or None if that was not given."""

    charter: tuple[Passage, ...]
    subgroups: tuple[Subgroups, ...]
    drift: Drift | None


def left_out(audited: AuditInput, sections: Sections, *, hits: bool) -> tuple[LeftOut, ...]:
    """Return what is left out of the report, and why."""
    notes = [*_without_events(audited), *_not_given(audited, sections)]
    if not hits:
        why = "the record holds no hits, and without events they can't be recomputed"
        notes.append(LeftOut(what="Rules, cutflow and overlap", why=why))
    if audited.events is not None:
        if not sections.subgroups:
            notes.append(LeftOut(what="Subgroups", why="no feature is a category, and no column was named"))
        if sections.drift is None:
            notes.append(LeftOut(what="Drift", why=f"there are fewer than {2 * LEAST} events with a time"))
    if any(rule.prescale > 1 for rule in audited.law.rules):
        why = "they act after the rules: the record is compared with what the rules decide"
        notes.append(LeftOut(what="Prescales", why=why))
    return tuple(notes)


def _without_events(audited: AuditInput) -> Iterator[LeftOut]:
    asked = audited.options
    if audited.events is not None:
        return
    yield LeftOut(what="Replay, subgroups, drift, and the facts about the events", why=audited.aligned.why)
    given = (
        ("truth", asked.truth),
        ("teacher", asked.teacher),
        ("weights", asked.weight),
        ("the previous version", asked.previous),
    )
    lost = [name for name, value in given if value]
    if lost:
        yield LeftOut(what=f"Whatever needs {' and '.join(lost)}", why=audited.aligned.why)


def _not_given(audited: AuditInput, sections: Sections) -> Iterator[LeftOut]:
    asked = audited.options
    if asked.truth is None:
        yield LeftOut(what="Efficiency, purity, false-positive rate, accuracy", why="no truth was given")
    if asked.teacher is None:
        yield LeftOut(what="The teacher's curve, fidelity and disagreement", why="no teacher was given")
    if asked.previous is None:
        yield LeftOut(what="Swap set", why="no previous version was given")
    if not sections.charter:
        yield LeftOut(what="Purpose", why="no law folder with a charter was given")


def origin_of(audited: AuditInput, command: str | None) -> Origin:
    """Return where the decisions and the report came from."""
    manifest, record = audited.record.manifest, audited.record
    beside = manifest_path(record.path)
    sources = [Source(role="decisions", path=str(record.path), digest=digest_of(record.path))]
    if beside.is_file():  # a log has none
        sources.append(Source(role="manifest", path=str(beside), digest=digest_of(beside)))
    if audited.events is not None:
        path = audited.aligned.path
        named = "a frame in memory" if path is None else str(path)
        sources.append(Source(role="events", path=named, digest=digest_of(path)))
        sources += _given(audited)
    return Origin(
        rulekit_then=manifest.rulekit,
        rulekit_now=VERSION,
        target=manifest.target,
        numerics=manifest.numerics.model_dump(mode="json"),
        decided_by=manifest.command,
        audited_by=command,
        sources=tuple(sources),
        provenance=audited.law.provenance,
        versions={"python": platform.python_version(), "polars": pl.__version__, "rulekit-engine": VERSION},
    )


def _given(audited: AuditInput) -> Iterator[Source]:
    """Yield the files that were given in addition to the events."""
    teacher, reference = audited.options.teacher, audited.options.reference
    if teacher is not None and Path(teacher.name).is_file():
        yield Source(role="teacher", path=teacher.name, digest=digest_of(Path(teacher.name)))
    if reference is not None:
        path = Path(reference) if isinstance(reference, (str, Path)) else None
        named = "a frame in memory" if path is None else str(path)
        yield Source(role="reference", path=named, digest=digest_of(path))
