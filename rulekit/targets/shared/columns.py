"""The columns that a decided frame gains, shared by every target that decides frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import POLARS, Frame, bind_columns, collect, scan
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Event
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.targets.artifact import Runner

OUTCOME, RULE, SCORE, HITS = "outcome", "rule", "score", "hits"


def decision_columns(ruleset: Ruleset, *, hits: bool) -> dict[str, pl.DataType]:
    """Return names and dtypes of the columns that deciding adds."""
    ids = pl.Enum([rule.id for rule in ruleset.rules])
    columns: dict[str, pl.DataType] = {OUTCOME: pl.Enum(ruleset.outcomes), RULE: ids}
    if ruleset.hit_policy is HitPolicy.SCORE:
        columns[SCORE] = pl.Int64()
    if hits:
        columns[HITS] = pl.List(ids)
    return columns


def check_free(events: pl.LazyFrame, added: dict[str, pl.DataType]) -> None:
    """Refuse a frame with a column that deciding would overwrite.

    Raises
    ------
    EventError
        when a column of the events has the name of one that is added.

    """
    taken = [name for name in events.collect_schema().names() if name in added]
    if taken:
        raise EventError(f"the frame has a column {taken[0]!r} already", hint="rename it before deciding")


def like_input(events: Frame, decided: pl.LazyFrame) -> pl.DataFrame | pl.LazyFrame:
    """Return the decided frame as it is where the events were a LazyFrame, else collected."""
    return decided if isinstance(events, pl.LazyFrame) else collect(decided)


def scored(ruleset: Ruleset, score: int, hits: tuple[str, ...] | None = None) -> Decision:
    """Return the decision that a sum of points gives."""
    return Decision(ruleset.outcome_of(score), hits=hits, score=score)


def lacking(ruleset: Ruleset, bound: Event) -> tuple[str, ...]:
    """Return the required features that a bound event lacks."""
    return tuple(name for name in ruleset.schema.required if bound[name] is None)


def one_by_frame(runner: Runner, event: Mapping[str, Any], *, hits: bool) -> Decision:
    """Decide one event as a frame of one, for runners that decide only frames."""
    ruleset = runner.artifact.ruleset
    bound = bind_event(ruleset.read, event)
    dtypes = {feature.name: POLARS[feature.dtype] for feature in ruleset.read}
    frame = pl.DataFrame([bound] if dtypes else {"_": [0]}, schema=dtypes or {"_": pl.Int8}, orient="row")
    decided = runner.batch(frame, hits=hits).row(0, named=True)
    return Decision(
        decided[OUTCOME],
        rule=decided[RULE],
        hits=tuple(decided[HITS]) if hits else None,
        missing=lacking(ruleset, bound),
        score=decided.get(SCORE),
    )


def batch_by_event(runner: Runner, events: Frame, *, hits: bool, cast: bool) -> pl.DataFrame | pl.LazyFrame:
    """Decide a frame event by event, for runners that decide only single events."""
    ruleset = runner.artifact.ruleset
    lazy = scan(events, ruleset.schema)
    columns = bind_columns(lazy, ruleset.schema, ruleset.read, cast=cast)
    added = decision_columns(ruleset, hits=hits)
    check_free(lazy, added)
    bound = [expression.alias(name) for name, expression in columns.items()]
    decide = _decider(runner, bound, added, hits=hits)
    schema = pl.Schema({**lazy.collect_schema(), **added})
    return like_input(events, lazy.map_batches(decide, schema=schema, streamable=True))


def hit_matrix_by_event(runner: Runner, events: Frame, *, cast: bool) -> pl.DataFrame:
    """Return which rules hit, event by event, for runners that decide only single events."""
    ids = [rule.id for rule in runner.artifact.ruleset.rules]
    decided = collect(scan(runner.batch(events, hits=True, cast=cast)))
    hits = [set(found) for found in decided[HITS].to_list()]
    return pl.DataFrame(
        {name: pl.Series([name in found for found in hits], dtype=pl.Boolean) for name in ids}
    )


def _decider(
    runner: Runner, bound: list[pl.Expr], added: dict[str, pl.DataType], *, hits: bool
) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def decide(batch: pl.DataFrame) -> pl.DataFrame:
        events = batch.select(bound).iter_rows(named=True) if bound else ({} for _ in range(batch.height))
        decisions = [runner.one(event, hits=hits) for event in events]
        series = [
            pl.Series(name, [getattr(decision, name) for decision in decisions], dtype=dtype)
            for name, dtype in added.items()
        ]
        return batch.with_columns(series)

    return decide
