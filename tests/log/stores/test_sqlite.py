"""The store in one file: the tables on disk, transactions, and the view."""

import sqlite3
from contextlib import closing

import pytest
from logs import events

from rulekit.errors import LogError
from rulekit.log.runner import LoggedRunner
from rulekit.log.stores.base import Lines
from rulekit.log.stores.sqlite import SQLiteStore
from rulekit.log.write.writer import open_log


def lines(first, *texts):
    return Lines(first, list(texts), [bytes(32)] * len(texts))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.sqlite"


@pytest.fixture
def store(path):
    opened = SQLiteStore(path, write=True)
    opened.start(b"header")
    yield opened
    opened.close()


def query(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_the_names_on_disk(store, path):
    store.append(lines(0, b"a"))
    store.add_head(b"head")
    store.close()
    names = query(path, "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    assert names == [("view", "decisions"), ("table", "genesis"), ("table", "heads"), ("table", "lines")]
    assert query(path, "SELECT text FROM genesis") == [("header",)]
    assert query(path, "SELECT seq, text, seal FROM lines") == [(0, "a", bytes(32))]
    assert query(path, "SELECT text FROM heads") == [("head",)]


def test_lines_in_order_and_from_a_number_on(store):
    store.append(lines(0, b"a", b"b"))
    store.append(lines(2, b"c"))
    assert store.end() == 3
    assert [(each.first, each.texts) for each in store.read(1, 1)] == [(1, [b"b"]), (2, [b"c"])]
    assert list(store.read(3)) == []


def test_a_batch_is_all_or_nothing(store):
    store.append(lines(0, b"a"))
    with pytest.raises(LogError, match="the log can't be written"):
        store.append(Lines(1, [b"b", b"c"], [bytes(32), None]))
    assert store.end() == 1
    store.append(lines(1, b"b"))
    assert store.end() == 2


def test_a_number_is_taken_once(store):
    store.append(lines(0, b"a"))
    with pytest.raises(LogError, match="the log can't be written"):
        store.append(lines(0, b"again"))
    assert [each.texts for each in store.read()] == [[b"a"]]


def test_heads_in_order(store):
    store.add_head(b"one")
    store.add_head(b"two")
    assert store.heads() == [b"one", b"two"]


def test_a_file_that_is_no_database(path):
    path.write_bytes(b"this is no database at all, and long enough to be one")
    with pytest.raises(LogError, match="the log can't be"):
        SQLiteStore(path, write=True).header()


def test_a_reader_can_not_write(store, path):
    store.append(lines(0, b"a"))
    reader = SQLiteStore(path, write=False)
    with pytest.raises(LogError, match="readonly"):
        reader.append(lines(1, b"b"))
    assert reader.end() == 1
    reader.close()


def test_the_view_reads_the_text(path, runner):
    with open_log(path) as log:
        LoggedRunner(runner, log, "id").batch(events(4))
    rows = query(path, "SELECT seq, event, outcome, rule FROM decisions ORDER BY seq")
    assert rows == [
        (0, "t0", "review", "many-cards-one-device"),
        (1, "t1", "approve", None),
        (2, "t2", "invalid", None),
        (3, "t3", "block", "large-abroad"),
    ]
