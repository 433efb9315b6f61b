"""The bit-width search: the cheapest choice of one width for each feature that keeps to a loss.

Each comparator belongs to one feature, so the price of a choice is exactly the sum of the prices of its widths.
The decisions that it changes are only about the sum of those that each width changes alone, because two features
may change the same event. So candidates are ranked by that sum, the predicted loss, and confirmed by deciding the
events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rulekit.ir.numerics import FixedFormat
from rulekit.measures import Shifts
from rulekit.statistics.intervals import Proportion


class WidthOption(NamedTuple):
    """A width of a feature, what it does while all other features are compared natively, and what it costs.

    Attributes
    ----------
    form : the finest format of that width whose range holds both sides of each threshold.
    changed : the share of decisions that it changes.
    shifts : by how much rate, efficiency and false-positive rate are larger than the native ones.
    lut : predicted look-up tables of the comparators of the feature.

    """

    form: FixedFormat
    changed: Proportion
    shifts: Shifts
    lut: int

    @property
    def step(self) -> float:
        """The least significant bit, in the unit of the feature."""
        return 2.0**-self.form.fraction


WidthOptions = Sequence[WidthOption]
"""The widths of a feature, the narrowest first."""

Choice = tuple[int, ...]
"""For each feature, the place of the chosen width among its widths."""


def cheapest(widths: Sequence[WidthOptions], fits: Callable[[Choice], bool], most: float) -> Choice:
    """Return the cheapest choice found that fits, or the widest choice when none fits.

    The price is the number of look-up tables, then the number of bits. Bisection finds the cheapest choice that
    fits on the Pareto front of price and predicted loss. Then single bits are removed while the choice still fits,
    those that save the most look-up tables first: where two features change the same event, the loss is below its
    prediction, and some of it is left to use.

    Parameters
    ----------
    widths : the widths of each feature.
    fits : tells whether a choice keeps to the loss, by deciding the events.
    most : the largest predicted loss, a sum of weights; choices beyond it are not tried.

    """
    widest = tuple(len(options) - 1 for options in widths)
    choices = [*pareto_front(widths, most), widest]
    place = bisect_left(range(len(choices) - 1), True, key=lambda tried: fits(choices[tried]))
    return _narrowed(widths, choices[place], fits)


def pareto_front(widths: Sequence[WidthOptions], most: float) -> list[Choice]:
    """Return the choices that no other choice beats in both price and predicted loss, the cheapest first."""
    front: list[tuple[tuple[int, int], float, Choice]] = [((0, 0), 0.0, ())]
    for options in widths:
        longer = sorted(
            ((lut + option.lut, bits + option.form.width), total, (*choice, place))
            for (lut, bits), changed, choice in front
            for place, option in enumerate(options)
            if (total := changed + option.changed.part) <= most
        )
        front = []
        for one in longer:
            if not front or one[1] < front[-1][1]:
                front.append(one)
    return [choice for _, _, choice in front]


def _narrowed(widths: Sequence[WidthOptions], choice: Choice, fits: Callable[[Choice], bool]) -> Choice:
    """Remove single bits from a choice while it fits."""

    def worth(number: int) -> tuple[int, int]:
        options, place = widths[number], choice[number]
        return options[place].lut - options[max(0, place - 1)].lut, options[place].form.width

    left = set(range(len(widths)))
    while left:
        number = max(sorted(left), key=worth)
        narrower = (*choice[:number], choice[number] - 1, *choice[number + 1 :])
        if narrower[number] >= 0 and worth(number)[0] >= 0 and fits(narrower):
            choice = narrower
        else:
            left.remove(number)
    return choice
