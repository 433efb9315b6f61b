# ruff: noqa: S608 - every query is ours, over schemas that we name
"""Places of logs, and what lies there that is no log, or a broken one."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import polars as pl
import pytest
from logs import event_ids, events, rewrite

from rulekit.errors import LogError
from rulekit.keys import new_key
from rulekit.log.export import export_log
from rulekit.log.open import open_store
from rulekit.log.options import LogOptions
from rulekit.log.read.records import read_batches
from rulekit.log.read.verify import verify_log
from rulekit.log.write.writer import open_log

SMALL = LogOptions(segment=10)


@pytest.mark.parametrize(
    ("name", "message"),
    [("absent.sqlite", "no such log"), ("absent", "no such log"), ("log.txt", "no place for a log"),
     ("postgresql://rulekit@/postgres?host=/nowhere", "can't be opened"),
     ("postgresql:///x#Bad-Name", "no name of a schema")],
)  # fmt: skip
def test_there_is_no_log_to_read(tmp_path, name, message):
    place = name if name.startswith("postgresql") else str(tmp_path / name)
    with pytest.raises(LogError, match=message):
        verify_log(place)


def test_passwords_are_not_told():
    with pytest.raises(LogError) as raised:
        open_store("postgresql://rulekit:secret@/postgres?host=/nowhere", write=False)
    assert "secret" not in str(raised.value)
    assert "rulekit@" in str(raised.value)


def test_a_database_of_others_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    for use in (open_log, verify_log):
        with pytest.raises(LogError, match=r"is no log|not the beginning of a log"):
            use(path)


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(LogError, match="this folder is no log"):
        open_log(tmp_path)
    with pytest.raises(LogError, match="not the beginning of a log"):
        verify_log(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", ["text", "cut", "zeros"])
def test_a_broken_sqlite_file_is_told_of(tmp_path, runner, damage):
    from rulekit.log.runner import LoggedRunner

    path = tmp_path / "log.sqlite"
    with open_log(path, SMALL) as log:
        LoggedRunner(runner, log, "id").batch(events(500))
    data = path.read_bytes()
    half = len(data) // 2 // 4096 * 4096
    broken = {
        "text": b"no database at all" * 100,
        "cut": data[:half],
        "zeros": data[:half] + bytes(len(data) - half),
    }
    path.write_bytes(broken[damage])
    with pytest.raises(LogError, match="can't be") as raised:
        verify_log(path)
    assert raised.value.where.file == str(path)


@pytest.mark.parametrize("first", [0, 10])
@pytest.mark.parametrize("damage", ["text", "cut", "columns"])
def test_a_broken_segment_is_told_of(tmp_path, runner, damage, first):
    from rulekit.log.runner import LoggedRunner

    folder = tmp_path / "log"
    with open_log(folder, SMALL) as log:
        for begin in (0, 10):
            LoggedRunner(runner, log, "id").batch(events(10, begin))
    path = folder / f"segment-{first:012}.parquet"
    data = path.read_bytes()
    broken = {"text": b"no Parquet", "cut": data[: len(data) // 2]}
    if damage == "columns":
        pl.DataFrame({"a": [1]}).write_parquet(path)
    else:
        path.write_bytes(broken[damage])
    with pytest.raises(LogError, match="can't be read") as raised:
        verify_log(folder)
    assert raised.value.where.file == str(path)


def test_a_segment_that_is_gone_is_the_first_bad_line(tmp_path, runner):
    from rulekit.log.runner import LoggedRunner

    folder = tmp_path / "log"
    with open_log(folder, SMALL) as log:
        for first in (0, 10, 20):
            LoggedRunner(runner, log, "id").batch(events(10, first))
    (folder / "segment-000000000010.parquet").unlink()
    assert verify_log(folder).first_bad == 10
    (folder / "segment-000000000020.parquet").rename(folder / "segment-new.parquet")
    with pytest.raises(LogError, match="no file of a log"):
        verify_log(folder)


def test_a_genesis_of_another_format_is_refused(tmp_path, runner):
    folder = tmp_path / "log"
    open_log(folder).close()
    genesis = folder / "genesis.json"
    genesis.write_text(genesis.read_text().replace("rulekit-log-1", "rulekit-log-2"))
    with pytest.raises(LogError, match="another format"):
        verify_log(folder)


def test_an_edited_genesis_breaks_the_chain(write, where):
    write(events(5))
    if where.startswith("postgresql"):
        import psycopg

        target, _, name = where.partition("#")
        with psycopg.connect(target) as connection:
            connection.execute(f"UPDATE {name}.genesis SET text = replace(text, '20', '19')")
    elif Path(where).is_dir():
        genesis = Path(where) / "genesis.json"
        genesis.write_text(genesis.read_text().replace('"created":"20', '"created":"19'))
    else:
        with sqlite3.connect(where) as connection:
            connection.execute(
                'UPDATE genesis SET text = replace(text, \'"created":"20\', \'"created":"19\')'
            )
        connection.close()
    assert verify_log(where).first_bad == 0


def test_a_log_is_read_while_it_is_written(where, runner):
    from rulekit.log.runner import LoggedRunner

    with open_log(where, SMALL) as log:
        for first in range(0, 30, 6):
            LoggedRunner(runner, log, "id").batch(events(6, first))
            assert event_ids(where) == events(first + 6)["id"].to_list()
            assert verify_log(where).findings == ()


def test_a_segment_may_end_while_a_log_is_read(where, runner):
    from rulekit.log.runner import LoggedRunner

    with open_log(where, LogOptions(segment=3000)) as log:
        logged = LoggedRunner(runner, log, "id")
        for first in range(0, 8000, 1000):
            logged.batch(events(1000, first))
        reading = read_batches(where, size=500)
        read = [next(reading)]
        logged.batch(
            events(1000, 8000)
        )  # ends a segment: the journal that is being read becomes a Parquet file
        read += reading
    numbers = pl.concat(read)["seq"].to_list()
    assert numbers == list(range(len(numbers)))
    assert len(numbers) in {8000, 9000}


@pytest.mark.parametrize("name", ["log.sqlite", "log"])
def test_a_log_on_a_disk_that_nobody_may_write_can_be_read(tiny_disk, runner, name):
    from rulekit.log.runner import LoggedRunner

    path = tiny_disk / name
    with open_log(path) as log:
        LoggedRunner(runner, log, "id").batch(events(5))
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    assert verify_log(path).lines == 5
    with pytest.raises(LogError, match="can't be opened"):
        open_log(path)


def test_an_archive_is_the_log(where, write, tmp_path):
    key = new_key("site", tmp_path / "keys")
    options = LogOptions(segment=10, sample={"approve": 5})
    write(*(events(10, first) for first in range(0, 40, 10)), options=options, key=key)
    out = tmp_path / "archive"
    lines = export_log(where, out, segment=16)
    first, copy = verify_log(where, key.public), verify_log(out, key.public)
    assert copy.findings == ()
    assert copy.model_copy(update={"where": first.where}) == first
    assert (lines, event_ids(str(out))) == (copy.lines, event_ids(where))
    with pytest.raises(LogError, match="no log, and a log has one of its own"):
        export_log(where, tmp_path / "keys")
    shutil.rmtree(out)
    rewrite(where, lambda rows: rows[:7] + rows[8:])
    with pytest.raises(LogError, match="damaged: its lines from"):
        export_log(where, out)


def test_the_database_shows_records_as_columns(where, write):
    write(events(4))
    query = "SELECT event, outcome, rule FROM {}decisions ORDER BY seq"
    if where.startswith("postgresql"):
        import psycopg

        target, _, name = where.partition("#")
        with psycopg.connect(target) as connection:
            rows = connection.execute(query.format(f"{name}.")).fetchall()
    elif Path(where).is_dir():
        return
    else:
        with sqlite3.connect(where) as connection:
            rows = connection.execute(query.format("")).fetchall()
        connection.close()
    assert rows == [("t0", "review", "many-cards-one-device"), ("t1", "approve", None), ("t2", "invalid", None),
                    ("t3", "block", "large-abroad")]  # fmt: skip
