"""Hypothesis strategies for schemas, conditions, rulesets and numerics.

They lean towards what breaks compilers: names that no language takes as an identifier, categories that
look like other types, thresholds between two values of a dtype, points that no float64 holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any as AnyValue
from typing import cast

from hypothesis import strategies as st

from rulekit.errors import BindError
from rulekit.ir import condition as ir
from rulekit.ir.condition import (
    SIGNS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    LiteralCondition,
    Member,
    Missing,
    Sign,
    Value,
)
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.numerics import Fixed, FixedFormat, Native, Numerics
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import DType, Feature, Schema

PLAIN_NAMES = ("pt", "eta", "n_jets", "amount", "device_age", "PT", "x1", "_x")
ODD_NAMES = (
    *("Air temperature [K]", "Δφ", "naïve θ", "a b", "a_b", "a-b", "a.b", "2nd_pt", "7", "x" * 70),
    *("in", "is", "not", "missing", "inf", "inf-rate", "nan", "true"),
    *("class", "lambda", "None", "int", "select", "module", "wire", "event", "value"),
    *("it's", 'the "pt"', "back\\slash", "a, b", "{x}", "50 %", "*/", "//", "-- x", "a: b", "#1", "%s", "?"),
)
CATEGORIES = (
    *("SE", "NO", "se", "true", "null", "None", "NaN", "inf", "in", "5411", "1e3", "", " ", "two words"),
    *("it's", 'say "no"', "back\\slash", "a, b", "é", "e\u0301", "line\nbreak", "%s", "*/"),
)
OUTCOMES = (
    *("accept", "reject", "review", "block", "two words", "true", "null", "1", "NO", "~"),
    *("it's", 'say "no"', "größer", "a: b", "- x", "# no comment", "*/"),
)
RULE_IDS = ("r", "r1", "r2", "1", "007", "a-b", "a_b", "a.b", "many-cards-one-device", "class", "int", "pass")

_FLOATS = (
    *("0", "1", "-1", "30", "2.5", "0.1", "-0.1", "0.3", "0.7", "1e-3", "1e-45", "1e-46", "inf", "-inf"),
    *(
        "16777217",
        "9007199254740993",
        "3.4028235e38",
        "-3.4028235e38",
        "340282356779733661637539395458142568447",
    ),
    # Half way between two float32, and a little more and less than float64 can tell from it:
    *("1.000000059604644775390625", "1.0000000596046447753906250000001", "1.0000000596046447753906249999999"),
    *("1.000000178813934326171875", "1.0000001788139343261718750000001", "1.0000001788139343261718749999999"),
)
_WIDE_FLOATS = (
    "5e-324",
    "1.7976931348623157e308",
    "1e300",
    "0.1000000000000000055511151231257827021181583404541015625",
)
_INTEGERS = ("0", "1", "-1", "2", "7", "100", "-2147483648", "2147483647")
_WIDE_INTEGERS = (
    *("9007199254740993", "-9007199254740993"),
    *("9223372036854775807", "-9223372036854775808"),
)
_BETWEEN_INTEGERS = ("0.5", "2.5", "-2.5", "6.999999999999999999999")
_BOUNDS = ((0, 10), (-1.5, 1e6), (0, 0), (-(2**31), 2**31 - 1))
_FORMATS = (
    *(
        FixedFormat(width=width, fraction=fraction)
        for width, fraction in ((1, 0), (8, 0), (8, 4), (10, 12), (16, -2))
    ),
    *(
        FixedFormat(width=width, fraction=fraction)
        for width, fraction in ((18, 8), (32, 16), (48, 0), (48, 48), (48, -5))
    ),
    *(
        FixedFormat(width=width, fraction=fraction, signed=False)
        for width, fraction in ((1, 0), (4, 2), (12, -1), (48, 20))
    ),
)


def schemas(max_features: int = 4) -> st.SearchStrategy[Schema]:
    """Return a strategy for schemas of 1 to ``max_features`` features of any dtype, some with awkward names."""
    names = st.lists(
        st.sampled_from((*PLAIN_NAMES, *ODD_NAMES)), min_size=1, max_size=max_features, unique=True
    )
    listed = names.flatmap(lambda chosen: st.tuples(*(features(name) for name in chosen)))
    return st.builds(Schema, name=st.just("drawn"), version=st.just("1.0.0"), features=listed)


@st.composite
def features(draw: st.DrawFn, name: str) -> Feature:
    """Return a strategy for one feature of that name."""
    dtype = draw(st.sampled_from(DType))
    categories = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=4, unique=True).map(tuple)
    return Feature(
        name=name,
        dtype=dtype,
        bounds=draw(st.sampled_from((None, *_BOUNDS))) if dtype.is_number else None,
        categories=draw(categories) if dtype is DType.CATEGORY else None,
        required=draw(st.sampled_from((False, False, False, True))),
    )


def literals(schema: Schema) -> st.SearchStrategy[LiteralCondition]:
    """Return a strategy for literals that bind to the schema, with exact numbers as the parser gives them."""
    return st.one_of([_literals_on(feature) for feature in schema.features])


def _literals_on(feature: Feature) -> st.SearchStrategy[LiteralCondition]:
    name, negated = st.just(feature.name), st.booleans()
    missing = st.builds(Missing, name, negated)
    if feature.dtype is DType.BOOL:
        return st.builds(Compare, name, _equality(), st.booleans()) | missing
    if feature.dtype is DType.CATEGORY:
        known = st.sampled_from(cast("tuple[str, ...]", feature.categories))
        members = st.builds(Member, name, st.lists(known, min_size=1, max_size=3).map(tuple), negated)
        return st.builds(Compare, name, _equality(), known) | members | missing
    comparisons = st.builds(Compare, name, st.sampled_from(SIGNS), thresholds(feature.dtype))
    if feature.dtype.is_float:
        return st.one_of(comparisons, comparisons, missing)
    between = st.builds(
        Compare, name, st.sampled_from(SIGNS[:2] + SIGNS[4:]), st.sampled_from(_numbers(_BETWEEN_INTEGERS))
    )
    members = st.builds(
        Member, name, st.lists(thresholds(feature.dtype), min_size=1, max_size=3).map(tuple), negated
    )
    return st.one_of(comparisons, between, members, missing)


def _equality() -> st.SearchStrategy[Sign]:
    return st.sampled_from(cast("tuple[Sign, ...]", ("==", "!=")))


@cache
def thresholds(dtype: DType) -> st.SearchStrategy[Value]:
    """Return exact numbers that any sign can compare a feature of the dtype with."""
    if dtype.is_integer:
        low, high = dtype.integer_range
        wide = _WIDE_INTEGERS if dtype is DType.INT64 else ()
        return st.sampled_from(_numbers((*_INTEGERS, *wide))) | st.integers(-5, 5) | st.integers(low, high)
    wide = _WIDE_FLOATS if dtype is DType.FLOAT64 else ()
    width = 64 if dtype is DType.FLOAT64 else 32
    anywhere = st.floats(width=cast("AnyValue", width), allow_nan=False).map(
        lambda value: _number(repr(value))
    )
    cents = st.integers(-300, 300).map(lambda value: _number(f"{value / 100:.2f}"))
    return st.one_of(st.sampled_from(_numbers((*_FLOATS, *wide))), cents, anywhere)


def _number(text: str) -> Value:
    return cast("Compare", parse_literal(f"x < {text}")).value


def _numbers(texts: Sequence[str]) -> tuple[Value, ...]:
    return tuple(_number(text) for text in texts)


def conditions(schema: Schema, depth: int = 2) -> st.SearchStrategy[Condition]:
    """Return a strategy for literals, and ``AllOf`` (perhaps empty) and ``AnyOf`` of them, ``depth`` deep."""
    literal = literals(schema)
    nested: st.SearchStrategy[Condition] = literal
    for _ in range(depth):
        every = st.lists(nested, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        some = st.lists(nested, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        nested = st.one_of(literal, every, some)
    return nested


@st.composite
def rulesets(
    draw: st.DrawFn,
    schema: Schema | None = None,
    policies: Sequence[HitPolicy] = tuple(HitPolicy),
    max_rules: int = 4,
    *,
    prescale: bool = False,
) -> Ruleset:
    """Return a strategy for rulesets.

    Rulesets of policy UNIQUE or ANY may break its promise: two rules may hit together and disagree. The first hit
    then names the outcome, and a target must not rely on the promise.

    Parameters
    ----------
    schema : the schema. Default: drawn.
    policies : the hit policies to draw from. Default: all.
    max_rules : most rules. Default: 4.
    prescale : draw prescales under COLLECT. Default: False.

    """
    schema = schema or draw(schemas())
    policy = draw(st.sampled_from(policies))
    ids = draw(st.lists(st.sampled_from(RULE_IDS), max_size=max_rules, unique=True))
    ladder = st.dictionaries(st.sampled_from(OUTCOMES), _points(), min_size=1, max_size=3)
    distinct = ladder.filter(lambda drawn: len(set(drawn.values())) == len(drawn))
    scales = prescale and policy is HitPolicy.COLLECT
    # Few terms at the top, so that a rule hits often enough for the order of rules to matter.
    when = st.lists(conditions(schema), max_size=2).map(lambda terms: AllOf(tuple(terms)))
    return Ruleset(
        name="drawn",
        version="1.0.0",
        schema=schema,
        hit_policy=policy,
        otherwise=draw(st.sampled_from(OUTCOMES)),
        thresholds=draw(distinct) if policy is HitPolicy.SCORE else None,
        rules=tuple(Rule(id=name, when=draw(when), **draw(_effects(policy, scales=scales))) for name in ids),
    )


def _points() -> st.SearchStrategy[int]:
    return st.integers(-3, 6) | st.sampled_from((0, 2**31, -(2**40), 2**53 + 1, 2**60, -(2**60)))


def _effects(policy: HitPolicy, *, scales: bool) -> st.SearchStrategy[dict[str, AnyValue]]:
    if policy is HitPolicy.SCORE:
        return st.fixed_dictionaries({"points": _points()})
    prescales = st.sampled_from((1, 2, 1000)) if scales else st.just(1)
    return st.fixed_dictionaries({"then": st.sampled_from(OUTCOMES), "prescale": prescales})


@st.composite
def numerics(draw: st.DrawFn, ruleset: Ruleset) -> Numerics:
    """Return a strategy for numerics that the ruleset binds to: native, or fixed with a format for each number."""
    formats = {}
    for feature in ruleset.schema.features:
        if feature.dtype.is_number:
            fitting = [form for form in _FORMATS if _fits(ruleset, feature, form)]
            formats[feature.name] = draw(st.sampled_from(fitting)) if fitting else None
    if None in formats.values() or draw(st.booleans()):
        return Native()
    return Fixed(formats=cast("AnyValue", formats), rounding=draw(st.sampled_from(("nearest", "floor"))))


def _fits(ruleset: Ruleset, feature: Feature, form: FixedFormat) -> bool:
    """Say whether no literal asks for equality with a value off the grid."""
    alone = Schema(name="alone", version="1.0.0", features=(feature,))
    fixed = Fixed(formats={feature.name: form})
    try:
        for literal in literals_of(ruleset, feature.name):
            fixed.bind_condition(literal, alone)
    except BindError:
        return False
    return True


def literals_of(ruleset: Ruleset, feature: str) -> list[LiteralCondition]:
    """Return the bound literals of a ruleset on one feature."""
    return [leaf for bound in ruleset.bound for leaf in ir.literals(bound) if leaf.feature == feature]
