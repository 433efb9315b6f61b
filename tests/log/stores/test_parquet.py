"""The store in a folder: segments, the journal before them, and what a crash leaves."""

import pytest

from rulekit.errors import LogError
from rulekit.log.stores.base import Lines
from rulekit.log.stores.parquet import ParquetStore


def lines(first, count):
    texts = [f"text {number}".encode() for number in range(first, first + count)]
    return Lines(first, texts, [bytes([number % 256]) * 32 for number in range(first, first + count)])


def read(store, first=0, size=100):
    return [
        (each.first + place, text)
        for each in store.read(first, size)
        for place, text in enumerate(each.texts)
    ]


def expected(first, end):
    return [(number, f"text {number}".encode()) for number in range(first, end)]


@pytest.fixture
def store(tmp_path):
    """A store of twelve lines: two segments of five, and two lines in the journal."""
    opened = ParquetStore(tmp_path / "log", write=True)
    opened.start(b"header")
    for first in (0, 5):
        opened.append(lines(first, 5))
        opened.end_segment()
    opened.append(lines(10, 2))
    yield opened
    opened.close()


def test_files_are_named_by_their_first_line(store, tmp_path):
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == [
        "genesis.json",
        "journal-000000000010.log",
        "segment-000000000000.parquet",
        "segment-000000000005.parquet",
    ]
    assert store.header() == b"header"
    assert store.end() == 12


@pytest.mark.parametrize("first", [0, 3, 5, 7, 10, 11, 12, 99])
def test_lines_are_read_from_any_number_on(store, first):
    assert read(store, first) == expected(first, 12)


def test_a_journal_line_is_hash_and_text(store, tmp_path):
    content = (tmp_path / "log" / "journal-000000000010.log").read_bytes()
    assert content == b"".join(b"%02x" % n * 32 + b" text %d\n" % n for n in (10, 11))


def test_a_torn_line_is_said_and_gone(store, tmp_path):
    store.close()
    with (tmp_path / "log" / "journal-000000000010.log").open("ab") as file:
        file.write(b"torn")
    again = ParquetStore(tmp_path / "log", write=True)
    assert again.notes == ("a torn line of 4 bytes, never acknowledged, was cut off the journal",)
    assert read(again) == expected(0, 12)
    again.close()


def test_a_reader_leaves_a_torn_line_and_does_not_see_it(store, tmp_path):
    store.close()
    journal = tmp_path / "log" / "journal-000000000010.log"
    with journal.open("ab") as file:
        file.write(b"torn")
    reader = ParquetStore(tmp_path / "log", write=False)
    assert read(reader) == expected(0, 12)
    assert journal.read_bytes().endswith(b"torn")


def test_a_journal_that_is_a_segment_already_is_not_read_twice(store, tmp_path):
    store.close()
    journal = tmp_path / "log" / "journal-000000000010.log"
    kept = journal.read_bytes()
    store.end_segment()
    journal.write_bytes(kept)  # as if the process had died before it could remove it
    reader = ParquetStore(tmp_path / "log", write=False)
    assert (read(reader), reader.end()) == (expected(0, 12), 12)
    writer = ParquetStore(tmp_path / "log", write=True)
    assert not journal.exists()
    writer.close()


def test_drafts_of_a_crash_are_removed(store, tmp_path):
    store.close()
    draft = tmp_path / "log" / ".segment-000000000010.parquet.draft"
    draft.write_bytes(b"half")
    ParquetStore(tmp_path / "log", write=True).close()
    assert not draft.exists()


def test_heads_are_kept_in_their_order(store):
    assert store.heads() == []
    store.add_head(b"one")
    store.add_head(b"two")
    assert store.heads() == [b"one", b"two"]


def test_a_segment_without_lines_is_none(tmp_path):
    store = ParquetStore(tmp_path / "log", write=True)
    store.start(b"header")
    store.end_segment()
    assert list((tmp_path / "log").glob("segment-*")) == []
    assert store.end() == 0
    store.close()


def test_an_absent_segment_is_a_gap(store, tmp_path):
    (tmp_path / "log" / "segment-000000000000.parquet").unlink()
    assert read(store) == expected(5, 12)


def test_a_file_that_is_no_segment_is_an_error(store, tmp_path):
    (tmp_path / "log" / "segment-000000000005.parquet").write_bytes(b"no parquet")
    with pytest.raises(LogError, match="a segment can't be read"):
        read(store)
    (tmp_path / "log" / "segment-x.parquet").write_bytes(b"")
    with pytest.raises(LogError, match="this is no file of a log"):
        read(store)
