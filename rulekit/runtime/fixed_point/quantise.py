"""Choosing fixed-point formats: how narrow each feature may be before decisions change.

Thresholds can be put on a grid without loss, because they are rounded by their sign. Events can't: a value between
two steps of the grid is decided like its neighbour. A value beyond the range saturates, so the range need only
reach the thresholds; further bits would cost and change nothing. Widths are therefore chosen by deciding real
events twice, natively and in fixed point, and counting the decisions that differ: first each feature alone at every
width, then all features together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rulekit import html
from rulekit.errors import BindError
from rulekit.frames import Frame
from rulekit.ir.condition import AllOf, LiteralCondition
from rulekit.ir.formats import fixed_for, format_for, literals_on_numbers
from rulekit.ir.numerics import Fixed, FixedFormat, Rounding
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature
from rulekit.measures import Measures, Shifts
from rulekit.runtime.fixed_point.trials import FixedPointTrials
from rulekit.runtime.fixed_point.width_search import Choice, WidthOption, cheapest
from rulekit.statistics.intervals import Proportion
from rulekit.store.lookup import RulesetSource, load
from rulekit.tables import percent
from rulekit.targets.shared.lut_cost import predicted_lut, shared_logic

WIDEST = 16
"""The default of the most bits of a feature."""

_TRIED = 2.0
"""Choices are tried up to so many times the loss by prediction, because together widths change fewer."""


@dataclass(frozen=True)
class FeatureFormat:
    """The format that is proposed for a feature, and the effect of each width alone.

    Attributes
    ----------
    options : every width that was considered, the narrowest first.
    place : the place of the proposed width in ``options``.

    """

    feature: Feature
    options: tuple[WidthOption, ...]
    place: int

    @property
    def option(self) -> WidthOption:
        """The proposed width."""
        return self.options[self.place]

    @property
    def form(self) -> FixedFormat:
        """The proposed format."""
        return self.option.form

    @property
    def changed(self) -> Proportion:
        """The share of decisions that change when only this feature is in fixed point."""
        return self.option.changed

    @property
    def step(self) -> float:
        """The least significant bit, in the unit of the feature."""
        return self.option.step


@dataclass(frozen=True)
class Quantisation:
    """The proposed fixed-point formats of a ruleset, and what they cost.

    Attributes
    ----------
    ruleset : the law that was quantised.
    formats : the formats of the features that rules read, in the order of the schema.
    numerics : these formats together.
    changed : share of decisions that they change together.
    shifts : by how much rate, efficiency and false-positive rate exceed the native ones.
    fits : whether the change keeps to the loss that was allowed; False when no width up to the widest does.
    lut : predicted look-up tables with these formats, and with all features at the widest.
    native, fixed : measures of the accepted events, decided natively and with these formats.

    """

    ruleset: Ruleset
    formats: tuple[FeatureFormat, ...]
    numerics: Fixed
    changed: Proportion
    shifts: Shifts
    fits: bool
    lut: tuple[int, int]
    native: Measures
    fixed: Measures

    def to_document(self) -> dict[str, Any]:
        """Return the formats, every width that was considered, and the costs, as plain JSON."""
        return {
            "ruleset": self.ruleset.name,
            "digest": self.ruleset.digest,
            "numerics": self.numerics.model_dump(mode="json"),
            "features": {
                one.feature.name: {
                    **_document(one.option),
                    "ladder": [_document(each) for each in one.options],
                }
                for one in self.formats
            },
            "changed": self.changed.to_document(),
            "fits": self.fits,
            "predicted_lut": {"proposed": self.lut[0], "widest": self.lut[1]},
            "native": self.native.to_document(),
            "fixed": self.fixed.to_document(),
            "shift": self.shifts.to_document(),
        }

    def to_json(self) -> str:
        """Return :meth:`to_document` as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        widths = ", ".join(f"{one.feature.name} {one.form.width}" for one in self.formats)
        fits = "" if self.fits else ", more than the loss allows"
        return (
            f"<Quantisation of {self.ruleset.name} {self.ruleset.version}: bits {widths or 'none'}; "
            f"{percent(self.changed)} of decisions change{fits}>"
        )

    def _repr_html_(self) -> str:
        head = ("feature", "unit", "bits", "fraction", "signed", "step", "largest", "changes alone", "LUTs")
        rows = [
            (one.feature.name, one.feature.unit, form.width, form.fraction, "yes" if form.signed else "no",
             f"{one.step:g}", f"{form.limits[1]:g}", percent(one.changed), one.option.lut)
            for one in self.formats for form in [one.form]
        ]  # fmt: skip
        return html.page(
            f"Fixed-point formats of {self.ruleset.name} {self.ruleset.version}",
            f"Together they change {percent(self.changed)} of {self.native.events:,} decisions.",
            html.table(head, rows, numbers=range(2, len(head))),
            f"Predicted look-up tables: {self.lut[0]}, and {self.lut[1]} with the widest formats.",
            *([] if self.fits else ["No width keeps to the loss that was allowed."]),
        )


def _document(option: WidthOption) -> dict[str, Any]:
    return {
        **option.form.model_dump(),
        "step": option.step,
        "limits": option.form.limits,
        "changed": option.changed.to_document(),
        "shift": option.shifts.to_document(),
        "predicted_lut": option.lut,
    }


def quantise(
    ruleset: RulesetSource,
    events: Frame,
    *,
    truth: str | None = None,
    weight: str | None = None,
    loss: float = 0.001,
    widest: int = WIDEST,
    rounding: Rounding = "nearest",
) -> Quantisation:
    """Propose the cheapest fixed-point formats that change at most a share of the decisions.

    The cheapest formats have the fewest predicted look-up tables, and of equal ones the fewest bits.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes; every number that its rules read has
        bounds.
    events : the events to decide, with the features that are read.
    truth : a Boolean or 0/1 column, for efficiency and false-positive rate (default: neither is measured).
    weight : a column with the weight of each event (default: 1 each).
    loss : the share of decisions that may change, from 0 to 1.
    widest : the most bits of a feature, 1 to 48.
    rounding : how values are put on the grid, ``nearest`` (ties to even) or ``floor``.

    Raises
    ------
    LawError
        when the law can't be read.
    BindError
        when a number has no bounds, no grid holds its thresholds or a value that ``==`` compares, or the loss is
        not a share.
    EventError
        when the events don't fit the schema, there are none, or truth or weight is no such column.
    UnsupportedError
        when a rule is prescaled.

    """
    ruleset = load(ruleset)
    if not 0 <= loss <= 1:
        raise BindError("the loss is not a share of the decisions", expected="0 to 1", got=f"{loss:g}")
    wide = fixed_for(ruleset, widest, rounding).formats
    trial = FixedPointTrials.of(ruleset, events, truth=truth, weight=weight, rounding=rounding)
    asked = literals_on_numbers(ruleset)
    numbers = [ruleset.schema.by_name[name] for name in asked]
    widths = [tuple(_options(one, asked[one.name], wide[one.name], trial)) for one in numbers]

    def formats_at(choice: Choice) -> dict[str, FixedFormat]:
        return {
            feature.name: options[place].form
            for feature, options, place in zip(numbers, widths, choice, strict=True)
        }

    def fits(choice: Choice) -> bool:
        return trial.effect(formats_at(choice)).changed.value <= loss

    chosen = cheapest(widths, fits, _TRIED * loss * float(trial.known.weights.sum()))
    narrow = formats_at(chosen)
    effect = trial.effect(narrow)
    return Quantisation(
        ruleset,
        tuple(map(FeatureFormat, numbers, widths, chosen)),
        Fixed(formats=narrow, rounding=rounding),
        effect.changed,
        effect.shifts,
        effect.changed.value <= loss,
        (_predicted(ruleset, narrow), _predicted(ruleset, wide)),
        trial.measures(),
        trial.measures(narrow),
    )


def _options(
    feature: Feature, asked: Sequence[LiteralCondition], widest: FixedFormat, trial: FixedPointTrials
) -> Iterator[WidthOption]:
    """Return the effect of each width of a feature alone, the narrowest first."""
    forms = [widest]
    while (narrower := _narrower(feature, asked, forms[-1])) is not None:
        forms.append(narrower)
    for form in reversed(forms):
        alone = {feature.name: form}
        effect = trial.effect(alone)
        logic = shared_logic(AllOf(tuple(asked)), trial.ruleset.schema, Fixed(formats=alone))
        yield WidthOption(form, effect.changed, effect.shifts, sum(logic.values()))


def _narrower(feature: Feature, asked: Sequence[LiteralCondition], form: FixedFormat) -> FixedFormat | None:
    """Return the next narrower format; None when no grid holds the thresholds, or a value that ``==`` compares."""
    try:
        return format_for(feature, asked, form.width - 1) if form.width > 1 else None
    except BindError:
        return None


def _predicted(ruleset: Ruleset, formats: Mapping[str, FixedFormat]) -> int:
    conditions = [rule.when for rule in ruleset.rules]
    return predicted_lut(conditions, ruleset.schema, Fixed(formats=dict(formats))) if conditions else 0
