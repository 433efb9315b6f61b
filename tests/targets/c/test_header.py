"""The header as firmware includes it: one for C and C++, with every name that a program needs."""

from __future__ import annotations

import re
import shutil

import pytest
from cpairs import AWKWARD, run, write
from hardware import law

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.targets.c.header import has_grid, header, words
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_header_is_one_for_cpp(compiler, tmp_path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"apt-get install {'g++' if compiler == 'g++' else 'clang'}")
    write(rulekit.compile(AWKWARD, "c"), tmp_path)
    (tmp_path / "main.cpp").write_text('#include "decide.h"\nint main() { return 0; }\n')
    run(compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "main.cpp", cwd=tmp_path)


FEATURES = [
    {"name": "n", "dtype": "int32", "unit": "cards", "bounds": [0, 9], "required": True},
    {"name": "x", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
]
RULES = [("one", ["n > 1", "x > 1"]), ("two", ["kind in {b}"])]
HALVES, WIDE = FixedFormat(width=8, fraction=1), FixedFormat(width=40, fraction=20)


def names_of(rules=RULES, numerics=None, policy="first"):
    return Names(lower(law(FEATURES, rules, policy=policy), numerics or Native()))


def members(text, tag):
    """Return the members of a struct or an enum, in their order, without notes."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    body = re.search(rf"typedef (?:struct|enum) {{([^}}]*)}} law_{tag};", text)
    return [" ".join(line.split()).rstrip(",;") for line in body[1].splitlines() if line.strip()]


def test_an_event_has_its_values_and_then_a_flag_for_each_that_is_no_float():
    text = header(names_of())
    assert members(text, "event") == ["int32_t n", "double x", "uint32_t kind", "bool has_n", "bool has_kind"]
    assert members(text, "columns")[-2:] == ["const bool *has_n", "const bool *has_kind"]
    assert "n [cards], 0 to 9, required */" in text
    assert "law_encoded" not in text


def test_a_grid_adds_events_in_least_significant_bits():
    names = names_of(numerics=Fixed(formats={"n": HALVES, "x": WIDE}))
    assert has_grid(names)
    text = header(names)
    assert members(text, "encoded") == [
        *("int32_t n", "int64_t x", "uint32_t kind", "bool has_n", "bool has_x", "bool has_kind")
    ]
    assert "n: signed, 8 bits, in steps of 2^-1, -128 to 127" in text
    assert "void law_encode(const law_event *event, law_encoded *encoded);" in text


def test_numbers_of_an_enum_count_from_zero_in_the_order_of_the_law():
    text = header(names_of())
    assert members(text, "rule") == [
        *("LAW_RULE_ONE = 0", "LAW_RULE_TWO = 1", "LAW_RULE_INVALID = 2", "LAW_RULE_NONE = 3")
    ]
    assert members(text, "kind_category")[:2] == ["LAW_IN_KIND_A = 0", "LAW_IN_KIND_B = 1"]
    assert members(text, "lack") == ["LAW_LACKS_N = 0", "LAW_LACKS_NOTHING = 1"]


def test_a_score_takes_the_place_of_the_rule():
    text = header(names_of(policy="score"))
    assert members(text, "decision") == ["law_outcome outcome", "int64_t score", "law_lack lacks"]
    assert members(text, "answers") == ["uint32_t *outcome", "int64_t *score", "uint32_t *hits"]
    assert "law_first_rule" not in text


@pytest.mark.parametrize(("rules", "count"), [(0, 1), (1, 1), (32, 1), (33, 2), (97, 4)])
def test_hits_take_a_word_for_every_32_rules(rules, count):
    names = names_of([(f"r{place}", ["n > 1"]) for place in range(rules)])
    assert words(names) == count
    assert f"#define LAW_HIT_WORDS {count}U " in header(names)


def test_no_placeholder_is_left_and_the_law_is_named():
    names = names_of()
    text = header(names)
    assert re.search("@[a-zP]", text) is None
    assert f'#define LAW_DIGEST "{names.low.ruleset.digest}"' in text
    assert text.startswith("/* law 1.0.0 as C99")
