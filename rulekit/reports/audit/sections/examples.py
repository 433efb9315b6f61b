"""Single events as examples: their values, and how they were decided."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rulekit.frames import feature_columns
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.common.comparison_models import Example
from rulekit.reports.common.examples import decision_texts


def examples_of(
    audited: AuditInput, places: Sequence[int], names: Sequence[str], other: pl.DataFrame | None = None
) -> tuple[Example, ...]:
    """Return events as examples.

    Parameters
    ----------
    audited : the audit input, with events.
    places : positions of the events.
    names : features to show.
    other : decisions made in another way, row by row as the record.

    """
    frame = audited.events
    assert frame is not None  # noqa: S101 - examples are asked for where there are events
    some, features = frame[list(places)], [f for f in audited.law.schema.features if f.name in names]
    columns = feature_columns(some, audited.law.schema, features)
    texts = some.select(expression.cast(pl.String).alias(name) for name, expression in columns.items())
    values = texts.rows(named=True) if features else [{} for _ in places]
    ours = decision_texts(audited.decisions[list(places)])
    theirs = [None] * len(places) if other is None else decision_texts(other[list(places)])
    truth, score = audited.known.truth, audited.scores
    return tuple(
        Example(
            event=str(audited.decisions["id"][place]),
            values=values[number],
            decided=ours[number],
            otherwise=theirs[number],
            score=None if score is None else score[place],
            truth=None if truth is None else truth[place],
        )
        for number, place in enumerate(places)
    )
