"""The pair of files under two compilers: no warning, no foreign arithmetic, no state."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from cpairs import AWKWARD, COMPILERS, CORPUS, MANY, WARNINGS, run, write

import rulekit
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_compiles_without_a_warning(compiler, level, tmp_path) -> None:
    artifacts = [rulekit.compile(cases[0].ruleset, "c", cases[0].numerics) for cases in CORPUS]
    artifacts += [rulekit.compile(AWKWARD, "c"), *map(rulekit.compile, MANY.values(), ["c"] * len(MANY))]
    for number, artifact in enumerate(artifacts):
        folder = write(artifact, tmp_path / str(number))
        run(compiler, *WARNINGS, level, "-c", "decide.c", cwd=folder)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_refuses_arithmetic_that_has_no_nan(compiler, fraud, tmp_path) -> None:
    write(rulekit.compile(fraud, "c"), tmp_path)
    for flag in ("-ffast-math", "-ffinite-math-only"):
        ran = subprocess.run(
            [compiler, flag, "-c", "decide.c"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ran.returncode != 0
        assert "NaN and infinities have a meaning here" in ran.stderr


@pytest.mark.parametrize("compiler", COMPILERS)
def test_two_rulesets_link_and_keep_nothing(compiler, fraud, tmp_path) -> None:
    if shutil.which("nm") is None:
        pytest.skip("apt-get install binutils")
    objects = []
    for number, ruleset in enumerate((fraud, AWKWARD, MANY["score"])):
        folder = write(rulekit.compile(ruleset, "c"), tmp_path / str(number))
        symbols = []
        for level in ("-O0", "-Os"):  # an optimizer hides what is written as a variable and never changes
            flags = ["-std=c99", "-ffreestanding", "-fno-pic", level]
            run(compiler, *flags, "-c", "decide.c", cwd=folder)
            symbols += [line.split()[-2:] for line in run("nm", "decide.o", cwd=folder).splitlines()]
        objects.append(str(folder / "decide.o"))
        prefix = Names(lower(ruleset, rulekit.Native())).prefix
        assert {name for kind, name in symbols if kind == "U"} <= {"memcpy", "memset", "memmove"}
        assert [name for kind, name in symbols if kind in "dDbBcC"] == []
        public = [name for kind, name in symbols if kind.isupper() and kind != "U"]
        assert f"{prefix}_decide" in public
        assert all(name.startswith(f"{prefix}_") for name in public)
    run("ld", "-r", *objects, "-o", "all.o", cwd=tmp_path)
