from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import FixedFormat
from rulekit.measures import Shifts
from rulekit.runtime.fixed_point.width_search import Choice, WidthOption, WidthOptions, cheapest, pareto_front
from rulekit.statistics.intervals import paired_shift, proportion

EVENTS = 1000


def _options(options: list[tuple[int, int]]) -> WidthOptions:
    """Return a options of options that are given by their look-up tables and the events they change."""
    return [
        WidthOption(
            FixedFormat(width=width, fraction=0),
            proportion(changed, EVENTS),
            Shifts(paired_shift(changed, 0, EVENTS)),
            lut,
        )
        for width, (lut, changed) in enumerate(options, start=1)
    ]


def _price(widths: list[WidthOptions], choice: Choice) -> tuple[int, int]:
    options = [options[place] for options, place in zip(widths, choice, strict=True)]
    return sum(option.lut for option in options), sum(option.form.width for option in options)


def _total(widths: list[WidthOptions], choice: Choice) -> float:
    return sum(options[place].changed.part for options, place in zip(widths, choice, strict=True))


drawn = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), min_size=1, max_size=5).map(_options),
    max_size=4,
)
falling = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), min_size=1, max_size=6).map(
        lambda options: _options(
            list(
                zip(sorted(r[0] for r in options), sorted((r[1] for r in options), reverse=True), strict=True)
            )
        )
    ),
    min_size=1,
    max_size=4,
)


@given(drawn, st.integers(0, 120))
def test_the_cheapest_is_found_where_changes_add_up(widths: list[WidthOptions], loss: int) -> None:
    found = cheapest(widths, lambda choice: _total(widths, choice) <= loss, 2 * loss)
    fitting = [
        choice
        for choice in product(*(range(len(options)) for options in widths))
        if _total(widths, choice) <= loss
    ]
    if fitting:
        assert _price(widths, found) == min(_price(widths, choice) for choice in fitting)
    else:
        assert found == tuple(len(options) - 1 for options in widths)


@given(falling, st.integers(0, 60), st.sampled_from([0.0, 0.5, 1.0, 1.5]))
def test_no_bit_can_be_spared_where_changes_overlap(
    widths: list[WidthOptions], loss: int, more: float
) -> None:
    """Together they change more than the most of them, and less than the sum, or even more than it."""

    def fits(choice: Choice) -> bool:
        parts = [options[place].changed.part for options, place in zip(widths, choice, strict=True)]
        return max(parts) + more * (sum(parts) - max(parts)) <= loss

    found = cheapest(widths, fits, 2 * loss)
    if not fits(tuple(len(options) - 1 for options in widths)):
        assert found == tuple(len(options) - 1 for options in widths)
        return
    assert fits(found)
    for number, place in enumerate(found):
        assert place == 0 or not fits((*found[:number], place - 1, *found[number + 1 :]))


def test_what_saves_more_tables_is_narrowed_first() -> None:
    few, many = _options([(1, 10), (2, 0)]), _options([(1, 10), (9, 0)])
    assert cheapest([few, many], lambda choice: choice != (0, 0), 10) == (1, 0)
    assert cheapest([many, few], lambda choice: choice != (0, 0), 10) == (0, 1)
    # the changes add up to more than any sum that is tried: single bits are taken all the same
    assert cheapest([few, many], lambda choice: choice != (0, 0), 5) == (1, 0)


def test_only_choices_worth_a_trial_are_tried() -> None:
    widths = [_options([(1, 30), (2, 3), (5, 3), (6, 0)])] * 2
    prices = [_price(widths, choice) for choice in pareto_front(widths, EVENTS)]
    assert prices == sorted(prices)
    assert pareto_front(widths, EVENTS) == [(0, 0), (0, 1), (1, 1), (1, 3), (3, 3)]
    assert pareto_front(widths, 6) == [(1, 1), (1, 3), (3, 3)]
    tried: list[Choice] = []
    many = [_options([(lut, 100 - lut) for lut in range(16)])] * 8
    cheapest(many, lambda choice: bool(tried.append(choice)) or _total(many, choice) <= 700, 800)
    assert len(tried) < 40
