"""Mutants: each differs from the law in one threshold by one step, and in nothing else."""

from __future__ import annotations

from hardware import law

from rulekit.ir.condition import Compare, literals
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.proof.mutants import mutants

FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [0, 7], "required": True},
    {"name": "x", "dtype": "float32", "unit": "GeV", "bounds": [0, 3.5]},
    {"name": "ok", "dtype": "bool"},
]
FIXED = Fixed(
    formats={
        "n": FixedFormat(width=3, fraction=0, signed=False),
        "x": FixedFormat(width=3, fraction=1, signed=False),
    }
)


def design(rules):
    options = Options()
    return Design.of(lower(law(FEATURES, rules), FIXED, options), options)


def thresholds(low):
    return [
        each.value for rule in low.rules for each in literals(rule.condition) if isinstance(each, Compare)
    ]


def test_one_threshold_moves_by_one_step():
    original = design([("a", ["n > 3", "x <= 1"]), ("b", [{"any": ["n < 2", "x >= 3"]}])])
    found = list(mutants(original))
    assert [mutant.rule for mutant in found] == ["a", "a", "b", "b"]
    before = thresholds(original.low)
    for mutant in found:
        moved = [b - a for a, b in zip(before, thresholds(mutant.design.low), strict=True) if a != b]
        assert moved in ([1], [-1])


def test_texts_are_in_the_unit_of_the_feature():
    (mutant,) = mutants(design([("a", ["x <= 1"])]))
    assert (mutant.before, mutant.after) == ("x <= 1 GeV", "x <= 1.5 GeV")


def test_at_the_top_of_the_range_the_threshold_moves_down():
    (mutant,) = mutants(design([("a", ["n == 7"])]))
    assert (mutant.before, mutant.after) == ("n == 7", "n == 6")


def test_a_bool_and_missing_have_no_threshold():
    assert list(mutants(design([("a", ["ok == true", "x is missing"])]))) == []


def test_a_mutant_that_is_the_same_design_is_left_out():
    assert next(mutants(design([("a", ["n >= 0"])]))).after == "n >= 1"
    same = design([("a", ["n < 7"]), ("b", [])])
    assert all(mutant.design.literals.nets != same.literals.nets for mutant in mutants(same))
