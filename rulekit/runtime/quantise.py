"""Choosing fixed-point formats by asking the data how narrow each feature may be before decisions change.

Thresholds cost nothing to put on a grid, since they are rounded by their sign. Events do: what lies between two
steps of the grid is decided as its neighbour is. So widths are chosen by deciding real events twice, natively and
in fixed point, and by counting what differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from rulekit.errors import BindError, EventError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.induction.folds import read_truth
from rulekit.induction.hardware import finest_format, formats_of, predicted_lut
from rulekit.ir.condition import literals
from rulekit.ir.numerics import Fixed, FixedFormat, Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature
from rulekit.measures import Events, Measures, Proportion, measure
from rulekit.targets.api import compile as compile_ruleset
from rulekit.targets.polars import PolarsRunner

WIDEST = 16
"""Bits that the search begins with."""


@dataclass(frozen=True)
class FeatureFormat:
    """The format that is proposed for a feature, and the share of decisions that it alone changes."""

    feature: Feature
    form: FixedFormat
    changed: Proportion

    @property
    def step(self) -> float:
        """The least significant bit, in the unit of the feature."""
        return 2.0**-self.form.fraction


@dataclass(frozen=True)
class Quantisation:
    """What fixed point costs.

    Attributes
    ----------
    formats : of the features that rules read, in the order of the schema.
    numerics : these formats together.
    changed : share of decisions that they change together.
    fits : whether that keeps to the loss that was allowed; with False no width up to the widest does.
    lut : predicted look-up tables with these formats, and with all features at the widest.
    native, fixed : measures of both, of the events that get another outcome than ``otherwise``.

    """

    formats: tuple[FeatureFormat, ...]
    numerics: Fixed
    changed: Proportion
    fits: bool
    lut: tuple[int, int]
    native: Measures
    fixed: Measures


def quantise(
    ruleset: Ruleset, events: Frame, *, truth: str | None = None, loss: float = 0.001, widest: int = WIDEST
) -> Quantisation:
    """Propose the narrowest formats that change at most a share of the decisions.

    Parameters
    ----------
    ruleset : every number that its rules read has bounds.
    events : with the features of its schema.
    truth : a Boolean or 0/1 column, for efficiency and false-positive rate.
    loss : the share of decisions that may change, from 0 to 1.
    widest : so many bits at most, 1 to 48.

    Raises
    ------
    BindError
        when a number has no bounds, or no grid holds them, or the loss is no share.
    EventError
        when the events don't fit the schema, or there are none.

    """
    if not 0 <= loss <= 1:
        raise BindError("the loss is no share of the decisions", expected="0 to 1", got=f"{loss:g}")
    numbers = _numbers(ruleset)
    wide = formats_of(numbers, widest)
    trial = _Trial.of(ruleset, events, truth)
    narrow = _narrowed(numbers, wide, trial, loss)
    fixed = trial.outcomes(Fixed(formats=narrow))
    changed = trial.share(fixed != trial.native)
    formats = tuple(
        FeatureFormat(
            feature, narrow[feature.name], trial.changed({**wide, feature.name: narrow[feature.name]})
        )
        for feature in numbers
    )
    return Quantisation(
        formats,
        Fixed(formats=narrow),
        changed,
        changed.value <= loss,
        (_lut(ruleset, narrow), _lut(ruleset, wide)),
        trial.measured(trial.native),
        trial.measured(fixed),
    )


def _numbers(ruleset: Ruleset) -> list[Feature]:
    """Return the numbers that rules read, in the order of the schema."""
    used = {literal.feature for condition in ruleset.bound for literal in literals(condition)}
    return [one for one in ruleset.schema.features if one.name in used and one.dtype.is_number]


def _narrowed(
    numbers: Sequence[Feature], wide: Mapping[str, FixedFormat], trial: _Trial, loss: float
) -> dict[str, FixedFormat]:
    """Take bits from one feature after the other, the widest first, as long as all together keep to the loss."""
    formats, left = dict(wide), list(numbers)
    while left:
        feature = max(left, key=lambda one: formats[one.name].width)
        narrower = _one_bit_less(feature, formats[feature.name])
        trying = None if narrower is None else {**formats, feature.name: narrower}
        if trying is not None and trial.changed(trying).value <= loss:
            formats = trying
        else:
            left.remove(feature)
    return formats


def _one_bit_less(feature: Feature, form: FixedFormat) -> FixedFormat | None:
    try:
        return finest_format(feature, form.width - 1) if form.width > 1 else None
    except BindError:
        return None


def _lut(ruleset: Ruleset, formats: Mapping[str, FixedFormat]) -> int:
    conditions = [rule.when for rule in ruleset.rules]
    return predicted_lut(conditions, ruleset.schema, Fixed(formats=dict(formats))) if conditions else 0


@dataclass(frozen=True)
class _Trial:
    """The events that are decided again and again, and what is known of them."""

    ruleset: Ruleset
    frame: pl.DataFrame
    known: Events
    native: pl.Series

    @classmethod
    def of(cls, ruleset: Ruleset, events: Frame, truth: str | None) -> _Trial:
        scanned = scan(events, ruleset.schema)
        labels = None if truth is None else pl.Series(read_truth(scanned, truth))
        bound = bind_columns(scanned, ruleset.schema, ruleset.schema.features, cast=True)
        frame = collect(scanned.select(expression.alias(name) for name, expression in bound.items()))
        if frame.height == 0:
            raise EventError("there are no events to decide", hint="is a filter too strict?")
        native = _outcomes(ruleset, frame, Native())
        return cls(ruleset, frame, Events(frame.height, truth=labels), native)

    def outcomes(self, numerics: Numerics) -> pl.Series:
        return _outcomes(self.ruleset, self.frame, numerics)

    def changed(self, formats: Mapping[str, FixedFormat]) -> Proportion:
        return self.share(self.outcomes(Fixed(formats=dict(formats))) != self.native)

    def share(self, which: pl.Series) -> Proportion:
        return self.known.share(which)

    def measured(self, outcomes: pl.Series) -> Measures:
        named = [name for name in self.ruleset.outcomes[:-1] if name != self.ruleset.otherwise]
        return measure(outcomes.is_in(named), self.known)


def _outcomes(ruleset: Ruleset, frame: pl.DataFrame, numerics: Numerics) -> pl.Series:
    decided: pl.DataFrame = PolarsRunner(compile_ruleset(ruleset, "polars", numerics)).batch(frame)
    return decided["outcome"].cast(pl.String)
