"""The size report of a pair for two ARM cores."""

from __future__ import annotations

import json

import pytest
from cpairs import needs_arm
from places import RULES
from typer.testing import CliRunner

import rulekit
from rulekit.errors import MissingToolError, RulekitError
from rulekit.targets.c import size as module


@needs_arm
def test_an_edge_unit_can_carry_it(fraud) -> None:
    from rulekit.targets.c.size import CORES, sizes

    found = {(size.core, size.part): size for size in sizes(rulekit.compile(fraud, "c"))}
    assert set(found) == {(core, part) for core in CORES for part in ("decide", "all")}
    for size in found.values():
        assert size.ram == size.data == size.bss == 0
        assert size.flash == size.text + size.rodata
        assert 0 < size.stack < 16_384
    for core in CORES:
        assert 100 < found[core, "decide"].flash < found[core, "all"].flash
        assert found[core, "decide"].stack < 200
    assert found["Cortex-M4F", "decide"].text < found["Cortex-M0+", "decide"].text < 4096


@needs_arm
def test_the_command_line_reports_sizes(tmp_path) -> None:
    from rulekit.cli import app

    law_file = str(RULES / "hep" / "level1")
    command = ["compile", law_file, "--target", "c", "--out", str(tmp_path / "build"), "--size"]
    text = CliRunner().invoke(app, command)
    assert text.exit_code == 0
    assert "Cortex-M0+  decide" in text.stdout
    document = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert [size["core"] for size in document["size"]] == ["Cortex-M0+"] * 2 + ["Cortex-M4F"] * 2


def test_sizes_belong_to_this_target(tmp_path) -> None:
    from rulekit.cli import app

    law_file = str(RULES / "hep" / "level1")
    command = ["compile", law_file, "--target", "polars", "--out", str(tmp_path / "build"), "--size"]
    with pytest.raises(RulekitError, match="--size is about what target c gives"):
        CliRunner().invoke(app, command, catch_exceptions=False)
    assert not (tmp_path / "build").exists()


def test_says_how_to_get_the_compiler_for_arm(fraud, monkeypatch) -> None:
    from rulekit.targets.c.size import sizes

    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingToolError, match="arm-none-eabi-gcc") as raised:
        sizes(rulekit.compile(fraud, "c"))
    assert "apt-get install gcc-arm-none-eabi" in str(raised.value)


LISTING = """
Sections:
Idx Name          Size      VMA       LMA       File off  Algn
  0 .text         000001a0  00008000  00008000  00008000  2**2
  1 .text.decide  00000010  000081a0  000081a0  000081a0  2**2
  2 .rodata.str1  00000020  000081b0  000081b0  000081b0  2**2
  3 .ARM.exidx    00000008  000081d0  000081d0  000081d0  2**2
  4 .bss          00000004  000181d8  000181d8  000081d8  2**2
  5 .comment      00000033  00000000  00000000  000081d8  2**0
"""


def test_sections_are_added_up_by_kind() -> None:
    assert module._sections(LISTING) == {".text": 0x1B0, ".rodata": 0x28, ".data": 0, ".bss": 4}


def test_the_stack_is_that_of_what_is_linked() -> None:
    frames = {"law_decide": 24, "first_0.part.0": 40, "law_decide_batch": 900}
    report = "".join(f"decide.c:1:1:{name}\t{size}\tstatic\n" for name, size in frames.items())
    symbols = "00008000 T law_decide\n00008010 t first_0\n         U law_decide_batch\n"
    assert module._stack(report, symbols) == 40


def test_flash_holds_what_variables_start_with() -> None:
    one = module.Size("core", "all", text=100, rodata=20, data=3, bss=5, stack=8)
    assert (one.flash, one.ram) == (123, 8)
    assert one.numbers == (100, 20, 3, 5, 123, 8, 8)
    assert one.to_document()["flash"] == 123
