"""What differs between two versions of a ruleset, and the least version that a change needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rulekit.ir.ruleset import Rule, Ruleset

Bump = Literal["patch", "minor", "major"]

_HEAD = ("features", "hit_policy", "otherwise", "thresholds")
_WORDS = {"title", "because", "origin"}


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two versions: rules by id, and fields of the ruleset by name.

    ``reworded`` rules decide as before. ``order`` is among ``fields`` when rules that stay changed places.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    reworded: tuple[str, ...]
    fields: tuple[str, ...]

    def __str__(self) -> str:
        rules = (("+", self.added), ("-", self.removed), ("~", self.changed), ("=", self.reworded))
        lines = [f"  {sign} {rule}{_note(sign)}" for sign, ids in rules for rule in ids]
        return "\n".join([*lines, *(f"  ~ {field} of the ruleset" for field in self.fields)])


def _note(sign: str) -> str:
    return "  (words only)" if sign == "=" else ""


def changes(old: Ruleset, new: Ruleset) -> Changes:
    """Return what differs between two versions of a ruleset."""
    before, after = rule_documents(old), rule_documents(new)
    kept = [rule for rule in after if rule in before]
    words = {rule.id: _words(rule) for rule in old.rules}
    reworded = [
        rule.id
        for rule in new.rules
        if before.get(rule.id) == after[rule.id] and words[rule.id] != _words(rule)
    ]
    fields = [field for field in _HEAD if old.law[field] != new.law[field]]
    if kept != [rule for rule in before if rule in after]:
        fields.append("order")
    return Changes(
        added=tuple(rule for rule in after if rule not in before),
        removed=tuple(rule for rule in before if rule not in after),
        changed=tuple(rule for rule in kept if before[rule] != after[rule]),
        reworded=tuple(reworded),
        fields=tuple(fields),
    )


def rule_documents(ruleset: Ruleset) -> dict[str, dict[str, Any]]:
    """Return what each rule decides, by id, in text order."""
    return {rule["id"]: rule for rule in ruleset.law["rules"]}


def _words(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(include=_WORDS)


def least_bump(old: Ruleset, new: Ruleset) -> Bump:
    """Return by how much the version must rise.

    MAJOR when the schema or the set of outcomes changes, MINOR when the digest differs, PATCH when only words do.
    """
    if old.law["features"] != new.law["features"] or set(old.outcomes) != set(new.outcomes):
        return "major"
    if old.digest != new.digest:
        return "minor"
    return "patch"


def least_version(version: str, bump: Bump) -> str:
    """Return the least version that is a given bump above another one."""
    major, minor, patch = version_key(version)
    after: dict[Bump, tuple[int, int, int]] = {
        "patch": (major, minor, patch + 1),
        "minor": (major, minor + 1, 0),
        "major": (major + 1, 0, 0),
    }
    return ".".join(map(str, after[bump]))


def version_key(version: str) -> tuple[int, int, int]:
    """Return a version as three numbers, by which versions are ordered."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch
