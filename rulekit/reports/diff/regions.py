"""Regions in words: conditions with units, exceptions, and an example event."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rulekit.analysis.compare.common_schema import on_common_schema
from rulekit.analysis.compare.regions import DecidedAs, DifferingRegion
from rulekit.analysis.space.conditions import condition_lines, condition_of, readable_terms
from rulekit.analysis.space.space import Box, Space
from rulekit.errors import RulekitError, UndecidedError
from rulekit.ir.decision import Decision
from rulekit.ir.floats import shortest_float32
from rulekit.ir.notation.describe import condition_in_words
from rulekit.ir.schema import DType, Schema
from rulekit.ir.semantics import decide
from rulekit.reports.common.intervals import Share
from rulekit.reports.diff.model import ChangedHits, ChangedRegion, ChangedValidity, RegionBox
from rulekit.store.compare import Comparison

BOXES = 6
"""As many boxes of a region are shown."""


def common_schema(comparison: Comparison) -> Schema:
    """Return a schema with the features of both versions; the new version's if they differ."""
    try:
        return on_common_schema(comparison.old, comparison.new)[1].schema
    except UndecidedError:
        both = (*comparison.old.schema.features, *comparison.new.schema.features)
        known = {feature.name: feature for feature in both}
        return Schema(name="common", version="1.0.0", features=tuple(known.values()))


def region_in_words(
    comparison: Comparison, region: DifferingRegion, reference: Share | None = None
) -> ChangedRegion:
    """Return a region in words, after the reference semantics confirmed its event.

    Raises
    ------
    RulekitError
        when the semantics decide the event in another way than the analysis, which is a fault of rulekit.

    """
    for law, told in ((comparison.old, region.old), (comparison.new, region.new)):
        _confirm(told, decide(law, region.event))
    schema = common_schema(comparison)
    return ChangedRegion(
        old=region.old.outcome,
        new=region.new.outcome,
        old_rule=region.old.rule,
        new_rule=region.new.rule,
        where=tuple(_boxes_in_words(comparison, region.pieces[:BOXES], schema)),
        more_boxes=len(region.pieces[BOXES:]),
        unless=region.unless,
        points=_points(region),
        through=region.through,
        plausible=region.plausible,
        event=plain_event(region.event, schema),
        reference=reference,
    )


def _confirm(told: DecidedAs, decision: Decision) -> None:
    if (told.outcome, told.rule) != (decision.outcome, told.rule and decision.rule):
        what = "the analysis and the semantics decide an event differently, which is a fault of rulekit"
        raise RulekitError(what, expected=str(decision), got=str(told), hint="please report it")


def _boxes_in_words(comparison: Comparison, pieces: Iterable[Box], schema: Schema) -> Iterator[RegionBox]:
    space = comparison.differences.space
    if space is not None:
        for piece in pieces:
            yield _box_in_words(space, piece, schema)


def _box_in_words(space: Space, piece: Box, schema: Schema) -> RegionBox:
    condition = condition_of(space, piece)
    terms = readable_terms(condition, schema)
    return RegionBox(
        when=tuple(condition_lines(condition, schema)) if terms else (),
        words=tuple(condition_in_words(term, schema) for term in terms),
    )


def _points(region: DifferingRegion) -> str | None:
    """Return the condition on the sum of points in words; None if there is none."""
    low, high = region.points
    if region.points == (None, None) and not region.shift:
        return None
    was, now = ("were", f"; they are {_more(region.shift)} now") if region.shift else ("are", "")
    if low is None and high is None:
        return f"the points are {_more(region.shift)} now"
    if low is None:
        asked = f"at most {high:,}"
    elif high is None:
        asked = f"at least {low:,}"
    else:
        asked = f"exactly {low:,}" if low == high else f"{low:,} to {high:,}"
    return f"the points {was} {asked}{now}"


def _more(shift: int) -> str:
    return f"{abs(shift):,} {'more' if shift > 0 else 'fewer'}"


def plain_event(event: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Return an event for JSON: float32 values in their shortest form, infinities as words."""
    return {name: _plain(value, schema.by_name[name].dtype) for name, value in event.items()}


def _plain(value: Any, dtype: DType) -> Any:
    if not isinstance(value, float):
        return value
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return float(shortest_float32(value)) if dtype is DType.FLOAT32 else value


def hits_in_words(comparison: Comparison) -> Iterator[ChangedHits]:
    """Yield the rules whose own hits change."""
    schema = common_schema(comparison)
    for change in comparison.differences.hits:
        yield ChangedHits(
            rule=change.rule,
            lost=tuple(_boxes_in_words(comparison, change.lost, schema)),
            gained=tuple(_boxes_in_words(comparison, change.gained, schema)),
            reason=change.reason,
        )


def validity_in_words(comparison: Comparison) -> Iterator[ChangedValidity]:
    """Yield the events that only one version decides, because the other requires a feature."""
    schema = common_schema(comparison)
    for change in comparison.differences.invalid:
        yield ChangedValidity(
            feature=change.feature,
            old=change.old.outcome,
            new=change.new.outcome,
            event=plain_event(change.event, schema),
        )
