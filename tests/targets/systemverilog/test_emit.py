"""The emitted text: each question is asked once, and no tool complains or obeys a comment."""

from __future__ import annotations

import re
import subprocess

import pytest
from hardware import (
    POLICIES,
    SMALL,
    SMALL_GRID,
    YOSYSES,
    check_exact,
    grid,
    law,
    needs,
    needs_icarus,
    needs_verilator,
)

import rulekit
from rulekit.ir.numerics import FixedFormat
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.names import comment, plain_text
from rulekit.targets.systemverilog.tools import ICARUS, VERILATOR

MIXED = [
    {"name": "n", "dtype": "int32", "bounds": [-9, 9], "required": True},
    {"name": "x", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a", "b", "c"]},
    {"name": "ok", "dtype": "bool"},
    {"name": "unread", "dtype": "bool", "required": True},
]
MIXED_RULES = [
    ("a", ["n > 3", "x <= 2.5"]),
    ("b", ["n in {1, 2, 5}", {"any": ["ok == true", "x is missing", "x > 200"]}]),
    ("c", ["kind not in {a, c}", "n != -4"]),
    ("d", []),
    ("e", ["x > 1000"]),
]
LAWS = {policy: law(MIXED, MIXED_RULES, f"mixed.{policy}", policy) for policy in POLICIES}
LAWS |= {f"empty-{policy}": law(MIXED[:4], [], "empty", policy) for policy in ("first", "score")}
LAWS |= {"nothing": law(MIXED[1:4], [], "nothing"), "small": SMALL}
LAWS["long"] = law(
    MIXED, [(f"r{k}", [f"n > {k % 9}", f"x < {k}"], k - 20) for k in range(40)], "long", "score"
)


def numerics_of(ruleset):
    if ruleset is SMALL:
        return SMALL_GRID
    return grid(ruleset, n=FixedFormat(width=5, fraction=0), x=FixedFormat(width=9, fraction=1))


def write(artifact, folder):
    for name, data in artifact.files.items():
        (folder / name).write_bytes(data)
    return folder


def run(*command, cwd):
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout + ran.stderr


# --- the law in the text


def test_each_question_is_asked_once() -> None:
    ruleset = law(
        [{"name": "x", "dtype": "int32"}],
        [
            ("a", ["x > 7"]),
            ("b", ["x >= 8"]),
            ("c", ["x <= 7"]),
            ("d", ["x < 8"]),
            ("e", ["x == 8", "x >= 9"]),
        ],
    )
    source = rulekit.compile(ruleset, "systemverilog", grid(ruleset)).source
    asked = re.findall(r"^    wire (x_\w+) = .*in_x", source, re.MULTILINE)
    assert asked == ["x_ge_8", "x_ge_9", "x_is_8"]
    assert "wire rule_a = ~lacks_x_q & x_ge_8_q;" in source
    assert "wire rule_d = ~lacks_x_q & ~x_ge_8_q;" in source


@needs_icarus
def test_a_set_of_words_is_asked_once_too() -> None:
    words = [f"word{place:02}" for place in range(30)]
    some, others = ", ".join(words[:20]), ", ".join(words[5:25])
    ruleset = law(
        [{"name": "k", "dtype": "category", "categories": words}],
        [("a", [f"k in {{{some}}}"]), ("b", [f"k not in {{{some}}}"]), ("c", [f"k in {{{others}}}"])],
    )
    source = check_exact(ruleset, grid(ruleset)).source
    assert re.findall(r"^    wire (k_\w+) = .*in_k", source, re.MULTILINE) == ["k_in_set1", "k_in_set2"]


def test_the_text_is_pure_ascii_and_short() -> None:
    ruleset = law(
        [{"name": "\u0394\u03c6", "dtype": "int32", "unit": "\u03bcrad"}],
        [("a", ["`\u0394\u03c6` > 3"], 'g"r\u00f6\u00dfer\n')],
    )
    for name, data in rulekit.compile(ruleset, "systemverilog", grid(ruleset)).files.items():
        if name.endswith((".sv", ".vhd")):
            assert data.isascii(), name
            assert b"\r" not in data


COMMANDS = [
    "verilator lint_off WIDTH",
    "synthesis translate_off",
    "Pragma translate_off",
    "psl assert false;",
]


@pytest.mark.parametrize("words", COMMANDS)
def test_no_comment_commands_a_tool(words) -> None:
    word = words.split()[0]
    assert plain_text(f"{words} x") == f"'{word}'{words.removeprefix(word)} x"
    wrapped = comment("a " * 51 + words, 4)
    assert re.search(rf"// {word}", wrapped) is None
    assert f"'{word}'" in wrapped
    assert plain_text(f"{word}s are fine") == f"{word}s are fine"


@needs_verilator
def test_titles_and_names_do_not_command_tools(tmp_path) -> None:
    ruleset = law(
        [
            {"name": "verilator lint_off", "dtype": "int32"},
            {"name": "synthesis translate_off", "dtype": "bool"},
        ],
        [("a", ["`verilator lint_off` > 3", "`synthesis translate_off` == true"])],
        "verilator",
    )
    artifact = check_exact(ruleset, grid(ruleset))
    assert re.search(r"// (verilator|synthesis)", artifact.source) is None
    lint(write(artifact, tmp_path), "verilator")


# --- tools

LAWS["balanced"] = law(MIXED, [("a", ["n > 3"], 7), ("b", ["x > 3"], -7)], "balanced", "score")
LAWS["idle"] = law(MIXED, [(f"r{k}", [f"n > {k % 9}"], 0) for k in range(20)], "idle", "score")


def lint(folder, module):
    waived = ("UNUSEDSIGNAL", "UNUSEDPARAM", "DECLFILENAME")
    flags = [f"-Wno-{name}" for name in waived]
    run(VERILATOR.path(), "--lint-only", "-Wall", *flags, "--top-module", module, "decide.sv", cwd=folder)


@needs_verilator
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("stages", [1, 3])
def test_verilator_finds_nothing(name, stages, tmp_path) -> None:
    ruleset = LAWS[name]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics_of(ruleset), stages=stages)
    lint(write(artifact, tmp_path), Design.of(lower(ruleset, artifact.numerics, artifact.options),
                                              artifact.options).names.module)  # fmt: skip


@needs_icarus
@pytest.mark.parametrize("name", LAWS)
def test_icarus_warns_of_nothing(name, tmp_path) -> None:
    ruleset = LAWS[name]
    write(rulekit.compile(ruleset, "systemverilog", numerics_of(ruleset)), tmp_path)
    assert run(ICARUS.path(), "-g2012", "-Wall", "-o", "out", "decide.sv", cwd=tmp_path) == ""
    told = run(
        ICARUS.path(),
        "-g2012",
        "-Wall",
        "-Wno-timescale",
        "-o",
        "out",
        "decide.sv",
        "testbench.sv",
        cwd=tmp_path,
    )
    assert told == ""


@pytest.mark.parametrize("yosys", [pytest.param(tool, marks=needs(tool), id=tool.name) for tool in YOSYSES])
@pytest.mark.parametrize("name", ["first", "score", "long", "empty-score", "nothing"])
def test_yosys_finds_nothing(name, yosys, tmp_path) -> None:
    ruleset = LAWS[name]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics_of(ruleset))
    write(artifact, tmp_path)
    module = re.findall(r"^module (\w+)", artifact.source, re.MULTILINE)[-1]
    script = f"read_verilog -sv decide.sv; hierarchy -check -top {module}; proc; check -assert"
    told = yosys.run(["-p", script], tmp_path)
    assert "Warning" not in told
    assert re.search(r"\$(dlatch|_DLATCH)", yosys.run(["-p", f"{script}; stat"], tmp_path)) is None


@needs_icarus
@pytest.mark.parametrize("name", LAWS)
def test_decides_exactly(name) -> None:
    ruleset = LAWS[name]
    check_exact(ruleset, numerics_of(ruleset))
