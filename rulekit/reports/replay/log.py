"""Replaying a decision log: every record by the compiled rules, a sample of each law by the reference semantics.

A record holds the values that were read and the digest of the law, so that it is decided again from itself and a
law folder, years later. What a replay can't see is what was changed so that it still follows from the law: a
signature over the chain shows that, see :mod:`rulekit.log.heads`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from rulekit.errors import LogError, Where
from rulekit.files import write_whole
from rulekit.keys import PublicKey
from rulekit.log.open import read_log
from rulekit.log.read.verify import verify_log
from rulekit.reports.replay.findings import check_replayed, counts, findings, notes
from rulekit.reports.replay.model import LogReplay, ReplayOptions
from rulekit.reports.replay.scan import LogScan
from rulekit.store.by_digest import LawsByDigest

SIZE = 10_000
"""Records that are replayed at once."""

_WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".parquet": lambda table, draft: table.write_parquet(draft),
    ".csv": lambda table, draft: table.write_csv(draft),
}


def replay(
    where: str | Path,
    rules: Sequence[str | Path],
    *,
    options: ReplayOptions | None = None,
    key: PublicKey | None = None,
    verify: bool = True,
    out: Path | None = None,
) -> LogReplay:
    """Replay a decision log.

    Parameters
    ----------
    where : a file, a folder or a server; see :data:`rulekit.log.open.KINDS`.
    rules : where the laws are: law folders, trees of them, or single files.
    options : what is replayed, and how.
    key : the public key that the heads of the log must be signed with.
    verify : follow the chain first; what is added to the log meanwhile is then not replayed.
    out : a .parquet or .csv file for every difference, one row per record and field.

    Raises
    ------
    LogError
        when the log can't be read, nothing in it is as asked for, or not one record can be replayed.
    LawError
        when one of ``rules`` is absent.

    """
    asked = options or ReplayOptions()
    _check_suffix(out)
    laws = LawsByDigest(rules)
    verification = verify_log(where, key) if verify else None
    store, header, _ = read_log(where)
    end = None if verification is None or verification.first_bad is not None else verification.lines
    found = LogScan(laws, asked, keep=out is not None)
    try:
        for lines in store.read(0, SIZE):
            found.take(lines if end is None else lines.before(end))
    finally:
        store.close()
    found.finish()
    counted = counts(found)
    check_replayed(counted, asked, store.where)
    if out is not None:
        table, writer = found.table(), _WRITERS[out.suffix.lower()]
        write_whole(out, lambda draft: writer(table, draft))
    return LogReplay(
        where=store.where,
        log=str(header["log"]),
        created=str(header["created"]),
        options=asked,
        verification=verification,
        **counted,
        findings=tuple(findings(found, verification)),
        notes=tuple(notes(found, verification)),
    )


def _check_suffix(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in _WRITERS:
        expected = " or ".join(_WRITERS)
        raise LogError("the differences can't be written so", where=Where(file=str(out)), expected=expected)
