from __future__ import annotations

import pytest

from rulekit.ir.condition import AllOf, Compare, Member, Missing
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import Feature, Schema
from rulekit.targets.shared.lut_cost import gate_cost, predicted_lut, threshold_cost

SCHEMA = Schema(
    name="s",
    version="1.0.0",
    features=(
        Feature(name="pt", dtype="float64", bounds=(0, 255)),
        Feature(name="eta", dtype="float64", bounds=(-5, 5)),
        Feature(name="n", dtype="int32", bounds=(0, 12)),
        Feature(name="kind", dtype="category", categories=("a", "b", "c")),
        Feature(name="ok", dtype="bool"),
    ),
)
BYTES = Fixed(
    formats={
        "pt": FixedFormat(width=8, fraction=0, signed=False),
        "eta": FixedFormat(width=8, fraction=4),
        "n": FixedFormat(width=4, fraction=0, signed=False),
    }
)


@pytest.mark.parametrize(
    ("code", "width", "tables"),
    [(0, 8, 0), (128, 8, 0), (64, 8, 1), (4, 8, 1), (3, 8, 2), (1, 10, 2), (1, 12, 3)],
)
def test_trailing_zeros_make_a_threshold_cheap(code: int, width: int, tables: int) -> None:
    assert threshold_cost(code, width) == tables


def test_a_gate_takes_five_inputs_more_per_table() -> None:
    assert [gate_cost(inputs) for inputs in (0, 1, 2, 6, 7, 11, 12)] == [0, 0, 1, 1, 2, 2, 3]


def test_equal_thresholds_share_a_comparator() -> None:
    low, high = Compare("pt", "<=", 6), Compare("pt", ">", 6)
    assert predicted_lut([low], SCHEMA, BYTES) == 2
    assert predicted_lut([low, high], SCHEMA, BYTES) == 2 + 1  # and an OR
    assert predicted_lut([low, Compare("pt", ">=", 7)], SCHEMA, BYTES) == 2 + 1
    assert (
        predicted_lut([low, Compare("pt", ">", 7)], SCHEMA, BYTES) == 2 + 1 + 1
    )  # 8 has three trailing zeros


def test_words_wires_and_rules() -> None:
    wires = AllOf((Compare("ok", "==", value=True), Missing("eta"), Member("kind", ("a",), negated=False)))
    assert predicted_lut([wires], SCHEMA, BYTES) == 0 + 0 + 1 + 1
    equal = Member("n", (3, 5), negated=False)
    assert predicted_lut([equal], SCHEMA, BYTES) == 1 + 1 + 1
    assert predicted_lut([Compare("pt", ">=", 300)], SCHEMA, BYTES) == 0
    assert predicted_lut([], SCHEMA, BYTES) == 0
