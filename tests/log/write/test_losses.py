"""A log that can't be written: the decision path is told at once, and follows its policy; no loss is quiet."""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from logs import event_ids, events

from rulekit.errors import LogError
from rulekit.keys import new_key
from rulekit.log.options import LogOptions
from rulekit.log.read.verify import verify_log
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log

OPEN = LogOptions(on_failure="open")


@contextmanager
def full_disk(size=1 << 12):
    """No file grows beyond 4 KiB: the system refuses every byte after that, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def server_gone(admin, role):
    """Every connection of a role is cut, and it gets no other."""
    import psycopg

    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} NOLOGIN")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (role,)
        )
        try:
            yield
        finally:
            connection.execute(f"ALTER ROLE {role} LOGIN")


@pytest.fixture(params=["sqlite", "parquet", "postgres"])
def failing(request, tmp_path):
    """The place of a log, and a context in which it can't be written."""
    if request.param != "postgres":
        return str(tmp_path / ("log.sqlite" if request.param == "sqlite" else "log")), full_disk
    import psycopg

    admin = f"postgresql://rulekit@/postgres?host={request.getfixturevalue('server')}"
    role = f"logger_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"GRANT CREATE ON DATABASE postgres TO {role}")
    where = admin.replace("//rulekit@", f"//{role}@") + f"#{role}"
    return where, lambda: server_gone(admin, role)


def errors(caplog):
    return [record.message for record in caplog.records if record.name == "rulekit.log"]


def test_closed_gives_nothing_out_that_is_not_logged(failing, runner):
    where, broken = failing
    with open_log(where) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(events(100))
        with broken():
            for _ in range(2):
                with pytest.raises(LogError, match="can't be"):
                    logged.batch(events(1000, 100))
        answer = logged.batch(events(1000, 100))
        assert (answer.height, log.unrecorded) == (1000, 0)
    found = verify_log(where)
    assert (found.lines, found.findings) == (1100, ())
    assert event_ids(where) == events(1100)["id"].to_list()


def test_open_goes_on_loudly_and_the_log_tells_what_it_lacks(failing, runner, caplog):
    where, broken = failing
    with open_log(where, OPEN) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(events(100))
        with broken():
            assert logged.batch(events(1000, 100)).height == 1000
            assert logged.batch(events(1000, 1100)).height == 1000
            assert (log.unrecorded, log.lost.total()) == (2000, 2000)
        logged.batch(events(100, 2100))
        assert (log.unrecorded, log.lost.total(), log.decided) == (0, 2000, 2200)
        with broken():
            logged.batch(events(1000, 2200))
        logged.batch(events(100, 3200))
    told = errors(caplog)
    assert [("NOT logged" in text, "works again" in text) for text in told] == [
        (True, False),
        (False, True),
    ] * 2
    found = verify_log(where)
    assert [(f.code, f.count, f.subject) for f in found.findings] == [("log-lost", 2000, "line 100"),
                                                                      ("log-lost", 1000, "line 201")]  # fmt: skip
    assert found.lost == dict.fromkeys(["approve", "block", "invalid", "review"], 750)
    assert found.kept == dict.fromkeys(["approve", "block", "invalid", "review"], 75)
    assert found.lines == 302


@pytest.mark.parametrize("taken_back", [True, False])
def test_an_append_that_failed_half_way_leaves_a_chain(tmp_path, runner, monkeypatch, taken_back):
    """Even where the half that was written can't be taken back: it is in the log, and was never acknowledged."""

    def refuse(descriptor, size):
        raise OSError(5, "I/O error")

    where = tmp_path / "log"
    with open_log(where) as log:
        logged = LoggedRunner(runner, log, "id")
        logged.batch(events(100))
        size = (where / "journal-000000000000.log").stat().st_size
        with full_disk(size + 20_000), monkeypatch.context() as patch:
            if not taken_back:
                patch.setattr("os.ftruncate", refuse)
            with pytest.raises(LogError, match="too large"):
                logged.batch(events(1000, 100))
        logged.batch(events(50, 1100))
    found = verify_log(where)
    left = found.lines - 150
    assert (found.findings, left > 0) == ((), not taken_back)
    assert event_ids(str(where)) == [f"t{n}" for n in (*range(100 + left), *range(1100, 1150))]


def test_closing_with_losses_that_the_log_does_not_tell_of_is_an_error(failing, runner, caplog):
    where, broken = failing
    log = open_log(where, OPEN)
    logged = LoggedRunner(runner, log, "id")
    logged.batch(events(100))
    with broken():
        logged.batch(events(1000, 100))
        with pytest.raises(LogError, match="1000 decisions were lost"):
            log.close()
    assert "1000 decisions were lost, and the log does not tell of it" in errors(caplog)[-1]


def abandon(log):
    """Let go of a log as a process does that is killed."""
    log._complaint.detach()
    log._store.close()
    if log._writer_lock is not None:
        log._writer_lock.close()


def test_losses_survive_the_process(failing, runner, tmp_path, caplog):
    where, broken = failing
    server = where.startswith("postgresql")
    options = OPEN.model_copy(update={"losses": tmp_path / "losses"}) if server else OPEN
    log = open_log(where, options)
    logged = LoggedRunner(runner, log, "id")
    logged.batch(events(100))
    with broken():
        logged.batch(events(1000, 100))
    abandon(log)
    with open_log(where, options) as log:
        assert log.unrecorded == 1000
        LoggedRunner(runner, log, "id").batch(events(100, 1100))
        assert log.unrecorded == 0
    assert [finding.count for finding in verify_log(where).findings] == [1000]
    with open_log(where, options) as log:
        assert log.unrecorded == 0


def test_a_log_that_is_let_go_of_unclosed_complains(failing, runner, caplog):
    where, broken = failing
    log = open_log(where, OPEN)
    with broken():
        LoggedRunner(runner, log, "id").batch(events(1000))
    store, lock = log._store, log._writer_lock
    del log
    gc.collect()
    assert "1000 decisions were lost, and the log does not tell of it" in errors(caplog)[-1]
    for held in (store, lock):
        if held is not None:
            held.close()


def test_a_key_that_expires_stops_closed_and_not_open(where, runner, tmp_path, caplog):
    key = new_key("site", tmp_path / "keys")
    log = open_log(where, LogOptions(segment=10), key)
    logged = LoggedRunner(runner, log, "id")
    logged.batch(events(5))
    past = key.public.model_copy(update={"until": key.public.since})
    log._key = key.__class__(past, key._secret)
    logged.batch(events(5, 5))  # the tenth line ends a segment, whose head is due
    with pytest.raises(Exception, match="expired"):
        logged.batch(events(5, 10))
    log.options = log.options.model_copy(update={"on_failure": "open"})
    logged.batch(events(5, 10))
    log.close()
    assert sum("NOT signed" in text for text in errors(caplog)) >= 1
    found = verify_log(where, key.public)
    assert (found.lines, {finding.code for finding in found.findings}) == (15, {"log-unsigned"})


@pytest.mark.parametrize("name", ["log.sqlite", "log"])
def test_a_disk_that_is_really_full(tiny_disk, name, runner, caplog):
    where = str(tiny_disk / name)
    with open_log(where, OPEN) as log:
        logged = LoggedRunner(runner, log, "id")
        while not log.unrecorded:
            logged.batch(events(200, log.decided))
        page = Path(f"{where}.writer").read_text()
        assert sum(json.loads(page)["lost"].values()) == log.unrecorded == 200
        big = tiny_disk / "ballast"
        assert not big.exists()
        subprocess.run(["mount", "-o", "remount,size=4m", tiny_disk], check=True)
        logged.batch(events(200, log.decided))
        assert log.unrecorded == 0
    found = verify_log(where)
    assert [(finding.code, finding.count) for finding in found.findings] == [("log-lost", 200)]
    assert sum(found.kept.values()) + 200 == log.decided
