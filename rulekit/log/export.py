"""Archives: a whole log, with its chain and its heads, as a folder of Parquet files."""

from __future__ import annotations

from pathlib import Path

from rulekit.errors import LogError, Where
from rulekit.log.chain import chain_hashes, first_hash
from rulekit.log.open import read_log
from rulekit.log.options import LogOptions
from rulekit.log.stores.base import Store
from rulekit.log.stores.parquet import ParquetStore
from rulekit.log.write.lock import writer_lock


def export_log(where: str | Path, out: Path, segment: int | None = None) -> int:
    """Copy a log into a folder, which is a log of its own and verifies like the first.

    Lines and heads are copied unchanged. A line that does not follow from the one before stops the export, so that
    a damaged log gets no archive.

    Parameters
    ----------
    where : the log.
    out : the new folder.
    segment : lines per Parquet file; default: as in :class:`LogOptions`.

    Returns
    -------
    The number of lines.

    Raises
    ------
    LogError
        when the log can't be read or is damaged, or the folder is not empty.

    """
    source, _, header = read_log(where)
    lock = writer_lock(out, None)
    target = None
    try:
        target = ParquetStore(out, write=True)
        target.start(header)
        lines = _copy(source, target, first_hash(header), segment or LogOptions().segment)
        for head in source.heads():
            target.add_head(head)
    finally:
        for held in (source, target, lock):
            if held is not None:
                held.close()
    return lines


def _copy(source: Store, target: ParquetStore, chain_hash: bytes, segment: int) -> int:
    """Copy lines in segments of this size, and return their number."""
    end = ended = 0
    for lines in source.read():
        hashes = chain_hashes(chain_hash, lines.texts)
        if lines.first != end or hashes != lines.hashes:
            hint = "`rulekit log verify` names the first bad line"
            what = f"the log is damaged: its lines from {end} on do not follow from each other"
            raise LogError(what, where=Where(file=source.where), hint=hint)
        target.append(lines)
        end, chain_hash = lines.end, hashes[-1]
        if end - ended >= segment:
            target.end_segment()
            ended = end
    target.end_segment()
    return end
