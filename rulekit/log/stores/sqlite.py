"""Logs in SQLite: one file, beside which SQLite keeps its write-ahead log.

A batch is one transaction, and is on the disk when ``append`` returns (``synchronous=FULL``). The view
``decisions`` shows the records as columns, each read from the text, which is the only truth.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rulekit.errors import LogError, Where
from rulekit.log.stores.base import BLOCK, Lines, runs_of

SUFFIXES = (".sqlite", ".sqlite3", ".db")

_TABLES = """
CREATE TABLE genesis (text TEXT NOT NULL);
CREATE TABLE lines (seq INTEGER PRIMARY KEY, text TEXT NOT NULL, seal BLOB NOT NULL);
CREATE TABLE heads (number INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE VIEW decisions AS SELECT seq, text ->> '$.at' AS at, text ->> '$.event' AS event,
  text ->> '$.outcome' AS outcome, text ->> '$.rule' AS rule, text -> '$.hits' AS hits,
  text -> '$.values' AS "values", text FROM lines WHERE text ->> '$.outcome' IS NOT NULL;
"""
_ROWS = """
SELECT seq, ifnull(CAST(text AS TEXT), ''), ifnull(CAST(seal AS BLOB), '')
FROM lines WHERE seq >= ? AND seq < ? ORDER BY seq
"""


class SQLiteStore:
    """A log in one file; see :class:`rulekit.log.stores.base.Store`."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.where = str(path)
        self.notes: tuple[str, ...] = ()
        with self._log_errors("opened"):
            self._connection = _connect(path, write=write)

    def header(self) -> bytes | None:
        """Return the text of the log's header."""
        with self._log_errors("read"):
            if not self._rows("SELECT 1 FROM sqlite_schema WHERE name = 'genesis'"):
                return None
            found = self._rows("SELECT text FROM genesis")
        return found[0][0] if found else None

    def start(self, header: bytes) -> None:
        """Create the tables and write the text of the header."""
        where = Where(file=self.where)
        with self._log_errors("started"):
            if self._rows("SELECT 1 FROM sqlite_schema"):
                raise LogError("this database is no log, and a log has one of its own", where=where)
            with self._transaction():
                for statement in _TABLES.split(";"):
                    self._connection.execute(statement)
                self._connection.execute("INSERT INTO genesis VALUES (?)", (header.decode(),))

    def end(self) -> int:
        """Return the number of the next line."""
        with self._log_errors("read"):
            return int(self._rows("SELECT coalesce(max(seq) + 1, 0) FROM lines")[0][0])

    def append(self, lines: Lines) -> None:
        """Write lines in one transaction."""
        rows = zip(count(lines.first), [text.decode() for text in lines.texts], lines.hashes, strict=False)
        with self._log_errors("written"), self._transaction():
            self._connection.executemany("INSERT INTO lines VALUES (?, ?, ?)", rows)

    def read(self, first: int = 0, size: int = BLOCK) -> Iterator[Lines]:
        """Yield the lines in the order of their numbers."""
        end = self.end()
        with self._log_errors("read"):
            for start in range(first, end, size):
                yield from runs_of(self._rows(_ROWS, start, start + size))

    def heads(self) -> list[bytes]:
        """Return the texts of all heads."""
        with self._log_errors("read"):
            return [row[0] for row in self._rows("SELECT text FROM heads ORDER BY number")]

    def add_head(self, head: bytes) -> None:
        """Write the text of a head."""
        with self._log_errors("written"):
            self._connection.execute("INSERT INTO heads (text) VALUES (?)", (head.decode(),))

    def end_segment(self) -> None:
        """Do nothing: there is one file."""

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _rows(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        with closing(self._connection.execute(query, values)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk may have rolled back already
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _log_errors(self, done: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LogError(f"the log can't be {done}: {error}", where=Where(file=self.where)) from None


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    if not write:
        # SQLite puts files beside the log even to read it; where it can't, nobody else can write either
        mode = "mode=ro" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
        target = f"file:{quote(str(path))}?{mode}"
    else:
        target = f"file:{quote(str(path))}"
    connection = sqlite3.connect(target, uri=True, isolation_level=None, check_same_thread=False)
    connection.text_factory = bytes
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    return connection
