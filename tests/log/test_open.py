"""From a name to a store."""

import pytest

from rulekit.errors import LogError
from rulekit.log.open import is_log, is_server, open_store, read_log
from rulekit.log.stores.parquet import ParquetStore
from rulekit.log.stores.sqlite import SQLiteStore
from rulekit.log.write.writer import open_log


@pytest.mark.parametrize(
    ("name", "server", "log"),
    [
        ("log.sqlite", False, True),
        ("log.SQLITE3", False, True),
        ("log.db", False, True),
        ("log.parquet", False, False),
        ("log", False, False),
        ("postgresql://host/db#x", True, True),
        ("postgres://host/db", True, True),
        ("http://host/db", False, False),
    ],
)
def test_what_a_name_says(name, server, log):
    assert (is_server(name), is_log(name)) == (server, log)


def test_a_folder_is_a_log(tmp_path):
    assert is_log(tmp_path)


@pytest.mark.parametrize(("name", "kind"), [("log.sqlite", SQLiteStore), ("log", ParquetStore)])
def test_the_store_of_a_name(tmp_path, name, kind):
    store = open_store(tmp_path / name, write=True)
    try:
        assert type(store) is kind
        assert store.where == str(tmp_path / name)
        assert store.header() is None
    finally:
        store.close()


def test_a_place_of_another_kind_is_refused(tmp_path):
    (tmp_path / "folder.sqlite").mkdir()
    (tmp_path / "file").write_text("x")
    for name in ("folder.sqlite", "file", "log.txt"):
        with pytest.raises(LogError, match="this is no place for a log"):
            open_store(tmp_path / name, write=True)


def test_nothing_is_made_by_looking(tmp_path):
    for name in ("log.sqlite", "log"):
        with pytest.raises(LogError, match="there is no such log"):
            read_log(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["log.sqlite", "log"])
def test_the_header_of_a_log(tmp_path, name):
    with open_log(tmp_path / name) as log:
        assert repr(log) == f"<DecisionLog {tmp_path / name}: 0 decisions, 0 of them unrecorded>"
    store, header, text = read_log(tmp_path / name)
    store.close()
    assert header["log"] == log.name
    assert header["format"] == "rulekit-log-1"
    assert text.startswith(b'{"created":"')
