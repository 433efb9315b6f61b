"""Provenance: kept beside a law, no part of it, and refused where it is misspelt."""

from dataclasses import replace

import pytest

from rulekit.errors import RulekitError
from rulekit.ir.notation.document import ruleset_from_json, ruleset_to_json
from rulekit.ir.provenance import Provenance

FULL = {
    "teacher": "forest.onnx",
    "data": "train.parquet, 8,000 events",
    "method": "tree",
    "parameters": {"budget": {"rules": 5, "rates": [0.1, None, True]}},
    "seed": 7,
    "measures": {"efficiency": 0.25},
    "parents": ["sha256:" + 64 * "a"],
    "versions": {"polars": "1.2.3"},
    "command": "rulekit induce",
}


def test_it_is_no_part_of_the_law(fraud):
    assert replace(fraud, provenance=Provenance(**FULL)).digest == fraud.digest


def test_it_comes_back_from_json_word_for_word(fraud):
    found = ruleset_from_json(ruleset_to_json(replace(fraud, provenance=Provenance(**FULL)))).provenance
    assert found.model_dump(mode="json") == FULL


def test_nothing_is_shared_between_two_that_say_nothing():
    one, other = Provenance(), Provenance()
    one.parameters["x"] = 1
    assert (other.parameters, other.measures, other.parents) == ({}, {}, ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"sead": 1},
        {"seed": "seven"},
        {"parameters": {"budget": ...}},
        {"parameters": [1]},
        {"versions": {"polars": 1}},
        {"parents": 3},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(RulekitError):
        Provenance(**wrong)


def test_it_can_not_be_changed():
    with pytest.raises(Exception, match="frozen"):
        Provenance(seed=1).seed = 2
