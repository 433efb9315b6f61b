"""Events on their grids: the frame's encoder, that of the C pair and the definition give the same integers."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rulekit
from rulekit.errors import BindError, EventError, LawError
from rulekit.frames import POLARS
from rulekit.ir.condition import AllOf, Compare, Member, Missing
from rulekit.ir.floats import nearest_float32, nearest_float64, next_float32
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.targets import targets
from rulekit.targets.lower import lower
from rulekit.targets.shared.encode import encode

ABSENT = targets.get("c").absent()
needs_c = pytest.mark.skipif(ABSENT is not None, reason=str(ABSENT))

FORMS = [
    FixedFormat(width=width, fraction=fraction, signed=signed)
    for width, fractions in {1: (-3, 0, 2), 10: (-4, 0, 4), 32: (-7, 0, 9), 48: (-5, 0, 3, 40)}.items()
    for fraction in fractions
    for signed in (False, True)
]
NUMBERS = [DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64]
NEAREST = {DType.FLOAT32: nearest_float32, DType.FLOAT64: nearest_float64}
ROUNDINGS = ["nearest", "floor"]
C_TYPES = {"bool": ctypes.c_bool, "uint32_t": ctypes.c_uint32, "int32_t": ctypes.c_int32}


class Encoder:
    """The public ``_encode`` of a C pair, called through its structs."""

    def __init__(self, ruleset: Ruleset, numerics: Fixed) -> None:
        from rulekit.targets.c.build import build
        from rulekit.targets.c.names import Names, is_real, storage
        from rulekit.targets.c.packing import Packer

        names = Names(lower(ruleset, numerics))
        self.fields = names.fields
        members = [(names.fields[low.name], storage(low)) for low in names.low.features]
        flags = [names.fields[low.name] for low in names.low.features if not is_real(low, encoded=True)]

        class Encoded(ctypes.Structure):
            _fields_ = [
                *((name, C_TYPES.get(kind, ctypes.c_int64)) for name, kind in members),
                *((f"has_{name}", ctypes.c_bool) for name in flags),
            ]

        self.pack, self.encoded = Packer(names).pack, Encoded
        library = ctypes.CDLL(str(build(rulekit.compile(ruleset, "c", numerics).files)))
        self.call = library[f"{names.prefix}_encode"]
        self.call.argtypes, self.call.restype = [ctypes.c_char_p, ctypes.POINTER(Encoded)], None

    def __call__(self, event: dict[str, Any]) -> dict[str, int | None]:
        found = self.encoded()
        self.call(self.pack(event), ctypes.byref(found))
        return {
            name: int(getattr(found, field)) if getattr(found, f"has_{field}") else None
            for name, field in self.fields.items()
        }


def on_grid(code: Fraction, form: FixedFormat) -> Fraction:
    """Return what so many least significant bits are worth."""
    return code / Fraction(2) ** form.fraction


def threshold(form: FixedFormat, dtype: DType) -> int:
    """Return a code that a threshold of the dtype can stand at: an odd one where there is one."""
    most, step = form.range[1], 1
    if dtype.is_integer:
        most = min(most, math.floor(form.scale(dtype.integer_range[1])))
        step = 1 << max(0, form.fraction)
    code = most // 3 // step * step
    return code + step if (code // step) % 2 == 0 and code + step <= most else code


@cache
def law_of(rounding: Any) -> tuple[Ruleset, Fixed]:
    """Return a law with a feature for each format and dtype, each with a threshold on its grid."""
    features, conditions, formats = [], [], {}
    for dtype in NUMBERS:
        for form in FORMS:
            sign = "s" if form.signed else "u"
            name = f"{dtype.value}_{sign}{form.width}_{form.fraction}".replace("-", "m")
            value = on_grid(Fraction(threshold(form, dtype)), form)
            features.append(Feature(name=name, dtype=dtype))
            conditions.append(Compare(name, ">=", int(value) if dtype.is_integer else NEAREST[dtype](value)))
            formats[name] = form
    return _law(features, conditions), Fixed(formats=formats, rounding=rounding)


def _law(features: list[Feature], conditions: list[Any], prescale: int = 1) -> Ruleset:
    return Ruleset(
        name="grid",
        version="1.0.0",
        schema=Schema(name="grid", version="1.0.0", features=tuple(features)),
        hit_policy="collect" if prescale > 1 else "any",
        otherwise="no",
        rules=tuple(
            Rule(id=f"r{place}", when=AllOf((condition,)), then="yes", prescale=prescale)
            for place, condition in enumerate(conditions)
        ),
    )


@cache
def encoder_of(rounding: str) -> Encoder:
    return Encoder(*law_of(rounding))


def held(value: Fraction, dtype: DType) -> Iterator[float | int]:
    """Yield the values of a dtype at and beside a number."""
    if dtype.is_integer:
        low, high = dtype.integer_range
        yield from (max(low, min(high, math.floor(value) + away)) for away in (-1, 0, 1, 2))
    elif dtype is DType.FLOAT64:
        near = nearest_float64(value)
        yield from (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
    else:
        near = nearest_float32(value)
        yield from (near, next_float32(near, math.inf), next_float32(near, -math.inf))


def aimed(form: FixedFormat, dtype: DType, bound: int) -> list[float | int | None]:
    """Return the values at which encoders err: on grid points, half-way between them, and far beyond."""
    low, high = form.range
    codes = {
        bound - 1,
        bound,
        bound + 1,
        0,
        low,
        high,
        low - 1,
        high + 1,
        low + 1,
        high - 1,
        2 * low - 1,
        2 * high + 1,
    }
    points = [
        Fraction(code) + half for code in codes for half in (Fraction(0), Fraction(1, 2), Fraction(-1, 2))
    ]
    values: list[float | int | None] = [v for point in points for v in held(on_grid(point, form), dtype)]
    if dtype.is_integer:
        return [*values, *dtype.integer_range, None]
    least, most = (
        (2.0**-149, 3.4028234663852886e38) if dtype is DType.FLOAT32 else (5e-324, 1.7976931348623157e308)
    )
    return [*values, least, -least, most, -most, 0.0, -0.0, math.inf, -math.inf, math.nan, None]


def defined(form: FixedFormat, value: float | None, rounding: str) -> int | None:
    return None if value is None or math.isnan(value) else form.encode(value, rounding)


def columns(ruleset: Ruleset, values: dict[str, list[Any]]) -> pl.DataFrame:
    most = max(map(len, values.values()))
    return pl.DataFrame(
        [
            pl.Series(one.name, values[one.name] + [None] * (most - len(values[one.name])), POLARS[one.dtype])
            for one in ruleset.schema.features
        ]
    )


@pytest.fixture(scope="module", params=ROUNDINGS)
def aimed_frame(request: pytest.FixtureRequest) -> tuple[str, pl.DataFrame]:
    ruleset, numerics = law_of(request.param)
    bound = {rule.condition.feature: rule.condition.value for rule in lower(ruleset, numerics).rules}
    return request.param, columns(
        ruleset,
        {
            one.name: aimed(numerics.formats[one.name], one.dtype, bound[one.name])
            for one in ruleset.schema.features
        },
    )


def test_frames_are_encoded_as_it_is_defined(aimed_frame: tuple[str, pl.DataFrame]) -> None:
    rounding, frame = aimed_frame
    ruleset, numerics = law_of(rounding)
    found = encode(frame, ruleset, numerics)
    assert found.columns == list(ruleset.schema.names)
    assert set(found.dtypes) == {pl.Int64()}
    assert found.height == frame.height > 100
    for name, form in numerics.formats.items():
        wanted = [defined(form, value, rounding) for value in frame[name]]
        assert found[name].to_list() == wanted, name
        if ruleset.schema.by_name[name].dtype.is_float or form.width < 32:
            assert set(form.range) <= set(wanted), name


@needs_c
def test_the_c_pair_encodes_as_frames_are(aimed_frame: tuple[str, pl.DataFrame]) -> None:
    rounding, frame = aimed_frame
    encoder = encoder_of(rounding)
    found = encode(frame, *law_of(rounding))
    for event, wanted in zip(frame.iter_rows(named=True), found.iter_rows(named=True), strict=True):
        assert encoder(event) == wanted


def test_thresholds_divide_codes_as_they_divide_events(aimed_frame: tuple[str, pl.DataFrame]) -> None:
    """What firmware compares with the bound threshold is what the ruleset decides."""
    rounding, frame = aimed_frame
    ruleset, numerics = law_of(rounding)
    hits = rulekit.compile(ruleset, "python", numerics).load().hit_matrix(frame)
    found = encode(frame, ruleset, numerics)
    for rule in lower(ruleset, numerics).rules:
        assert rule.condition.sign == ">="
        wanted = (found[rule.condition.feature] >= rule.condition.value).fill_null(value=False)
        assert hits[rule.rule.id].to_list() == wanted.to_list()
        assert wanted.any()


@given(st.data())
@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_any_number_is_encoded_alike(rounding: str, data: st.DataObject) -> None:
    ruleset, numerics = law_of(rounding)
    drawn = ruleset.schema.features[data.draw(st.integers(0, 4)) :: 5]
    event = data.draw(
        st.fixed_dictionaries({f.name: _value(f.dtype, numerics.formats[f.name]) for f in drawn})
    )
    frame = columns(ruleset, {name: [event.get(name)] for name in ruleset.schema.names})
    bound, found = frame.row(0, named=True), encode(frame, ruleset, numerics).row(0, named=True)
    assert found == {name: defined(form, bound[name], rounding) for name, form in numerics.formats.items()}
    if ABSENT is None:
        assert encoder_of(rounding)(bound) == found


def _value(dtype: DType, form: FixedFormat) -> st.SearchStrategy[Any]:
    """Draw from the whole dtype, and from halves and quarters of steps in the range of a format."""
    low, high = form.range
    near = st.integers(4 * low - 9, 4 * high + 9).map(lambda quarters: on_grid(Fraction(quarters, 4), form))
    if dtype.is_integer:
        least, most = dtype.integer_range
        return (
            st.none() | st.integers(least, most) | near.map(lambda at: max(least, min(most, math.floor(at))))
        )
    width = 32 if dtype is DType.FLOAT32 else 64
    return st.none() | st.floats(width=width) | near.map(NEAREST[dtype])


def _form(width: int, fraction: int, *, signed: bool) -> FixedFormat:
    return FixedFormat(width=width, fraction=max(fraction, width - 53), signed=signed)


forms = st.builds(_form, st.integers(1, 48), st.integers(-48, 48), signed=st.booleans())


@given(forms, st.sampled_from(NUMBERS), st.sampled_from(ROUNDINGS), st.data())
@example(FixedFormat(width=1, fraction=-48), DType.FLOAT64, "floor", None)
@example(FixedFormat(width=48, fraction=48), DType.FLOAT32, "nearest", None)
@settings(max_examples=200)
def test_any_format_is_encoded_as_it_is_defined(
    form: FixedFormat, dtype: DType, rounding: Any, data: st.DataObject | None
) -> None:
    ruleset = _law([Feature(name="x", dtype=dtype)], [Missing("x")])
    code = 0 if data is None else data.draw(st.integers(*form.range))
    drawn = [] if data is None else data.draw(st.lists(_value(dtype, form), max_size=5))
    frame = columns(ruleset, {"x": [*aimed(form, dtype, code), *drawn]})
    found = encode(frame, ruleset, Fixed(formats={"x": form}, rounding=rounding))["x"].to_list()
    assert found == [defined(form, value, rounding) for value in frame["x"]]


WORDS = _law(
    [
        Feature(name="ok", dtype="bool"),
        Feature(name="kind", dtype="category", categories=("a", "b", "c")),
        Feature(name="unread", dtype="float64"),
        Feature(name="x", dtype="float32"),
    ],
    [Compare("ok", "==", value=True), Member("kind", ("b",), negated=False), Compare("x", ">", 3)],
)
EVENTS = pl.DataFrame(
    {
        "note": list("pqrst"),
        "x": [0.5, 1.5, 99.0, math.nan, None],
        "kind": ["a", "c", "no such", None, "b"],
        "ok": [True, False, None, True, True],
    },
    schema_overrides={"x": pl.Float32},
)
EIGHTS = Fixed(formats={"x": FixedFormat(width=4, fraction=0)})
CODES = {"ok": [1, 0, None, 1, 1], "kind": [0, 2, 3, None, 1], "x": [0, 2, 7, None, None]}


def test_bools_and_categories_are_codes() -> None:
    found = encode(EVENTS, WORDS, EIGHTS)
    assert found.to_dict(as_series=False) == CODES
    assert set(found.dtypes) == {pl.Int64()}
    kinds = EVENTS.with_columns(pl.col("kind").cast(pl.Enum(["no such", "c", "b", "a"])))
    assert encode(kinds.lazy(), WORDS, EIGHTS).equals(found)
    assert encode(EVENTS.clear(), WORDS, EIGHTS).schema == found.schema


@needs_c
def test_bools_and_categories_are_codes_in_c() -> None:
    encoder = Encoder(WORDS, EIGHTS)
    found = [encoder(event) for event in EVENTS.drop("note").iter_rows(named=True)]
    assert {name: [one[name] for one in found] for name in CODES} == CODES


def test_a_required_number_that_no_rule_reads_is_there_or_not() -> None:
    ruleset = _law(
        [Feature(name="x", dtype="float64"), Feature(name="run", dtype="float64", required=True)],
        [Compare("x", ">", 3)],
    )
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0], "run": [7.5, math.nan, None]})
    assert encode(frame, ruleset, EIGHTS)["run"].to_list() == [0, None, None]


def test_a_prescaled_law_is_encoded_too() -> None:
    ruleset = _law([Feature(name="x", dtype="float64")], [Compare("x", ">", 3)], prescale=10)
    assert encode(pl.DataFrame({"x": [2.0]}), ruleset, EIGHTS)["x"].to_list() == [2]


def test_what_can_not_be_encoded_is_refused() -> None:
    with pytest.raises(BindError, match="native numerics have no grid"):
        encode(EVENTS, WORDS, Native())
    with pytest.raises(BindError, match="feature x has no fixed-point format"):
        encode(EVENTS, WORDS, Fixed(formats={}))
    with pytest.raises(LawError, match="no event on the grid of x equals"):
        encode(EVENTS, _law([Feature(name="x", dtype="float32")], [Compare("x", "==", 0.5)]), EIGHTS)
    with pytest.raises(EventError, match="no column for feature kind"):
        encode(EVENTS.drop("kind"), WORDS, EIGHTS)
    wide = EVENTS.with_columns(pl.col("x").cast(pl.Float64))
    with pytest.raises(EventError, match="another dtype"):
        encode(wide, WORDS, EIGHTS)
    assert encode(wide, WORDS, EIGHTS, cast=True)["x"].to_list() == CODES["x"]
