"""The journal: what was acknowledged is there, and a torn line is not."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.log.stores import journal as module
from rulekit.log.stores.journal import Journal, count_lines, whole_lines


def lines_of(path, skip=0, size=1000):
    with path.open("rb") as file:
        return [line for lines in whole_lines(file, skip, size) for line in lines]


def test_lines_are_added_and_read_back(tmp_path):
    path = tmp_path / "j.log"
    journal = Journal(path)
    journal.append(b"one\ntwo\n")
    journal.append(b"three\n")
    journal.close()
    assert journal.torn == 0
    assert lines_of(path) == [b"one", b"two", b"three"]
    assert count_lines(path) == 3


@pytest.mark.parametrize(
    ("content", "torn", "left"),
    [
        (b"", 0, b""),
        (b"one\n", 0, b"one\n"),
        (b"one\ntw", 2, b"one\n"),
        (b"on", 2, b""),
        (b"\n\nx", 1, b"\n\n"),
    ],
)
def test_a_torn_line_is_cut_off(tmp_path, content, torn, left):
    path = tmp_path / "j.log"
    path.write_bytes(content)
    journal = Journal(path)
    assert journal.torn == torn
    assert path.read_bytes() == left
    journal.append(b"next\n")
    journal.close()
    assert path.read_bytes() == left + b"next\n"


def test_a_torn_line_longer_than_a_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", 4)
    path = tmp_path / "j.log"
    path.write_bytes(b"one\n" + b"x" * 11)
    journal = Journal(path)
    journal.close()
    assert (journal.torn, path.read_bytes()) == (11, b"one\n")
    assert count_lines(path) == 1


def test_what_can_not_be_written_is_taken_back(tmp_path, monkeypatch):
    path = tmp_path / "j.log"
    journal = Journal(path)
    journal.append(b"one\n")
    write = os.write

    def half(descriptor, data):
        write(descriptor, bytes(data)[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "write", half)
    with pytest.raises(OSError, match="No space left"):
        journal.append(b"two\n")
    monkeypatch.undo()
    journal.append(b"three\n")
    journal.close()
    assert path.read_bytes() == b"one\nthree\n"


@settings(max_examples=30)
@given(
    st.lists(st.binary(max_size=4).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(0, 9)
)
def test_lines_are_skipped_and_given_in_groups(tmp_path_factory, lines, skip):
    path = tmp_path_factory.mktemp("j") / "j.log"
    path.write_bytes(b"".join(line + b"\n" for line in lines) + b"torn")
    with path.open("rb") as file:
        groups = list(whole_lines(file, skip, 3))
    assert [line for group in groups for line in group] == lines[skip:]
    assert all(len(group) <= 3 for group in groups)
    assert count_lines(path) == len(lines)
