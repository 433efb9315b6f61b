"""Whether a law is in force."""

from __future__ import annotations

from pathlib import Path

from rulekit.ir.ruleset import Ruleset
from rulekit.reports.standing import LawStatus


def status_of(folder: str | Path | None, law: Ruleset) -> LawStatus:
    """Return the status of a version by the register of its folder."""
    if folder is None:
        return LawStatus(
            state="not known", says="Whether it is in force is not known: no law folder was given."
        )
    return LawStatus(state="draft", says=f"Version {law.version} is a draft: it is not enacted.")
