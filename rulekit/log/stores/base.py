"""What a store is: it keeps lines in order and gives them back. It knows nothing of chains, keys or privacy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

HASH_SIZE = 32
"""Bytes of a chain hash."""

BLOCK = 2_000
"""Lines that are read at once, unless told: more of them leave the processor's cache, and take twice as long."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines one after the other: ``texts[i]`` and ``hashes[i]`` are those of line ``first + i``."""

    first: int
    texts: list[bytes]
    hashes: list[bytes]

    @property
    def end(self) -> int:
        """The number of the line after the last."""
        return self.first + len(self.texts)

    def before(self, end: int) -> Lines:
        """Return the lines before a number."""
        cut = max(end - self.first, 0)
        return Lines(self.first, self.texts[:cut], self.hashes[:cut])

    def since(self, first: int) -> Lines:
        """Return the lines from a number on."""
        cut = max(first - self.first, 0)
        return Lines(self.first + cut, self.texts[cut:], self.hashes[cut:])


class Store(Protocol):
    """Keeps the lines of one log. Every method raises LogError with the place when it can't do what it should."""

    where: str
    notes: tuple[str, ...]
    """What opening had to mend."""

    def header(self) -> bytes | None:
        """Return the text that the log starts with; None when there is none yet."""
        ...

    def start(self, header: bytes) -> None:
        """Write the text that the log starts with."""
        ...

    def end(self) -> int:
        """Return the number of the line that comes next."""
        ...

    def append(self, lines: Lines) -> None:
        """Write lines, all or none: they are on the disk when this returns."""
        ...

    def read(self, first: int = 0, size: int = BLOCK) -> Iterator[Lines]:
        """Give the lines from a number on, about so many at once; where some are absent, there is a gap."""
        ...

    def heads(self) -> list[bytes]:
        """Return the texts of all heads, in the order in which they came."""
        ...

    def add_head(self, head: bytes) -> None:
        """Write the text of a head."""
        ...

    def end_segment(self) -> None:
        """Put away what was appended since the last segment, where the store has segments."""
        ...

    def close(self) -> None:
        """Let go of the log."""
        ...


def runs_of(rows: Sequence[tuple[int, bytes, bytes]]) -> Iterator[Lines]:
    """Give rows of (number, text, chain hash), in order of their numbers, as runs without gap."""
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
