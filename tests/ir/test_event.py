from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from rulekit.errors import EventError
from rulekit.ir.event import bind_event, bind_value
from rulekit.ir.schema import DType, Feature
from rulekit.testing.conformance import WRONG


def feature(dtype: DType) -> Feature:
    return Feature(name="x", dtype=dtype, categories=("a",) if dtype is DType.CATEGORY else None)


@pytest.mark.parametrize("dtype", DType)
@pytest.mark.parametrize("nothing", [None, math.nan, np.float32("nan"), np.float64("nan")], ids=repr)
def test_none_and_nan_are_missing(dtype: DType, nothing: Any) -> None:
    assert bind_value(feature(dtype), nothing) is None


def test_an_absent_key_is_missing_and_other_keys_are_left_out() -> None:
    assert bind_event([feature(DType.FLOAT64)], {"y": object()}) == {"x": None}


@pytest.mark.parametrize(
    ("dtype", "value", "bound"),
    [
        (DType.BOOL, True, True),
        (DType.BOOL, np.bool_(True), True),
        (DType.INT32, -(2**31), -(2**31)),
        (DType.INT32, np.int8(3), 3),
        (DType.INT64, 2**53 + 1, 2**53 + 1),
        (DType.INT64, np.int64(2**63 - 1), 2**63 - 1),
        (DType.FLOAT32, 0.1, float(np.float32(0.1))),
        (DType.FLOAT32, np.float32(0.1), float(np.float32(0.1))),
        (DType.FLOAT32, 3.5e38, math.inf),
        (DType.FLOAT32, 2**24 + 1, 2.0**24),
        (DType.FLOAT32, math.inf, math.inf),
        (DType.FLOAT64, 0.1, 0.1),
        (DType.FLOAT64, 3, 3.0),
        (DType.FLOAT64, 2**53 + 1, 2.0**53),
        (DType.CATEGORY, "a", "a"),
        (DType.CATEGORY, "unknown", "unknown"),
        (DType.CATEGORY, "", ""),
    ],
)
def test_binds_to_the_dtype(dtype: DType, value: Any, bound: Any) -> None:
    found = bind_value(feature(dtype), value)
    assert (found, type(found)) == (bound, type(bound))


@pytest.mark.parametrize(
    ("dtype", "value"), [(dtype, value) for dtype, values in WRONG.items() for value in values]
)
def test_refuses_values_of_another_type(dtype: DType, value: Any) -> None:
    with pytest.raises(EventError) as raised:
        bind_value(feature(dtype), value)
    assert "feature x of the event" in raised.value.what
    assert raised.value.expected == dtype.value
    assert str(raised.value.got).endswith(f"({type(value).__name__})")


@pytest.mark.parametrize("value", [Decimal("0.1"), np.array([1.0, 2.0]), np.array([]), "1"], ids=repr)
def test_refuses_what_is_no_scalar(value: Any) -> None:
    with pytest.raises(EventError):
        bind_value(feature(DType.FLOAT64), value)
