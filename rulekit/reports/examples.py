"""Single events, written out: what they hold, and how they were decided."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rulekit.reports.case import Case
from rulekit.reports.columns import feature_columns
from rulekit.reports.contrast import Example

SHOWN = 10
"""How many examples of one kind are shown."""


def spread(chosen: pl.Series) -> list[int]:
    """Return up to ten places where ``chosen`` is true, evenly over the record: the same ones every time."""
    places = chosen.arg_true().to_list()
    step = max(1, len(places) / SHOWN)
    return [places[int(number * step)] for number in range(min(SHOWN, len(places)))]


def strongest(score: pl.Series, chosen: pl.Series, *, highest: bool) -> list[int]:
    """Return the places of the ten highest or lowest scores where ``chosen`` is true; equal ones in order."""
    table = pl.DataFrame({"score": score, "chosen": chosen}).with_row_index("at").filter("chosen")
    return table.sort("score", descending=highest, maintain_order=True)["at"].head(SHOWN).to_list()


def examples_of(
    case: Case, places: Sequence[int], names: Sequence[str], other: pl.DataFrame | None = None
) -> tuple[Example, ...]:
    """Return events as examples.

    Parameters
    ----------
    case : has the events.
    places : which of them.
    names : features to show.
    other : how they are decided in another way, line by line as the record.

    """
    frame = case.frame
    assert frame is not None  # noqa: S101 - examples are asked for where there are events
    some, features = frame[list(places)], [f for f in case.law.schema.features if f.name in names]
    columns = feature_columns(case.law.schema, features, some)
    texts = some.select(expression.cast(pl.String).alias(name) for name, expression in columns.items())
    values = texts.rows(named=True) if features else [{} for _ in places]
    ours = decision_texts(case.decisions[list(places)])
    theirs = [None] * len(places) if other is None else decision_texts(other[list(places)])
    truth, score = case.known.truth, case.scores
    return tuple(
        Example(
            event=str(case.decisions["id"][place]),
            values=values[number],
            decided=ours[number],
            otherwise=theirs[number],
            score=None if score is None else score[place],
            truth=None if truth is None else truth[place],
        )
        for number, place in enumerate(places)
    )


def decision_texts(decisions: pl.DataFrame) -> list[str]:
    """Return decisions in words: ``block, by many-cards``, or ``review, at 7 points``."""
    score = decisions["score"] if "score" in decisions.columns else [None] * decisions.height
    return [
        f"{outcome}, by {rule}"
        if rule
        else f"{outcome}, at {points} points"
        if points is not None
        else outcome
        for outcome, rule, points in zip(decisions["outcome"], decisions["rule"], score, strict=True)
    ]
