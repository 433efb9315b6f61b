"""What the ruleset would accept without each of its rules; computed from the hits alone."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.measures import EventLabels, measure_shifts
from rulekit.reports.audit.sections.tables import scores_accepted
from rulekit.reports.common.intervals import Changes


def removals(
    ruleset: Ruleset,
    decisions: pl.DataFrame,
    hits: pl.DataFrame,
    before: pl.Series,
    *,
    accept: tuple[str, ...],
    events: EventLabels,
) -> list[Changes]:
    """Return for each rule what changes if it alone is removed.

    Parameters
    ----------
    ruleset, decisions : the ruleset, and its recorded decisions.
    hits : one Boolean column per rule.
    before : what is accepted with all rules.
    accept : outcomes that count as accepted.
    events : the labels of the events.

    """
    invalid = (decisions["outcome"] == INVALID).fill_null(value=False)
    without = _without_points if ruleset.hit_policy is HitPolicy.SCORE else _without_hits
    found = (
        pl.select(pl.when(invalid).then(before).otherwise(after)).to_series()
        for after in without(ruleset, hits, accept)
    )
    return [Changes.of(measure_shifts(before, after, events)) for after in found]


def _without_points(ruleset: Ruleset, hits: pl.DataFrame, accept: tuple[str, ...]) -> Iterator[pl.Series]:
    points = [hits[rule.id].cast(pl.Int64) * (rule.points or 0) for rule in ruleset.rules]
    score = sum(points, pl.repeat(0, hits.height, dtype=pl.Int64, eager=True))
    for own in points:
        yield scores_accepted(ruleset, score - own, accept)


def _without_hits(ruleset: Ruleset, hits: pl.DataFrame, accept: tuple[str, ...]) -> Iterator[pl.Series]:
    """Yield what is accepted if the events that a rule decides go to the next rule that hits them."""
    later = pl.repeat(ruleset.otherwise in accept, hits.height, dtype=pl.Boolean, eager=True)
    rest = [later]  # what rules from a place on accept, the last place first
    for rule in reversed(ruleset.rules):
        later = (later & ~hits[rule.id]) | (hits[rule.id] & (rule.then in accept))
        rest.append(later)
    whole, undecided = rest.pop(), pl.repeat(value=True, n=hits.height, dtype=pl.Boolean, eager=True)
    for rule in ruleset.rules:
        first = undecided & hits[rule.id]
        yield (whole & ~first) | (rest.pop() & first)
        undecided = undecided & ~first
