"""Archives: the same lines and heads, and none of a damaged log."""

import pytest
from logs import events, rewrite

from rulekit.errors import LogError
from rulekit.log.export import export_log
from rulekit.log.open import read_log
from rulekit.log.options import LogOptions
from rulekit.log.read.verify import verify_log
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log


@pytest.fixture
def log(tmp_path, runner):
    """A log in SQLite of 25 lines, with heads after 10 and 20 and at the end."""
    where = tmp_path / "log.sqlite"
    with open_log(where, LogOptions(segment=10)) as opened:
        logged = LoggedRunner(runner, opened, "id")
        for first in range(0, 25, 5):
            logged.batch(events(5, first))
    return where


def contents(where):
    store, _, header = read_log(where)
    try:
        lines = [
            (lines.first + number, text, digest)
            for lines in store.read()
            for number, (text, digest) in enumerate(zip(lines.texts, lines.hashes, strict=True))
        ]
        return header, lines, store.heads()
    finally:
        store.close()


def test_an_archive_holds_the_same(log, tmp_path):
    assert export_log(log, tmp_path / "archive") == 25
    assert contents(tmp_path / "archive") == contents(log)
    found = verify_log(tmp_path / "archive")
    assert (found.lines, found.findings) == (25, ())
    assert repr(found) == f"<Verification {tmp_path / 'archive'}: 25 lines hold, no findings>"


@pytest.mark.parametrize(("segment", "files"), [(None, 1), (7, 1), (1000, 1)])
def test_segments_are_files(log, tmp_path, segment, files):
    export_log(log, tmp_path / "archive", segment)
    assert len(list((tmp_path / "archive").glob("segment-*.parquet"))) == files
    assert not list((tmp_path / "archive").glob("journal-*"))


def test_an_archive_of_an_archive_is_the_same(log, tmp_path):
    export_log(log, tmp_path / "one")
    export_log(tmp_path / "one", tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_damaged_log_gets_no_archive(log, tmp_path):
    rewrite(str(log), lambda rows: [*rows[:3], *rows[4:]])
    with pytest.raises(LogError, match="the log is damaged"):
        export_log(log, tmp_path / "archive")


def test_a_folder_that_is_not_empty_is_left_alone(log, tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "mine.txt").write_text("x")
    with pytest.raises(LogError, match="this folder is no log"):
        export_log(log, tmp_path / "archive")
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["mine.txt"]
