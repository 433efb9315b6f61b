"""Finds the store of a log by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rulekit.errors import LogError, Where
from rulekit.log.chain import read_header
from rulekit.log.stores.base import Store
from rulekit.log.stores.parquet import ParquetStore
from rulekit.log.stores.postgres import PREFIXES, PostgresStore
from rulekit.log.stores.sqlite import SUFFIXES, SQLiteStore

KINDS = f"a file ending in {', '.join(SUFFIXES)}, a folder, or postgresql://host/database#name"


def open_store(where: str | Path, *, write: bool) -> Store:
    """Return the store of a log: ``postgresql://`` is a server, a known suffix is SQLite, anything else a folder.

    Raises
    ------
    LogError
        when there is no such log to read, or it can't be opened.

    """
    if is_server(where):
        return PostgresStore(str(where), write=write)
    path = Path(where)
    is_file = path.suffix.lower() in SUFFIXES
    if (path.exists() and path.is_dir() == is_file) or (path.suffix and not is_file and not path.is_dir()):
        raise LogError("this is no place for a log", where=Where(file=str(path)), expected=KINDS)
    if not write and not path.exists():
        raise LogError("there is no such log", where=Where(file=str(path)))
    if is_file:
        return SQLiteStore(path, write=write)
    return ParquetStore(path, write=write)


def read_log(where: str | Path) -> tuple[Store, dict[str, Any], bytes]:
    """Open a log for reading.

    Returns
    -------
    Its store, its header as a document, and its header as text.

    Raises
    ------
    LogError
        when there is no such log, or it can't be read.

    """
    store = open_store(where, write=False)
    try:
        text = store.header() or b""
        return store, read_header(text, store.where), text
    except LogError:
        store.close()
        raise


def is_log(where: str | Path) -> bool:
    """Say whether a path or URL is that of a log, not of a file of decisions."""
    return is_server(where) or Path(where).is_dir() or Path(where).suffix.lower() in SUFFIXES


def is_server(where: str | Path) -> bool:
    """Say whether a log is on a server."""
    return str(where).startswith(PREFIXES)
