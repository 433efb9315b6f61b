"""Compile a pair into a shared library, once for each text, compiler and processor."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rulekit.errors import MissingToolError, RulekitError
from rulekit.targets.c.emission import HEADER, SOURCE

FLAGS = "RULEKIT_CFLAGS"
"""Environment variable with flags in place of those for speed, such as ``-O1`` to compile sooner."""
_KEPT = 64
"""Libraries kept in the cache; the oldest ones go first."""
_ALWAYS = ("-std=c99", "-ffreestanding", "-fPIC", "-shared")


def find_compiler() -> list[str]:
    """Return the command of the C compiler: ``$CC``, or the first of cc, gcc and clang.

    Raises
    ------
    MissingToolError
        when there is none.

    """
    chosen = shlex.split(os.environ.get("CC", ""))
    for command in [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]:
        path = shutil.which(command[0])
        if path is not None:
            return [path, *command[1:]]
    raise MissingToolError("a C compiler", "apt-get install gcc, or set CC")


def flags() -> list[str]:
    """Return the flags to compile with: those of the environment, or for speed on this processor."""
    if FLAGS in os.environ:
        return shlex.split(os.environ[FLAGS])
    if platform.machine().lower() in {"x86_64", "amd64"}:
        return ["-O2", "-ftree-vectorize", "-march=native", "-mprefer-vector-width=512"]
    return ["-O3"]


def build(files: Mapping[str, bytes]) -> Path:
    """Return the path of the shared library of a pair, compiled now or taken from the cache.

    Raises
    ------
    MissingToolError
        when there is no C compiler.
    RulekitError
        when the compiler refuses the pair.

    """
    command = [*find_compiler(), *flags(), *_ALWAYS]
    library = cache_folder() / f"{_key(files, command)}.so"
    if not library.exists():
        _compile(files, command, library)
    return library


def cache_folder() -> Path:
    """Return the folder of compiled libraries of this user."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "rulekit" / "c"


def _key(files: Mapping[str, bytes], command: list[str]) -> str:
    """Return what tells one library from another; a compiler that is replaced is another compiler."""
    compiler = Path(command[0]).resolve().stat()
    facts = [*command, str(compiler.st_size), str(compiler.st_mtime_ns), sys.platform, _processor()]
    texts = [files[name] for name in (HEADER, SOURCE)]
    digest = hashlib.sha256()
    for part in [*(fact.encode() for fact in facts), *texts]:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


@cache
def _processor() -> str:
    """Return what the processor can do, because homes are shared between machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    wanted = ("vendor_id", "cpu family", "model\t", "stepping", "flags", "Features", "CPU part")
    facts = {line for line in lines if line.startswith(wanted)}
    return platform.machine() + "\n".join(sorted(facts))


def _compile(files: Mapping[str, bytes], command: list[str], library: Path) -> None:
    """Compile into a scratch folder and rename, so that processes that do it at once do not meet."""
    folder = library.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=folder) as scratch:
        for name in (HEADER, SOURCE):
            (Path(scratch) / name).write_bytes(files[name])
        draft = Path(scratch) / library.name
        ran = subprocess.run(  # noqa: S603 - the compiler that the user chose, on a text of ours
            [*command, "-o", str(draft), SOURCE], cwd=scratch, capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            said = next((line for line in ran.stderr.splitlines() if "error" in line), ran.stderr.strip())
            hint = f"look at CC and {FLAGS} in the environment"
            raise RulekitError(
                f"the C compiler refuses the artifact: {said}", got=shlex.join(command), hint=hint
            )
        draft.replace(library)
    _prune(folder)


def _prune(folder: Path) -> None:
    """Remove the oldest libraries beyond those that are kept; one that is loaded stays in memory."""
    ages = []
    for path in folder.glob("*.so"):
        try:
            ages.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:  # another process was quicker
            continue
    for _, path in sorted(ages, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)
