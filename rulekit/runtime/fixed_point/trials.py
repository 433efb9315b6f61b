"""Events that are decided natively once and in fixed point again and again, and what differs."""

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
    """Fixed point of some features, which tells what these do; numbers without a format are compared natively."""

    def bind_condition(self, condition: Condition, schema: Schema) -> Condition:
        """Return a bound condition with the thresholds of these features in least significant bits."""
        del schema
        return map_literals(condition, self.bind_literal)


class Effect(NamedTuple):
    """What fixed point does: the share of decisions that change, and how the measures shift against native."""

    changed: Proportion
    shifts: Shifts


@dataclass(frozen=True)
class Trial:
    """A ruleset, events, and their native decisions.

    A decision is its outcome; under COLLECT, where every hit counts, it is the hits, too.
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
    ) -> Trial:
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
        labels = None if truth is None else pl.Series(read_truth(scanned, truth))
        weights = None if weight is None else pl.Series(read_weights(scanned, weight))
        known = EventLabels(frame.height, truth=labels, weights=weights)
        return cls(ruleset, frame, known, _decide(ruleset, frame, Native()), rounding)

    def effect(self, formats: Mapping[str, FixedFormat]) -> Effect:
        """Decide again with features in fixed point, numbers without a format natively, and say what differs.

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
        """Return the measures of events that get another outcome than ``otherwise``; native without formats."""
        if formats is None:
            return measure(self._accepted(self.native), self.known)
        numerics = Fixed(formats=dict(formats), rounding=self.rounding)
        return measure(self._accepted(_decide(self.ruleset, self.frame, numerics)), self.known)

    def _accepted(self, decided: pl.DataFrame) -> pl.Series:
        return decided["outcome"].is_in(self.ruleset.accepting)


def _decide(ruleset: Ruleset, frame: pl.DataFrame, numerics: Numerics) -> pl.DataFrame:
    """Return what makes up each decision, as text."""
    every = ruleset.hit_policy is HitPolicy.COLLECT
    decided: pl.DataFrame = PolarsRunner(compile_ruleset(ruleset, "polars", numerics)).batch(
        frame, hits=every
    )
    outcome = pl.col("outcome").cast(pl.String)
    hits = [pl.col("hits").cast(pl.List(pl.String)).list.join("\n")] if every else []
    return decided.select(outcome, *hits)
