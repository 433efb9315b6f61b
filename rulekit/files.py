"""Writing files whole: a temporary file, then one rename, so that no reader ever sees half a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file, then rename it to ``path``. If it fails, the earlier file stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, as UTF-8 with plain line feeds."""
    write_whole(path, lambda draft: draft.write_text(text, encoding="utf-8", newline="\n"))


def write_lasting(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file as :func:`write_whole` does, and wait until the file and its name are on the disk."""

    def settled(draft: Path) -> None:
        write(draft)
        _synchronise(draft, os.O_RDWR)

    write_whole(path, settled)
    synchronise_names(path.parent)


def synchronise_names(folder: Path) -> None:
    """Wait until the names of the files in a folder are on the disk.

    On Windows a folder can't be opened; there a rename is on the disk when it returns.
    """
    with suppress(PermissionError):
        _synchronise(folder, os.O_RDONLY)


def _synchronise(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
