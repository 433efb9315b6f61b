from __future__ import annotations

import shutil
import subprocess
import uuid

import pytest
from postgres import postgres_server

import rulekit
from rulekit.log.runner import LoggedRunner
from rulekit.log.write.writer import open_log


@pytest.fixture(scope="session")
def server():
    with postgres_server() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "parquet", "postgres"])
def where(request, tmp_path):
    """The place of a log that is not there yet, in each store."""
    if request.param == "postgres":
        folder = request.getfixturevalue("server")
        return f"postgresql://rulekit@/postgres?host={folder}#log_{uuid.uuid4().hex}"
    return str(tmp_path / ("log.sqlite" if request.param == "sqlite" else "log"))


@pytest.fixture(scope="session")
def runner(fraud):
    return rulekit.compile(fraud, "polars").load()


@pytest.fixture
def write(where, runner):
    """Return a function that writes frames into the log, one batch each, and closes it."""

    def written(*frames, options=None, key=None, id_column="id"):
        with open_log(where, options, key) as log:
            logged = LoggedRunner(runner, log, id_column)
            for frame in frames:
                logged.batch(frame)
        return where

    return written


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 1 MiB, where the system lets us have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("there is no mount: apt-get install mount")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("mounting a small disk needs root: run the tests as root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
