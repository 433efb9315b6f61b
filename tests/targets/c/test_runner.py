"""The ``c`` target: clean under two compilers and their sanitizers, and fit for firmware."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np
import polars as pl
import pytest
from places import RULES
from typer.testing import CliRunner

import rulekit
from rulekit.errors import MissingToolError, RulekitError
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import DType
from rulekit.ir.semantics import decide
from rulekit.targets import targets
from rulekit.targets.c import build as building
from rulekit.targets.c.names import Names, comment, distinct, real, string
from rulekit.targets.lower import lower
from rulekit.testing import load_corpus
from rulekit.testing.conformance import check_frame
from rulekit.testing.events import frame_of

WARNINGS = [
    *("-std=c99", "-ffreestanding", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"),
    *("-Wshadow", "-Wundef", "-Wcast-qual", "-Wdouble-promotion", "-Wmissing-prototypes", "-Wvla"),
]
CORPUS = [list(cases) for _, cases in groupby(load_corpus(), key=lambda case: case.file)]
COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"apt-get install {name}"))
    for name in ("gcc", "clang")
]
needs_arm = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="apt-get install gcc-arm-none-eabi"
)
_absent = targets.get("c").absent()
needs_runner = pytest.mark.skipif(_absent is not None, reason=str(_absent))


@pytest.fixture(autouse=True)
def _scratch_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RULEKIT_CFLAGS", "-O1")


def write(artifact, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("decide.h", "decide.c"):
        (folder / name).write_bytes(artifact.files[name])
    return folder


def run(*command, cwd):
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def law(name="law", policy="first", rules=(), **more):
    document = {
        "name": name,
        "version": "1.0.0",
        "schema": {
            "name": "law",
            "version": "1.0.0",
            "features": [
                {"name": "n", "dtype": "int64"},
                {"name": "double", "dtype": "float64"},
                {"name": "linux", "dtype": "float32"},
                {"name": "has_n", "dtype": "category", "categories": ["b_c", "*/", "UNKNOWN", "unknown"]},
                {"name": "k", "dtype": "category", "categories": ["b_c"]},
                {"name": "k_b", "dtype": "category", "categories": ["c"]},
            ],
        },
        "hit_policy": policy,
        "otherwise": "none",
        "rules": list(rules),
        **more,
    }
    return ruleset_from_document(document)


AWKWARD = law(
    "hits",
    rules=[
        {
            "id": "decide",
            "title": "*/ ends /* nothing ??/ \\\nnor \u202e does this \\",
            "when": ["n > 1", "double > 0.1", "linux <= inf", 'has_n in {"*/", "UNKNOWN", "unknown"}'],
            "then": '"?\\ \u00e90*/',
        },
        {"id": "hits", "when": ["has_n == b_c", "k == b_c", "k_b == c"], "then": "None"},
        {
            "id": "invalid",
            "when": ["double == -inf", "linux != inf", "n == -9223372036854775808"],
            "then": "\u00e9",
        },
        {"id": "none", "when": ["double >= -inf", "linux > inf", "n not in {1, 2}"], "then": "\u00e8"},
    ],
)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_compiles_without_a_warning(compiler, level, tmp_path) -> None:
    artifacts = [rulekit.compile(cases[0].ruleset, "c", cases[0].numerics) for cases in CORPUS]
    artifacts += [rulekit.compile(AWKWARD, "c"), *map(rulekit.compile, MANY.values(), ["c"] * len(MANY))]
    for number, artifact in enumerate(artifacts):
        folder = write(artifact, tmp_path / str(number))
        run(compiler, *WARNINGS, level, "-c", "decide.c", cwd=folder)


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_header_is_one_for_cpp(compiler, tmp_path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"apt-get install {'g++' if compiler == 'g++' else 'clang'}")
    write(rulekit.compile(AWKWARD, "c"), tmp_path)
    (tmp_path / "main.cpp").write_text('#include "decide.h"\nint main() { return 0; }\n')
    run(compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "main.cpp", cwd=tmp_path)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_refuses_arithmetic_that_has_no_nan(compiler, fraud, tmp_path) -> None:
    write(rulekit.compile(fraud, "c"), tmp_path)
    for flag in ("-ffast-math", "-ffinite-math-only"):
        ran = subprocess.run(
            [compiler, flag, "-c", "decide.c"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ran.returncode != 0
        assert "NaN and infinities have a meaning here" in ran.stderr


# --- a driver in C: every event of a corpus file alone, and all of them as columns


def constant(feature, value):
    """A C expression of a value that an event has; for the driver alone, which has math.h."""
    if value is None:
        return "NAN" if feature.dtype.is_float else "0"
    if feature.dtype is DType.CATEGORY:
        known = feature.categories or ()
        return str(known.index(value) if value in known else len(known))
    if feature.dtype is DType.BOOL:
        return "true" if value else "false"
    if feature.dtype.is_float:
        number = "INFINITY" if math.isinf(value) else float(abs(value)).hex()
        sign = "-" if math.copysign(1.0, value) < 0 else ""
        return f"({'float' if feature.dtype is DType.FLOAT32 else 'double'}){sign}{number}"
    return "INT64_MIN" if value == -(2**63) else f"INT64_C({value})"


def driver(ruleset, numerics, events):
    """A main that returns 0 when every answer is that of the semantics."""
    from rulekit.ir.event import bind_event

    names = Names(lower(ruleset, numerics))
    bound = [bind_event(ruleset.read, event) for event in events]
    expected = [decide(ruleset, event, numerics) for event in events]
    arrays, members, flags, count = "", [], [], len(events)
    for feature in ruleset.read:
        name = names.fields[feature.name]
        kind = {"bool": "bool", "category": "uint32_t", "float32": "float", "float64": "double"}.get(
            feature.dtype, f"{feature.dtype}_t"
        )
        values = ", ".join(constant(feature, event[feature.name]) for event in bound)
        arrays += f"static const {kind} v_{name}[{count}] = {{{values}}};\n"
        members.append(name)
        if not feature.dtype.is_float:
            present = ", ".join("true" if event[feature.name] is not None else "false" for event in bound)
            arrays += f"static const bool f_{name}[{count}] = {{{present}}};\n"
            flags.append(name)
    ids = [rule.id for rule in ruleset.rules]
    rows = [
        [sum(1 << (place % 32) for place, name in enumerate(ids) if name in (e.hits or ()) and place // 32 == word)
         for word in range(max(1, -(-len(ids) // 32)))]
        for e in expected
    ]  # fmt: skip
    codes = [ids.index(e.rule) if e.rule else len(ids) + (e.outcome != "invalid") for e in expected]
    outcomes = [ruleset.outcomes.index(e.outcome) for e in expected]
    is_score = names.low.is_score
    reason = [e.score or 0 for e in expected] if is_score else codes
    bits = ", ".join("{" + ", ".join(f"{word}U" for word in row) + "}" for row in rows)
    listed = ", ".join(f"INT64_C({each})" for each in reason)
    fill = "".join(f"    e.{name} = v_{name}[k];\n" for name in members)
    fill += "".join(f"    e.has_{name} = f_{name}[k];\n" for name in flags)
    columns = [f".{name} = v_{name}" for name in members] + [f".has_{name} = f_{name}" for name in flags]
    what = "score" if is_score else "rule"
    return names.fill(
        f"""#include <math.h>
#include <string.h>
#include "decide.h"
{arrays}static const int64_t reason[{count}] = {{{listed}}};
static const uint32_t outcome[{count}] = {{{", ".join(map(str, outcomes))}}};
static const uint32_t hits[{count}][@P_HIT_WORDS] = {{{bits}}};
int main(void) {{
  static uint32_t all_hits[{count}][@P_HIT_WORDS], all_outcome[{count}];
  static {"int64_t" if is_score else "uint32_t"} all_reason[{count}];
  const @p_columns columns = {{{", ".join(columns) or "0"}}};
  const @p_answers answers = {{all_outcome, all_reason, all_hits[0]}};
  const @p_answers nothing = {{0, 0, 0}};
  for (size_t k = 0; k < {count}; k++) {{
    @p_event e; @p_decision d; uint32_t h[@P_HIT_WORDS];
    @p_clear(&e);
{fill}
    @p_decide(&e, &d);
    @p_hits(&e, h);
    if ((uint32_t)d.outcome != outcome[k] || (int64_t)d.{what} != reason[k]) return 1;
    if (memcmp(h, hits[k], sizeof h)) return 6;
  }}
  @p_decide_batch(&columns, {count}, &nothing);
  for (size_t n = 0; n <= {count}; n += (n == 0) ? 1 : {max(count - 1, 1)}) {{
    memset(all_hits, 255, sizeof all_hits);
    @p_decide_batch(&columns, n, &answers);
    for (size_t k = 0; k < {count}; k++) {{
      if (k >= n) {{ if (all_hits[k][0] != UINT32_MAX) return 2; continue; }}
      if (all_outcome[k] != outcome[k] || (int64_t)all_reason[k] != reason[k]) return 3;
      if (memcmp(all_hits[k], hits[k], sizeof hits[k])) return 4;
    }}
  }}
  return (strcmp(@p_digest(), "{ruleset.digest}") == 0) ? 0 : 5;
}}
"""
    )


EXTREMES = [0, 1, -1, 3, -3, 2**31, 2**53 + 1, 2**62, -(2**62), 2**63 - 1, -(2**63), None]
GRIDS = [
    FixedFormat(width=width, fraction=fraction, signed=signed)
    for width, fraction, signed in (
        *((1, 0, True), (1, 0, False), (8, 4, True), (48, 48, True), (48, 48, False)),
        *((48, -5, True), (5, -48, True), (12, -1, False), (32, 0, True), (31, 0, True)),
    )
]


def extremes():
    """Every grid under every dtype, with the values at which arithmetic overflows, underflows or ties."""
    tiny = [0.0, -0.0, 5e-324, -5e-324, 1e-45, -1e-45]
    floats = [*tiny, 0.5, 1.5, -0.5, -2.5, 1e308, -1e308, math.inf, -math.inf, None]
    for rounding in ("nearest", "floor"):
        for grid in GRIDS:
            step = 2.0**-grid.fraction
            texts = [f"{x} {sign} {step!r}" for x in ("`double`", "linux") for sign in ("<", "<=", ">", ">=")]
            texts += ["`double` >= 0", "linux >= 0", "n >= 1", "n < 1", "n >= 0"]
            rules = [{"id": f"r{k}", "when": [text], "then": "hit"} for k, text in enumerate(texts)]
            numerics = Fixed(formats={"n": grid, "double": grid, "linux": grid}, rounding=rounding)
            events = [
                {"n": EXTREMES[i % len(EXTREMES)], "double": value, "linux": value}
                for i, value in enumerate(
                    [*floats, *(x * 2.0**-grid.fraction for x in (0.5, 1.5, -0.5, 2.5))]
                )
            ]
            yield law(policy="collect", rules=rules), numerics, events


SANITIZE = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
LIBRARIES = {"gcc": "libasan8 libubsan1", "clang": "libclang-rt-14-dev"}


def drive(compiler, flags, runs, tmp_path):
    for number, (ruleset, numerics, events) in enumerate(runs):
        folder = write(rulekit.compile(ruleset, "c", numerics), tmp_path / str(number))
        (folder / "main.c").write_text(driver(ruleset, numerics, events), encoding="utf-8")
        run(compiler, "-std=c99", *flags, "decide.c", "main.c", "-o", "main", cwd=folder)
        run("./main", cwd=folder)


def corpus_runs():
    return [(cases[0].ruleset, cases[0].numerics, [case.event for case in cases]) for cases in CORPUS]


@pytest.fixture
def sanitized(compiler, tmp_path):
    """The flags of the sanitizers, where their library is installed."""
    (tmp_path / "empty.c").write_text("int main(void) { return 0; }\n")
    command = [compiler, *SANITIZE, "empty.c", "-o", "empty"]
    if subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"apt-get install {LIBRARIES[compiler]}")
    return SANITIZE


@pytest.mark.parametrize("compiler", COMPILERS)
def test_sanitizers_find_nothing_in_the_corpus(compiler, sanitized, tmp_path) -> None:
    drive(compiler, sanitized, corpus_runs(), tmp_path)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_sanitizers_find_nothing_at_the_ends_of_the_grids(compiler, sanitized, tmp_path) -> None:
    drive(compiler, sanitized, extremes(), tmp_path)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_optimizers_change_nothing(compiler, tmp_path) -> None:
    drive(compiler, ["-O3", "-march=native"], [*corpus_runs(), *list(extremes())[::4]], tmp_path)


# --- what firmware asks of a library


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


@needs_runner
def test_threads_share_a_runner(fraud) -> None:
    runner = rulekit.compile(fraud, "c").load()
    rng = np.random.default_rng(1)
    events = [
        {"amount": rng.random() * 100, "cards_per_device_1h": int(rng.integers(8))} for _ in range(4000)
    ]
    alone = [runner.one(event, hits=True) for event in events]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda event: runner.one(event, hits=True), events)) == alone
    assert len({decision.outcome for decision in alone}) > 1


def many(policy, count=300):
    rng = np.random.default_rng(count)
    features = [
        {"name": f"x{i}", "dtype": ("float64", "float32", "int32")[i % 3], "required": i == 0}
        for i in range(9)
    ]
    rules = []
    for number in range(count):
        names = [features[place] for place in rng.permutation(9)[:3]]
        when = [f"{f['name']} {rng.choice(['<', '>=', '!='])} {rng.integers(10)}" for f in names]
        effect = {"points": int(rng.integers(-9, 9))} if policy == "score" else {"then": f"o{number % 5}"}
        rules.append({"id": f"r{number}", "when": [*when, f"x8 == {number % 290}"], **effect})
    schema = {"name": "many", "version": "1.0.0", "features": features}
    more = {"thresholds": {"a": 3, "b": 7}} if policy == "score" else {}
    return law(f"many.{policy}", policy, rules, schema=schema, **more)


MANY = {"first": many("first"), "collect": many("collect", 128), "score": many("score")}


@needs_runner
@pytest.mark.parametrize("numerics", ["native", "fixed"])
@pytest.mark.parametrize("policy", MANY)
def test_many_rules_take_many_words_and_sections(policy, numerics) -> None:
    ruleset, rng = MANY[policy], np.random.default_rng(3)
    grid = FixedFormat(width=16, fraction=2)
    chosen = rulekit.Native() if numerics == "native" else Fixed(formats={f"x{i}": grid for i in range(9)})
    kinds = [feature.dtype.is_float for feature in ruleset.schema.features]

    def value(place, is_float):
        if rng.random() < 0.05:
            return None
        return float(rng.integers(10)) if is_float else int(rng.integers(300 if place == 8 else 10))

    events = [{f"x{place}": value(place, kind) for place, kind in enumerate(kinds)} for _ in range(200)]
    expected = [decide(ruleset, event, chosen) for event in events]
    assert any(decision.hits and int(decision.hits[0][1:]) >= 96 for decision in expected)
    runner = rulekit.compile(ruleset, "c", chosen).load()
    assert [runner.one(event, hits=True) for event in events] == expected
    frame = frame_of(ruleset.schema, events)
    for hits in (True, False):
        check_frame(ruleset, frame, runner.batch(frame, hits=hits), expected, hits=hits)


@needs_runner
def test_a_large_frame_is_shared_by_threads_and_listed_in_parts(fraud, monkeypatch) -> None:
    from rulekit.targets.c import runner as module

    monkeypatch.setattr(module, "_LEAST", 100)
    monkeypatch.setattr(module, "_PART", 1000)
    rng = np.random.default_rng(4)
    nulls = pl.DataFrame({feature.name: [None] * 5011 for feature in fraud.schema.features})
    cards = rng.integers(0, 9, 5011).astype(np.int32)
    frame = nulls.with_columns(
        amount=pl.Series(rng.random(5011, np.float32) * 100), cards_per_device_1h=pl.Series(cards)
    )
    ours = module.CRunner(rulekit.compile(fraud, "c"), threads=4)
    assert ours.batch(frame, hits=True).equals(
        rulekit.compile(fraud, "polars").load().batch(frame, hits=True)
    )
    assert ours.batch(frame).equals(rulekit.compile(fraud, "polars").load().batch(frame))


# --- the text


def test_a_rule_reads_as_the_law_does(fraud) -> None:
    source = rulekit.compile(fraud, "c").source
    rule = fraud.rules[0]
    found = re.search(rf"/\* {rule.id}: .*?\n}}\n", source, re.DOTALL)
    assert found is not None
    text = found[0].replace(Names(lower(fraud, rulekit.Native())).prefix, "law")
    assert text == (
        f"/* {rule.id}: {rule.title}\n"
        " *     cards_per_device_1h >= 4\n"
        " *     amount > 50\n"
        " *     any: country not in {SE, NO}, device_age is missing */\n"
        f"static bool hits_{rule.id.replace('-', '_')}(const law_event *event)\n"
        "{\n"
        "    return (event->has_cards_per_device_1h && (event->cards_per_device_1h >= 4))\n"
        "        && (event->amount > 50.0F)\n"
        "        && ((event->has_country && ((event->country != LAW_IN_COUNTRY_SE)"
        " && (event->country != LAW_IN_COUNTRY_NO))) || (event->device_age != event->device_age));\n"
        "}\n"
    ).replace("LAW_", Names(lower(fraud, rulekit.Native())).macro + "_")


def test_numbers_and_words_are_exact() -> None:
    assert real(0.1, DType.FLOAT64) == "0x1.999999999999ap-4 /* 0.1 */"
    assert real(2.5, DType.FLOAT64) == "2.5"
    assert real(50.0, DType.FLOAT32) == "50.0F"
    assert real(-5e-324, DType.FLOAT64) == "-0x0.0000000000001p-1022 /* -5e-324 */"
    assert string('a"\\?\u00e91\n') == '"a\\"\\\\\\?\\303\\2511\\012"'
    assert comment("a */ b /* c\u202e\n d") == "/* a * / b / * c\\u202e d */\n"
    assert distinct(["a", "a", "a_2", "a"]) == ["a", "a_2", "a_2_2", "a_3"]


def test_a_name_of_a_ruleset_becomes_an_identifier() -> None:
    prefixes = [Names(lower(law(name), rulekit.Native())).prefix for name in ("a.b_c", "7.x", "_x")]
    assert prefixes == ["a_b_c", "r_7_x", "r_x"]


# --- compiling for Python


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


def test_says_how_to_get_a_compiler(fraud, monkeypatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    error = targets.get("c").absent()
    assert isinstance(error, MissingToolError)
    assert "apt-get install gcc, or set CC" in str(error)
    with pytest.raises(MissingToolError):
        rulekit.compile(fraud, "c").load()


@needs_runner
def test_says_what_the_compiler_says(fraud, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("RULEKIT_CFLAGS", "-ffast-math")
    with pytest.raises(RulekitError, match="NaN and infinities have a meaning here"):
        rulekit.compile(fraud, "c").load()
    assert list((tmp_path / "cache" / "rulekit" / "c").iterdir()) == []


# --- the size report


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
