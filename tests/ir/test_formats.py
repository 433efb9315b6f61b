from __future__ import annotations

from typing import Any

import pytest

from rulekit.errors import BindError
from rulekit.ir.formats import default_fixed, finest_format
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.schema import Feature, Schema

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


def test_default_formats_hold_the_bounds_on_the_finest_grid() -> None:
    formats = default_fixed(SCHEMA, 10).formats
    assert formats["pt"] == FixedFormat(width=10, fraction=2, signed=False)
    assert formats["eta"] == FixedFormat(width=10, fraction=6, signed=True)
    assert formats["n"] == FixedFormat(width=4, fraction=0, signed=False)
    assert set(formats) == {"pt", "eta", "n"}


def test_numbers_without_bounds_and_odd_widths_are_errors() -> None:
    free = Schema(name="s", version="1.0.0", features=(Feature(name="x", dtype="float32"),))
    with pytest.raises(BindError, match="no fixed-point format can be chosen for x"):
        default_fixed(free, 10)
    with pytest.raises(BindError, match="no such width"):
        default_fixed(SCHEMA, 0)


@pytest.mark.parametrize(
    ("dtype", "bounds", "width", "form"),
    [
        ("int64", (0, 4095), 10, (10, -3, False)),  # 4095 is beyond 1023 steps of 4
        ("int64", (0, 4092), 10, (10, -2, False)),
        ("int32", (-3, 3), 10, (3, 0, True)),
        ("float32", (-1, 1), 8, (8, 6, True)),
        ("float64", (0, 0), 5, (5, 48, False)),
        ("float64", (0, 2.0**-60), 1, (1, 48, False)),
    ],
)
def test_the_finest_grid_that_holds_the_bounds(dtype: str, bounds: Any, width: int, form: Any) -> None:
    feature = Feature(name="x", dtype=dtype, bounds=bounds)
    found = finest_format(feature, width)
    assert (found.width, found.fraction, found.signed) == form


def test_bounds_that_no_grid_holds_are_an_error() -> None:
    with pytest.raises(BindError, match="no grid of 1 bits holds the bounds of x"):
        finest_format(Feature(name="x", dtype="float64", bounds=(0, 2.0**60)), 1)
