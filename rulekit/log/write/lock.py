"""The file beside a log that its writer locks, and in which it keeps losses that it could not write to the log.

The file has one page from the start, which is written over in place, so that losses can be kept even on a full
disk.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from pydantic import AwareDatetime

from rulekit.errors import LogError, RulekitError, Where
from rulekit.ir.schema import Model
from rulekit.log.open import is_server

_PAGE = 4096


class Losses(Model):
    """Decisions that were given out and are not in the log, by outcome, and from when to when."""

    _error: ClassVar[type[RulekitError]] = LogError

    lost: dict[str, int]
    since: AwareDatetime
    until: AwareDatetime

    @property
    def total(self) -> int:
        """How many decisions were lost."""
        return sum(self.lost.values())


class WriterLock:
    """The exclusive right to write a log, until it is closed or the process ends.

    Raises
    ------
    LogError
        when another writer has it, or the file can't be made.

    """

    def __init__(self, path: Path) -> None:
        self._where = Where(file=str(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise LogError(f"the log can't be opened: {error.strerror}", where=self._where) from None
        try:
            _lock(self._descriptor)
            if os.fstat(self._descriptor).st_size < _PAGE:
                self._write(b"")
        except OSError as error:
            os.close(self._descriptor)
            busy = isinstance(error, (BlockingIOError, PermissionError))
            what = (
                "another process is writing this log"
                if busy
                else f"the log can't be opened: {error.strerror}"
            )
            hint = "one log has one writer; give each process its own" if busy else None
            raise LogError(what, where=self._where, hint=hint) from None

    def losses(self) -> Losses | None:
        """Return the losses that an earlier writer could not write into the log; None if there are none.

        Raises
        ------
        LogError
            when the file is damaged.

        """
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        page = os.read(self._descriptor, os.fstat(self._descriptor).st_size).strip()
        if not page:
            return None
        try:
            return Losses.model_validate(json.loads(page))
        except (ValueError, LogError):
            hint = "it held losses that the log does not tell of; remove it once that is noted"
            raise LogError("the losses can't be read", where=self._where, hint=hint) from None

    def keep(self, losses: Losses) -> bool:
        """Write losses that the log can't take yet; return whether that worked."""
        with suppress(OSError):
            self._write(losses.model_dump_json().encode())
            return True
        return False

    def clear(self) -> None:
        """Forget the losses, since the log has them."""
        with suppress(OSError):
            self._write(b"")

    def close(self) -> None:
        """Give up the right to write."""
        os.close(self._descriptor)

    def _write(self, text: bytes) -> None:
        page = text.ljust(_PAGE)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        written = os.write(self._descriptor, page)
        os.ftruncate(self._descriptor, len(page))
        if written < len(page):
            raise OSError
        os.fsync(self._descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # far behind what is written
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def writer_lock(where: str | Path, losses: Path | None) -> WriterLock | None:
    """Return the exclusive right to write a log.

    A server has its own lock; it only gets a file when one for losses is named, and None otherwise.
    """
    if is_server(where):
        return None if losses is None else WriterLock(losses)
    path = Path(where)
    if losses is not None:
        raise LogError("a log in files keeps its losses beside it", where=Where(file=str(losses)))
    return WriterLock(path.with_name(path.name + ".writer"))
