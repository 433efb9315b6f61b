"""The record of one decision, and its text.

The text is canonical JSON (RFC 8785), so equal records have equal bytes on every machine. What JSON numbers cannot
say exactly is written differently:

- an infinity is ``"Infinity"`` or ``"-Infinity"``, a missing value ``null``, and ``-0.0``, which equals 0, ``0``;
- an integer beyond 2**53 - 1 is a string of digits; as an event id, where a string would be another event, it is
  ``{"integer": "9007199254740993"}``;
- a float32 is the float64 that equals it;
- a value that is kept out of the log is ``{"masked": true}`` or ``{"hashed": "hmac-sha256:..."}``.

Special values are objects, because events have none: no value of an event can be mistaken for a masked one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, Field, JsonValue

from rulekit.digests import canonical_json
from rulekit.errors import LogError, RulekitError, SignatureError
from rulekit.ir.numerics import Event, Scalar
from rulekit.ir.schema import DType, Feature, Model

EXACT = (1 << 53) - 1
"""The largest integer that is a JSON number; RFC 8785 has none beyond it."""

INFINITIES = {math.inf: "Infinity", -math.inf: "-Infinity"}
MASKED = {"masked": True}
HASHED, INTEGER = "hashed", "integer"


class DecisionRecord(Model):
    """One decision, and what it was made of.

    Attributes
    ----------
    id : its sequence number in its log, from 0.
    at : when it was decided, UTC, to the microsecond.
    ruleset, artifact : digests of the law, and of the manifest of the artifact that decided.
    event : the event id, as written by :func:`event_to_json`.
    values : what the decision read, by feature, as written by :func:`value_to_json`.
    hits : ids of all rules that hit, in text order.
    outcome, rule, score, missing : as in :class:`rulekit.ir.decision.Decision`; ``score`` only under SCORE.
    suppressed : the hits that a prescale did not keep.
    took_ns : nanoseconds that deciding took; in a batch, the time of the batch divided by its events.
    one_in : how many decisions with this outcome the record stands for; None where the log is not a sample.

    """

    _error: ClassVar[type[RulekitError]] = LogError

    id: int = Field(ge=0)
    at: AwareDatetime
    ruleset: str
    artifact: str
    event: JsonValue
    values: dict[str, JsonValue]
    hits: tuple[str, ...] = ()
    outcome: str
    rule: str | None = None
    score: int | None = None
    suppressed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    took_ns: int = Field(ge=0)
    one_in: int | None = None


def record_text(record: DecisionRecord) -> bytes:
    """Return the text of a record; ``score`` and ``one_in`` are left out where they are None.

    Raises
    ------
    LogError
        when it has no canonical JSON.

    """
    document: dict[str, Any] = {name: getattr(record, name) for name in DecisionRecord.model_fields}
    document |= {"at": time_text(record.at), "score": _integer_to_json(record.score)}
    return line_text({key: value for key, value in document.items() if value is not None or key == "rule"})


def record_from_text(text: bytes) -> DecisionRecord:
    """Read a record.

    Raises
    ------
    LogError
        when the text is not a record.

    """
    try:
        return DecisionRecord.model_validate(json.loads(text, parse_int=_number))
    except (ValueError, LogError) as error:
        first = str(error).splitlines()[0]
        raise LogError(f"this is no record of a decision: {first}", got=repr(text[:60])) from None


def line_text(document: JsonValue | Mapping[str, Any]) -> bytes:
    """Return the canonical text of a line of a log.

    Raises
    ------
    LogError
        when it has none, such as for a lone surrogate in a text.

    """
    try:
        return canonical_json(document)
    except (SignatureError, UnicodeEncodeError) as error:
        raise LogError(f"a line can't be written: {getattr(error, 'what', error)}") from None


def time_text(at: datetime) -> str:
    """Return a time in UTC to the microsecond: ``2027-03-01T12:00:00.000000Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def value_to_json(value: Scalar | None) -> JsonValue:
    """Return a bound value as JSON that says it exactly; see the module."""
    if isinstance(value, float):
        number: JsonValue = INFINITIES.get(value, value)
        return number
    return _integer_to_json(value) if isinstance(value, int) and not isinstance(value, bool) else value


def value_from_json(feature: Feature, value: JsonValue) -> Scalar | None:
    """Return the value of a feature, from its JSON.

    Raises
    ------
    LogError
        when the value was masked or hashed, or is none of the feature's dtype.

    """
    if value is None:
        return None
    try:
        return _READERS[feature.dtype](value)
    except (ValueError, TypeError):
        what = f"the record has no value of feature {feature.name}"
        raise LogError(what, expected=feature.dtype.value, got=json.dumps(value)) from None


def values_from_json(features: Iterable[Feature], values: Mapping[str, JsonValue]) -> Event:
    """Return the bound event that a record holds; see :func:`value_from_json`."""
    return {feature.name: value_from_json(feature, values.get(feature.name)) for feature in features}


def event_to_json(event: int | str) -> JsonValue:
    """Return an event id as JSON: a string, a number, or ``{"integer": "..."}`` for a large one."""
    large = isinstance(event, int) and abs(event) > EXACT
    return {INTEGER: str(event)} if large else event


def _integer_to_json(value: int | None) -> JsonValue:
    return value if value is None or -EXACT <= value <= EXACT else str(value)


def _number(digits: str) -> int | float:
    """Return a number written without a point: beyond 2**53 - 1 a float, since such integers are text."""
    value = int(digits)
    return value if -EXACT <= value <= EXACT else float(digits)


def _float(value: Any) -> float:
    if isinstance(value, (bool, dict, list)):
        raise TypeError
    return float(value)


def _integer(value: Any) -> int:
    if isinstance(value, (bool, float, dict, list)):
        raise TypeError
    return int(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


_READERS: dict[DType, Callable[[Any], Scalar]] = {
    DType.BOOL: _bool,
    DType.INT32: _integer,
    DType.INT64: _integer,
    DType.FLOAT32: _float,
    DType.FLOAT64: _float,
    DType.CATEGORY: _word,
}
