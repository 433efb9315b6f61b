"""Choosing fixed-point formats by asking the data how narrow each feature may be before decisions change.

Thresholds cost nothing to put on a grid, since they are rounded by their sign. Events do: what lies between two
steps of the grid is decided as its neighbour is. What lies beyond the range saturates, so that the range need reach
as far as the thresholds do and no further: bits above would cost and change nothing. So widths are chosen by
deciding real events twice, natively and in fixed point, and by counting what differs: first each feature alone at
every width (its ladder), then together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rulekit.errors import BindError
from rulekit.frames import Frame
from rulekit.ir.condition import AllOf, LiteralCondition
from rulekit.ir.formats import fixed_for, format_for, literals_on_numbers
from rulekit.ir.numerics import Fixed, FixedFormat, Rounding
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Feature
from rulekit.measures import Measures, Shifts
from rulekit.runtime.fixed_point.trials import Trial
from rulekit.runtime.fixed_point.widths import Choice, Rung, cheapest
from rulekit.statistics.intervals import Proportion
from rulekit.store.lookup import RulesetSource, load
from rulekit.targets.shared.lut_cost import predicted_lut, shared_logic

WIDEST = 16
"""Bits that the search begins with."""

_TRIED = 2.0
"""Choices are tried whose changes add up to so many times the loss: together they change fewer."""


@dataclass(frozen=True)
class FeatureFormat:
    """The format that is proposed for a feature, and what it and every other width does alone.

    Attributes
    ----------
    ladder : all widths that were considered, the narrowest first.
    place : of the proposed one in the ladder.

    """

    feature: Feature
    ladder: tuple[Rung, ...]
    place: int

    @property
    def rung(self) -> Rung:
        """The proposed width."""
        return self.ladder[self.place]

    @property
    def form(self) -> FixedFormat:
        """The proposed format."""
        return self.rung.form

    @property
    def changed(self) -> Proportion:
        """The share of decisions that it changes while all other features are compared natively."""
        return self.rung.changed

    @property
    def step(self) -> float:
        """The least significant bit, in the unit of the feature."""
        return self.rung.step


@dataclass(frozen=True)
class Quantisation:
    """What fixed point costs.

    Attributes
    ----------
    formats : of the features that rules read, in the order of the schema.
    numerics : these formats together.
    changed : share of decisions that they change together.
    shifts : by how much rate, efficiency and false-positive rate are larger than the native ones.
    fits : whether the change keeps to the loss that was allowed; with False no width up to the widest does.
    lut : predicted look-up tables with these formats, and with all features at the widest.
    native, fixed : measures of both, of the events that get another outcome than ``otherwise``.

    """

    formats: tuple[FeatureFormat, ...]
    numerics: Fixed
    changed: Proportion
    shifts: Shifts
    fits: bool
    lut: tuple[int, int]
    native: Measures
    fixed: Measures


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
    """Propose the cheapest formats that change at most a share of the decisions.

    The cheapest are those with the fewest predicted look-up tables, and of equal ones those with the fewest bits.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes. Every number that its
        rules read has bounds.
    events : with the features that are read.
    truth : a Boolean or 0/1 column, for efficiency and false-positive rate.
    weight : a column of what each event counts.
    loss : the share of decisions that may change, from 0 to 1.
    widest : so many bits at most, 1 to 48.
    rounding : how events are put on the grid, ``nearest`` (ties to even) or ``floor``.

    Raises
    ------
    BindError
        when a number has no bounds, or no grid holds its thresholds or a value that ``==`` asks for, or the loss is
        no share.
    EventError
        when the events don't fit the schema, or there are none, or truth or weight is no such column.
    UnsupportedError
        when a rule is prescaled.

    """
    if not 0 <= loss <= 1:
        raise BindError("the loss is no share of the decisions", expected="0 to 1", got=f"{loss:g}")
    law = load(ruleset)
    wide = fixed_for(law, widest, rounding).formats
    trial = Trial.of(law, events, truth=truth, weight=weight, rounding=rounding)
    asked = literals_on_numbers(law)
    numbers = [law.schema.by_name[name] for name in asked]
    ladders = [tuple(_ladder(one, asked[one.name], wide[one.name], trial)) for one in numbers]

    def formats_at(choice: Choice) -> dict[str, FixedFormat]:
        return {
            feature.name: ladder[place].form
            for feature, ladder, place in zip(numbers, ladders, choice, strict=True)
        }

    def fits(choice: Choice) -> bool:
        return trial.effect(formats_at(choice)).changed.value <= loss

    chosen = cheapest(ladders, fits, _TRIED * loss * float(trial.known.weights.sum()))
    narrow = formats_at(chosen)
    effect = trial.effect(narrow)
    return Quantisation(
        tuple(map(FeatureFormat, numbers, ladders, chosen)),
        Fixed(formats=narrow, rounding=rounding),
        effect.changed,
        effect.shifts,
        effect.changed.value <= loss,
        (_lut(law, narrow), _lut(law, wide)),
        trial.measures(),
        trial.measures(narrow),
    )


def _ladder(
    feature: Feature, asked: Sequence[LiteralCondition], widest: FixedFormat, trial: Trial
) -> Iterator[Rung]:
    """Return what each width of a feature does alone, the narrowest first."""
    forms = [widest]
    while (narrower := _narrower(feature, asked, forms[-1])) is not None:
        forms.append(narrower)
    for form in reversed(forms):
        alone = {feature.name: form}
        effect = trial.effect(alone)
        logic = shared_logic(AllOf(tuple(asked)), trial.ruleset.schema, Fixed(formats=alone))
        yield Rung(form, effect.changed, effect.shifts, sum(logic.values()))


def _narrower(feature: Feature, asked: Sequence[LiteralCondition], form: FixedFormat) -> FixedFormat | None:
    """Return the next narrower format; None where no grid holds the thresholds, or a value that ``==`` asks for."""
    try:
        return format_for(feature, asked, form.width - 1) if form.width > 1 else None
    except BindError:
        return None


def _lut(ruleset: Ruleset, formats: Mapping[str, FixedFormat]) -> int:
    conditions = [rule.when for rule in ruleset.rules]
    return predicted_lut(conditions, ruleset.schema, Fixed(formats=dict(formats))) if conditions else 0
