"""Reading a design for an FPGA from the artifact folder that ``rulekit compile`` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from rulekit.digests import digest_of
from rulekit.errors import ArtifactError, RulekitError, Where
from rulekit.findings import Finding
from rulekit.frames import feature_columns
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.measures import measure_shifts
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.audit import Audit, Source
from rulekit.reports.audit.model.fpga import (
    Agreement,
    Clock,
    Format,
    Fpga,
    Proof,
    RuleTables,
    Stage,
    Statement,
)
from rulekit.reports.common.accepted import accepted_by
from rulekit.reports.common.intervals import Changes, Share
from rulekit.reports.replay.recompute import BoundLaw, recompute
from rulekit.targets import targets
from rulekit.targets.artifact import MANIFEST, Artifact
from rulekit.targets.base import Target
from rulekit.targets.read import read_artifact

PROOF, RESOURCES = "proof", "resources"
"""Kinds of evidence that the report tells about: a proof of equality, and what the design takes of a device."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """The artifact of a circuit, where it lies, and what the report tells of it."""

    folder: Path
    artifact: Artifact
    fpga: Fpga


def read_hardware(folder: str | Path, ruleset: Ruleset) -> Hardware:
    """Read the artifact of a design of a ruleset, with the evidence in it.

    Raises
    ------
    ArtifactError
        when it is damaged, of a target that emits no circuit, or of another ruleset; when it was not synthesised,
        or holds evidence that ``rulekit compile`` does not write.

    """
    folder, artifact = Path(folder), read_artifact(folder)
    circuits = [target for target in map(targets.get, targets.names()) if target.describe is not None]
    names = [target.name for target in circuits]
    hint = "make it: " + _command(circuits[0], folder)
    if artifact.target not in names:
        what, expected = "the artifact is of another target", ", ".join(names)
        raise ArtifactError(what, where=_manifest(folder), expected=expected, got=artifact.target, hint=hint)
    if artifact.ruleset.digest != ruleset.digest:
        what, got = "the artifact is of another ruleset than the audited one", artifact.ruleset.digest
        raise ArtifactError(what, where=_manifest(folder), expected=ruleset.digest, got=got, hint=hint)
    if RESOURCES not in artifact.evidence:
        what = "the artifact does not say what the design takes"
        raise ArtifactError(what, where=_manifest(folder), expected=f"evidence of kind {RESOURCES}",
                            got=", ".join(artifact.evidence) or "none", hint=hint)  # fmt: skip
    return Hardware(folder, artifact, _fpga(artifact, folder))


def _command(target: Target, folder: Path) -> str:
    """Return the command that makes an artifact with everything which the report tells."""
    wanted = [f"--{check.name}" for check in target.checks.values() if check.kind in {PROOF, RESOURCES}]
    return " ".join(["rulekit compile LAW --target", target.name, "--bits 10", *wanted, "--out", str(folder)])


def _fpga(artifact: Artifact, folder: Path) -> Fpga:
    design = _described(artifact)
    try:
        fpga = _told(artifact, design)
    except (KeyError, TypeError, AttributeError, RulekitError) as error:
        what = f"the evidence is not what `rulekit compile` writes: {error!r}"
        raise ArtifactError(what, where=_manifest(folder)) from None
    ids, costed = [rule.id for rule in artifact.ruleset.rules], [row.rule for row in fpga.rules]
    if ids != costed:
        what, got = "the evidence is about other rules than those of the artifact", ", ".join(costed)
        raise ArtifactError(
            what, where=_manifest(folder), expected=", ".join(ids) or "none", got=got or "none"
        )
    return fpga


def _described(artifact: Artifact) -> dict[str, Any]:
    describe = targets.get(artifact.target).describe
    return {} if describe is None else describe(artifact)


def with_hardware(audit: Audit, audited: AuditInput, hardware: Hardware) -> Audit:
    """Return an audit that tells of a design as well; one that could not be proved is a finding."""
    manifest = hardware.folder / MANIFEST
    source = Source(role="design", path=str(manifest), digest=digest_of(manifest))
    fpga = hardware.fpga.model_copy(update={"agreement": _agreement(hardware, audited)})
    findings = audit.findings
    if fpga.proof is not None and not fpga.proof.holds:
        failed = ", ".join(each.name for each in fpga.proof.statements if not each.shown)
        message = f"the design for the FPGA is not proved equal to the law: {failed} not shown"
        findings = (Finding(code="mismatch", subject="fpga", message=message), *findings)
    origin = audit.origin.model_copy(update={"sources": (*audit.origin.sources, source)})
    return audit.model_copy(update={"fpga": fpga, "findings": findings, "origin": origin})


def _told(artifact: Artifact, design: Mapping[str, Any]) -> Fpga:
    taken, proof = artifact.evidence[RESOURCES], artifact.evidence.get(PROOF)
    clock, lut = taken["clock"], taken["features"]
    stages = design["stages"] if design["cycles"] == taken["cycles"] else ()
    return Fpga.model_validate(
        {
            **design,
            "outputs": tuple(design["outputs"]),
            "formats": tuple(Format(**each, lut=lut.get(each["feature"], 0)) for each in design["formats"]),
            "stages": tuple(map(Stage.model_validate, stages)),
            **{name: taken[name] for name in _TAKEN},
            "rules": tuple(_picked(RuleTables, row) for row in taken["rules"]),
            "clock": clock and _picked(Clock, clock),
            "proof": proof and _proof(proof),
        }
    )


_TAKEN = ("cycles", "lut", "ff", "levels", "memory", "predicted", "answer", "flow", "tool")


def _proof(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**_picked(Proof, facts), "statements": [_picked(Statement, each) for each in facts["statements"]]}


def _picked(model: type[Model], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a model has a place for; evidence may hold more."""
    return {name: facts[name] for name in model.model_fields}


def _agreement(hardware: Hardware, audited: AuditInput) -> Agreement | None:
    """Return how the design decides the events of a record; None where these are not at hand, or not decidable.

    The design is proved equal to the law in its formats, so the law in these formats is what decides here. Without
    inputs for missing values a design does not decide events that lack any.
    """
    frame = audited.events
    if frame is None or not (hardware.fpga.missing or _whole(audited.law, frame)):
        return None
    decided = recompute(BoundLaw(audited.law, hardware.artifact.numerics), frame)
    otherwise = decided["outcome"].ne_missing(audited.decisions["outcome"])
    shifts = measure_shifts(audited.accepted, accepted_by(decided, audited.accept), audited.known)
    return Agreement(otherwise=Share.of(audited.known.share(otherwise)), accepted=Changes.of(shifts))


def _whole(ruleset: Ruleset, frame: pl.DataFrame) -> bool:
    """Say whether no event lacks a feature that the rules read."""
    columns = feature_columns(frame, ruleset.schema, ruleset.read)
    lacking = [column.is_null() for column in columns.values()]
    return not lacking or not frame.select(pl.any_horizontal(lacking).any()).item()


def _manifest(folder: Path) -> Where:
    return Where(file=str(folder / MANIFEST))
