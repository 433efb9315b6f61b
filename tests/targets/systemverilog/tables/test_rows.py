"""Rows of tables: over every event of a small grid at least one row holds exactly where the condition does."""

from __future__ import annotations

import itertools

import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import RulekitError
from rulekit.ir.condition import AllOf, AnyOf, Compare
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import holds
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.tables.rows import Domain, rows_of

FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [-4, 3], "required": True},
    {"name": "m", "dtype": "int32", "bounds": [0, 7]},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
]
FORMATS = Fixed(
    formats={"n": FixedFormat(width=3, fraction=0), "m": FixedFormat(width=3, fraction=0, signed=False)}
)
ALL = law(FEATURES, [("r", ["n > 1", "m > 1", "kind in {a}"])])
LOW = lower(ALL, FORMATS)
DOMAINS = {low.name: Domain(low, optional=not low.feature.required) for low in LOW.features}
EVENTS = [
    dict(zip(("n", "m", "kind"), values, strict=True))
    for values in itertools.product(range(-4, 4), [None, *range(8)], [None, "a", "b", "c", "d"])
]
WORDS = {"a": 0, "b": 1, "c": 2, "d": 3}


def place_of(name, value):
    """Return the bit of a value in the sets of a feature: its code as the input has it, or the one behind all."""
    domain = DOMAINS[name]
    if value is None:
        return domain.codes
    return WORDS[value] if name == "kind" else value % domain.codes


def hits(rows, event):
    return any(all(codes >> place_of(name, event[name]) & 1 for name, codes in row.items()) for row in rows)


def condition_of(when):
    return lower(law(FEATURES, [("r", when)]), FORMATS).rules[0].condition


LITERALS = [
    *(f"n {sign} {value}" for sign in ("<", "<=", ">", ">=", "==", "!=") for value in (-4, -1, 0, 3)),
    *(f"m {sign} {value}" for sign in ("<", "<=", ">", ">=", "==", "!=") for value in (0, 4, 7)),
    "n in {-4, 0, 3}",
    "n not in {-4, 0, 3}",
    "m in {1, 2}",
    "m not in {1, 2}",
    "m is missing",
    "m is not missing",
    "kind in {a}",
    "kind not in {a}",
    "kind == b",
    "kind is missing",
]


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_takes_its_codes_and_no_other(literal):
    condition = condition_of([literal])
    rows = rows_of(condition, DOMAINS)
    assert len(rows) <= 1
    for event in EVENTS:
        assert hits(rows, event) == holds(condition, event), event


lists = st.recursive(
    st.sampled_from(LITERALS),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda terms: {"any": terms}),
    max_leaves=6,
)


@given(st.lists(lists, max_size=4))
def test_the_rows_of_any_condition_hold_where_it_does(when):
    condition = condition_of(when)
    rows = rows_of(condition, DOMAINS)
    for event in EVENTS[::7]:
        assert hits(rows, event) == holds(condition, event), event


@given(st.lists(lists, max_size=3))
def test_no_row_is_idle(when):
    rows = rows_of(condition_of(when), DOMAINS)
    for place, row in enumerate(rows):
        others = [*rows[:place], *rows[place + 1 :]]
        covered = [
            other
            for other in others
            if all(name in row and row[name] & ~codes == 0 for name, codes in other.items())
        ]
        assert covered == []


def test_any_over_one_feature_is_one_row():
    assert len(rows_of(condition_of([{"any": ["n > 2", "n < -2", "n == 0"]}]), DOMAINS)) == 1


def test_any_over_two_features_is_two_rows():
    assert len(rows_of(condition_of([{"any": ["n > 2", "m < 2"]}]), DOMAINS)) == 2


def test_what_never_holds_has_no_rows_and_what_always_does_reads_nothing():
    assert rows_of(condition_of(["n > 2", "n < 0"]), DOMAINS) == []
    assert rows_of(AllOf(()), DOMAINS) == [{}]
    assert rows_of(condition_of([{"any": ["n >= 0", "n < 0"]}]), DOMAINS) == [{}]


def test_multiplying_out_is_given_up_in_time():
    features = [{"name": f"f{place}", "dtype": "int32", "bounds": [0, 7]} for place in range(12)]
    numerics = Fixed(formats={f["name"]: FixedFormat(width=3, fraction=0, signed=False) for f in features})
    rules = [("r", [f"f{place} > 1" for place in range(12)])]
    low = lower(law(features, rules), numerics)
    domains = {each.name: Domain(each, optional=False) for each in low.features}
    pairs = [AnyOf((Compare(f"f{k}", ">", 1), Compare(f"f{k + 1}", ">", 1))) for k in range(0, 12, 2)]
    assert len(rows_of(AllOf(tuple(pairs)), domains)) == 64
    wide = AnyOf(tuple(Compare(f"f{k}", "==", k % 8) for k in range(12)))
    with pytest.raises(RulekitError, match="too many rows"):
        rows_of(AllOf((*pairs, wide, AnyOf(tuple(Compare(f"f{k}", "!=", 5) for k in range(12))))), domains)
