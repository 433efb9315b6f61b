"""Phrases that the page, the Markdown and the text of a comparison share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rulekit.ir.notation.describe import value_in_words
from rulekit.ir.ruleset import INVALID
from rulekit.reports.diff.model import Bump, ChangedRegion, ChangedValidity, RegionBox

_NAMED = 6
"""The most exceptions that are named."""


def became(region: ChangedRegion) -> str:
    """Return the outcomes of a region then and now: ``review became approve``."""
    return f"{region.old} became {region.new}"


def deciders(region: ChangedRegion) -> str:
    """Return which rules decide a region then and now; under SCORE, which rules give other points."""
    if region.through:
        return f"through {_listed(region.through)}"
    if region.old_rule is None and region.new_rule is None:
        return ""
    if region.old_rule == region.new_rule:
        return f"by {region.old_rule}, then and now"
    return f"{_by(region.old_rule)} then, {_by(region.new_rule)} now"


def _by(rule: str | None) -> str:
    return f"by {rule or 'no rule'}"


def unless(region: ChangedRegion) -> str:
    """Return the exceptions of a region: ``unless a, b or one of 12 other rules hits``; empty if there are none."""
    return f"unless {_listed(region.unless, 'or', 'one of ')} hits" if region.unless else ""


def _listed(rules: Sequence[str], link: str = "and", of: str = "") -> str:
    """Return rules as one phrase; if there are many, only the first are named."""
    named, more = (rules, 0) if len(rules) <= _NAMED + 1 else (rules[:_NAMED], len(rules) - _NAMED)
    last = f"{of}{more:,} other rules" if more else named[-1]
    rest = named if more else named[:-1]
    return f"{', '.join(rest)} {link} {last}" if rest else last


def more_boxes(count: int) -> str:
    """Return how many boxes are not shown."""
    return f"in {'one of ' if count > 1 else ''}{count:,} more box{'' if count == 1 else 'es'}"


def where_in_words(where: RegionBox) -> str:
    """Return a box of events as one phrase."""
    return ", and ".join(where.words) or "any event"


def event_in_words(event: Mapping[str, Any]) -> str:
    """Return an event as one phrase: ``amount 60, country missing``."""
    return (
        ", ".join(f"{name} {_value(value)}" for name, value in event.items()) or "an event without features"
    )


def _value(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value_in_words(value)


def bump_in_words(bump: Bump, version: str) -> str:
    """Return how far the version must rise, and whether it does."""
    if bump.least == "none":
        said = f"No new version is needed: {bump.because}"
    else:
        said = f"At least {bump.least_version}, a {bump.least.upper()} change: {bump.because}"
    return f"{said}. {version} is {'enough' if bump.enough else 'too low'}."


def validity(change: ChangedValidity) -> str:
    """Return how the validity of events that lack a feature changes, with an example."""
    event = event_in_words(change.event)
    if change.new == INVALID:
        return f"become invalid. One that was {change.old}: {event}"
    return f"become valid. One that is {change.new} now: {event}"


def others(more: Mapping[str, int]) -> str:
    """Return what is not shown: ``458 more regions: review became approve in 200, ...``; empty if all are shown."""
    if not more:
        return ""
    parts = [f"{change} in {count:,}" for change, count in sorted(more.items(), key=lambda item: -item[1])]
    total = sum(more.values())
    return f"{total:,} more region{'' if total == 1 else 's'}: {', '.join(_capped(parts))}"


def _capped(parts: Sequence[str]) -> list[str]:
    return [*parts[:4], f"and {len(parts) - 4} kinds more"] if len(parts) > 5 else list(parts)
