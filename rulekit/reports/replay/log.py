"""The verb ``rulekit.replay``: compiled rules decide every record again, the reference semantics a sample.

A record holds the values that were read and the digest of the ruleset, so that years later it can be decided again
from itself and a law folder. A replay can't see a record that was changed so that it still follows from the rules;
a signature over the hash chain shows that, see :mod:`rulekit.log.heads`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from rulekit.errors import LogError, Where
from rulekit.files import write_whole
from rulekit.ir.ruleset import Ruleset
from rulekit.keys import PublicKey, load_public
from rulekit.log.open import read_log
from rulekit.log.read.verify import Verification, verify_log
from rulekit.reports.replay.findings import check_replayed, counts, findings, notes
from rulekit.reports.replay.model import LogReplay, ReplayOptions
from rulekit.reports.replay.scan import LogScan
from rulekit.store.by_digest import LawsByDigest
from rulekit.store.folder.folder import LawFolder
from rulekit.store.lookup import RulesetSource

SIZE = 10_000
"""How many lines are read and replayed at once."""

_WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".parquet": lambda table, draft: table.write_parquet(draft),
    ".csv": lambda table, draft: table.write_csv(draft),
}


def replay(  # noqa: PLR0913 - the public verb: all but two by keyword
    log: str | Path,
    rulesets: RulesetSource | Sequence[RulesetSource],
    *,
    target: str = "kernel",
    sample: int = 1000,
    seed: int = 0,
    event: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    prescale_seed: int | None = None,
    key: PublicKey | str | Path | None = None,
    verify: bool = True,
    out: str | Path | None = None,
) -> LogReplay:
    """Replay a decision log: decide every record again from its own values and the ruleset that it names.

    Parameters
    ----------
    log : a file, a folder or a server; see :data:`rulekit.log.open.KINDS`.
    rulesets : one or several places of rulesets, which are found by digest: law folders, trees of folders, files,
        ``FOLDER@1.2.0``, ``FOLDER@in-force``, YAML or JSON texts, or rulesets.
    target : the target that decides every record again.
    sample, seed : how many records of each ruleset the reference semantics decides as well, and the seed that picks
        them.
    event : only records of this event id, as text; of a hashed id, the hash.
    since, until : only records from the one time on and before the other; both with a time zone.
    prescale_seed : the seed of the run that prescaled; default: the one that the log tells, if any.
    key : the public key that signed the log, or its file; default: signatures are not asked for.
    verify : whether to verify the hash chain first. Lines that are added meanwhile are then not replayed.
    out : a ``.parquet`` or ``.csv`` file to write every difference to, one row per record and field.

    Raises
    ------
    LogError
        when the log can't be read, has no record as asked for, or not one record can be replayed.
    LawError
        when one of the rulesets is absent, or is none.

    """
    options = ReplayOptions(
        target=target,
        sample=sample,
        seed=seed,
        event=event,
        since=since,
        until=until,
        prescale_seed=prescale_seed,
    )
    differences = None if out is None else Path(out)
    _check_suffix(differences)
    laws = LawsByDigest([rulesets] if isinstance(rulesets, (Ruleset, LawFolder, str, Path)) else rulesets)
    public = load_public(Path(key)) if isinstance(key, (str, Path)) else key
    verification = verify_log(log, public) if verify else None
    scan = LogScan(laws, options, keep=differences is not None)
    where, header = _scan(log, scan, verification)
    counted = counts(scan)
    check_replayed(counted, options, where)
    if differences is not None:
        table, writer = scan.table(), _WRITERS[differences.suffix.lower()]
        write_whole(differences, lambda draft: writer(table, draft))
    return LogReplay(
        where=where,
        log=str(header["log"]),
        created=str(header["created"]),
        options=options,
        verification=verification,
        **counted,
        findings=tuple(findings(scan, verification)),
        notes=tuple(notes(scan, verification)),
    )


def _scan(log: str | Path, scan: LogScan, verification: Verification | None) -> tuple[str, Mapping[str, Any]]:
    """Give every line to the scan, at most those that were verified; return the place and header of the log."""
    store, header, _ = read_log(log)
    end = None if verification is None or verification.first_bad is not None else verification.lines
    try:
        for lines in store.read(0, SIZE):
            scan.take(lines if end is None else lines.before(end))
    finally:
        store.close()
    scan.finish()
    return store.where, header


def _check_suffix(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in _WRITERS:
        expected = " or ".join(_WRITERS)
        raise LogError("the differences can't be written so", where=Where(file=str(out)), expected=expected)
