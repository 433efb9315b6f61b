from __future__ import annotations

import pytest
from hardware import SMALL, SMALL_GRID, aiming, grid, law

import rulekit
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.semantics import decide
from rulekit.targets.lower import lower
from rulekit.targets.shared.constants import constant_literals, constant_words

MET = [{"name": "met", "dtype": "float32", "unit": "GeV", "bounds": [0, 1000]}]
BYTE = FixedFormat(width=8, fraction=-2, signed=False)


def found(ruleset, numerics):
    return [str(finding) for finding in constant_literals(lower(ruleset, numerics))]


def test_a_threshold_beyond_the_format_is_told_by_rule_and_literal() -> None:
    ruleset = law(
        MET, [("high-met", ["met > 5000", "met > 100"]), ("low", [{"any": ["met <= 5000", "met < 0"]}])]
    )
    assert found(ruleset, grid(ruleset, met=BYTE)) == [
        "constant-literal: rule high-met: met > 5000 never holds in 8 bits (0 to 1020 GeV)",
        "constant-literal: rule low: met <= 5000 always holds in 8 bits (0 to 1020 GeV)",
        "constant-literal: rule low: met < 0 never holds in 8 bits (0 to 1020 GeV)",
    ]


def test_words_are_those_of_one_rule() -> None:
    ruleset = law(MET, [("a", ["met > 5000"]), ("b", ["met > 5"])])
    low = lower(ruleset, grid(ruleset, met=BYTE))
    assert [list(constant_words(low, place)) for place in range(2)] == [
        ["met > 5000 never holds in 8 bits (0 to 1020 GeV)"],
        [],
    ]


def test_nothing_is_told_of_native_numerics_or_of_what_depends_on_the_event() -> None:
    assert found(SMALL, rulekit.Native()) == []
    assert found(SMALL, SMALL_GRID) == []


def test_the_literal_is_told_as_it_was_written() -> None:
    ruleset = law(
        [{"name": "n", "dtype": "int32"}], [("a", ["-300.5 < n <= 2000"]), ("b", ["n not in {1, 900}"])]
    )
    assert found(ruleset, grid(ruleset, signed=True)) == [
        "constant-literal: rule a: n > -300.5 always holds in 8 bits (-128 to 127)",
        "constant-literal: rule a: n <= 2000 always holds in 8 bits (-128 to 127)",
    ]


TEXTS = [
    f"n {sign} {value}" for sign in ("<", "<=", ">", ">=", "==", "!=") for value in (-9, -1, 0, 1, 2, 3, 4, 9)
]
TEXTS += ["n in {0, 1, 2, 3}", "n in {0, 1, 2}", "n in {7, 9}", "n not in {7}", "n not in {0, 1, 2, 3, 4}"]
TEXTS += ["n is missing", "ok == true", "k in {a, b}", "k not in {a}"]


@pytest.mark.parametrize("form", [FixedFormat(width=2, fraction=0, signed=s) for s in (False, True)], ids=str)
def test_what_is_told_is_so_for_every_number_of_the_format(form) -> None:
    features = [{"name": "n", "dtype": "int32"}, {"name": "ok", "dtype": "bool"}]
    features += [{"name": "k", "dtype": "category", "categories": ["a", "b"]}]
    ruleset = law(features, [(f"r{k}", [text]) for k, text in enumerate(TEXTS)], policy="collect")
    numerics = grid(ruleset, n=form)
    events = [
        {"n": code, "ok": ok, "k": k} for code in range(*form.range) for ok in (True, False) for k in "abc"
    ]
    events += [{**event, "n": form.range[1]} for event in events[:6]]
    hits = [set(decide(ruleset, event, numerics).hits) for event in events]
    told = {finding.subject: finding.message for finding in constant_literals(lower(ruleset, numerics))}
    for place, text in enumerate(TEXTS):
        holds = {f"r{place}" in each for each in hits}
        message = told.get(f"rule r{place}")
        if text == "n is missing":
            assert message is None
        elif len(holds) == 2:
            assert message is None, text
        else:
            often = "always" if holds == {True} else "never"
            assert message == f"{text} {often} holds in 2 bits ({form.range[0]} to {form.range[1]})"


def test_the_logic_asks_nothing_of_a_constant() -> None:
    ruleset = law(MET, [("high-met", ["met > 5000"])])
    numerics = grid(ruleset, met=BYTE)
    source = rulekit.compile(ruleset, "systemverilog", numerics).source
    assert "wire rule_high_met = 1'b0;" in source
    frame = aiming(ruleset, numerics, 50)
    assert {decide(ruleset, event, numerics).outcome for event in frame.iter_rows(named=True)} == {"none"}
