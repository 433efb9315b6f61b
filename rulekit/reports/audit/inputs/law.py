"""The ruleset that decisions are held to: the one they name, or one that the caller names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from rulekit.errors import LawError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.inputs.log import law_of_log
from rulekit.reports.replay.record import read_law as read_recorded
from rulekit.store.acts.register import load_register
from rulekit.store.folder.folder import read
from rulekit.store.lookup import RulesetSource, read_law, ruleset_of_digest


def law_of_file(
    decisions: str | Path, named: RulesetSource | None = None
) -> tuple[Ruleset | None, Path | None]:
    """Return the ruleset that is named, None for the one in the manifest; and its law folder, if that named it.

    Raises
    ------
    EventError
        when the manifest is absent or is none.
    LawError
        when there is no such law, its copy was tampered with, or the manifest holds another than it names.

    """
    if named is None:
        return None, None
    if not _is_place(named):
        law = read_law(named)
        return law.ruleset, law.folder
    return named_ruleset(str(named), decisions), _folder(str(named))


def law_of_records(log: str, named: RulesetSource | None) -> tuple[Ruleset, Path | None]:
    """Return the ruleset whose records of a log are audited, found by digest; and its law folder.

    Raises
    ------
    LogError
        when the log has records of none of the laws there, or of several.
    LawError
        when no law was named, or there is none.

    """
    if named is None:
        hint = "name it with --ruleset, or ruleset="
        raise LawError("a log tells the digest of a law, not the law", hint=hint)
    if not _is_place(named):
        law = read_law(named)
        return law.ruleset, law.folder
    found = law_of_log(log, str(named))
    return found.ruleset, _folder(found.place)


def _is_place(named: RulesetSource) -> bool:
    """Return whether a law is named by a file or folder that is there."""
    return isinstance(named, (str, Path)) and os.path.exists(named)  # noqa: PTH110 - Path.exists raises for long texts


def _folder(place: str | Path) -> Path | None:
    return Path(place) if Path(place).is_dir() else None


def recorded_ruleset(decisions: str | Path) -> Ruleset:
    """Return the ruleset that the manifest of a decisions file holds.

    Raises
    ------
    EventError
        when the manifest is absent or is none.
    LawError
        when it holds another ruleset than it names.

    """
    return read_recorded(Path(decisions))[1]


def named_ruleset(path: str | Path, decisions: str | Path) -> Ruleset:
    """Return the ruleset of a file or law folder that decisions name: the draft, or an enacted version.

    Raises
    ------
    EventError
        when the manifest is absent or is none.
    LawError
        when there is no such law, or its copy was tampered with.

    """
    law, recorded = read(path), recorded_ruleset(decisions)
    if law.folder is None or law.ruleset.digest == recorded.digest or not load_register(law.folder):
        return law.ruleset
    return replace(ruleset_of_digest(law.folder, recorded.digest), provenance=recorded.provenance)
