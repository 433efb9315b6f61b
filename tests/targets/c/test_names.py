"""Names, numbers and texts as C spells them: read back by Python, exactly."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hardware import law
from hypothesis import given
from hypothesis import strategies as st

from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.schema import DType
from rulekit.targets.c.names import (
    WIDTH,
    Names,
    comment,
    distinct,
    integer,
    is_infinite,
    is_real,
    limit,
    native,
    noted,
    plain_text,
    real,
    rule_comment,
    storage,
    string,
    wrap_heads,
)
from rulekit.targets.lower import lower

FEATURES = [
    {"name": "register", "dtype": "int32", "bounds": [0, 100], "required": True},
    {"name": "has_x", "dtype": "float32"},
    {"name": "x", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a b", "a-b", "unknown", "é"]},
    {"name": "big", "dtype": "int64", "required": True},
    {"name": "ok", "dtype": "bool"},
]
WHEN = ["register > 1", "has_x > 1", "x > 1", "kind in {é}", "big > 1", "ok == true"]


def names_of(rules=(("none", WHEN), ("two", [])), name="law.one", numerics=None):
    return Names(lower(law(FEATURES, list(rules), name), numerics or Native()))


def test_members_are_no_words_of_c_and_no_flags():
    assert names_of().fields == {
        "register": "register_value",
        "has_x": "has_x_value",
        "x": "x",
        "kind": "kind",
        "big": "big",
        "ok": "ok",
    }


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("a.b", "a_b"),
        ("_x", "r_x"),
        ("hits.law", "hits_law"),
        ("law", "law"),
        ("a.b_c", "a_b_c"),
        ("7.x", "r_7_x"),
    ],
)
def test_the_prefix_is_the_name_of_the_ruleset(name, prefix):
    names = names_of(name=name)
    assert names.prefix == prefix
    assert names.macro == prefix.upper()


def test_no_rule_is_called_as_the_two_answers_that_are_none():
    names = names_of()
    assert names.rules == [
        "LAW_ONE_RULE_NONE_2",
        "LAW_ONE_RULE_TWO",
        "LAW_ONE_RULE_INVALID",
        "LAW_ONE_RULE_NONE",
    ]
    assert names.predicates == ["hits_none", "hits_two"]
    assert names_of(name="hits.law").predicates == ["holds_none", "holds_two"]


def test_categories_are_distinct_and_the_last_is_any_other():
    found = names_of().categories["kind"]
    assert len(set(found)) == 5
    assert found[0] == "LAW_ONE_IN_KIND_A_B"
    assert found[-1] == "LAW_ONE_IN_KIND_UNKNOWN"


def test_required_features_have_an_enumerator_and_nothing_has_the_last():
    lacks = names_of().lacks
    assert list(lacks) == ["register", "big", ""]
    assert lacks[""] == "LAW_ONE_LACKS_NOTHING"


def test_a_piece_of_text_is_filled():
    names = names_of()
    assert names.fill("@p_decide @P_RULES @part@ a@b.c", part=7) == "law_one_decide LAW_ONE_RULES 7 a@b.c"


@given(st.text(max_size=60))
def test_no_text_ends_its_comment(text):
    shown = plain_text(text)
    assert "*/" not in shown
    assert "/*" not in shown
    assert "\n" not in shown
    assert "??/" not in shown


@given(st.text(alphabet=st.sampled_from("ab /*?\\\n"), max_size=300))
def test_a_comment_is_one_comment_of_short_lines(text):
    lines = comment(text, 4).splitlines()
    assert lines[0].startswith("    /*")
    assert "".join(lines).count("*/") == 1
    if " " in text.strip():
        words = max(map(len, plain_text(text).split()), default=0)
        assert all(len(line) <= max(WIDTH, words + 10) for line in lines)


def test_a_note_stands_beside_or_above():
    assert noted("int x;", "") == "    int x;\n"
    assert noted("int x;", "short") == "    int x; /* short */\n"
    above = noted("int x;", "word " * 30)
    assert above.splitlines()[-1] == "    int x;"
    assert above.startswith("    /* word word")


def test_a_rule_reads_as_the_law():
    names = names_of([("two", ["register > 1", {"any": ["x > 2", "ok == true"]}])])
    assert rule_comment(names.low.rules[0].rule).split("\n") == [
        "/* two",
        " *     register > 1",
        " *     any: x > 2, ok == true */",
        "",
    ]


def test_a_long_head_has_a_line_for_each_parameter():
    head = "void decide(" + ", ".join(f"const struct of_{place} *one" for place in range(6)) + ");"
    lines = wrap_heads(head).split("\n")
    assert len(lines) == 7
    assert " ".join(line.strip() for line in lines).replace("( ", "(") == head
    assert wrap_heads("void short_one(int x);") == "void short_one(int x);"
    call = f"    value = compute({'x, ' * 60}y);"
    assert wrap_heads(call) == call, "a call is no head"


def unescaped(literal):
    assert literal[0] == literal[-1] == '"'
    return re.sub(
        rb"\\([0-7]{3}|.)",
        lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else m[1],
        literal[1:-1].encode("ascii"),
    ).decode()


@given(st.text(max_size=40))
def test_a_string_is_read_back_and_holds_no_trigraph(text):
    literal = string(text)
    assert unescaped(literal) == text
    assert "??" not in literal


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_exact(value):
    text = re.sub(r" /\*.*", "", real(value, DType.FLOAT64))
    assert (float.fromhex(text) if "0x" in text else float(text)) == value


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_float_is_exact(value):
    text = re.sub(r"F( /\*.*)?$", "", real(value, DType.FLOAT32))
    number = float.fromhex(text) if "0x" in text else float(text)
    assert number == value
    assert np.float32(number) == np.float32(value)


@pytest.mark.parametrize(
    ("value", "c_type", "text"),
    [
        (0, "int32_t", "0"),
        (-(1 << 31), "int32_t", "INT32_MIN"),
        ((1 << 31) - 1, "int32_t", "2147483647"),
        (-(1 << 31), "int64_t", "INT64_C(-2147483648)"),
        (1 << 31, "int64_t", "INT64_C(2147483648)"),
        (-(1 << 63), "int64_t", "INT64_MIN"),
    ],
)
def test_an_integer_has_a_literal_of_its_type(value, c_type, text):
    assert integer(value, c_type) == text


@pytest.mark.parametrize(
    ("width", "signed", "kind"),
    [
        (8, True, "int32_t"),
        (31, False, "int64_t"),
        (31, True, "int32_t"),
        (32, True, "int64_t"),
        (30, False, "int32_t"),
    ],
)
def test_a_grid_is_stored_with_a_step_to_spare(width, signed, kind):
    form = FixedFormat(width=width, fraction=0, signed=signed)
    numerics = Fixed(formats=dict.fromkeys(("register", "has_x", "x", "big"), form))
    low = names_of(numerics=numerics).low
    assert storage(low.feature("x")) == kind
    least, most = form.range
    bits = 31 if kind == "int32_t" else 63
    assert least - 1 >= -(1 << bits)
    assert most + 1 < 1 << bits


def test_native_types_and_what_nan_stands_for():
    low = names_of().low
    kinds = {feature.name: native(feature) for feature in low.features}
    assert kinds == {
        "register": "int32_t",
        "has_x": "float",
        "x": "double",
        "kind": "uint32_t",
        "big": "int64_t",
        "ok": "bool",
    }
    assert [f.name for f in low.features if is_real(f, encoded=True)] == ["has_x", "x"]
    form = FixedFormat(width=8, fraction=0)
    fixed = names_of(numerics=Fixed(formats=dict.fromkeys(("register", "has_x", "x", "big"), form))).low
    assert [f.name for f in fixed.features if is_real(f, encoded=True)] == []
    assert [f.name for f in fixed.features if is_real(f, encoded=False)] == ["has_x", "x"]


def test_infinities_and_limits():
    assert is_infinite(math.inf)
    assert is_infinite(-math.inf)
    assert not is_infinite(1e308)
    assert not is_infinite(3)
    assert (limit(DType.FLOAT32), limit(DType.FLOAT64)) == ("FLT_MAX", "DBL_MAX")


def test_numbers_and_words_are_exact() -> None:
    assert real(0.1, DType.FLOAT64) == "0x1.999999999999ap-4 /* 0.1 */"
    assert real(2.5, DType.FLOAT64) == "2.5"
    assert real(50.0, DType.FLOAT32) == "50.0F"
    assert real(-5e-324, DType.FLOAT64) == "-0x0.0000000000001p-1022 /* -5e-324 */"
    assert string('a"\\?\u00e91\n') == '"a\\"\\\\\\?\\303\\2511\\012"'
    assert comment("a */ b /* c\u202e\n d") == "/* a * / b / * c\\u202e d */\n"
    assert distinct(["a", "a", "a_2", "a"]) == ["a", "a_2", "a_2_2", "a_3"]
