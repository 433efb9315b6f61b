from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import ParseError
from rulekit.ir.condition import SIGNS, AllOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.notation.literals import format_feature, format_literal, format_value, parse_literal
from rulekit.ir.schema import DType
from rulekit.testing import literals, schemas
from rulekit.testing.strategies import thresholds

NAMES = st.text(min_size=1, max_size=8).filter(
    lambda name: "`" not in name and name.isprintable() and name == name.strip() != ""
)
NUMBERS = thresholds(DType.FLOAT64) | thresholds(DType.INT64)


@given(schemas().flatmap(literals))
def test_what_is_written_is_read_back(literal: LiteralCondition) -> None:
    assert parse_literal(format_literal(literal)) == literal


@given(name=NAMES, word=st.text(max_size=8), negated=st.booleans())
def test_any_name_and_any_word_are_read_back(name: str, word: str, *, negated: bool) -> None:
    for literal in (Compare(name, "==", word), Member(name, (word, "b"), negated), Missing(name, negated)):
        assert parse_literal(format_literal(literal)) == literal


@given(st.sampled_from(SIGNS), NUMBERS)
def test_numbers_stay_exact(sign: str, number: int | Decimal) -> None:
    read = parse_literal(f"x {sign} {format_value(number)}")
    assert isinstance(read, Compare)
    assert (read.value, type(read.value)) == (number, type(number))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("pt>30", Compare("pt", ">", 30)),
        ("  pt  >=  30.50 ", Compare("pt", ">=", Decimal("30.5"))),
        ("pt < 5.", Compare("pt", "<", 5)),
        ("pt < .5", Compare("pt", "<", Decimal("0.5"))),
        ("pt < -1e3", Compare("pt", "<", -1000)),
        ("pt == 30.0", Compare("pt", "==", 30)),
        ("pt < -inf", Compare("pt", "<", Decimal("-inf"))),
        ("n == 9007199254740993", Compare("n", "==", 9007199254740993)),
        (
            "w > 0.1000000000000000055511151231257827",
            Compare("w", ">", Decimal("0.1000000000000000055511151231257827")),
        ),
        ("online == true", Compare("online", "==", value=True)),
        ('c == "true"', Compare("c", "==", "true")),
        ("c == 'say \"no\"'", Compare("c", "==", 'say "no"')),
        (r'c == "a\"b\\"', Compare("c", "==", 'a"b\\')),
        ("c in {NO}", Member("c", ("NO",))),
        ("c not in {SE, 'two words', 5411}", Member("c", ("SE", "two words", 5411), negated=True)),
        ("met is missing", Missing("met")),
        ("met is not missing", Missing("met", negated=True)),
        ("`Air temperature [K]` > 300", Compare("Air temperature [K]", ">", 300)),
        ("`in` in {1}", Member("in", (1,))),
        ("inf-rate > 3", Compare("inf-rate", ">", 3)),
        ("inf.rate > inf", Compare("inf.rate", ">", Decimal("inf"))),
        ("class != lambda", Compare("class", "!=", "lambda")),
        ("Δφ < 0.4", Compare("Δφ", "<", Decimal("0.4"))),
        ("8 <= mass < 12", AllOf((Compare("mass", ">=", 8), Compare("mass", "<", 12)))),
        (
            "-1.5 < `a b` <= inf",
            AllOf((Compare("a b", ">", Decimal("-1.5")), Compare("a b", "<=", Decimal("inf")))),
        ),
    ],
)
def test_reads(text: str, condition: Condition) -> None:
    assert parse_literal(text) == condition


@pytest.mark.parametrize(
    ("text", "offset", "hint"),
    [
        ("pt => 30", 3, "write >="),
        ("pt =< 30", 3, "write <="),
        ("pt = 30", 3, "equality is written =="),
        ("pt", 2, None),
        ("", 0, None),
        ("   ", 0, None),
        ("pt > ", 4, None),
        ("pt > 30 GeV", 8, "one literal per string"),
        ("pt > 30GeV", 5, None),
        ("pt > 1.2.3", 5, None),
        ("pt > 30 and eta < 1", 8, "one literal per string"),
        ("30 < pt", 7, "write the feature first"),
        ("30 > pt > 20", 3, "write the feature first"),
        ("20 < pt > 30", 8, None),
        ("20 < pt < wide", 10, None),
        ("in > 3", 0, "backticks"),
        ("pt > nan", 5, "is missing"),
        ("pt is empty", 3, None),
        ("pt not 3", 3, None),
        ("c in SE", 5, "{a, b}"),
        ("c in {}", 6, None),
        ("c in {SE", 8, None),
        ("c in {SE NO}", 9, None),
        ("c in `{`SE}", 6, "{a, b}"),
        ("c == not", 5, None),
        (r'c == "\q"', 5, "single quotes"),
        ('c == "a\tb"', 5, "single quotes"),
        ('c == "open', 5, None),
        ("`open > 3", 0, None),
        ("pt ! 3", 3, None),
        ("pt > 1e999", 5, None),
        ("pt > -1e-999", 5, None),
    ],
)
def test_points_at_what_it_can_not_read(text: str, offset: int, hint: str | None) -> None:
    with pytest.raises(ParseError) as raised:
        parse_literal(text)
    error = raised.value
    assert (error.where.text, error.where.offset) == (text, offset)
    if hint is not None:
        assert hint in str(error.hint)
    if text:
        assert str(error).splitlines()[2] == "    " + " " * offset + "^"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("pt", "pt"),
        ("in", "`in`"),
        ("inf", "`inf`"),
        ("class", "class"),
        ("2nd", "`2nd`"),
        ("a b", "`a b`"),
        ("Δφ", "Δφ"),
    ],
)
def test_quotes_a_feature_only_where_it_must(name: str, written: str) -> None:
    assert format_feature(name) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        ("true", '"true"'),
        ("SE", "SE"),
        ("NaN", '"NaN"'),
        ("5411", '"5411"'),
        ("", '""'),
        ("é", "é"),
        (30, "30"),
        (30.0, "30"),
        (Decimal("0.10"), "0.10"),
        (0.1, "0.1"),
        (float("-inf"), "-inf"),
    ],
)
def test_writes_values(value: float | str, written: str) -> None:
    assert format_value(value) == written
