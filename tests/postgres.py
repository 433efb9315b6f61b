"""A PostgreSQL server of its own for the tests that need one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Start a server, give the folder of its socket (user ``rulekit``, database ``postgres``), and stop it.

    A ``durable`` one waits for the disk, as servers do that are not thrown away.
    """
    programs = postgres_programs()
    if programs is None or find_spec("psycopg") is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql, pip install 'psycopg[binary]'")
    rights = lower_rights()
    with tempfile.TemporaryDirectory(prefix="rulekit-pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if rights:
            os.chown(folder, rights["user"], rights["group"])
        data = f"{folder}/data"
        run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL, **rights)
        settings = ["--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        run([programs["initdb"], "-D", data, "-U", "rulekit", *settings])
        hasty = "" if durable else " -c fsync=off -c full_page_writes=off"
        options = f"-k {folder} -c listen_addresses= -c jit=off{hasty}"
        run([programs["pg_ctl"], "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start"])
        try:
            yield folder
        finally:
            run([programs["pg_ctl"], "-D", data, "-w", "-m", "immediate", "stop"])


def postgres_programs() -> dict[str, str] | None:
    folders = [
        *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)),
        os.environ.get("PATH", ""),
    ]
    found = {
        name: shutil.which(name, path=os.pathsep.join(folders)) for name in ("initdb", "postgres", "pg_ctl")
    }
    return found if all(found.values()) else None


def lower_rights() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as the user that Debian made for it, or as nobody."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
