from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rulekit.errors import BindError
from rulekit.ir.canonical import bind_literal
from rulekit.ir.condition import AllOf, LiteralCondition
from rulekit.ir.formats import default_fixed, finest_format, fixed_for, format_for
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.numerics import Fixed, FixedFormat, Rounding
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import holds

SCHEMA = Schema(
    name="s",
    version="1.0.0",
    features=(
        Feature(name="pt", dtype="float64", bounds=(0, 255)),
        Feature(name="eta", dtype="float64", bounds=(-5, 5)),
        Feature(name="n", dtype="int32", bounds=(0, 12)),
        Feature(name="kind", dtype="category", categories=("a", "b", "c")),
        Feature(name="ok", dtype="bool"),
    ),
)


def test_default_formats_hold_the_bounds_on_the_finest_grid() -> None:
    formats = default_fixed(SCHEMA, 10).formats
    assert formats["pt"] == FixedFormat(width=10, fraction=2, signed=False)
    assert formats["eta"] == FixedFormat(width=10, fraction=6, signed=True)
    assert formats["n"] == FixedFormat(width=4, fraction=0, signed=False)
    assert set(formats) == {"pt", "eta", "n"}


def test_numbers_without_bounds_and_odd_widths_are_errors() -> None:
    free = Schema(name="s", version="1.0.0", features=(Feature(name="x", dtype="float32"),))
    with pytest.raises(BindError, match="no fixed-point format can be chosen for x"):
        default_fixed(free, 10)
    with pytest.raises(BindError, match="no such width"):
        default_fixed(SCHEMA, 0)


@pytest.mark.parametrize(
    ("dtype", "bounds", "width", "form"),
    [
        ("int64", (0, 4095), 10, (10, -3, False)),  # 4095 is beyond 1023 steps of 4
        ("int64", (0, 4092), 10, (10, -2, False)),
        ("int32", (-3, 3), 10, (3, 0, True)),
        ("float32", (-1, 1), 8, (8, 6, True)),
        ("float64", (0, 0), 5, (5, 48, False)),
        ("float64", (0, 2.0**-60), 1, (1, 48, False)),
    ],
)
def test_the_finest_grid_that_holds_the_bounds(dtype: str, bounds: Any, width: int, form: Any) -> None:
    feature = Feature(name="x", dtype=dtype, bounds=bounds)
    found = finest_format(feature, width)
    assert (found.width, found.fraction, found.signed) == form


def test_bounds_that_no_grid_holds_are_an_error() -> None:
    with pytest.raises(BindError, match="no grid of 1 bits holds the bounds of x"):
        finest_format(Feature(name="x", dtype="float64", bounds=(0, 2.0**60)), 1)


def _asked(feature: Feature, *texts: str) -> list[LiteralCondition]:
    schema = Schema(name="s", version="1.0.0", features=(feature,))
    return [bind_literal(parse_literal(text), schema) for text in texts]


@pytest.mark.parametrize(
    ("dtype", "bounds", "texts", "width", "form"),
    [
        ("float32", (0, 2000), ["x > 18.5", "x <= 30"], 8, (8, 3, False)),  # up to 31.875, not 2040
        ("float32", (0, 20), ["x > 18.5", "x <= 30"], 8, (8, 3, False)),  # the bounds reach as far
        ("float64", (0, 4), ["x > 1", "x < 300"], 4, (4, 3, False)),  # 300 never occurs
        ("float64", (0, 300), ["x >= 16"], 5, (5, 0, False)),
        ("float64", (0, 300), ["x >= 16"], 4, (4, -1, False)),
        ("float64", (0, 300), ["x < 15"], 4, (4, 0, False)),
        ("float64", (0, 300), ["x <= 15"], 4, (4, -1, False)),  # 16 is the next code above 15
        ("float64", (-300, 300), ["x >= 16"], 5, (5, 0, False)),  # negative numbers saturate to zero
        ("float64", (-300, 300), ["x >= 0"], 9, (1, 48, True)),  # the sign alone
        ("float64", (-300, 300), ["x < 0"], 9, (1, 48, True)),
        ("float64", (-300, 300), ["x > 0"], 9, (1, 48, False)),
        ("float64", (-300, 300), ["x <= 0", "x < 0"], 2, (2, 48, True)),
        ("float64", (-300, 300), ["x == 0"], 2, (2, 48, True)),
        ("float64", (0, 300), ["x == 0"], 2, (1, 48, False)),  # nothing below zero is mistaken for it
        ("float64", (0, 300), ["x >= 0"], 9, (1, 48, False)),  # always
        ("float64", (5, 9), ["x >= 5", "x < 3", "x == 12"], 4, (4, 1, False)),  # always, or never
        ("float64", (-9, -5), ["x >= -4"], 4, (4, 0, True)),
        ("float64", (0, 300), ["x <= inf", "x > -inf", "x < 3"], 2, (2, 0, False)),
        ("float64", (0, 300), ["x is missing"], 2, (1, 48, False)),
        ("float64", (-300, 300), ["x > -8"], 4, (4, 0, True)),
        ("float64", (-300, 300), ["x >= -8"], 4, (4, -1, True)),  # -9 is the next code below -8
        ("float64", (0, 2.5), ["x > 2.4"], 2, (2, 0, False)),  # 2.5 is between two codes
        ("float64", (-2.5, 0), ["x < -2.4"], 3, (3, 0, True)),
        ("int32", (-1, 1), ["x in {0, 1}"], 1, (1, 0, True)),  # 0 and 1 need not be told apart
        ("int32", (0, 1000), ["x in {3, 7}"], 9, (4, 0, False)),  # 8 is not taken for 7
        ("int32", (0, 7), ["x in {3, 7}"], 9, (3, 0, False)),  # 8 does not occur
        ("int32", (0, 1000), ["x == 4", "x != 12"], 3, (3, -1, False)),
        ("int32", (-8, 7), ["x == -8"], 9, (4, 0, True)),
        ("int32", (-9, 7), ["x == -8"], 9, (5, 0, True)),
        ("int64", None, ["x >= 100"], 7, (7, 0, False)),
        ("int64", None, ["x >= 100"], 5, (5, -2, False)),
        ("float64", None, ["x < 3", "x >= -1"], 5, (5, 2, True)),
    ],
)
def test_a_format_reaches_as_far_as_the_literals(
    dtype: str, bounds: Any, texts: list[str], width: int, form: Any
) -> None:
    feature = Feature(name="x", dtype=dtype, bounds=bounds)
    found = format_for(feature, _asked(feature, *texts), width)
    assert (found.width, found.fraction, found.signed) == form
    assert found.limits == tuple(code * 2.0**-found.fraction for code in found.range)


def _both_ways(
    literal: LiteralCondition, form: FixedFormat, rounding: Rounding = "nearest"
) -> Callable[[float | Fraction], tuple[bool, bool]]:
    """Decide a literal on a value in a format, and in one of the same step that holds far more than is asked."""
    wide = FixedFormat(width=min(48, 53 + form.fraction), fraction=form.fraction)
    pair = [Fixed(formats={"x": one}, rounding=rounding) for one in (form, wide)]
    bound = [one.bind_literal(literal) for one in pair]

    def decided(value: float | Fraction) -> tuple[bool, bool]:
        event: Any = {"x": value}
        narrow, broad = (holds(on, one.bind_event(event)) for on, one in zip(bound, pair, strict=True))
        return narrow, broad

    return decided


def _reached(feature: Feature, step: Fraction) -> tuple[int, int]:
    """Return the codes between which events lie, however they are rounded."""
    low, high = feature.bounds or (-100, 100)
    return math.floor(low / step), math.ceil(high / step)


def _numbers(literal: LiteralCondition) -> list[Fraction]:
    """Return what a literal asks for; nothing when that is infinite."""
    values = getattr(literal, "values", (getattr(literal, "value", 0),))
    return [Fraction(value) for value in values if math.isfinite(value)]


def _codes(feature: Feature, asked: Sequence[LiteralCondition], form: FixedFormat) -> Iterator[int]:
    """Yield codes within the bounds: all of a coarse grid, of a fine one those where anything can happen."""
    step = Fraction(2) ** -form.fraction
    low, high = _reached(feature, step)
    if high - low < 500:
        yield from range(low, high + 1)
        return
    near = {low, high, *form.range, *(round(number / step) for one in asked for number in _numbers(one))}
    yield from (code for spot in near for code in range(spot - 3, spot + 4) if low <= code <= high)


def _tells(feature: Feature, asked: Sequence[LiteralCondition], form: FixedFormat) -> bool:
    """Say whether a format decides all literals as a wide one does, on what the bounds allow."""
    step = Fraction(2) ** -form.fraction
    codes = list(_codes(feature, asked, form))
    try:
        both = [_both_ways(literal, form) for literal in asked]
    except BindError:
        return False
    return all(
        narrow == broad for decided in both for narrow, broad in (decided(code * step) for code in codes)
    )


@st.composite
def _questions(draw: st.DrawFn) -> tuple[Feature, list[LiteralCondition], int]:
    dtype = draw(st.sampled_from(["float32", "float64", "int32", "int64"]))
    whole = dtype.startswith("int")
    sizes = st.integers(-20, 20).map(lambda ticks: ticks if whole else ticks / 4)
    between = sizes if whole else sizes | st.sampled_from([-2.7, -0.1, 0.1, 0.3, 4.9])
    bounds = draw(st.none() | st.tuples(between, between).map(sorted).map(tuple))
    texts = [f"x {sign} {{}}" for sign in ("<", "<=", ">", ">=")]
    orders = st.tuples(st.sampled_from(texts), between).map(lambda pair: pair[0].format(pair[1]))
    equals = st.tuples(st.sampled_from(["x == {}", "x != {}"]), sizes).map(lambda p: p[0].format(p[1]))
    sets = st.lists(sizes, min_size=1, max_size=3).map(lambda some: f"x in {{{', '.join(map(str, some))}}}")
    literals = orders | orders | equals | (sets if whole else st.just("x is missing"))
    feature = Feature(name="x", dtype=dtype, bounds=bounds)
    return (
        feature,
        _asked(feature, *draw(st.lists(literals, min_size=1, max_size=4))),
        draw(st.integers(1, 7)),
    )


@given(_questions(), st.sampled_from(["nearest", "floor"]))
def test_what_saturates_is_decided_as_before(question: Any, rounding: Rounding) -> None:
    """On the grid and between its points, within the range of the format and beyond."""
    feature, asked, width = question
    try:
        form = format_for(feature, asked, width)
    except BindError:
        assume(False)
    step = Fraction(2) ** -form.fraction
    parts = [Fraction(quarters, 4) for quarters in range(4)]
    values = [(code + part) * step for code in _codes(feature, asked, form) for part in parts]
    low, high = feature.bounds or (-math.inf, math.inf)
    for literal in asked:
        decided = _both_ways(literal, form, rounding)
        for value in [value for value in values if low <= value <= high]:
            narrow, broad = decided(value)
            assert narrow == broad, (feature, literal, form, value)


@given(_questions(), st.sampled_from(["nearest", "floor"]))
def test_beyond_the_bounds_too_where_these_leave_room(question: Any, rounding: Rounding) -> None:
    feature, asked, width = question
    try:
        form = format_for(feature, asked, width)
    except BindError:
        assume(False)
    step = Fraction(2) ** -form.fraction
    low, high = feature.bounds or (-math.inf, math.inf)
    ends = [end * step + part for end in form.range for part in (-2 * step, -step, 0, step, 2 * step)]
    beyond = [-math.inf, math.inf, *ends, *(sign * size for sign in (-1, 1) for size in (100, 1e6, 1e15))]
    for literal in asked:
        if all(low + 2 * step <= number <= high - 2 * step for number in _numbers(literal)):
            decided = _both_ways(literal, form, rounding)
            for value in beyond:
                narrow, broad = decided(value)
                assert narrow == broad, (feature, literal, form, value)


def _needed(feature: Feature, asked: Sequence[LiteralCondition], form: FixedFormat) -> bool:
    """Say whether a format does what it must: not just for literals that all hold always or never."""
    step = Fraction(2) ** -form.fraction
    return _tells(feature, asked, form) and any(
        len({_both_ways(literal, form)(code * step) for code in _codes(feature, [literal], form)}) > 1
        for literal in asked
    )


@given(_questions())
def test_no_finer_or_narrower_format_would_do(question: Any) -> None:
    feature, asked, width = question
    try:
        form = format_for(feature, asked, width)
    except BindError:
        for fraction, signed in product(range(-6, 1), (False, True)):
            form = FixedFormat(width=width, fraction=fraction, signed=signed)
            assert not _needed(feature, asked, form)
        return
    assert form.width <= width
    assert _tells(feature, asked, form)
    for signed in (False, True):
        if form.width > 1:
            narrower = FixedFormat(width=form.width - 1, fraction=form.fraction, signed=signed)
            assert not _needed(feature, asked, narrower)
        if form.fraction < (0 if feature.dtype.is_integer else 48):
            finer = FixedFormat(width=width, fraction=form.fraction + 1, signed=signed)
            assert not _needed(feature, asked, finer)


@pytest.mark.parametrize(
    ("texts", "width", "words"),
    [
        (["x < -1", "x > 1"], 1, "no grid of 1 bits holds the thresholds of x"),
        (["x >= 1e18"], 48, "no grid of 48 bits holds the thresholds of x"),
        (["x == 0.1"], 48, "no event on the grid of x equals the threshold"),
        (["x == 3", "x < 200"], 6, "no event on the grid of x equals the threshold"),
    ],
)
def test_literals_that_no_format_can_hold(texts: list[str], width: int, words: str) -> None:
    feature = Feature(name="x", dtype="float64", bounds=(-1e20, 1e20))
    with pytest.raises(BindError, match=words):
        format_for(feature, _asked(feature, *texts), width)


def _law(*texts: str, schema: Schema = SCHEMA) -> Ruleset:
    rules = [
        Rule(id=f"r{number}", when=AllOf((parse_literal(text),)), then="accept")
        for number, text in enumerate(texts)
    ]
    return Ruleset(name="s", version="1.0.0", schema=schema, hit_policy="any", otherwise="no", rules=rules)


def test_every_number_that_rules_read_gets_a_format() -> None:
    law = _law("n >= 3", "pt > 31.5", "pt < 3", "kind == a", "ok == true")
    fixed = fixed_for(law, 10, rounding="floor")
    assert list(fixed.formats) == ["pt", "n"]
    assert fixed.formats["pt"] == FixedFormat(width=10, fraction=5, signed=False)
    assert fixed.formats["n"] == FixedFormat(width=2, fraction=0, signed=False)
    assert fixed.rounding == "floor"
    assert fixed_for(law, 10).rounding == "nearest"
    assert fixed_for(_law("ok == true"), 10).formats == {}


def test_every_number_without_bounds_is_named() -> None:
    free = [Feature(name=name, dtype="float32") for name in ("a", "b", "unread")]
    schema = Schema(name="s", version="1.0.0", features=(*free, *SCHEMA.features))
    law = _law("b > 3", "pt > 1", "a > 2", schema=schema)
    with pytest.raises(BindError, match=r"no fixed-point format can be chosen for a, b\b") as error:
        fixed_for(law, 10)
    assert "unread" not in str(error.value)
    for width in (0, 49):
        with pytest.raises(BindError, match="no such width"):
            fixed_for(_law("pt > 1"), width)
