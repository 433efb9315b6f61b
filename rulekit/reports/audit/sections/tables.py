"""The tables of the report: outcomes, rules, cutflow, overlap, and facts about the events."""

from __future__ import annotations

import math

import polars as pl

from rulekit.findings import event_counts
from rulekit.frames import feature_columns
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.ir.schema import Feature
from rulekit.measures import EventLabels, Measures, measure, measure_rules, overlap
from rulekit.reports.audit.model.audit import CutflowRow, Data, FeatureFacts, OutcomeRow, RuleRow
from rulekit.reports.common.intervals import MeasureTable, Share


def outcome_rows(
    ruleset: Ruleset, decisions: pl.DataFrame, accept: tuple[str, ...], events: EventLabels
) -> list[OutcomeRow]:
    """Return one row per outcome: those of the ruleset, then any others in the record."""
    recorded = decisions["outcome"].drop_nulls().unique(maintain_order=True).to_list()
    rows = []
    for name in dict.fromkeys([*ruleset.outcomes, *recorded]):
        chosen = (decisions["outcome"] == name).fill_null(value=False)
        truth = events.truth
        rows.append(
            OutcomeRow(
                outcome=name,
                accepted=name in accept,
                count=int(chosen.sum()),
                rate=Share.of(events.share(chosen)),
                signal=None if truth is None else Share.of(events.share(chosen, among=truth)),
                background=None if truth is None else Share.of(events.share(chosen, among=~truth)),
            )
        )
    return rows


def rule_rows(
    ruleset: Ruleset, decisions: pl.DataFrame, hits: pl.DataFrame, events: EventLabels
) -> list[RuleRow]:
    """Return the measures of each rule, without its removal."""
    first = dict(decisions.group_by("rule").len().iter_rows())
    scored = ruleset.hit_policy is HitPolicy.SCORE
    alone = _alone(hits)
    return [
        RuleRow(
            number=number,
            id=found.id,
            support=found.support,
            coverage=Share.of(found.coverage),
            unique=Share.of(found.unique),
            unique_count=int((hits[found.id] & alone).sum()),
            decided=None if scored else int(first.get(found.id, 0)),
            efficiency=Share.maybe(found.efficiency),
            purity=Share.maybe(found.purity),
        )
        for number, found in enumerate(measure_rules(hits, events), start=1)
    ]


def _alone(hits: pl.DataFrame) -> pl.Series:
    if not hits.width:
        return pl.Series([], dtype=pl.Boolean)
    return hits.select(pl.sum_horizontal(pl.all().cast(pl.UInt32)) == 1).to_series()


def accepted_by_prefix(
    ruleset: Ruleset, decisions: pl.DataFrame, hits: pl.DataFrame, accept: tuple[str, ...]
) -> list[pl.Series]:
    """Return which events are accepted by no rule, the first rule, the first two, and so on."""
    invalid = (decisions["outcome"] == INVALID).fill_null(value=False)
    by_score = ruleset.hit_policy is HitPolicy.SCORE
    prefix = _score_prefix if by_score else _first_prefix
    outcomes = prefix(ruleset, hits, invalid, accept)
    return [
        outcomes.select(pl.when(invalid).then(pl.lit(INVALID in accept)).otherwise(pl.col(name))).to_series()
        for name in outcomes.columns
    ]


def _first_prefix(
    ruleset: Ruleset, hits: pl.DataFrame, invalid: pl.Series, accept: tuple[str, ...]
) -> pl.DataFrame:
    nothing = pl.repeat(ruleset.otherwise in accept, invalid.len(), dtype=pl.Boolean, eager=True)
    accepted, undecided, columns = nothing, ~invalid, [nothing]
    for rule in ruleset.rules:
        first = undecided & hits[rule.id]
        accepted = accepted | first if rule.then in accept else accepted & ~first
        undecided = undecided & ~first
        columns.append(accepted)
    return pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])


def _score_prefix(
    ruleset: Ruleset, hits: pl.DataFrame, invalid: pl.Series, accept: tuple[str, ...]
) -> pl.DataFrame:
    score = pl.repeat(0, invalid.len(), dtype=pl.Int64, eager=True)
    columns = [scores_accepted(ruleset, score, accept)]
    for rule in ruleset.rules:
        score = score + hits[rule.id].cast(pl.Int64) * (rule.points or 0)
        columns.append(scores_accepted(ruleset, score, accept))
    return pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])


def scores_accepted(ruleset: Ruleset, score: pl.Series, accept: tuple[str, ...]) -> pl.Series:
    """Return which sums of points give an outcome that counts as accepted."""
    accepted = pl.repeat(ruleset.otherwise in accept, score.len(), dtype=pl.Boolean, eager=True)
    for outcome, least in ruleset.ladder:
        reached = score >= least
        accepted = accepted | reached if outcome in accept else accepted & ~reached
    return accepted


def cutflow_rows(
    ruleset: Ruleset, hits: pl.DataFrame, accepted: list[pl.Series], events: EventLabels
) -> tuple[list[CutflowRow], list[Measures]]:
    """Return the cutflow and the measures of each step; ``accepted`` comes from :func:`accepted_by_prefix`."""
    rows, measured, before = [], [], int(accepted[0].sum())
    for number, (rule, series) in enumerate(zip(ruleset.rules, accepted[1:], strict=True), start=1):
        found, count = measure(series, events), int(series.sum())
        rows.append(
            CutflowRow(
                number=number,
                id=rule.id,
                hits=int(hits[rule.id].sum()),
                accepted=count,
                new=count - before,
                rate=Share.of(found.rate),
                efficiency=Share.maybe(found.efficiency),
                false_positive_rate=Share.maybe(found.false_positive_rate),
                purity=Share.maybe(found.purity),
            )
        )
        measured.append(found)
        before = count
    return rows, measured


def overlap_rows(hits: pl.DataFrame, events: EventLabels) -> list[tuple[float | None, ...]]:
    """Return the share of the hits of rule i that rule j hits too; None if rule i has no hit."""
    return [tuple(None if math.isnan(share) else share for share in row) for row in overlap(hits, events)]


def measure_table(accepted: pl.Series, events: EventLabels) -> MeasureTable:
    """Return the measures of a selector."""
    return MeasureTable.of(measure(accepted, events))


def data_of(
    ruleset: Ruleset,
    decisions: pl.DataFrame,
    frame: pl.DataFrame | None,
    events: EventLabels,
    *,
    weighted: bool,
) -> Data:
    """Return facts about the events."""
    invalid = (decisions["outcome"] == INVALID).fill_null(value=False)
    truth = events.truth
    return Data(
        events=decisions.height,
        invalid=int(invalid.sum()),
        invalid_missing=None if frame is None else _invalid_missing(ruleset, frame, invalid),
        features=None if frame is None else tuple(_feature_facts(ruleset, frame)),
        signal=None if truth is None else Share.of(events.share(truth)),
        weighted=weighted,
    )


def _invalid_missing(ruleset: Ruleset, frame: pl.DataFrame, invalid: pl.Series) -> dict[str, int]:
    bound = feature_columns(frame, ruleset.schema, ruleset.read)
    required = ruleset.schema.required
    if not required:
        return {}
    counts = (
        frame.filter(invalid)
        .select(bound[name].is_null().sum().alias(name) for name in required)
        .row(0, named=True)
    )
    return {name: int(count) for name, count in counts.items()}


def _feature_facts(ruleset: Ruleset, frame: pl.DataFrame) -> list[FeatureFacts]:
    bound = feature_columns(frame, ruleset.schema, ruleset.read)
    if not bound:
        return []
    outside = frame.select(event_counts(ruleset.read, bound)).to_dicts()
    counted = outside[0] if outside else {}
    everything = EventLabels(frame.height)
    return [
        _facts_of(
            feature, frame.select(bound[feature.name]).to_series(), counted.get(feature.name), everything
        )
        for feature in ruleset.read
    ]


def _facts_of(
    feature: Feature, column: pl.Series, outside: int | None, everything: EventLabels
) -> FeatureFacts:
    lowest = highest = None
    if feature.dtype.is_number:
        finite = column.filter(column.is_finite()) if feature.dtype.is_float else column
        lowest, highest = finite.min(), finite.max()
    return FeatureFacts(
        name=feature.name,
        dtype=feature.dtype.value,
        unit=feature.unit,
        required=feature.required,
        missing=Share.of(everything.share(column.is_null())),
        outside=outside,
        bounds=feature.bounds,
        lowest=lowest,
        highest=highest,
    )
