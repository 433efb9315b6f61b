# ruff: noqa: S608 - every query is ours, over schemas that we name
"""Decision logs for tests: places in all three stores, events, and hands that reach behind the stores."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl

Row = tuple[int, bytes, bytes]
"""Number, text and seal of a line."""


def events(count: int, first: int = 0) -> pl.DataFrame:
    """Events of the fraud law, a quarter of each outcome: review, approve, invalid, block."""
    rows = range(first, first + count)
    return pl.DataFrame(
        {
            "id": [f"t{row}" for row in rows],
            "amount": [(60.0, 12.5, None, 6000.0)[row % 4] for row in rows],
            "cards_per_device_1h": [(5, 0, 1, 2)[row % 4] for row in rows],
            "country": [("DK", "SE", None, "NO")[row % 4] for row in rows],
            "device_age": [(1.0, 400.0, None, 1e-6)[row % 4] for row in rows],
        },
        schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
    )


def rewrite(where: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change the lines of a closed log as somebody would who can write to its store, and knows it well."""
    writer = _rewrite_server if where.startswith("postgresql") else _rewrite_file
    (_rewrite_folder if Path(where).is_dir() else writer)(where, change)


def _rewrite_file(where: str, change: Callable[[list[Row]], list[Row]]) -> None:
    with closing(sqlite3.connect(where)) as connection:
        rows = connection.execute("SELECT seq, text, seal FROM lines ORDER BY seq").fetchall()
        changed = change([(seq, text.encode(), seal) for seq, text, seal in rows])
        connection.execute("DELETE FROM lines")
        connection.executemany(
            "INSERT INTO lines VALUES (?, ?, ?)", [(n, t.decode(), s) for n, t, s in changed]
        )
        connection.commit()


def _rewrite_server(where: str, change: Callable[[list[Row]], list[Row]]) -> None:
    import psycopg

    target, _, name = where.partition("#")
    with psycopg.connect(target) as connection:
        rows = connection.execute(f"SELECT seq, text, seal FROM {name}.lines ORDER BY seq").fetchall()
        changed = change([(seq, text.encode(), seal) for seq, text, seal in rows])
        connection.execute(f"DELETE FROM {name}.lines")
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {name}.lines VALUES (%s, %s, %s)", [(n, t.decode(), s) for n, t, s in changed]
            )


def _rewrite_folder(where: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """All lines end up in one segment, in which they have no numbers but their places."""
    paths = sorted(Path(where).glob("segment-*"))
    frame = pl.concat([pl.read_parquet(path) for path in paths])
    rows = [(seq, text.encode(), seal) for seq, (text, seal) in enumerate(frame.iter_rows())]
    changed = change(rows)
    for path in paths:
        path.unlink()
    kept = {"text": [text.decode() for _, text, _ in changed], "seal": [seal for _, _, seal in changed]}
    pl.DataFrame(kept, schema={"text": pl.String, "seal": pl.Binary}).write_parquet(paths[0])


def drop_heads(where: str) -> None:
    """Remove every head of a closed log."""
    if where.startswith("postgresql"):
        import psycopg

        target, _, name = where.partition("#")
        with psycopg.connect(target) as connection:
            connection.execute(f"DELETE FROM {name}.heads")
    elif Path(where).is_dir():
        (Path(where) / "heads.jsonl").unlink()
    else:
        with closing(sqlite3.connect(where)) as connection:
            connection.execute("DELETE FROM heads")
            connection.commit()


def sealed_anew(rows: list[Row], first: int) -> list[Row]:
    """Return rows whose seals from one on follow from each other, as a forger makes them."""
    forged = rows[:first]
    for seq, text, _ in rows[first:]:
        forged.append((seq, text, hashlib.sha256(forged[-1][2] + text).digest()))
    return forged


def event_ids(where: str) -> list[str]:
    """Return the event ids of a log in its order."""
    from rulekit.log.read.records import read_batches

    return [event for frame in read_batches(where) for event in frame["event"]]


def numbers(ids: list[str]) -> list[int]:
    """Return the numbers of event ids."""
    return [int(re.sub(r"\D", "", event)) for event in ids]
