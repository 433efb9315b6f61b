"""Which events a report shows as examples, and decisions in words."""

from __future__ import annotations

import polars as pl

SHOWN = 10
"""The most examples of one kind."""


def evenly_spaced(chosen: pl.Series) -> list[int]:
    """Return up to ten positions where ``chosen`` is true, evenly spaced over the record; not random."""
    places = chosen.arg_true().to_list()
    step = max(1, len(places) / SHOWN)
    return [places[int(number * step)] for number in range(min(SHOWN, len(places)))]


def extreme_scores(score: pl.Series, chosen: pl.Series, *, highest: bool) -> list[int]:
    """Return the positions of the ten highest or lowest scores where ``chosen`` is true; equal scores in order."""
    table = pl.DataFrame({"score": score, "chosen": chosen}).with_row_index("at").filter("chosen")
    return table.sort("score", descending=highest, maintain_order=True)["at"].head(SHOWN).to_list()


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
