"""The writer: keys as files, segments and their heads, and what a context leaves behind."""

from datetime import UTC, datetime

import pytest
from logs import events

from rulekit.errors import LawError, LogError, SignatureError
from rulekit.keys import new_key
from rulekit.log.open import read_log
from rulekit.log.options import LogOptions
from rulekit.log.read.verify import verify_log
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log


@pytest.fixture
def place(tmp_path):
    return tmp_path / "log.sqlite"


def write(place, runner, count, options=None, key=None, size=5):
    with open_log(place, options, key) as log:
        logged = LoggedRunner(runner, log, "id")
        for first in range(0, count, size):
            logged.batch(events(size, first))
    return log


def test_a_key_may_be_a_file(place, runner, tmp_path):
    key = new_key("site", tmp_path / "keys")
    write(place, runner, 5, key=tmp_path / "keys" / "site.key")
    write(place, runner, 5, key=str(tmp_path / "keys" / "site.key"))
    found = verify_log(place, key.public)
    assert (found.signed, found.lines, found.findings) == (10, 10, ())
    with pytest.raises(LawError):
        open_log(tmp_path / "other.sqlite", key=tmp_path / "nobody.key")
    assert not (tmp_path / "other.sqlite").exists()


def test_an_expired_key_is_found_at_once(place, tmp_path):
    key = new_key("site", tmp_path, until=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(SignatureError, match="expired"):
        open_log(place, key=key)
    assert not place.exists()


@pytest.mark.parametrize(("segment", "heads"), [(5, 4), (10, 2), (7, 2), (100, 1)])
def test_a_segment_ends_with_a_head(place, runner, segment, heads):
    write(place, runner, 20, LogOptions(segment=segment))
    store, _, _ = read_log(place)
    try:
        assert len(store.heads()) == heads
    finally:
        store.close()
    assert verify_log(place).head.seq == 19


def test_a_head_is_signed_once(place, runner):
    with open_log(place) as log:
        LoggedRunner(runner, log, "id").batch(events(3))
        assert log.sign().seq == 2
        assert log.sign() is None


def test_a_log_goes_on_where_it_ended(place, runner):
    first = write(place, runner, 10)
    with open_log(place) as log:
        assert (log.name, log.decided) == (first.name, 10)
        assert repr(log) == f"<DecisionLog {place}: 10 decisions, 0 of them unrecorded>"
    assert log.notes == ()


def test_what_was_sampled_away_is_counted_at_the_end(place, runner):
    write(place, runner, 20, LogOptions(sample={"approve": 1000}))
    found = verify_log(place)
    assert found.sampled == {"approve": 5}
    assert found.kept == {"block": 5, "invalid": 5, "review": 5}
    assert found.findings == ()
    html = found._repr_html_()
    assert all(word in html for word in ("approve", "sampled away", "no findings"))


def test_two_writers_of_one_log(place, runner):
    with open_log(place) as log:
        with pytest.raises(LogError, match="another process is writing this log"):
            open_log(place)
        LoggedRunner(runner, log, "id").batch(events(2))
    assert verify_log(place).lines == 2


def test_an_error_inside_of_the_context_is_the_one_that_is_raised(place, runner):
    def interrupted():
        with open_log(place) as log:
            LoggedRunner(runner, log, "id").batch(events(2))
            raise KeyError("any error")

    with pytest.raises(KeyError, match="any error"):
        interrupted()
    assert verify_log(place).lines == 2


@pytest.mark.parametrize("name", ["log.sqlite", "log"])
@pytest.mark.parametrize("policy", ["closed", "open"])
def test_a_closed_log_is_closed_once_and_takes_nothing_more(tmp_path, runner, name, policy):
    log = open_log(tmp_path / name, LogOptions(on_failure=policy))
    logged = LoggedRunner(runner, log, "id")
    logged.batch(events(2))
    log.close()
    log.close()
    for write in (lambda: logged.batch(events(2)), log.sign):
        with pytest.raises(LogError, match="the log is closed"):
            write()
    assert log.unrecorded == 0
    found = verify_log(tmp_path / name)
    assert (found.lines, found.lost, found.findings) == (2, {}, ())
