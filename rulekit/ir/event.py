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

    A key that is absent, None or NaN is missing. Keys that are no feature are left out. A category that the schema
    does not know stays: it is not missing, and equal to none of the known ones.

    Raises
    ------
    EventError
        when a value can't be one of the feature's dtype.

    """
    return {feature.name: bind_value(feature, event.get(feature.name)) for feature in features}


def bind_value(feature: Feature, value: Any) -> Scalar | None:
    """Bind the value of one feature; see :func:`bind_event`. NumPy scalars are taken too."""
    if getattr(value, "shape", None) == ():  # a scalar of NumPy or of its kin, and no array
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if feature.dtype is DType.CATEGORY and isinstance(value, str):
        return value
    if feature.dtype is DType.BOOL and isinstance(value, bool):
        return value
    if feature.dtype.is_number and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _bind_integer(feature, value) if feature.dtype.is_integer else _bind_float(feature, value)
    raise _refusal(feature, value)


def _bind_integer(feature: Feature, value: float) -> int:
    low, high = feature.dtype.integer_range
    if not isinstance(value, int) or not low <= value <= high:
        raise _refusal(feature, value)
    return value


def _bind_float(feature: Feature, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise _refusal(feature, value) from None
    return to_float32(number) if feature.dtype is DType.FLOAT32 else number


def _refusal(feature: Feature, value: object) -> EventError:
    return EventError(
        f"feature {feature.name} of the event does not fit the schema",
        expected=feature.dtype.value,
        got=f"{value!r} ({type(value).__name__})",
    )
