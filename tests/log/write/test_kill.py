"""kill -9 at random moments: nothing acknowledged is lost, the chain verifies, and the next start goes on."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import pytest
from logs import event_ids, numbers
from places import TESTS

from rulekit.errors import LogError
from rulekit.log.read.verify import verify_log
from rulekit.log.write.writer import open_log

APPENDS = int(os.environ.get("RULEKIT_LOG_APPENDS", "60_000"))
"""Records that a log gets in all; the promise speaks of 1,000,000, which takes a minute a store."""

KILLS = int(os.environ.get("RULEKIT_LOG_KILLS", "3"))

WRITER = """
import sys
sys.path[:0] = [sys.argv[1]]
import rulekit
from fixtures import FRAUD
from logs import events
from rulekit.log.runner import LoggedRunner
from rulekit.log.options import LogOptions
from rulekit.log.write.writer import open_log

where, total = sys.argv[2], int(sys.argv[3])
frame = events(500).drop("id")
runner = rulekit.compile(rulekit.load(FRAUD), "polars").load()
with open_log(where, LogOptions(segment=7_000)) as log:
    logged = LoggedRunner(runner, log)
    print(log.decided, flush=True)
    while log.decided < total:
        logged.batch(frame)
        print(log.decided, flush=True)
"""


def start(where):
    command = [sys.executable, "-c", WRITER, str(TESTS), where, str(APPENDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed(where, chance):
    """Let a writer go on until it is killed, a moment after its first acknowledgement; return the last one."""
    with start(where) as writer:
        begun = int(writer.stdout.readline())
        time.sleep(chance.uniform(0.0, APPENDS / KILLS / 60_000))
        writer.kill()
        told = [begun, *map(int, writer.stdout.read().splitlines())]
    return told[-1]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 needs a POSIX system")
def test_nothing_acknowledged_is_lost(where):
    chance = random.Random()  # noqa: S311 - other moments each time
    acknowledged = 0
    for _ in range(KILLS):
        told = killed(where, chance)
        assert told >= acknowledged
        acknowledged = told
        found = verify_log(where)
        assert found.findings == ()
        assert found.lines >= acknowledged
    with start(where) as last:
        told = [int(line) for line in last.stdout.read().splitlines()]
    assert last.returncode == 0
    assert acknowledged <= told[0] <= found.lines
    assert told[-1] >= APPENDS
    assert verify_log(where).findings == ()
    assert numbers(event_ids(where)) == list(range(told[-1]))


def test_a_torn_line_is_cut_off_and_said_so(tmp_path, runner):
    from logs import events

    from rulekit.log.runner import LoggedRunner

    where = str(tmp_path / "log")
    log = open_log(where)
    LoggedRunner(runner, log, "id").batch(events(10))
    journal = tmp_path / "log" / "journal-000000000000.log"
    whole = journal.stat().st_size
    with journal.open("ab") as file:
        file.write(b"0123456789 torn")
    log._writer_lock.close()
    assert verify_log(where).lines == 10
    with open_log(where) as log:
        assert log.notes == ("a torn line of 15 bytes, never acknowledged, was cut off the journal",)
        assert journal.stat().st_size == whole
        LoggedRunner(runner, log, "id").batch(events(10, 10))
    assert verify_log(where).lines == 20


def test_a_journal_of_which_nothing_was_acknowledged_is_empty(tmp_path):
    where = str(tmp_path / "log")
    open_log(where).close()
    (tmp_path / "log" / "journal-000000000000.log").write_bytes(b"torn")
    assert verify_log(where).lines == 0
    with open_log(where) as log:
        assert log.notes[0].startswith("a torn line of 4 bytes")
        assert log.decided == 0


@pytest.mark.parametrize("left", ["journal", "draft"])
def test_a_segment_that_was_being_written_is_made_good(tmp_path, runner, left):
    from logs import events

    from rulekit.log.runner import LoggedRunner

    where, folder = str(tmp_path / "log"), tmp_path / "log"
    with open_log(where) as log:
        LoggedRunner(runner, log, "id").batch(events(10))
    log = open_log(where)
    LoggedRunner(runner, log, "id").batch(events(10, 10))
    journal = folder / "journal-000000000010.log"
    data = journal.read_bytes()
    log.close()
    journal.write_bytes(data)  # killed after the segment got its name, before the journal was removed
    if left == "draft":  # killed while the segment was written
        (folder / "segment-000000000010.parquet").rename(folder / ".segment-000000000010.parquet.7.draft")
    assert verify_log(where).lines == 20
    with open_log(where) as log:
        LoggedRunner(runner, log, "id").batch(events(5, 20))
    assert event_ids(where) == events(25)["id"].to_list()
    assert not list(folder.glob(".*"))
    assert verify_log(where).findings == ()


def test_a_second_writer_is_refused(where, monkeypatch):
    monkeypatch.setattr("rulekit.log.stores.postgres._PATIENCE", 0.1)
    with open_log(where), pytest.raises(LogError, match="another process is writing this log"):
        open_log(where)
    open_log(where).close()
