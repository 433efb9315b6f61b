"""Times of the law."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import LawError
from rulekit.ir.schema import Model
from rulekit.store.folder.times import Time, as_time, now, parse_time, time_text, to_second

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T12:00Z", "2026-03-01T13:00+01:00", "2026-03-01 12:00:00+00:00", "2026-03-01T12:00:00.9Z"],
)
def test_one_time_in_many_spellings(text):
    assert parse_time(text) == NOON
    assert time_text(parse_time(text)) == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tomorrow", "this is no time"),
        ("", "this is no time"),
        ("2026-13-01T00:00Z", "this is no time"),
        ("2026-03-01T12:00", "this time has no zone"),
        ("2026-03-01", "this time has no zone"),
    ],
)
def test_what_is_no_time_is_refused(text, message):
    with pytest.raises(LawError, match=message) as raised:
        parse_time(text)
    assert raised.value.expected == "ISO 8601 with a zone"
    assert raised.value.got == text


def test_a_time_is_given_as_text_or_as_a_value():
    east = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert as_time("2026-03-01T12:00Z") == as_time(east) == as_time(NOON) == NOON
    assert as_time(east).tzinfo is UTC
    with pytest.raises(LawError, match="no zone"):
        as_time(NOON.replace(tzinfo=None))


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_written_time_is_read_back(time):
    found = to_second(time)
    assert timedelta(0) <= time - found < timedelta(seconds=1)
    assert parse_time(time_text(found)) == found


def test_now_has_whole_seconds_and_a_zone():
    assert now().microsecond == 0
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_field_is_written_in_utc():
    class Dated(Model):
        at: Time

    dated = Dated.model_validate({"at": "2026-03-01T13:00:00.7+01:00"})
    assert dated.at == NOON
    assert dated.model_dump(mode="json") == {"at": "2026-03-01T12:00:00Z"}
