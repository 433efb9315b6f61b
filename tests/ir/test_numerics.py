from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import BindError, LawError
from rulekit.ir.condition import SIGNS, Compare, Member, Missing, Sign
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.ir.semantics import OPERATORS, holds

SCHEMA = Schema(
    name="grid",
    version="1.0.0",
    features=(
        Feature(name="x", dtype=DType.FLOAT64),
        Feature(name="n", dtype=DType.INT32),
        Feature(name="b", dtype=DType.BOOL),
        Feature(name="c", dtype=DType.CATEGORY, categories=("a",)),
    ),
)
SMALL = [
    FixedFormat(width=width, fraction=fraction, signed=signed)
    for width in (1, 2, 5)
    for fraction in (-2, 0, 1, 3, 7)
    for signed in (True, False)
]


def grid(form: FixedFormat) -> list[tuple[int, float]]:
    low, high = form.range
    return [(tick, float(Fraction(tick) / Fraction(2) ** form.fraction)) for tick in range(low, high + 1)]


def fixed(form: FixedFormat, rounding: str = "nearest") -> Fixed:
    return Fixed(formats={"x": form}, rounding=rounding)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("form", SMALL, ids=str)
def test_exact_for_every_event_on_the_grid(form: FixedFormat, sign: Sign) -> None:
    """By brute force: thresholds on, beside, between and beyond grid points, against every grid point."""
    points = grid(form)
    step = 2.0**-form.fraction
    on_grid = [value for _, value in points] + [points[0][1] - step, points[-1][1] + 5 * step]
    offsets = [0.0] if sign in {"==", "!="} else [0.0, step / 2, step / 3, -step / 1024]
    thresholds = {value + offset for value in on_grid for offset in offsets}
    for threshold in thresholds:
        bound = fixed(form).bind_condition(Compare("x", sign, threshold), SCHEMA)
        for tick, value in points:
            event = fixed(form).bind_event({"x": value})
            assert event == {"x": tick}
            assert holds(bound, event) == OPERATORS[sign](value, threshold)


@pytest.mark.parametrize("sign", [">=", "<", ">", "<="])
def test_rounding_follows_from_the_sign(sign: Sign) -> None:
    bound = fixed(FixedFormat(width=8, fraction=1)).bind_condition(Compare("x", sign, 1.3), SCHEMA)
    assert isinstance(bound, Compare)
    assert bound.value == (3 if sign in {">=", "<"} else 2)


@pytest.mark.parametrize("rounding", ["nearest", "floor"])
@pytest.mark.parametrize("form", SMALL, ids=str)
def test_events_are_rounded_and_saturated(form: FixedFormat, rounding: str) -> None:
    low, high = form.range
    for eighths in range(8 * low - 20, 8 * high + 21):
        exact = Fraction(eighths, 8)
        expected = math.floor(exact) if rounding == "floor" else half_to_even(exact)
        value = float(exact / Fraction(2) ** form.fraction)
        assert form.encode(value, rounding) == min(high, max(low, expected))


def half_to_even(exact: Fraction) -> int:
    below = math.floor(exact)
    rest = exact - below
    if rest == Fraction(1, 2):
        return below + below % 2
    return below + (rest > Fraction(1, 2))


@given(st.floats(allow_nan=False), st.sampled_from(SMALL), st.sampled_from(["nearest", "floor"]))
def test_any_float_lands_on_the_nearest_point_of_the_grid(
    value: float, form: FixedFormat, rounding: str
) -> None:
    tick = form.encode(value, rounding)
    low, high = form.range
    assert low <= tick <= high
    if math.isinf(value):
        assert tick == (high if value > 0 else low)
        return
    away = Fraction(value) * Fraction(2) ** form.fraction - tick
    inside = low < tick < high
    if inside and rounding == "floor":
        assert 0 <= away < 1
    elif inside:
        assert abs(away) <= Fraction(1, 2)


def test_ranges() -> None:
    assert FixedFormat(width=8, fraction=0).range == (-128, 127)
    assert FixedFormat(width=8, fraction=0, signed=False).range == (0, 255)


@pytest.mark.parametrize(
    "fields",
    [
        {"width": 0, "fraction": 0},
        {"width": 49, "fraction": 0},
        {"width": 8, "fraction": 49},
        {"width": 48, "fraction": -6},
    ],
)
def test_refuses_formats_that_are_not_exact(fields: dict[str, int]) -> None:
    with pytest.raises(LawError):
        FixedFormat(**fields)


@pytest.mark.parametrize("sign", ["==", "!="])
def test_refuses_equality_off_the_grid(sign: Sign) -> None:
    with pytest.raises(BindError, match="no event on the grid of x equals") as raised:
        fixed(FixedFormat(width=8, fraction=1)).bind_condition(Compare("x", sign, 1.3), SCHEMA)
    assert raised.value.expected == "a multiple of 0.5"


def test_refuses_membership_off_the_grid() -> None:
    numerics = Fixed(formats={"n": FixedFormat(width=8, fraction=-1)})
    assert numerics.bind_condition(Member("n", (2, 4)), SCHEMA) == Member("n", (1, 2))
    with pytest.raises(BindError, match="no event on the grid"):
        numerics.bind_condition(Member("n", (2, 3)), SCHEMA)


def test_refuses_a_number_without_a_format() -> None:
    with pytest.raises(BindError, match="n has no fixed-point format"):
        fixed(FixedFormat(width=8, fraction=1)).bind_condition(Compare("n", ">", 1), SCHEMA)


@pytest.mark.parametrize("word", ["b", "c"])
def test_refuses_a_format_for_a_word(word: str) -> None:
    numerics = Fixed(formats={word: FixedFormat(width=1, fraction=0)})
    with pytest.raises(BindError, match=f"{word} is no number"):
        numerics.bind_condition(Missing(word), SCHEMA)


def test_words_and_missing_values_stay_what_they_are() -> None:
    numerics = fixed(FixedFormat(width=8, fraction=1))
    event = {"x": None, "n": 3, "b": True, "c": "a"}
    assert numerics.bind_event(event) == event
    for literal in (Compare("b", "==", value=True), Member("c", ("a",)), Missing("x")):
        assert numerics.bind_condition(literal, SCHEMA) == literal


@pytest.mark.parametrize(
    ("sign", "value", "tick"), [(">", math.inf, 4), ("<=", -math.inf, -5), (">=", 100, 4), ("<", -9, -5)]
)
def test_thresholds_beyond_the_grid_stay_beyond_it(sign: Sign, value: float, tick: int) -> None:
    bound = fixed(FixedFormat(width=3, fraction=0)).bind_condition(Compare("x", sign, value), SCHEMA)
    assert bound == Compare("x", sign, tick)


def test_native_changes_nothing() -> None:
    literal = Compare("x", ">", 0.1)
    event = {"x": 0.1, "n": None}
    assert Native().bind_condition(literal, SCHEMA) is literal
    assert Native().bind_event(event) is event
