"""How a comparison shows itself: its differences as plain JSON, and this JSON as text and as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rulekit import html
from rulekit.analysis.compare.common_schema import on_common_schema
from rulekit.analysis.compare.differences import Differences, HitChange, ValidityChange
from rulekit.analysis.compare.regions import DifferingRegion
from rulekit.analysis.space.conditions import condition_lines, condition_of
from rulekit.analysis.space.space import Space
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Schema

BOXES = 6
"""The number of boxes of one region that are shown."""

REGIONS = 20
"""The number of regions that text and HTML show."""


def differences_document(old: Ruleset, new: Ruleset, differences: Differences) -> dict[str, Any]:
    """Return what two versions decide differently, as plain JSON."""
    regions: list[dict[str, Any]] = []
    if differences.space is not None:
        schema = on_common_schema(old, new)[1].schema
        regions = [_region(differences.space, schema, region) for region in differences.regions]
    return {
        "regions": regions,
        "invalid": [_validity(change) for change in differences.invalid],
        "hits": [_hits(change) for change in differences.hits],
        "reason": differences.reason or None,
    }


def _region(space: Space, schema: Schema, region: DifferingRegion) -> dict[str, Any]:
    boxes = [condition_lines(condition_of(space, piece), schema) for piece in region.pieces[:BOXES]]
    return {
        "where": boxes,
        "more_boxes": len(region.pieces[BOXES:]),
        "unless": list(region.unless),
        "old": region.old._asdict(),
        "new": region.new._asdict(),
        "plausible": region.plausible,
        "event": _plain_event(region.event),
    }


def _validity(change: ValidityChange) -> dict[str, Any]:
    outcomes = {"old": change.old.outcome, "new": change.new.outcome}
    return {"feature": change.feature, **outcomes, "event": _plain_event(change.event)}


def _hits(change: HitChange) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "lost": len(change.lost),
        "gained": len(change.gained),
        "reason": change.reason or None,
    }


def _plain_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as JSON holds it: infinities as words."""
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in event.items()
    }


def headline(document: Mapping[str, Any]) -> str:
    """Return the names and versions that are compared: ``fraud.cards: 1.0.0 to 1.1.0``."""
    old, new = document["old"], document["new"]
    name = old["name"] if old["name"] == new["name"] else f"{old['name']} and {new['name']}"
    return f"{name}: {old['version']} to {new['version']}"


def verdict(document: Mapping[str, Any]) -> str:
    """Return the answer in one sentence, without a full stop."""
    if document["verdict"] == "same":
        return "no decision changes, for any event" if document["decides_alike"] else "only hits change"
    if document["verdict"] == "undecided":
        return f"it is not known whether decisions change: {document['reason']}"
    regions = len(document["regions"])
    parts = [f"decisions change in {regions} region{'' if regions == 1 else 's'}"] if regions else []
    parts += [f"events without {it['feature']} are invalid in one version only" for it in document["invalid"]]
    more = f"; the list is incomplete: {document['reason']}" if document["reason"] else ""
    return "; ".join(parts) + more


def version_words(document: Mapping[str, Any]) -> str:
    """Return by how much the version must rise, and whether it does."""
    bump, version = document["bump"], document["new"]["version"]
    if bump is None:
        return f"{version}: the texts are equal"
    if document["version_is_enough"]:
        return f"{version}: a {bump} change, which needs at least {document['least_version']}"
    return f"{version} is too low: a {bump} change needs at least {document['least_version']}"


def to_text(document: Mapping[str, Any]) -> str:
    """Return a comparison as lines of plain text."""
    lines = [headline(document), verdict(document), *(f"  {line}" for line in _region_lines(document))]
    amended = [f"  {what}: {words}" for what, words in _amendments(document)]
    return "\n".join([*lines, *(["what is amended", *amended] if amended else []), version_words(document)])


def _region_lines(document: Mapping[str, Any]) -> Iterator[str]:
    for where, old, new in _region_rows(document):
        yield f"{old} became {new}: {where}"
    left = len(document["regions"]) - REGIONS
    if left > 0:
        yield f"and {left} more regions"


def _region_rows(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield where each region lies, and what the versions decide there."""
    for region in document["regions"][:REGIONS]:
        where = " or ".join(" and ".join(lines) for lines in region["where"])
        more = f" or {region['more_boxes']} more boxes" if region["more_boxes"] else ""
        unless = f", unless {', '.join(region['unless'])} hits" if region["unless"] else ""
        yield f"{where}{more}{unless}", _decided(region["old"]), _decided(region["new"])


def _decided(decided: Mapping[str, Any]) -> str:
    return f"{decided['outcome']} ({decided['rule']})" if decided["rule"] else str(decided["outcome"])


def _amendments(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is amended, and how, in words."""
    for edit in document["fields"]:
        yield "ruleset", edit["words"]
    for feature in document["features"]:
        yield f"feature {feature['name']}", _edits(feature)
    for rule in document["rules"]:
        yield f"rule {rule['id']}", _edits(rule)


def _edits(change: Mapping[str, Any]) -> str:
    return "; ".join(edit["words"] for edit in change["edits"]) or change["kind"]


def to_html(document: Mapping[str, Any]) -> str:
    """Return a comparison as HTML for a notebook."""
    parts: list[object] = [verdict(document)]
    if document["regions"]:
        rows = [(old, new, where) for where, old, new in _region_rows(document)]
        parts.append(html.table((document["old"]["version"], document["new"]["version"], "where"), rows))
        left = len(document["regions"]) - REGIONS
        parts += [f"and {left} more regions"] if left > 0 else []
    amended = list(_amendments(document))
    if amended:
        parts.append(html.table(("amended", "how"), amended))
    return html.page(headline(document), *parts, version_words(document))
