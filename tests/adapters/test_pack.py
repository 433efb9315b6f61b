from __future__ import annotations

import polars as pl
import pytest

from rulekit.ir.schema import Feature, Schema
from rulekit_adapters._pack import check_count, conform

SCHEMA = Schema(
    name="p",
    version="1.0.0",
    features=(
        Feature(name="pt", dtype="float32", bounds=(0, 100)),
        Feature(name="hits", dtype="int32"),
        Feature(name="kind", dtype="category", categories=("a", "b")),
    ),
)
FRAME = pl.DataFrame(
    {"n": [1, 2, 3], "extra": [0, 0, 0], "kind": ["a", None, "b"], "hits": [1, 2, None], "pt": [-3.0, 50.5, 1e9],
     "signal": [1, 0, 1], "from": ["x", "y", "z"]}
)  # fmt: skip


def test_a_frame_holds_what_a_pack_promises() -> None:
    found = conform(FRAME, SCHEMA, "n", "signal", "from")
    assert dict(found.schema) == {
        "n": pl.Int64(), "pt": pl.Float32(), "hits": pl.Int32(), "kind": pl.String(), "signal": pl.Boolean(),
        "from": pl.String(),
    }  # fmt: skip
    assert found["signal"].to_list() == [True, False, True]


def test_numbers_beyond_the_bounds_saturate_and_missing_stays_missing() -> None:
    found = conform(FRAME, SCHEMA, "n", "signal", "from")
    assert found["pt"].to_list() == [0.0, 50.5, 100.0]
    assert found["hits"].to_list() == [1, 2, None]
    assert found["kind"].to_list() == ["a", None, "b"]


@pytest.mark.parametrize("events", [0, 1, 10**9])
def test_counts_from_zero_up_are_fine(events: int) -> None:
    check_count(events)


def test_a_negative_count_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected a count of zero or more, got -1"):
        check_count(-1)
