"""The answer of ``rulekit induce``, as JSON and as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rulekit.induction.results.classes import ClassInduction
    from rulekit.induction.results.induction import Induction
    from rulekit.ir.ruleset import Ruleset


def document(result: Induction, folder: Path, incumbent: Ruleset | None = None) -> dict[str, object]:
    """Return the answer as plain JSON."""
    found = result.to_document()
    stay = None if incumbent is None else _staying(result.ruleset, incumbent)
    names = ("digest", "rules", "measures", "rate_limit", "stopped", "stay", "selection", "path")
    return {"folder": str(folder), **{name: stay if name == "stay" else found[name] for name in names}}


def text(result: Induction, folder: Path, incumbent: Ruleset | None = None) -> str:
    """Return the answer for people: the path, remarks, and where the draft was written."""
    from rulekit.induction.results.path import path_text

    stay = [] if incumbent is None else [_stay_text(result.ruleset, incumbent)]
    path = path_text(result.path, by_rate=result.by_rate)
    return "\n".join([path, *stay, *result.remarks(), _draft(result.ruleset, folder)])


def _staying(ruleset: Ruleset, incumbent: Ruleset) -> list[str]:
    """Return the ids of the rules in force that stay as they are."""
    return [rule.id for rule in incumbent.rules if rule in ruleset.rules]


def _stay_text(ruleset: Ruleset, incumbent: Ruleset) -> str:
    stay = _staying(ruleset, incumbent)
    return f"Of {len(incumbent.rules)} rules in force {len(stay)} stay: {', '.join(stay) or 'none'}."


def _draft(ruleset: Ruleset, folder: Path) -> str:
    return f"{folder}: draft of {ruleset.name}, {ruleset.digest[:19]}"


def class_document(result: ClassInduction, folder: Path) -> dict[str, object]:
    """Return the answer for several classes as plain JSON."""
    found = result.to_document()
    del found["ruleset"]
    return {"folder": str(folder), **found}


def class_text(result: ClassInduction, folder: Path) -> str:
    """Return the answer for several classes for people."""
    return f"{result}\n{_draft(result.ruleset, folder)}"
