"""The shared library of a pair: compiled once, kept in a cache, and refused with a reason."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from cpairs import AWKWARD, law, needs_runner

import rulekit
from rulekit.errors import MissingToolError, RulekitError
from rulekit.targets.c import build as building


@pytest.fixture(autouse=True)
def _scratch_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RULEKIT_CFLAGS", "-O1")


@needs_runner
def test_a_pair_is_compiled_once(fraud, tmp_path, monkeypatch) -> None:
    files = rulekit.compile(fraud, "c").files
    library = building.build(files)
    stamp = library.stat().st_mtime_ns
    assert building.build(files) == library
    assert library.stat().st_mtime_ns == stamp
    assert library.is_relative_to(tmp_path / "cache" / "rulekit" / "c")
    monkeypatch.setenv("RULEKIT_CFLAGS", "-O0")
    assert building.build(files) != library
    assert [path.suffix for path in library.parent.iterdir()] == [".so", ".so"]


@needs_runner
def test_the_cache_keeps_the_newest(fraud, monkeypatch) -> None:
    monkeypatch.setattr(building, "_KEPT", 2)
    found = []
    for number, ruleset in enumerate((fraud, AWKWARD, law("third"))):
        found.append(building.build(rulekit.compile(ruleset, "c").files))
        os.utime(found[-1], (number, number))
    building._prune(found[0].parent)
    assert [path.exists() for path in found] == [False, True, True]


@needs_runner
def test_two_processes_compile_at_once(fraud, tmp_path) -> None:
    rulekit.compile(fraud, "c").write(tmp_path / "law")
    code = (
        "import sys; from rulekit.targets.read import read_artifact;"
        "print(read_artifact(sys.argv[1]).load().one({'amount': 60.0, 'cards_per_device_1h': 5}).outcome)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "law")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {process.communicate()[0].strip() for process in started} == {"review"}
    assert [path.suffix for path in (tmp_path / "cache" / "rulekit" / "c").iterdir()] == [".so"]


@needs_runner
def test_says_what_the_compiler_says(fraud, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("RULEKIT_CFLAGS", "-ffast-math")
    with pytest.raises(RulekitError, match="NaN and infinities have a meaning here"):
        rulekit.compile(fraud, "c").load()
    assert list((tmp_path / "cache" / "rulekit" / "c").iterdir()) == []


def test_the_compiler_that_is_named_is_taken_with_its_flags(monkeypatch, tmp_path) -> None:
    mine = tmp_path / "my-cc"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("CC", f"'{mine}' -m32 '-DA=b c'")
    assert building.find_compiler() == [str(mine), "-m32", "-DA=b c"]
    monkeypatch.setenv("CC", str(tmp_path / "none"))
    with pytest.raises(MissingToolError, match="a C compiler"):
        building.find_compiler()


def test_flags_of_the_environment_are_taken_alone(monkeypatch) -> None:
    monkeypatch.setenv(building.FLAGS, "-O0 '-DX=1 2'")
    assert building.flags() == ["-O0", "-DX=1 2"]
    monkeypatch.delenv(building.FLAGS)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert building.flags() == ["-O3"]


def test_text_compiler_and_flags_tell_libraries_apart(tmp_path) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text("one")
    files, command = {"decide.h": b"ab", "decide.c": b"c"}, [str(compiler), "-O1"]
    first = building._key(files, command)
    assert first == building._key(dict(files), list(command))
    moved = building._key({"decide.h": b"a", "decide.c": b"bc"}, command)
    flagged = building._key(files, [str(compiler), "-O2"])
    compiler.write_text("another")
    assert len({first, moved, flagged, building._key(files, command)}) == 4
