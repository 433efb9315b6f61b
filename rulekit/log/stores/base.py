"""What a store is: it keeps lines in order and gives them back. It knows nothing of chains, keys or privacy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

HASH_SIZE = 32
"""The number of bytes of a chain hash."""

BLOCK = 2_000
"""Default number of lines that are read at once; more would leave the processor's cache and take twice as long."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive lines: ``texts[i]`` and ``hashes[i]`` belong to line ``first + i``."""

    first: int
    texts: list[bytes]
    hashes: list[bytes]

    @property
    def end(self) -> int:
        """The number of the line after the last."""
        return self.first + len(self.texts)

    def before(self, end: int) -> Lines:
        """Return the lines before a given number."""
        cut = max(end - self.first, 0)
        return Lines(self.first, self.texts[:cut], self.hashes[:cut])

    def since(self, first: int) -> Lines:
        """Return the lines from a given number on."""
        cut = max(first - self.first, 0)
        return Lines(self.first + cut, self.texts[cut:], self.hashes[cut:])


class Store(Protocol):
    """Keeps the lines of one log. Every method raises LogError with the place when it fails."""

    where: str
    notes: tuple[str, ...]
    """What was repaired when the store was opened."""

    def header(self) -> bytes | None:
        """Return the text of the log's header; None when there is none yet."""
        ...

    def start(self, header: bytes) -> None:
        """Write the text of the header."""
        ...

    def end(self) -> int:
        """Return the number of the next line."""
        ...

    def append(self, lines: Lines) -> None:
        """Write lines, all or none: they are on the disk when this returns."""
        ...

    def read(self, first: int = 0, size: int = BLOCK) -> Iterator[Lines]:
        """Yield the lines from a number on, about ``size`` at once; where some are absent, there is a gap."""
        ...

    def heads(self) -> list[bytes]:
        """Return the texts of all heads, in the order in which they were added."""
        ...

    def add_head(self, head: bytes) -> None:
        """Write the text of a head."""
        ...

    def end_segment(self) -> None:
        """Put away what was appended since the last segment, if the store has segments."""
        ...

    def close(self) -> None:
        """Release the log."""
        ...


def runs_of(rows: Sequence[tuple[int, bytes, bytes]]) -> Iterator[Lines]:
    """Yield rows of (number, text, chain hash), in order of their numbers, as runs without a gap."""
    if not rows:
        return
    numbers, texts, hashes = zip(*rows, strict=True)
    if numbers[-1] - numbers[0] + 1 == len(rows):
        yield Lines(numbers[0], list(texts), list(hashes))
        return
    starts = [
        0,
        *(place for place, (one, other) in enumerate(pairwise(numbers), 1) if other != one + 1),
        len(rows),
    ]
    for start, stop in pairwise(starts):
        yield Lines(numbers[start], list(texts[start:stop]), list(hashes[start:stop]))
