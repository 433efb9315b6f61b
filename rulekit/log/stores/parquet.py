"""Logs in a folder: Parquet files for ended segments, and a journal for the open one.

::

    genesis.json                          heads.jsonl
    segment-000000000000.parquet          the lines from 0 on: columns text and seal (the chain hash)
    journal-000000100000.log              the lines from 100000 on, one a line: chain hash in hex, space, text

The journal is appended to and synchronised at each acknowledgement. When the segment ends, its lines are written
to a whole Parquet file, which is synchronised and renamed; only then is the journal removed. A torn last line of
the journal was never acknowledged: the next start cuts it off, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import polars as pl

from rulekit.errors import LogError, Where
from rulekit.files import synchronise_names, write_lasting
from rulekit.log.stores.base import BLOCK, HASH_SIZE, Lines
from rulekit.log.stores.journal import Journal, count_lines, whole_lines

_HEX = 2 * HASH_SIZE
_GROUP = 10_000
"""Lines per row group, the least that is read of a segment at once."""
_GENESIS, _HEADS = "genesis.json", "heads.jsonl"
_SEGMENT = "segment-*.parquet"
_JOURNAL = "journal-*.log"


class ParquetStore:
    """A log in a folder; see :class:`rulekit.log.stores.base.Store`."""

    def __init__(self, folder: Path, *, write: bool) -> None:
        self.where = str(folder)
        self.notes: tuple[str, ...] = ()
        self._folder = folder
        self._journal: Journal | None = None
        if write:
            with self._log_errors("opened"):
                folder.mkdir(parents=True, exist_ok=True)
                self._recover()

    def header(self) -> bytes | None:
        """Return the text of the log's header."""
        path = self._folder / _GENESIS
        with self._log_errors("read"):
            return path.read_bytes().removesuffix(b"\n") if path.exists() else None

    def start(self, header: bytes) -> None:
        """Write the text of the header."""
        if any(self._folder.iterdir()):
            raise LogError(
                "this folder is no log, and a log has one of its own", where=Where(file=self.where)
            )
        with self._log_errors("started"):
            write_lasting(self._folder / _GENESIS, lambda draft: draft.write_bytes(header + b"\n"))

    def end(self) -> int:
        """Return the number of the next line."""
        with self._log_errors("read"):
            journal = self._journal_path()
            return _first(journal) + count_lines(journal) if journal else self._segments_end()

    def append(self, lines: Lines) -> None:
        """Append lines to the journal, and wait until they are on the disk."""
        data = b"".join(
            b"%b %b\n" % (chain_hash.hex().encode(), text)
            for chain_hash, text in zip(lines.hashes, lines.texts, strict=True)
        )
        with self._log_errors("written"):
            if self._journal is None:
                new = self._folder / f"journal-{lines.first:012}.log"
                self._journal = Journal(self._journal_path() or new)
            try:
                self._journal.append(data)
            except BaseException:
                self.close()  # it is opened anew: what it holds then counts, whatever the failure left
                raise

    def read(self, first: int = 0, size: int = BLOCK) -> Iterator[Lines]:
        """Yield the lines of the segments, then those of the journal."""
        with self._log_errors("read"), _opened(self._journal_path()) as journal:
            yield from self._read_segments(journal, first, size)
            if journal is not None:
                start = _first(Path(journal.name))
                yield from _read_journal(journal, start, max(first - start, 0), size)

    def heads(self) -> list[bytes]:
        """Return the texts of all heads."""
        path = self._folder / _HEADS
        with self._log_errors("read"):
            if not path.exists():
                return []
            with path.open("rb") as file:
                return [head for heads in whole_lines(file, 0, BLOCK) for head in heads]

    def add_head(self, head: bytes) -> None:
        """Add the text of a head."""
        with self._log_errors("written"):
            heads = Journal(self._folder / _HEADS)
            try:
                heads.append(head + b"\n")
            finally:
                heads.close()

    def end_segment(self) -> None:
        """Turn the journal into a Parquet file."""
        with self._log_errors("written"):
            path = self._journal_path()
            if path is None:
                return
            with path.open("rb") as journal:
                frames = [_frame(lines) for lines in _read_journal(journal, _first(path), 0, BLOCK)]
            if frames:
                target = self._folder / f"segment-{_first(path):012}.parquet"
                write_lasting(
                    target, lambda draft: pl.concat(frames).write_parquet(draft, row_group_size=_GROUP)
                )
            self._drop_journal(path)

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _read_segments(self, journal: BinaryIO | None, first: int, size: int) -> Iterator[Lines]:
        """Yield the lines before those of the journal, which was opened first and may be a segment by now."""
        begin = None if journal is None else _first(Path(journal.name))
        paths = sorted(self._folder.glob(_SEGMENT))
        paths = [path for path in paths if begin is None or _first(path) < begin]
        ends = [*map(_first, paths[1:]), begin]
        for path, end in zip(paths, ends, strict=False):
            if end is None or end > first:
                yield from _read_segment(path, max(first - _first(path), 0), size)

    def _recover(self) -> None:
        """Remove drafts, and a journal that is a segment already; cut off a torn line."""
        for draft in self._folder.glob(".*.draft"):
            draft.unlink()
        for path in self._folder.glob(_JOURNAL):
            if _first(path) < self._segments_end():
                path.unlink()
        journal = self._journal_path()
        if journal is None:
            return
        self._journal = Journal(journal)
        if self._journal.torn:
            note = f"a torn line of {self._journal.torn:,} bytes, never acknowledged, was cut off the journal"
            self.notes = (*self.notes, note)

    def _drop_journal(self, path: Path) -> None:
        self.close()
        path.unlink()
        synchronise_names(self._folder)

    def _journal_path(self) -> Path | None:
        """Return the journal; None for one whose lines are a segment already."""
        journal = self._last(_JOURNAL)
        return None if journal is None or _first(journal) < self._segments_end() else journal

    def _segments_end(self) -> int:
        last = self._last(_SEGMENT)
        return _first(last) + _height(last) if last else 0

    def _last(self, pattern: str) -> Path | None:
        return max(self._folder.glob(pattern), default=None)

    @contextmanager
    def _log_errors(self, done: str) -> Iterator[None]:
        try:
            yield
        except (OSError, pl.exceptions.PolarsError) as error:
            where = Where(file=getattr(error, "filename", None) or self.where)
            why = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise LogError(f"the log can't be {done}: {why}", where=where) from None


def _first(path: Path) -> int:
    """Return the number of the first line of a file, from its name."""
    digits = path.stem.rpartition("-")[2]
    if not digits.isdecimal():
        raise LogError("this is no file of a log", where=Where(file=str(path)))
    return int(digits)


def _height(path: Path) -> int:
    with _segment_errors(path):
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())


@contextmanager
def _segment_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        what = f"a segment can't be read: {str(error).splitlines()[0]}"
        raise LogError(what, where=Where(file=str(path)), hint="is the file complete?") from None


def _read_segment(path: Path, skip: int, size: int) -> Iterator[Lines]:
    with _segment_errors(path):
        step = max(size, _GROUP)
        for start in range(skip, _height(path), step):
            found = pl.scan_parquet(path).slice(start, step).collect()
            texts, hashes = found["text"].cast(pl.Binary), found["seal"].cast(pl.Binary)
            yield Lines(_first(path) + start, texts.to_list(), hashes.to_list())


def _opened(path: Path | None) -> AbstractContextManager[BinaryIO | None]:
    return nullcontext() if path is None else path.open("rb")


def _read_journal(journal: BinaryIO, first: int, skip: int, size: int) -> Iterator[Lines]:
    first += skip
    for lines in whole_lines(journal, skip, size):
        yield Lines(first, [line[_HEX + 1 :] for line in lines], _hashes(lines))
        first += len(lines)


def _hashes(lines: Sequence[bytes]) -> list[bytes]:
    """Return the chain hashes of the lines of a journal; a wrong one is kept as it is, and will not match."""
    try:
        return [bytes.fromhex(line[:_HEX].decode()) for line in lines]
    except ValueError:
        return [line[:_HEX] for line in lines]


def _frame(lines: Lines) -> pl.DataFrame:
    text = pl.Series("text", lines.texts, pl.Binary).cast(pl.String)
    return pl.DataFrame([text, pl.Series("seal", lines.hashes, pl.Binary)])
