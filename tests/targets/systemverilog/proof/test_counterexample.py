"""Models of yosys read back as events, and judged by the reference semantics."""

from __future__ import annotations

import pytest
from hardware import law

from rulekit.errors import RulekitError
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.proof.counterexample import check_counterexample, model_of, words_of

FEATURES = [
    {"name": "t", "dtype": "float32", "unit": "C", "bounds": [-8, 7], "required": True},
    {"name": "kind", "dtype": "category", "categories": ["a", "b"]},
    {"name": "ok", "dtype": "bool"},
]
RULES = [("cold", ["t < -2"]), ("kind", ["kind == b", "ok == true"])]
OPTIONS = Options()
LOW = lower(law(FEATURES, RULES), Fixed(formats={"t": FixedFormat(width=5, fraction=1)}), OPTIONS)
DESIGN = Design.of(LOW, OPTIONS)

MODEL = r"""
  Signal Name           Dec        Hex             Bin
  --------------- --------- ---------- ---------------
  \in_t                   25         19           11001
  \no_t                    0          0               0
  \in_kind                 1          1              01
  \in_ok                   1          1               1
  \gold_fired              3          3              11
  \bad                     1          1               x
"""


def test_a_model_is_read_as_unsigned_numbers():
    assert model_of(MODEL) == {"in_t": 25, "no_t": 0, "in_kind": 1, "in_ok": 1, "gold_fired": 3, "bad": 0}
    assert model_of("nothing here") == {}


def test_an_event_is_in_steps_of_its_grid_with_its_sign():
    found = check_counterexample(DESIGN, model_of(MODEL))
    assert found.event == {"t": 25 - 32, "kind": "b", "ok": True}
    assert found.hits == ("cold", "kind")
    assert words_of(found) == "t -3.5 C, kind b, ok True"


def test_a_golden_model_that_errs_is_told():
    model = model_of(MODEL) | {"gold_fired": 1}
    with pytest.raises(RulekitError, match="contradicts the reference semantics"):
        check_counterexample(DESIGN, model)


def test_an_invalid_event_has_no_hits():
    found = check_counterexample(DESIGN, {"no_t": 1, "in_kind": 1, "in_ok": 1, "gold_fired": 0})
    assert found.event["t"] is None
    assert found.hits == ()
    assert words_of(found).startswith("t missing")


@pytest.mark.parametrize(("code", "word"), [(0, "a"), (1, "b"), (2, "any other"), (3, "any other")])
def test_a_code_beyond_the_categories_is_any_other(code, word):
    found = check_counterexample(DESIGN, {"in_t": 0, "in_kind": code})
    assert found.event["kind"] == word


def test_a_ruleset_that_reads_nothing_is_refuted_by_any_event():
    empty = Design.of(lower(law(FEATURES[1:], []), LOW.numerics, OPTIONS), OPTIONS)
    assert words_of(check_counterexample(empty, {})) == "any event"
