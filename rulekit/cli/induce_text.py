"""What ``rulekit induce`` says of what it found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rulekit.tables import interval, percent, percent_of, table

if TYPE_CHECKING:
    from rulekit.induction.multiclass.induce import ClassInduction
    from rulekit.induction.result import Induction
    from rulekit.ir.ruleset import Ruleset


def document(result: Induction, folder: Path, incumbent: Ruleset | None = None) -> dict[str, object]:
    """Return the answer as plain JSON."""
    return {
        "folder": str(folder),
        "digest": result.ruleset.digest,
        "rules": len(result.ruleset.rules),
        "measures": result.measures.to_document(),
        "rate_limit": result.limit,
        "stopped": result.stopped,
        "stay": None if incumbent is None else _staying(result.ruleset, incumbent),
        "selection": None if result.selection is None else result.selection.to_document(),
        "path": [
            {"rules": point.rules, "literals": point.literals, "rate_limit": point.limit,
             **point.measures.to_document()}
            for point in result.path
        ],
    }  # fmt: skip


def text(result: Induction, folder: Path, *, by_rate: bool, incumbent: Ruleset | None = None) -> str:
    """Return the answer for people: the path, remarks, and where the draft lies."""
    lines = []
    for point in result.path:
        measures = point.measures
        rate = measures.rate if by_rate else measures.false_positive_rate
        chosen = "<" if point is result.path[-1] else ""
        size = f"{point.rules}/{point.literals}"
        shares = (
            interval(measures.efficiency),
            interval(rate),
            percent_of({"value": point.limit}),
            percent(measures.purity),
        )
        lines.append((size, *shares, chosen))
    head = ("size", "efficiency", "rate" if by_rate else "false positives", "limit", "purity", "")
    note = (
        "Size is rules/literals. Measured on the calibration fold, with 95 % intervals;\n"
        "limit: the upper limit on the rate. < is the one drafted."
    )
    return "\n".join([table(head, lines), note, *_remarks(result, incumbent), _draft(result.ruleset, folder)])


def _staying(ruleset: Ruleset, incumbent: Ruleset) -> list[str]:
    """Return the ids of the rules in force that stay as they are."""
    return [rule.id for rule in incumbent.rules if rule in ruleset.rules]


def _remarks(result: Induction, incumbent: Ruleset | None) -> list[str]:
    found = []
    if incumbent is not None:
        stay = _staying(result.ruleset, incumbent)
        found.append(
            f"Of {len(incumbent.rules)} rules in force {len(stay)} stay: {', '.join(stay) or 'none'}."
        )
    if result.stability is not None:
        again = zip(result.ruleset.rules, result.stability, strict=True)
        found.append(
            table(("rule", "found again"), [(rule.id, f"{100 * share:.0f} %") for rule, share in again])
        )
    if result.selection is not None:
        of, more = result.selection.candidates, 100 * result.selection.optimality_gap
        found.append(f"Selected by a solver from {of} boxes, which hold at most {more:.1f} % more.")
    return found + _early(result.stopped)


def _early(stopped: str | None) -> list[str]:
    return [] if stopped is None else [f"Stopped early ({stopped}): this is the best so far."]


def _draft(ruleset: Ruleset, folder: Path) -> str:
    return f"{folder}: draft of {ruleset.name}, {ruleset.digest[:19]}"


def class_document(result: ClassInduction, folder: Path) -> dict[str, object]:
    """Return the answer for several classes as plain JSON."""
    return {
        "folder": str(folder),
        "digest": result.ruleset.digest,
        "rules": len(result.ruleset.rules),
        "thresholds": result.ruleset.thresholds,
        "stopped": _stopped(result),
        "classes": {
            name: {"rate_limit": result.limits[name], **measures.to_document()}
            for name, measures in result.measures.items()
        },
    }


def class_text(result: ClassInduction, folder: Path, *, by_rate: bool) -> str:
    """Return the answer for several classes for people."""
    thresholds = result.ruleset.thresholds
    lines = []
    for name, measures in result.measures.items():
        how = sum(rule.then == name for rule in result.ruleset.rules)
        lines.append((
            name,
            str(how if thresholds is None else thresholds[name]),
            interval(measures.efficiency),
            interval(measures.rate if by_rate else measures.false_positive_rate),
            percent_of({"value": result.limits[name]}),
        ))  # fmt: skip
    head = ("class", "rules" if thresholds is None else "points", "efficiency",
            "rate" if by_rate else "false positives", "limit")  # fmt: skip
    note = "Measured on the calibration fold, with 95 % intervals.\nlimit: the upper limit on the rate."
    if thresholds is not None:
        note += "\nA class is one step of a scale: its line holds those above it, too."
    lasts = [*_early(_stopped(result)), _draft(result.ruleset, folder)]
    return "\n".join([table(head, lines), note, *lasts])


def _stopped(result: ClassInduction) -> str | None:
    return next((one.stopped for one in result.inductions.values() if one.stopped is not None), None)
