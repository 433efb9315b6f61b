"""A file that only grows, line by line: what is acknowledged is on the disk, and a torn last line is not a line."""

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
    """A file of lines, open for adding to it. A torn last line, which was never acknowledged, is cut off.

    Attributes
    ----------
    torn : bytes that were cut off when it was opened.

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
        """Add whole lines: on the disk when this returns, and taken back, if that can be, when it raises."""
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
    """Give the lines of a file without their line feeds, about ``size`` at once; a torn last line is left out."""
    for _ in islice(file, skip):
        pass
    while lines := list(islice(file, size)):
        whole = lines if lines[-1].endswith(b"\n") else lines[:-1]
        if whole:
            yield [line[:-1] for line in whole]


def count_lines(path: Path) -> int:
    """Return how many whole lines a file has."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(_CHUNK), b""))


def _torn(descriptor: int, size: int) -> int:
    """Return the bytes after the last line feed."""
    end = size
    while end:
        start = max(end - _CHUNK, 0)
        os.lseek(descriptor, start, os.SEEK_SET)
        place = os.read(descriptor, end - start).rfind(b"\n")
        if place >= 0:
            return size - (start + place + 1)
        end = start
    return size
