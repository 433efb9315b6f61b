"""Fixed-point trials: the same events decided natively once, and in fixed point with many formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.ir.condition import Condition, map_literals
from rulekit.ir.numerics import Fixed, FixedFormat, Native, Numerics, Rounding
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import Schema
from rulekit.labels import read_truth, read_weights
from rulekit.measures import EventLabels, Measures, Shifts, measure, measure_shifts
from rulekit.statistics.intervals import Proportion
from rulekit.targets.api import compile as compile_ruleset
from rulekit.targets.polars import PolarsRunner

_EVENT = "__rulekit_event"


class _Partly(Fixed):
    """Fixed point for some features; numbers without a format are compared natively."""

    def bind_condition(self, condition: Condition, schema: Schema) -> Condition:
        """Return a bound condition in which the thresholds of these features count least significant bits."""
        del schema
        return map_literals(condition, self.bind_literal)


class Effect(NamedTuple):
    """The effect of formats: the share of decisions that change, and the shift of the measures against native."""

    changed: Proportion
    shifts: Shifts


@dataclass(frozen=True)
class FixedPointTrials:
    """A ruleset, events, and their native decisions.

    Two decisions are equal when their outcomes are; under COLLECT their hits must be equal, too.
    """

    ruleset: Ruleset
    frame: pl.DataFrame
    known: EventLabels
    native: pl.DataFrame
    rounding: Rounding

    @classmethod
    def of(
        cls,
        ruleset: Ruleset,
        events: Frame,
        *,
        truth: str | None = None,
        weight: str | None = None,
        rounding: Rounding = "nearest",
    ) -> FixedPointTrials:
        """Read the events and decide them natively.

        Raises
        ------
        EventError
            when the events don't fit the schema, truth or weight is no such column, or there are none.

        """
        scanned = scan(events, ruleset.schema)
        bound = bind_columns(scanned, ruleset.schema, ruleset.read, cast=True)
        features = [expression.alias(name) for name, expression in bound.items()]
        frame = collect(scanned.select(pl.int_range(pl.len()).alias(_EVENT), *features))
        if frame.height == 0:
            raise EventError("there are no events to decide", hint="is a filter too strict?")
        labels = None if truth is None else read_truth(scanned, truth)
        weights = None if weight is None else read_weights(scanned, weight)
        known = EventLabels(frame.height, truth=labels, weights=weights)
        return cls(ruleset, frame, known, _decide(ruleset, frame, Native()), rounding)

    def effect(self, formats: Mapping[str, FixedFormat]) -> Effect:
        """Decide again with some features in fixed point, and return what differs from the native decisions.

        Raises
        ------
        BindError
            when ``==`` asks for a value that is not on the grid.

        """
        decided = _decide(self.ruleset, self.frame, _Partly(formats=dict(formats), rounding=self.rounding))
        differ = pl.any_horizontal(pl.col(name).ne(self.native[name]) for name in decided.columns)
        shifts = measure_shifts(self._accepted(self.native), self._accepted(decided), self.known)
        return Effect(self.known.share(decided.select(differ).to_series()), shifts)

    def measures(self, formats: Mapping[str, FixedFormat] | None = None) -> Measures:
        """Return the measures of the accepted events, in fixed point or natively (default: natively)."""
        if formats is None:
            return measure(self._accepted(self.native), self.known)
        numerics = Fixed(formats=dict(formats), rounding=self.rounding)
        return measure(self._accepted(_decide(self.ruleset, self.frame, numerics)), self.known)

    def _accepted(self, decided: pl.DataFrame) -> pl.Series:
        return decided["outcome"].is_in(self.ruleset.accepting)


def _decide(ruleset: Ruleset, frame: pl.DataFrame, numerics: Numerics) -> pl.DataFrame:
    """Return the parts of each decision as text: the outcome, and under COLLECT the hits."""
    every = ruleset.hit_policy is HitPolicy.COLLECT
    decided: pl.DataFrame = PolarsRunner(compile_ruleset(ruleset, "polars", numerics)).batch(
        frame, hits=every
    )
    outcome = pl.col("outcome").cast(pl.String)
    hits = [pl.col("hits").cast(pl.List(pl.String)).list.join("\n")] if every else []
    return decided.select(outcome, *hits)
