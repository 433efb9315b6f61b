"""The audit as a value: frozen models that hold everything the page shows."""

from __future__ import annotations

import json
import math
from typing import Any, Literal

from rulekit.digests import short
from rulekit.findings import Finding
from rulekit.ir.provenance import Provenance
from rulekit.ir.schema import Model
from rulekit.reports.audit.model.fpga import Fpga
from rulekit.reports.audit.model.groups import Drift, Subgroups
from rulekit.reports.audit.model.headline import gates_counted, gates_in_words, headline_html
from rulekit.reports.audit.model.law import Gate, LawStatus, Passage, ReasonCode
from rulekit.reports.common.comparison_models import Disagreement, Previous
from rulekit.reports.common.intervals import Changes, MeasureTable, Share
from rulekit.reports.common.law_text import LawInWords
from rulekit.reports.replay.model import Replay


class OutcomeRow(Model):
    """How many events got an outcome; ``signal`` and ``background`` are its shares of the events of each truth."""

    outcome: str
    accepted: bool
    count: int
    rate: Share
    signal: Share | None = None
    background: Share | None = None


class RuleRow(Model):
    """The measures of one rule.

    Attributes
    ----------
    support : number of events that it hits.
    coverage : share of all events that it hits.
    unique : share of its hits that no other rule takes.
    unique_count : number of hits that no other rule takes.
    decided : number of events that it decides, as the first rule to hit; None under SCORE.
    removal : what the ruleset would accept more or less without it.

    """

    number: int
    id: str
    support: int
    coverage: Share
    unique: Share
    unique_count: int
    decided: int | None = None
    efficiency: Share | None = None
    purity: Share | None = None
    removal: Changes | None = None


class CutflowRow(Model):
    """What is accepted when the ruleset stops after this rule; ``new`` can be negative under SCORE."""

    number: int
    id: str
    hits: int
    accepted: int
    new: int
    rate: Share
    efficiency: Share | None = None
    false_positive_rate: Share | None = None
    purity: Share | None = None


class CurvePoint(Model):
    """One point of an efficiency curve."""

    label: str
    false_positive_rate: Share
    efficiency: Share


class Curve(Model):
    """Efficiency against false-positive rate of one selector, from tight to loose, and its working point."""

    name: str
    kind: Literal["law", "teacher", "previous"]
    points: tuple[CurvePoint, ...]
    working: CurvePoint | None = None


class TeacherTable(Model):
    """The teacher at the threshold where it accepts as much as the rules (as much background, with truth)."""

    name: str
    threshold: float | None
    matched: Literal["false-positive rate", "rate"]
    measures: MeasureTable


class FeatureFacts(Model):
    """What the events hold of one feature that rules read."""

    name: str
    dtype: str
    unit: str | None
    required: bool
    missing: Share
    outside: int | None
    bounds: tuple[int | float, int | float] | None
    lowest: int | float | None
    highest: int | float | None


class Data(Model):
    """The events that were decided."""

    events: int
    invalid: int
    invalid_missing: dict[str, int] | None
    features: tuple[FeatureFacts, ...] | None
    signal: Share | None
    weighted: bool


class Source(Model):
    """A file that the audit read, and the digest of its bytes."""

    role: str
    path: str
    digest: str | None


class LeftOut(Model):
    """A part of the report that is left out, and why."""

    what: str
    why: str


class Origin(Model):
    """How the decisions and the report were made."""

    rulekit_then: str
    rulekit_now: str
    target: str | None
    numerics: dict[str, Any]
    decided_by: str | None
    audited_by: str | None
    sources: tuple[Source, ...]
    provenance: Provenance | None
    versions: dict[str, str]


class Audit(Model):
    """One audit: the rules, the replay, the measures and everything else that was asked for.

    Attributes
    ----------
    gates : the expectations, and whether each is met.
    status : whether the ruleset is in force.
    charter : passages of the charter; empty without a law folder.
    previous, disagreement, drift, fpga : None if left out; ``left_out`` says why.
    subgroups : one table for each column that makes groups.
    reasons : every reason that a decision can have.
    limits : what the page can't show, a sentence each.

    """

    law: LawInWords
    status: LawStatus
    gates: tuple[Gate, ...]
    charter: tuple[Passage, ...]
    accept: tuple[str, ...]
    truth: str | None
    weight: str | None
    replay: Replay
    findings: tuple[Finding, ...]
    data: Data
    outcomes: tuple[OutcomeRow, ...]
    measures: MeasureTable
    teacher: TeacherTable | None
    rules: tuple[RuleRow, ...]
    cutflow: tuple[CutflowRow, ...]
    overlap: tuple[tuple[float | None, ...], ...]
    curves: tuple[Curve, ...]
    previous: Previous | None
    disagreement: Disagreement | None
    subgroups: tuple[Subgroups, ...]
    drift: Drift | None
    reasons: tuple[ReasonCode, ...]
    limits: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    origin: Origin
    fpga: Fpga | None = None

    @property
    def holds(self) -> bool:
        """Whether every decision was replayed and agrees with the record."""
        return self.replay.verdict == "holds"

    @property
    def unmet(self) -> tuple[Gate, ...]:
        """The gates that are not met."""
        return tuple(gate for gate in self.gates if gate.verdict == "not met")

    def to_document(self) -> dict[str, Any]:
        """Return a JSON-ready dict; ``Audit.model_validate`` turns it into an equal audit."""
        plain: dict[str, Any] = _plain(self.model_dump(mode="json"))
        return plain

    def to_json(self) -> str:
        """Return the audit as indented JSON, as it stands beside the page."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        return f"{self.law.name} {self.law.version}: {self.replay.sentence} {gates_in_words(self.gates)}"

    def __repr__(self) -> str:
        law, replay, many = self.law, self.replay, len(self.findings)
        head = (
            f"{law.name} {law.version}, {short(law.digest)}: {replay.verdict}; {replay.decisions:,} decisions"
        )
        return (
            f"Audit({head}; gates: {gates_counted(self.gates)}; {many:,} finding{'' if many == 1 else 's'})"
        )

    def _repr_html_(self) -> str:
        return headline_html(
            f"Audit of {self.law.name} {self.law.version}", self.replay, self.measures, self.gates
        )


def _plain(value: Any) -> Any:
    """Return JSON with infinities as words and NaN as null, because JSON has no such numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
