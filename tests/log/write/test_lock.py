"""The right to write a log, and the losses that are kept beside it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulekit.errors import LogError
from rulekit.log.write.lock import Losses, WriterLock, writer_lock

LOSSES = Losses(
    lost={"approve": 3, "block": 1},
    since=datetime(2027, 1, 1, tzinfo=UTC),
    until=datetime(2027, 1, 2, tzinfo=UTC),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.writer"


def test_one_log_has_one_writer(path):
    first = WriterLock(path)
    with pytest.raises(LogError, match="another process is writing this log") as raised:
        WriterLock(path)
    assert raised.value.hint == "one log has one writer; give each process its own"
    first.close()
    WriterLock(path).close()


def test_losses_are_kept_until_they_are_cleared(path):
    lock = WriterLock(path)
    assert lock.losses() is None
    assert lock.keep(LOSSES)
    lock.close()
    again = WriterLock(path)
    assert again.losses() == LOSSES
    assert again.losses().total == 4
    again.clear()
    assert again.losses() is None
    again.close()


def test_the_page_has_one_size_whatever_it_holds(path):
    lock = WriterLock(path)
    sizes = {path.stat().st_size}
    lock.keep(LOSSES)
    sizes.add(path.stat().st_size)
    lock.clear()
    sizes.add(path.stat().st_size)
    lock.close()
    assert sizes == {4096}


def test_fewer_losses_replace_more(path):
    lock = WriterLock(path)
    lock.keep(LOSSES.model_copy(update={"lost": {f"outcome {n}": n for n in range(500)}}))
    lock.keep(LOSSES)
    assert lock.losses() == LOSSES
    lock.close()


def test_a_damaged_page_is_an_error_and_not_no_losses(path):
    path.write_bytes(b"{half".ljust(4096))
    lock = WriterLock(path)
    with pytest.raises(LogError, match="the losses can't be read"):
        lock.losses()
    lock.close()


def test_a_disk_that_is_full_is_survived(path, monkeypatch):
    lock = WriterLock(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rulekit.log.write.lock.os.write", full)
    assert lock.keep(LOSSES) is False
    lock.clear()
    monkeypatch.undo()
    assert lock.losses() is None
    lock.close()


def test_a_place_that_can_not_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LogError, match="the log can't be opened"):
        WriterLock(tmp_path / "file" / "log.writer")


def test_the_lock_of_a_file_lies_beside_it(tmp_path):
    lock = writer_lock(tmp_path / "log.sqlite", None)
    assert (tmp_path / "log.sqlite.writer").exists()
    lock.close()
    with pytest.raises(LogError, match="a log in files keeps its losses beside it"):
        writer_lock(tmp_path / "log.sqlite", Path("elsewhere"))


def test_a_server_has_a_lock_of_its_own(tmp_path):
    assert writer_lock("postgresql://host/db", None) is None
    lock = writer_lock("postgresql://host/db", tmp_path / "losses")
    assert (tmp_path / "losses").exists()
    lock.close()
