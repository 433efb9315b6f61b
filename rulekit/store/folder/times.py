"""Times in a law folder: ISO 8601 with a zone, stored in UTC to the second."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer

from rulekit.errors import LawError


def parse_time(text: str) -> datetime:
    """Return the time that a text names, in UTC, cut to the second.

    Raises
    ------
    LawError
        when it is not an ISO 8601 time, or has no zone.

    """
    hint = "as 2026-03-01T12:00Z, or 2026-03-01T13:00+01:00"
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise LawError("this is no time", expected="ISO 8601 with a zone", got=text, hint=hint) from None
    if time.tzinfo is None:
        raise LawError("this time has no zone", expected="ISO 8601 with a zone", got=text, hint=hint)
    return to_second(time)


def as_time(time: datetime | str) -> datetime:
    """Return a time in UTC, cut to the second, from a time with a zone or its text.

    Raises
    ------
    LawError
        when the text is no ISO 8601 time, or the time has no zone.

    """
    if isinstance(time, datetime) and time.tzinfo is not None:
        return to_second(time)
    return parse_time(str(time))


def to_second(time: datetime) -> datetime:
    """Return a time with a zone in UTC, cut to the second."""
    return datetime.fromtimestamp(int(time.timestamp()), UTC)


def time_text(time: datetime) -> str:
    """Return a time as a law folder writes it: ``2026-03-01T12:00:00Z``."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> datetime:
    """Return the current time in UTC, cut to the second."""
    return to_second(datetime.now(UTC))


Time = Annotated[AwareDatetime, AfterValidator(to_second), PlainSerializer(time_text, return_type=str)]
"""A field that accepts any zone and is written in UTC."""
