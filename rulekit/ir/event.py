"""Binding one event to its schema: the one place where None and NaN become *missing*."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from rulekit.errors import EventError
from rulekit.ir.floats import to_float32
from rulekit.ir.numerics import Event, Scalar
from rulekit.ir.schema import DType, Feature


def bind_event(features: Iterable[Feature], event: Mapping[str, Any]) -> Event:
    """Return the event with each of the features at its dtype, None where it is missing.

    A key that is absent, None or NaN is missing. Other keys are left out. A category that the schema does
    not know stays: it is present and equal to none of the known ones.

    Raises
    ------
    EventError
        when a value can't be one of the feature's dtype.

    """
    return {feature.name: bind_value(feature, event.get(feature.name)) for feature in features}


def bind_value(feature: Feature, value: Any) -> Scalar | None:
    """Bind the value of one feature; see :func:`bind_event`. NumPy scalars are welcome."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if feature.dtype is DType.CATEGORY:
        return value if isinstance(value, str) else _refuse(feature, value)
    if feature.dtype is DType.BOOL:
        return value if isinstance(value, bool) else _refuse(feature, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _refuse(feature, value)
    return _bind_integer(feature, value) if feature.dtype.is_integer else _bind_float(feature, value)


def _bind_integer(feature: Feature, value: float) -> int:
    low, high = feature.dtype.integer_range
    if not isinstance(value, int) or not low <= value <= high:
        return _refuse(feature, value)
    return value


def _bind_float(feature: Feature, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        return _refuse(feature, value)
    return to_float32(number) if feature.dtype is DType.FLOAT32 else number


def _refuse(feature: Feature, value: object) -> Any:
    raise EventError(
        f"feature {feature.name} of the event does not fit the schema",
        expected=feature.dtype.value,
        got=f"{value!r} ({type(value).__name__})",
    )
