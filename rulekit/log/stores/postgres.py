"""Logs in PostgreSQL: ``postgresql://host/database#name``, where ``name`` is the schema of the tables.

A batch is one COPY in one transaction. An advisory lock keeps out a second writer. The view ``decisions`` shows
the records as columns, each read from the text, which is the only truth.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from rulekit.errors import LogError, MissingExtraError, Where
from rulekit.log.stores.base import BLOCK, Lines, runs_of

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

PREFIXES = ("postgresql://", "postgres://")
_NAME = "decisions"
_PATIENCE = 5.0
"""Seconds to wait for a server to release the lock of a writer that died."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS {0};
CREATE TABLE {0}.genesis (text text NOT NULL);
CREATE TABLE {0}.lines (seq bigint PRIMARY KEY, text text NOT NULL, seal bytea NOT NULL);
CREATE TABLE {0}.heads (number bigserial PRIMARY KEY, text text NOT NULL);
CREATE VIEW {0}.decisions AS SELECT seq, text::json ->> 'at' AS at, text::json ->> 'event' AS event,
  text::json ->> 'outcome' AS outcome, text::json ->> 'rule' AS rule, text::json -> 'hits' AS hits,
  text::json -> 'values' AS "values", text FROM {0}.lines WHERE text::json ->> 'outcome' IS NOT NULL;
"""
_DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
_ROWS = "SELECT seq, text, seal FROM {0}.lines WHERE seq >= %s AND seq < %s ORDER BY seq"


class PostgresStore:
    """A log in a schema of a database; see :class:`rulekit.log.stores.base.Store`.

    After a connection broke, the next call opens another one.
    """

    def __init__(self, where: str, *, write: bool) -> None:
        self.notes: tuple[str, ...] = ()
        self._target, _, name = where.partition("#")
        self._name, self._write = name or _NAME, write
        self.where = f"{_without_password(self._target)}#{self._name}"
        if not re.fullmatch("[a-z_][a-z0-9_]{0,62}", self._name):
            what = "the name of the log is no name of a schema"
            raise LogError(what, where=Where(file=self.where), expected="small letters, digits and _")
        self._open: Connection[Any] | None = None
        with self._log_errors("opened"):
            _ = self._connection

    @property
    def _connection(self) -> Connection[Any]:
        if self._open is None or self._open.closed:
            self._open = _connect(self._target)
            if self._write:
                self._take_lock(self._open)
        return self._open

    def header(self) -> bytes | None:
        """Return the text of the log's header."""
        with self._log_errors("read"):
            if self._value("SELECT to_regclass(%s)::text", f"{self._name}.genesis") is None:
                return None
            found = self._value("SELECT max(text) FROM {0}.genesis")
        return None if found is None else str(found).encode()

    def start(self, header: bytes) -> None:
        """Create the tables and write the text of the header."""
        with self._log_errors("started"), self._connection.transaction():
            self._connection.execute(_TABLES.format(self._name))
            self._run("INSERT INTO {0}.genesis VALUES (%s)", header.decode())

    def end(self) -> int:
        """Return the number of the next line."""
        with self._log_errors("read"):
            return int(self._value("SELECT coalesce(max(seq) + 1, 0) FROM {0}.lines"))

    def append(self, lines: Lines) -> None:
        """Write lines by one COPY."""
        rows = zip(count(lines.first), lines.texts, lines.hashes, strict=False)
        data = b"".join(
            b"%d\t%b\t\\\\x%b\n" % (seq, _escaped(text), chain_hash.hex().encode())
            for seq, text, chain_hash in rows
        )
        with self._log_errors("written"), self._connection.transaction():
            self._copy(data)

    def read(self, first: int = 0, size: int = BLOCK) -> Iterator[Lines]:
        """Yield the lines in order; the server fetches the next ones while these are used."""
        starts = range(first, self.end(), size)
        with self._log_errors("read"), self._connection.pipeline():
            asked = self._run(_ROWS, first, first + size)
            for start in starts:
                rows = asked.fetchall()
                asked = self._run(_ROWS, start + size, start + 2 * size)
                yield from runs_of([(seq, text.encode(), chain_hash) for seq, text, chain_hash in rows])

    def heads(self) -> list[bytes]:
        """Return the texts of all heads."""
        with self._log_errors("read"):
            rows = self._run("SELECT text FROM {0}.heads ORDER BY number").fetchall()
        return [text.encode() for (text,) in rows]

    def add_head(self, head: bytes) -> None:
        """Write the text of a head."""
        with self._log_errors("written"):
            self._run("INSERT INTO {0}.heads (text) VALUES (%s)", head.decode())

    def end_segment(self) -> None:
        """Do nothing: the server has no segments."""

    def close(self) -> None:
        """Close the connection, which also releases the lock."""
        if self._open is not None:
            self._open.close()

    def _copy(self, data: bytes) -> None:
        query = f"COPY {self._name}.lines FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.write(data)

    def _run(self, query: str, *values: object) -> Cursor[Any]:
        """Run a query in which ``{0}`` stands for the schema."""
        return self._connection.execute(query.format(self._name), values or None)

    def _row(self, query: str, *values: object) -> tuple[Any, ...]:
        return next(iter(self._run(query, *values)))

    def _value(self, query: str, *values: object) -> Any:
        return self._row(query, *values)[0]

    def _take_lock(self, connection: Connection[Any]) -> None:
        until = time.monotonic() + _PATIENCE
        query = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        while not next(iter(connection.execute(query, (f"rulekit log {self._name}",))))[0]:
            if time.monotonic() > until:
                connection.close()
                hint = "one log has one writer; give each process its own"
                raise LogError("another process is writing this log", where=Where(file=self.where), hint=hint)
            time.sleep(0.05)

    @contextmanager
    def _log_errors(self, done: str) -> Iterator[None]:
        psycopg = _psycopg()
        try:
            yield
        except psycopg.Error as error:
            if self._open is not None and isinstance(error, psycopg.OperationalError):
                with suppress(psycopg.Error):
                    self._open.close()
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise LogError(f"the log can't be {done}: {why}", where=Where(file=self.where)) from None


def _connect(target: str) -> Connection[Any]:
    connection: Connection[Any] = _psycopg().connect(target, autocommit=True)
    connection.execute("SET client_encoding TO 'UTF8'")
    connection.execute(_DURABLE)
    return connection


def _escaped(text: bytes) -> bytes:
    """Return a text as COPY needs it; canonical JSON has no other character that is special to COPY."""
    return text.replace(b"\\", b"\\\\")


def _without_password(target: str) -> str:
    return re.sub(r"(//[^/@:]*):[^/@]*@", r"\1@", target)


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError("psycopg", "postgres") from None
    return psycopg
