"""The cheapest choice of one width for each feature that keeps to a loss.

Comparators belong to one feature each, so that the price of a choice is exactly the sum of the prices of its rungs.
What it changes is only about the sum of what each rung changes alone, because an event may be changed by two. So
the sums say which choices are worth a trial, and the trials say which of them keeps to the loss.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rulekit.ir.numerics import FixedFormat
from rulekit.measures import Shifts
from rulekit.statistics.intervals import Proportion


class Rung(NamedTuple):
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


Ladder = Sequence[Rung]
"""The widths of a feature, the narrowest first."""

Choice = tuple[int, ...]
"""The place of the chosen rung in each ladder."""


def cheapest(ladders: Sequence[Ladder], fits: Callable[[Choice], bool], most: float) -> Choice:
    """Return the cheapest choice found that fits; that of all the widest when none does.

    Look-up tables count first, then bits. Of the choices that no other beats in both price and sum of changes the
    cheapest that fits is found by bisection. From it single bits are taken for as long as it fits, those first
    that save most look-up tables, because changes that fall on the same events leave some of the loss unused.

    Parameters
    ----------
    ladders : of each feature.
    fits : whether a choice keeps to the loss, by trial.
    most : choices whose changes add up to more than this sum of weights are not tried.

    """
    widest = tuple(len(ladder) - 1 for ladder in ladders)
    choices = [*unbeaten(ladders, most), widest]
    place = bisect_left(range(len(choices) - 1), True, key=lambda tried: fits(choices[tried]))
    return _spared(ladders, choices[place], fits)


def unbeaten(ladders: Sequence[Ladder], most: float) -> list[Choice]:
    """Return the choices that none is better than both in price and in sum of changes, the cheapest first."""
    front: list[tuple[tuple[int, int], float, Choice]] = [((0, 0), 0.0, ())]
    for ladder in ladders:
        longer = sorted(
            ((lut + rung.lut, bits + rung.form.width), total, (*choice, place))
            for (lut, bits), changed, choice in front
            for place, rung in enumerate(ladder)
            if (total := changed + rung.changed.part) <= most
        )
        front = []
        for one in longer:
            if not front or one[1] < front[-1][1]:
                front.append(one)
    return [choice for _, _, choice in front]


def _spared(ladders: Sequence[Ladder], choice: Choice, fits: Callable[[Choice], bool]) -> Choice:
    """Take single bits from a choice, for as long as it fits."""

    def worth(number: int) -> tuple[int, int]:
        ladder, place = ladders[number], choice[number]
        return ladder[place].lut - ladder[max(0, place - 1)].lut, ladder[place].form.width

    left = set(range(len(ladders)))
    while left:
        number = max(sorted(left), key=worth)
        narrower = (*choice[:number], choice[number] - 1, *choice[number + 1 :])
        if narrower[number] >= 0 and worth(number)[0] >= 0 and fits(narrower):
            choice = narrower
        else:
            left.remove(number)
    return choice
