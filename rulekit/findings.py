"""Findings: what is not as it should be, without being an error.

A finding never stops a command. It is printed and counted, and makes the exit code 1.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import polars as pl

from rulekit import html
from rulekit.frames import POLARS, missing_as_null
from rulekit.ir.condition import Compare, literals
from rulekit.ir.notation.literals import format_literal
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import DType, Feature, Model

LEVELS = ("error", "warning", "note")
"""The levels of findings, the worst first."""


class Finding(Model):
    """One finding: a stable code, a subject and a sentence.

    Attributes
    ----------
    code : a stable name, for machines.
    subject : what it is about, such as ``rule met-ht``.
    message : a sentence, without a full stop.
    count : the number of events, or records, that it is about.
    level : an error breaks what the law promises; a warning should be looked at; a note is for information, and
        does not change the exit code.
    witness : an event that shows it, confirmed by the reference semantics.

    """

    code: Literal[
        "out-of-bounds",
        "unknown-category",
        "invalid-events",
        "threshold-out-of-bounds",
        "constant-literal",
        "contradiction",
        "implausible",
        "unreachable",
        "overlap",
        "gap",
        "redundant-rule",
        "implied-literal",
        "idle-literal",
        "subsumed-rule",
        "unreachable-outcome",
        "undecided",
        "precedent",
        "mismatch",
        "log-broken",
        "log-truncated",
        "log-signature",
        "log-unsigned",
        "log-lost",
        "tampered",
        "unknown-law",
        "not-in-force",
    ]
    subject: str
    message: str
    count: int = 1
    level: Literal["error", "warning", "note"] = "warning"
    witness: dict[str, bool | int | float | str | None] | None = None

    @property
    def rule(self) -> str | None:
        """The id of the rule that it is about; None where it is about something else."""
        return self.subject.removeprefix("rule ") if self.subject.startswith("rule ") else None

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}: {self.message}"


class Findings(list[Finding]):
    """A list of findings that shows itself as text, as JSON and in a notebook."""

    def __repr__(self) -> str:
        counts: Counter[str] = Counter(finding.level for finding in self)
        parts = [
            f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in LEVELS if counts[level]
        ]
        return f"Findings({', '.join(parts) or 'none'})"

    def __str__(self) -> str:
        return "\n".join(f"{finding.level}: {finding}" for finding in self) or "no findings"

    def to_document(self) -> list[dict[str, Any]]:
        """Return the findings as plain JSON."""
        return [finding.model_dump(mode="json", exclude_none=True) for finding in self]

    def to_json(self) -> str:
        """Return the findings as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def _repr_html_(self) -> str:
        if not self:
            return html.page("no findings")
        rows = [(it.level, it.code, it.subject, it.message, it.count) for it in self]
        return html.page(
            repr(self), html.table(("level", "code", "subject", "message", "count"), rows, numbers=(4,))
        )


def serious(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are more than notes."""
    return [finding for finding in findings if finding.level != "note"]


def threshold_findings(ruleset: Ruleset) -> list[Finding]:
    """Return a finding for each threshold outside the bounds of its feature."""
    found = []
    for rule, condition in zip(ruleset.rules, ruleset.bound, strict=True):
        for literal in literals(condition):
            bounds = ruleset.schema.by_name[literal.feature].bounds
            if not isinstance(literal, Compare) or bounds is None or isinstance(literal.value, (bool, str)):
                continue
            if not bounds[0] <= literal.value <= bounds[1]:
                message = f"{format_literal(literal)}: the threshold is outside the bounds {list(bounds)}"
                found.append(
                    Finding(code="threshold-out-of-bounds", subject=f"rule {rule.id}", message=message)
                )
    return found


def event_counts(features: tuple[Feature, ...], columns: dict[str, pl.Expr]) -> list[pl.Expr]:
    """Return, for each feature with bounds or categories, the expression that counts the events outside them."""
    counted = [(feature, _outside(feature, columns[feature.name])) for feature in features]
    return [
        outside.sum().cast(pl.Int64).alias(feature.name)
        for feature, outside in counted
        if outside is not None
    ]


def event_findings(features: tuple[Feature, ...], counts: dict[str, int]) -> list[Finding]:
    """Return a finding for each feature with a count above 0; see :func:`event_counts`."""
    found = []
    for feature in features:
        count = counts.get(feature.name) or 0
        if count and feature.dtype is DType.CATEGORY:
            message = f"{count} events have a category that the schema does not know"
            found.append(Finding(code="unknown-category", subject=feature.name, message=message, count=count))
        elif count and feature.bounds is not None:
            message = f"{count} events are outside the bounds {list(feature.bounds)}"
            found.append(Finding(code="out-of-bounds", subject=feature.name, message=message, count=count))
    return found


def _outside(feature: Feature, column: pl.Expr) -> pl.Expr | None:
    if feature.dtype is DType.CATEGORY:
        return (~column.cast(pl.String).is_in(list(feature.categories or ()))).fill_null(value=False)
    if feature.bounds is None:
        return None
    value = missing_as_null(feature, column)
    low, high = (
        pl.lit(bound, POLARS[feature.dtype]) if feature.dtype.is_float else pl.lit(bound)
        for bound in feature.bounds
    )
    return ((value < low) | (value > high)).fill_null(value=False)
