"""A file that only grows, line by line: acknowledged lines are on the disk, and a torn last line does not count."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from rulekit.files import synchronise_names

_CHUNK = 1 << 20


class Journal:
    """A file of lines that is open for appending. A torn last line, which was never acknowledged, is cut off.

    Attributes
    ----------
    torn : the number of bytes that were cut off when it was opened.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        size = os.fstat(self._descriptor).st_size
        self._good = size - _torn(self._descriptor, size)
        self.torn = size - self._good
        os.ftruncate(self._descriptor, self._good)
        synchronise_names(path.parent)

    def append(self, data: bytes) -> None:
        """Append whole lines: on the disk when this returns, and taken back, if possible, when it raises."""
        try:
            self._write(data)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._good)
            raise
        self._good += len(data)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        os.lseek(self._descriptor, self._good, os.SEEK_SET)
        written, view = 0, memoryview(data)
        while written < len(data):
            written += os.write(self._descriptor, view[written:])
        os.fsync(self._descriptor)


def whole_lines(file: BinaryIO, skip: int, size: int) -> Iterator[Sequence[bytes]]:
    """Yield the lines of a file without their line feeds, about ``size`` at once, without a torn last line."""
    for _ in islice(file, skip):
        pass
    while lines := list(islice(file, size)):
        whole = lines if lines[-1].endswith(b"\n") else lines[:-1]
        if whole:
            yield [line[:-1] for line in whole]


def count_lines(path: Path) -> int:
    """Return the number of whole lines in a file."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _torn(descriptor: int, size: int) -> int:
    """Return the number of bytes after the last line feed."""
    end = size
    while end:
        start = max(end - _CHUNK, 0)
        os.lseek(descriptor, start, os.SEEK_SET)
        place = os.read(descriptor, end - start).rfind(b"\n")
        if place >= 0:
            return size - (start + place + 1)
        end = start
    return size
