"""Reading a design for an FPGA from the artifact folder that ``rulekit compile`` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import polars as pl
from pydantic import ValidationError

from rulekit.digests import digest_of
from rulekit.errors import ArtifactError, Where
from rulekit.findings import Finding
from rulekit.frames import bind_columns
from rulekit.ir.numerics import Fixed
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
from rulekit.targets.artifact import MANIFEST, Artifact
from rulekit.targets.lower import LowFeature, lower
from rulekit.targets.read import read_artifact

if TYPE_CHECKING:
    from rulekit.targets.systemverilog.design import Design
    from rulekit.targets.systemverilog.options import Options

TARGET = "systemverilog"
COMMAND = f"rulekit compile LAW --target {TARGET} --bits 10 --prove --synth --out {{folder}}"
"""What makes an artifact that has everything which the report tells."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """An artifact of the ``systemverilog`` target, where it lies, and what it tells."""

    folder: Path
    artifact: Artifact
    fpga: Fpga


def read_hardware(folder: str | Path, ruleset: Ruleset) -> Hardware:
    """Read the artifact of a design of a ruleset, with what was shown of it.

    Raises
    ------
    ArtifactError
        when it is damaged, of another target or another ruleset, was not synthesised, or holds evidence that
        ``rulekit compile`` does not write.

    """
    folder, artifact = Path(folder), read_artifact(folder)
    hint = "make it: " + COMMAND.format(folder=folder)
    for what, expected, got in (
        ("the artifact is of another target", TARGET, artifact.target),
        ("the artifact is of another ruleset than the audited one", ruleset.digest, artifact.ruleset.digest),
    ):
        if expected != got:
            raise ArtifactError(what, where=_manifest(folder), expected=expected, got=got, hint=hint)
    if "resources" not in artifact.evidence:
        what = "the artifact does not say what the design takes"
        raise ArtifactError(what, where=_manifest(folder), expected="evidence of kind resources",
                            got=", ".join(artifact.evidence) or "none", hint=hint)  # fmt: skip
    return Hardware(folder, artifact, _fpga(artifact, folder))


def _fpga(artifact: Artifact, folder: Path) -> Fpga:
    from rulekit.targets.systemverilog.design import Design

    options = cast("Options", artifact.options)
    design = Design.of(lower(artifact.ruleset, artifact.numerics, options), options)
    try:
        fpga = _told(artifact, design, artifact.evidence["resources"])
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        what = f"the evidence is not what `rulekit compile` writes: {error!r}"
        raise ArtifactError(what, where=_manifest(folder)) from None
    ids, costed = [rule.id for rule in artifact.ruleset.rules], [row.rule for row in fpga.rules]
    if ids != costed:
        what, got = "the evidence is about other rules than those of the artifact", ", ".join(costed)
        raise ArtifactError(
            what, where=_manifest(folder), expected=", ".join(ids) or "none", got=got or "none"
        )
    return fpga


def with_hardware(audit: Audit, audited: AuditInput, hardware: Hardware) -> Audit:
    """Return an audit that tells of a design as well; one that could not be proved is a finding."""
    manifest = hardware.folder / MANIFEST
    source = Source(role="design", path=str(manifest), digest=digest_of(manifest))
    fpga = hardware.fpga.model_copy(update={"agreement": _agreement(hardware.artifact, audited)})
    findings = audit.findings
    if fpga.proof is not None and not fpga.proof.holds:
        failed = ", ".join(each.name for each in fpga.proof.statements if not each.shown)
        message = f"the design for the FPGA is not proved equal to the law: {failed} not shown"
        findings = (Finding(code="mismatch", subject="fpga", message=message), *findings)
    origin = audit.origin.model_copy(update={"sources": (*audit.origin.sources, source)})
    return audit.model_copy(update={"fpga": fpga, "findings": findings, "origin": origin})


def _told(artifact: Artifact, design: Design, taken: Mapping[str, Any]) -> Fpga:
    options, clock, proof = design.options, taken["clock"], artifact.evidence.get("proof")
    return Fpga.model_validate(
        {
            "architecture": options.architecture,
            "missing": options.missing,
            "control": options.control,
            "outputs": tuple(port.name for port in design.outputs),
            "rounding": cast("Fixed", artifact.numerics).rounding,
            "formats": tuple(_format(each, design, taken["features"]) for each in design.low.features),
            "stages": _stages(design) if design.cuts.latency == taken["cycles"] else (),
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


def _format(low: LowFeature, design: Design, lut: Mapping[str, int]) -> Format:
    from rulekit.targets.systemverilog.names import width_of

    feature, grid = low.feature, low.grid
    ends = (None, None) if grid is None else grid.limits
    return Format(
        feature=low.name,
        dtype=feature.dtype.value,
        unit=feature.unit,
        bits=width_of(low),
        signed=grid is not None and grid.signed,
        step=None if grid is None else 2.0**-grid.fraction,
        low=ends[0],
        high=ends[1],
        bounds=feature.bounds,
        categories=tuple(feature.categories or ()),
        questions=len(design.asked.of_feature(low.name)),
        lut=lut.get(low.name, 0),
    )


def _stages(design: Design) -> tuple[Stage, ...]:
    from rulekit.targets.systemverilog.rtl.stages import ANSWER, RULES, SUM, TESTS

    names = {TESTS: "questions", RULES: "rules", SUM: "sum", ANSWER: "answer"}
    return tuple(
        Stage.model_validate({"name": names[place], "registered": cuts > 0})
        for place, cuts in design.cuts.places.items()
        for _ in range(max(1, cuts))
    )


def _agreement(artifact: Artifact, audited: AuditInput) -> Agreement | None:
    """Return how the design decides the events of a record; None where these are not at hand, or not decidable.

    The design is proved equal to the law in its formats, so the law in these formats is what decides here. Without
    inputs for missing values a design does not decide events that lack any.
    """
    frame = audited.events
    if frame is None or not (cast("Options", artifact.options).missing or _whole(audited.law, frame)):
        return None
    decided = recompute(BoundLaw(audited.law, artifact.numerics), frame)
    otherwise = decided["outcome"].ne_missing(audited.decisions["outcome"])
    shifts = measure_shifts(audited.accepted, accepted_by(decided, audited.accept), audited.known)
    return Agreement(otherwise=Share.of(audited.known.share(otherwise)), accepted=Changes.of(shifts))


def _whole(ruleset: Ruleset, frame: pl.DataFrame) -> bool:
    """Say whether no event lacks a feature that the rules read."""
    columns = bind_columns(frame.lazy(), ruleset.schema, ruleset.read, cast=True)
    lacking = [
        columns[f.name].fill_nan(None).is_null() if f.dtype.is_float else columns[f.name].is_null()
        for f in ruleset.read
    ]
    return not lacking or not frame.select(pl.any_horizontal(lacking).any()).item()


def _manifest(folder: Path) -> Where:
    return Where(file=str(folder / MANIFEST))
